import type { Observation } from '../core/finding.ts';
import { compareOn, lowered, SEVERITIES, type Severity } from '../core/scale.ts';
import type { Settings } from '../core/settings.ts';
import { type DocumentKind, kindOfPath } from '../documents/kinds.ts';
import { environmentOf, isTemplatePath, type PathClass, pathClassOf } from '../facts/paths.ts';
import type { CheckMeta, Listed, Treatment } from '../kit/index.ts';

/** What a class of path does to a finding unless the check says otherwise. */
export const DEFAULT_TREATMENT: Readonly<Record<PathClass, Treatment>> = {
  test: 'skip',
  docs: 'low',
  example: 'low',
  benchmark: 'low',
  notebook: 'full',
  production: 'full',
};

/** Kinds whose path names the environment they configure; `dev_set.py` does not. */
const CONFIGURATION: ReadonlySet<DocumentKind> = new Set(['yaml', 'json', 'toml', 'ini', 'hcl', 'pbtxt', 'dockerfile']);

export interface Judged {
  readonly severity: Severity;
  /** Why it differs from what the check declares, where it does. */
  readonly reason?: string;
}

function milder(a: Severity, b: Severity): Severity {
  return compareOn(SEVERITIES, a, b) >= 0 ? a : b;
}

function treated(check: CheckMeta, severity: Severity, path: Observation['place']['path']): Judged | undefined {
  const pathClass = pathClassOf(path);
  const treatment = check.paths?.[pathClass] ?? DEFAULT_TREATMENT[pathClass];
  if (treatment === 'skip') return undefined;
  if (isTemplatePath(path)) return { severity: milder(severity, 'low'), reason: 'the file is a template' };
  if (treatment === 'low') return { severity: milder(severity, 'low'), reason: `the path is of class ${pathClass}` };
  if (treatment === 'one-down') return { severity: lowered(severity, 1), reason: `the path is of class ${pathClass}` };
  const environment = CONFIGURATION.has(kindOfPath(path)) ? environmentOf(path) : 'unknown';
  if (environment === 'development' || environment === 'staging') {
    return { severity: lowered(severity, 1), reason: `the path names the ${environment} environment` };
  }
  return { severity };
}

/** The severity of an observation in its place; undefined where it is not worth saying. Production globs undo every step down. */
export function judge(
  { id, check }: Listed,
  observation: Observation,
  settings: Settings,
  isProduction: (path: string) => boolean,
): Judged | undefined {
  const declared =
    observation.grade === undefined ? check.severity : (check.grades?.[observation.grade]?.severity ?? check.severity);
  const chosen = settings.checks[id]?.severity;
  if (chosen !== undefined) return { severity: chosen, reason: 'the configuration sets it' };
  const confident = check.confidence === 'low' ? milder(declared, 'medium') : declared;
  if (isProduction(observation.place.path)) return { severity: confident };
  return treated(check, confident, observation.place.path);
}
