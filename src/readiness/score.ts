import type { Evidence, Finding } from '../core/finding.ts';
import type { Readiness, ReadinessTest } from '../core/report.ts';
import type { Project } from '../documents/project.ts';
import { type RubricTest, type Scope, SECTIONS, type Section } from './rubric.ts';
import { DATA_TESTS } from './tests-data.ts';
import { INFRASTRUCTURE_TESTS } from './tests-infrastructure.ts';
import { MODEL_TESTS } from './tests-model.ts';
import { MONITORING_TESTS } from './tests-monitoring.ts';

/** All 28, in the paper's order. */
export const RUBRIC: readonly RubricTest[] = [
  ...DATA_TESTS,
  ...MODEL_TESTS,
  ...INFRASTRUCTURE_TESTS,
  ...MONITORING_TESTS,
];

/** Largest sum that files alone can show, by section (12 tests in full, 10 by half, 6 never). */
const ATTAINABLE: Readonly<Record<Section, number>> = { data: 3, model: 3.5, infrastructure: 5, monitoring: 5.5 };

const REACH = { full: 1, partial: 0.5, never: 0 } as const;

function contradictions(test: RubricTest, findings: readonly Finding[]): readonly Evidence[] {
  return findings
    .filter(
      ({ check, allowed, severity }) =>
        allowed === undefined && severity !== 'low' && test.contradictedBy.includes(check),
    )
    .map(({ path, startLine, message }) => ({ path, line: startLine, note: message }));
}

/** The state of one test. No test scores without a place. */
export function rate(test: RubricTest, project: Project, scope: Scope, findings: readonly Finding[]): ReadinessTest {
  const { id, title } = test;
  if (!test.applies(scope))
    return {
      id,
      title,
      state: 'not-applicable',
      score: 0,
      evidence: [],
      reason: 'the repository has nothing that this is about',
    };
  if (test.reach === 'never')
    return { id, title, state: 'not-evidenced', score: 0, evidence: [], reason: 'no file of a repository can show it' };
  const against = contradictions(test, findings);
  if (against.length > 0)
    return { id, title, state: 'contradicted', score: 0, evidence: against, reason: against[0]?.note ?? '' };
  const { automated, documented } = test.signal(project);
  if (automated.length > 0) {
    return {
      id,
      title,
      state: 'automated',
      score: REACH[test.reach],
      evidence: automated,
      reason: automated[0]?.note ?? '',
    };
  }
  if (documented.length > 0) {
    return {
      id,
      title,
      state: 'documented',
      score: 0.5,
      evidence: documented,
      reason:
        test.reach === 'partial'
          ? (documented[0]?.note ?? '')
          : `${documented[0]?.note ?? ''}, and nothing is seen to run it`,
    };
  }
  return { id, title, state: 'not-evidenced', score: 0, evidence: [], reason: `would count: ${test.wouldCount}` };
}

/** Sum of a section, stretched to the whole table where tests do not apply. */
function sectionScore(section: Section, rated: ReadonlyMap<string, ReadinessTest>): number {
  const mine = RUBRIC.filter((test) => test.section === section);
  const applicable = mine.filter(({ id }) => rated.get(id)?.state !== 'not-applicable');
  const attainable = applicable.reduce((sum, { reach }) => sum + REACH[reach], 0);
  const sum = applicable.reduce((total, { id }) => total + (rated.get(id)?.score ?? 0), 0);
  if (attainable === 0) return ATTAINABLE[section];
  return Math.round((sum / attainable) * ATTAINABLE[section] * 10) / 10;
}

export interface Scored {
  readonly tests: readonly ReadinessTest[];
  readonly score: Readiness['score'];
  readonly coverage: number;
}

/** Rates all 28 tests; the total is the smallest section. */
export function scoreOf(project: Project, scope: Scope, findings: readonly Finding[]): Scored {
  const tests = RUBRIC.map((test) => rate(test, project, scope, findings));
  const rated = new Map(tests.map((test) => [test.id, test]));
  const [data = 0, model = 0, infrastructure = 0, monitoring = 0] = SECTIONS.map((section) =>
    sectionScore(section, rated),
  );
  const judged = RUBRIC.filter(({ id, reach }) => reach !== 'never' && rated.get(id)?.state !== 'not-applicable');
  const seen = judged.filter(({ id }) => rated.get(id)?.state !== 'not-evidenced');
  return {
    tests,
    score: { data, model, infrastructure, monitoring, total: Math.min(data, model, infrastructure, monitoring) },
    coverage: judged.length === 0 ? 0 : Math.round((seen.length / judged.length) * 100) / 100,
  };
}
