import type { State } from './state.ts';
import type { Limits, WebhookTarget } from './types.ts';

/** What every part of the sandbox works on. */
export interface Context {
  readonly state: State;
  readonly limits: Limits;
  /** `http://127.0.0.1:PORT`. */
  readonly url: () => string;
  readonly target: () => WebhookTarget | undefined;
  /** Deliveries, and work that leads to one, under way. */
  readonly underWay: Set<Promise<unknown>>;
}

export const GITHUB_LIMITS: Limits = {
  listedFiles: 3000,
  diffFiles: 300,
  diffLines: 20_000,
  patchLines: 2000,
  patchBytes: 500_000,
  contentBytes: 1_048_576,
  rawBytes: 104_857_600,
  treeEntries: 100_000,
  requestsPerHour: 5000,
  writesPerMinute: 80,
  webhookMs: 10_000,
};

export const LIMITS = {
  annotationsPerRequest: 50,
  outputCharacters: 65_535,
  annotationCharacters: 65_536,
  titleCharacters: 255,
  actions: 3,
  actionLabel: 20,
  actionDescription: 40,
  actionIdentifier: 20,
  bodyCharacters: 65_536,
  bodyBytes: 262_144,
  tokenMs: 3_600_000,
  narrowedRepositories: 500,
  comparedFiles: 300,
} as const;
