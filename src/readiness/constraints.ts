import type { Evidence } from '../core/finding.ts';
import type { Constraint, EvidenceState, ReadinessTest } from '../core/report.ts';

interface Line {
  readonly id: Constraint['id'];
  readonly question: string;
  /** Tests that answer it, the decisive one first, each with what is said when it found nothing. */
  readonly tests: Readonly<Record<string, string>>;
  /** Why the question does not arise. */
  readonly moot: string;
}

const LINES: readonly Line[] = [
  {
    id: 'reproducible',
    question: 'Are training and inference reproducible?',
    tests: {
      I1: 'no lock file, recorded pipeline or seed is found',
      O3: 'nothing shows that serving computes the features as training does',
    },
    moot: 'no model is trained or served from here',
  },
  {
    id: 'rollback',
    question: 'Is the model versioned, and can it be rolled back?',
    tests: {
      I7: 'no deployment names a fixed version of a model',
      I6: 'no canary or shadow step is found',
    },
    moot: 'no model is served from here',
  },
  {
    id: 'fairness',
    question: 'Are bias and fairness assessed?',
    tests: {
      M7: 'no evaluation by group or slice is found',
      M6: 'no evaluation by slice is found',
    },
    moot: 'no model is trained here',
  },
  {
    id: 'drift',
    question: 'Is drift monitored, not just health?',
    tests: {
      O2: 'no monitor of inputs or predictions is seen to run',
      O7: 'no monitor of the quality of predictions is seen to run',
    },
    moot: 'no model is served from here',
  },
];

const STATES: Readonly<Record<ReadinessTest['state'], EvidenceState>> = {
  automated: 'evidenced',
  documented: 'evidenced',
  contradicted: 'contradicted',
  'not-evidenced': 'not evidenced',
  'not-applicable': 'not applicable',
};

const ORDER: readonly ReadinessTest['state'][] = [
  'contradicted',
  'automated',
  'documented',
  'not-evidenced',
  'not-applicable',
];

const where = ({ path, line }: Evidence): string => `\`${path}:${line}\``;

function answerOf(line: Line, best: ReadinessTest): string {
  const [first] = best.evidence;
  if (best.state === 'contradicted') return `no: ${best.reason}`;
  if (best.state === 'automated') return `yes: ${best.reason}${first === undefined ? '' : ` (${where(first)})`}`;
  if (best.state === 'documented') return `in part: ${best.reason}${first === undefined ? '' : ` (${where(first)})`}`;
  return best.state === 'not-applicable' ? line.moot : (line.tests[best.id] ?? '');
}

/** The four lines that stand in every report. Drift written down but not run does not count as monitored. */
export function constraintsOf(tests: readonly ReadinessTest[]): readonly Constraint[] {
  return LINES.map((line) => {
    const mine = Object.keys(line.tests).flatMap((id) => tests.find((test) => test.id === id) ?? []);
    const [best] = [...mine].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    if (best === undefined)
      return { id: line.id, question: line.question, status: 'not evidenced', answer: line.moot, evidence: [] };
    const idle = line.id === 'drift' && best.state === 'documented';
    return {
      id: line.id,
      question: line.question,
      status: idle ? 'not evidenced' : STATES[best.state],
      answer: answerOf(line, best),
      evidence: best.evidence,
    };
  });
}
