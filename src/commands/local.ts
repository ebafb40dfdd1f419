import type { Effective } from '../config/layers.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/scale.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { Engine, Task } from '../engine.ts';
import { companions } from '../facts/companions.ts';
import { type Range, readChange } from '../git/change.ts';
import { isGitProblem } from '../git/errors.ts';
import { readFolder } from '../git/folder.ts';
import { openRepository, type Repository } from '../git/repository.ts';
import type { Listed } from '../kit/index.ts';
import { gatherInstruments, type InstrumentOptions } from './instruments.ts';
import { fetchingAllowed, localPointed } from './pointers.ts';
import { CONFIGURATION_PATH, previewIncidents, settingsAt, settingsFrom, textOnDisk } from './settings.ts';

/** What the command line says about the change to review. */
export interface LocalOptions {
  readonly repo: string;
  readonly base?: string;
  readonly head?: string;
  readonly worktree?: boolean;
  readonly staged?: boolean;
  readonly all?: boolean;
}

export interface LocalReview {
  readonly report: Report;
  readonly snapshot: PullRequestSnapshot;
  readonly effective: Effective;
}

export interface LocalRules extends InstrumentOptions {
  readonly only?: (listed: Listed) => boolean;
  readonly failOn?: Severity | 'never';
  /** Fetch the models behind pointers, whatever the environment says. */
  readonly fetchModels?: boolean;
}

export function rangeOf({ base, head, worktree, staged, all }: LocalOptions): Range {
  const from = base === undefined ? {} : { base };
  if (worktree === true) return { worktree: true, ...from };
  if (staged === true) return { staged: true, ...from };
  if (all === true) return head === undefined ? { all: true } : { all: true, head };
  return { ...from, ...(head === undefined ? {} : { head }) };
}

function withGate(effective: Effective, failOn: LocalRules['failOn']): Effective {
  if (failOn === undefined) return effective;
  const { settings } = effective;
  return { ...effective, settings: { ...settings, gate: { ...settings.gate, failOn } } };
}

function preview(snapshot: PullRequestSnapshot, engine: Engine): ReturnType<typeof previewIncidents> {
  if (!snapshot.changes.some((change) => change.path === CONFIGURATION_PATH && change.kind !== 'deleted')) return [];
  const entry = snapshot.head.tree.get(CONFIGURATION_PATH);
  const content = entry === undefined ? undefined : snapshot.contents.get(entry.blob);
  return content?.kind === 'text' ? previewIncidents(content.text, engine) : [];
}

/** What joins the review from outside of the snapshot: the tools' words, and models behind pointers. */
async function beside(
  engine: Engine,
  snapshot: PullRequestSnapshot,
  rules: LocalRules,
  repo?: Repository,
): Promise<Pick<Task, 'only' | 'tools' | 'documents'>> {
  const documents = await localPointed(repo, snapshot, fetchingAllowed(rules.fetchModels));
  const tools = await gatherInstruments(engine, snapshot, rules);
  return {
    documents,
    ...(rules.only === undefined ? {} : { only: rules.only }),
    ...(tools === undefined ? {} : { tools }),
  };
}

/** A folder without git, judged as if all of it were new; its own configuration is the only one there is. */
async function reviewFolder(engine: Engine, dir: string, rules: LocalRules): Promise<LocalReview> {
  const { snapshot, incidents } = await readFolder(dir);
  const effective = withGate(settingsFrom(await textOnDisk(dir), engine, CONFIGURATION_PATH), rules.failOn);
  const chosen = await beside(engine, snapshot, rules);
  return {
    report: engine.review({ snapshot, settings: effective.settings, incidents, ...chosen }),
    snapshot,
    effective,
  };
}

/** Reviews one range of an open repository with the configuration of its base. */
export async function reviewRange(
  engine: Engine,
  repo: Repository,
  range: Range,
  rules: LocalRules = {},
): Promise<LocalReview> {
  const { snapshot, incidents } = await readChange(repo, range, companions);
  const from = 'all' in range ? (range.head ?? 'HEAD') : snapshot.base.commit;
  const effective = withGate(await settingsAt(repo, from, engine), rules.failOn);
  const chosen = await beside(engine, snapshot, rules, repo);
  const report = engine.review({
    snapshot,
    settings: effective.settings,
    incidents: [...incidents, ...preview(snapshot, engine)],
    ...chosen,
  });
  return { report, snapshot, effective };
}

/** `ml-review check`: a range, what is not committed, or everything. */
export async function reviewLocal(engine: Engine, options: LocalOptions, rules: LocalRules = {}): Promise<LocalReview> {
  try {
    return await reviewRange(engine, await openRepository(options.repo), rangeOf(options), rules);
  } catch (error) {
    const bare =
      isGitProblem(error) &&
      (error.kind === 'not-a-repository' || error.kind === 'no-git' || error.kind === 'empty-repository');
    if (options.all === true && bare) return reviewFolder(engine, options.repo, rules);
    throw error;
  }
}
