import type { Mode, Severity } from './scale.ts';

/** Paths are picomatch globs relative to the repository root. */
export interface Waiver {
  readonly check: string;
  readonly path: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO date, the last day on which the waiver holds. */
  readonly expires: string;
}

export interface CheckSettings {
  readonly mode?: Mode;
  readonly severity?: Severity;
}

/** What a repository may change, fully defaulted. Always read from the base branch. */
export interface Settings {
  readonly label: string;
  readonly gate: {
    readonly failOn: Severity | 'never';
    readonly requireLabel: boolean;
    readonly onError: 'fail' | 'neutral';
  };
  readonly review: {
    readonly commentOn: Severity;
    readonly maxComments: number;
    readonly drafts: 'check-only' | 'full' | 'skip';
    readonly baseBranches: readonly string[];
    /** What becomes of our comment when its finding is fixed and nobody answered. */
    readonly fixed: 'edit' | 'delete';
  };
  readonly paths: { readonly production: readonly string[]; readonly ignore: readonly string[] };
  readonly declare: {
    readonly monitoring?: string;
    readonly slo?: string;
    readonly servingOwner?: string;
    readonly trustedOrganisations: readonly string[];
  };
  readonly panel: { readonly participants: readonly string[] };
  readonly checks: Readonly<Record<string, CheckSettings>>;
  readonly waivers: readonly Waiver[];
  /** Fingerprints accepted as the baseline. */
  readonly baseline: readonly string[];
  /** Conflict id to the decision a human took. */
  readonly decisions: Readonly<Record<string, string>>;
}

export const DEFAULT_SETTINGS: Settings = {
  label: 'ml-review',
  gate: { failOn: 'high', requireLabel: false, onError: 'fail' },
  review: { commentOn: 'medium', maxComments: 20, drafts: 'check-only', baseBranches: [], fixed: 'edit' },
  paths: { production: [], ignore: [] },
  declare: { trustedOrganisations: [] },
  panel: { participants: ['ml-engineer', 'data-engineer', 'data-architect', 'sre', 'security-auditor'] },
  checks: {},
  waivers: [],
  baseline: [],
  decisions: {},
};
