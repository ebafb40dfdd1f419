import type { Finding } from '../core/finding.ts';
import type { Incident, ReadinessLevel, ReadinessTest } from '../core/report.ts';
import { READINESS_LEVELS } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Scope } from './rubric.ts';
import { RUBRIC, type Scored } from './score.ts';

/** Everything the level follows from; equal inputs give equal levels. */
export interface Situation extends Scored {
  readonly scope: Scope;
  readonly findings: readonly Finding[];
  /** Relevant files that could not be read or judged, as a share of all relevant files, 0 to 1. */
  readonly unknown: number;
  readonly settings: Settings;
}

/** Share of the tests with evidence below which nothing is said, and above which `high` is possible. */
const LEAST_COVERAGE = 0.35;
const HIGH_COVERAGE = 0.7;
const MOST_UNKNOWN = 0.25;
const HIGH_UNKNOWN = 0.05;

/** The tests that a contradiction of weighs most: gate, rollback, input monitor, quality monitor. */
const DECISIVE = ['I4', 'I7', 'O2', 'O7'];

const stateOf = (tests: readonly ReadinessTest[], id: string): ReadinessTest['state'] | undefined =>
  tests.find((test) => test.id === id)?.state;

function insufficient({ coverage, unknown, scope }: Situation): string | undefined {
  if (!scope.trains && !scope.serves) return 'neither training nor serving was found in the repository';
  if (unknown > MOST_UNKNOWN) return `${Math.round(unknown * 100)} % of the relevant files could not be judged`;
  if (coverage < LEAST_COVERAGE)
    return `files speak for or against only ${Math.round(coverage * 100)} % of the tests that they could show`;
  return undefined;
}

function low({ findings, tests, score }: Situation): string | undefined {
  const open = findings.filter(({ allowed }) => allowed === undefined);
  const critical = open.find(({ severity }) => severity === 'critical');
  if (critical !== undefined) return `a critical finding is open: ${critical.message}`;
  if (findings.some(({ severity, allowed }) => severity === 'critical' && allowed !== undefined))
    return 'a critical finding was allowed, not mended';
  const decisive = tests.find(({ id, state }) => DECISIVE.includes(id) && state === 'contradicted');
  if (decisive !== undefined) return `${decisive.title.toLowerCase()}: contradicted, ${decisive.reason}`;
  return score.total === 0 ? 'one of the four sections has no evidence at all' : undefined;
}

/** Why the level is not high; undefined when it is. */
function notHigh({ findings, tests, score, coverage, unknown, settings }: Situation): string | undefined {
  const monitored =
    ['automated', 'not-applicable'].includes(stateOf(tests, 'O2') ?? '') || stateOf(tests, 'O7') === 'automated';
  if (!monitored) {
    const external = settings.declare.monitoring === 'external';
    return external
      ? 'monitoring is declared external and cannot be read'
      : 'no drift or quality monitor is seen to run';
  }
  if (findings.some(({ severity, allowed }) => allowed === undefined && severity === 'high'))
    return 'a high finding is open';
  if (score.total < 2) return `the weakest section scores ${score.total}`;
  if (coverage < HIGH_COVERAGE)
    return `files speak for ${Math.round(coverage * 100)} % of the tests that they could show`;
  if (unknown > HIGH_UNKNOWN) return 'some relevant files could not be judged';
  if (!['automated', 'documented'].includes(stateOf(tests, 'I4') ?? '')) return 'no quality gate is evidenced';
  const reversible = ['I6', 'I7'].some((id) => ['automated', 'documented'].includes(stateOf(tests, id) ?? ''));
  return reversible ? undefined : 'neither a canary nor a rollback is evidenced';
}

/** The level and the one reason that decides it. */
export function levelOf(situation: Situation): { readonly level: ReadinessLevel; readonly why: string } {
  const missing = insufficient(situation);
  if (missing !== undefined) return { level: 'insufficient evidence', why: missing };
  const bad = low(situation);
  if (bad !== undefined) return { level: 'low', why: bad };
  const reserve = notHigh(situation);
  return reserve === undefined
    ? { level: 'high', why: 'gate, rollback and monitoring are evidenced and nothing severe is open' }
    : { level: 'moderate', why: reserve };
}

/** The three facts that would raise the level, the weakest section's first. */
export function wouldRaise({ tests, score }: Scored): readonly string[] {
  const order = (id: string): number => {
    const test = RUBRIC.find((each) => each.id === id);
    return (DECISIVE.includes(id) ? -10 : 0) + (test === undefined ? 0 : score[test.section]);
  };
  return tests
    .filter(
      ({ id, state }) =>
        (state === 'not-evidenced' || state === 'documented') &&
        (RUBRIC.find((each) => each.id === id)?.reach ?? 'never') === 'full',
    )
    .sort((a, b) => order(a.id) - order(b.id))
    .slice(0, 3)
    .map(({ id, title }) => `${RUBRIC.find((each) => each.id === id)?.wouldCount} (${id}: ${title.toLowerCase()})`);
}

/** Share of the changed and configuring files that could not be judged. */
export function unknownShare(
  files: number,
  incidents: readonly Incident[],
  notEvaluated: readonly { readonly path: string }[],
): number {
  if (files === 0) return 0;
  const paths = new Set([
    ...incidents.filter(({ clouds }) => clouds).map(({ path }) => path),
    ...notEvaluated.map(({ path }) => path),
  ]);
  return Math.min(1, paths.size / Math.max(files, 20));
}

/** True when `a` promises less than `b`. */
export const isLower = (a: ReadinessLevel, b: ReadinessLevel): boolean =>
  READINESS_LEVELS.indexOf(a) < READINESS_LEVELS.indexOf(b);
