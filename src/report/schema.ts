import { z } from 'zod';
import { EVIDENCE_STATES, READINESS_LEVELS, VERDICTS } from '../core/report.ts';
import { CONFIDENCES, LIFECYCLE_STAGES, MODES, PLACEMENTS, SEVERITIES } from '../core/scale.ts';

const line = z.int().min(1);
const count = z.int().min(0);
const path = z.string().min(1).describe('Relative to the root of the repository, separated by slashes');
const severity = z.enum(SEVERITIES);
const texts = z.array(z.string());
const fingerprints = z.array(z.string()).describe('Fingerprints of findings');

const evidence = z.array(z.strictObject({ path, line, note: z.string() }));

const finding = z.strictObject({
  check: z.string(),
  persona: z.string(),
  alsoRaisedBy: texts,
  sources: texts.describe('`ml-review`, and `bandit:B301` for every tool that said the same'),
  severity,
  severityReason: z.string().optional().describe("Why the severity differs from the check's own"),
  confidence: z.enum(CONFIDENCES),
  stage: z.enum(LIFECYCLE_STAGES),
  mode: z.enum(MODES).exclude(['off']),
  concern: z.string().describe('The evaluate-for id of the persona'),
  title: z.string(),
  message: z.string(),
  remedy: z.string(),
  docs: z.string(),
  path,
  startLine: line,
  endLine: line,
  startColumn: line,
  endColumn: line.describe('Exclusive, in UTF-16 units'),
  cell: line.optional().describe('Notebooks only; startLine is the line in the file'),
  cellLine: line.optional(),
  side: z.enum(['base', 'head']),
  evidence,
  suggestion: z.strictObject({ startLine: line, endLine: line, text: z.string() }).optional(),
  placement: z.enum(PLACEMENTS),
  introduced: z.boolean(),
  fingerprint: z.string(),
  allowed: z.strictObject({ by: z.enum(['comment', 'waiver', 'baseline', 'reply']), reason: z.string() }).optional(),
});

const participant = z.strictObject({
  persona: z.string(),
  name: z.string(),
  concerns: z.array(z.strictObject({ concern: z.string(), title: z.string(), severity, findings: count })),
  risk: z.strictObject({ level: z.enum([...SEVERITIES, 'none']), why: z.string() }),
  recommendations: texts,
  notAssessed: z.array(z.strictObject({ concern: z.string(), why: z.string() })),
  tools: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['ok', 'missing', 'failed', 'not-run']),
      version: z.string().optional(),
      outside: z.literal(true).optional(),
      required: z.boolean(),
      note: z.string(),
    }),
  ),
  degraded: z.boolean(),
});

const gap = z.strictObject({
  status: z.enum(EVIDENCE_STATES),
  evidence,
  contradictions: evidence,
  wouldCount: texts,
});

const readiness = z.strictObject({
  confidence: z.enum(READINESS_LEVELS),
  why: z.string(),
  score: z.strictObject({
    data: z.number(),
    model: z.number(),
    infrastructure: z.number(),
    monitoring: z.number(),
    total: z.number().describe('The least of the four'),
  }),
  coverage: z.number().min(0).max(1),
  tests: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      state: z.enum(['automated', 'documented', 'contradicted', 'not-evidenced', 'not-applicable']),
      score: z.number(),
      evidence,
      reason: z.string(),
    }),
  ),
  wouldRaise: texts,
  before: z.enum(READINESS_LEVELS).optional().describe('The level at base'),
});

const position = z.strictObject({ persona: z.string(), says: z.string(), evidence });

const conflict = z.strictObject({
  id: z.string(),
  positions: z.tuple([position, position]),
  tradeOff: z.string(),
  resolution: z.string(),
  why: z.string(),
  escalate: z.strictObject({ question: z.string(), options: texts }).optional(),
  decided: z.string().optional(),
});

const consolidation = z.strictObject({
  lifecycle: z.strictObject({
    data: gap,
    training: gap,
    validation: gap,
    deployment: gap,
    monitoring: gap,
    'monitoring-health': gap,
    'monitoring-drift': gap,
  }),
  constraints: z.array(
    z.strictObject({
      id: z.enum(['reproducible', 'rollback', 'fairness', 'drift']),
      question: z.string(),
      status: z.enum(EVIDENCE_STATES),
      answer: z.string(),
      evidence,
    }),
  ),
  dataQuality: fingerprints,
  serving: fingerprints,
  securityAndPrivacy: fingerprints,
  recommendations: texts,
  readiness,
  conflicts: z.array(conflict),
});

const system = z.strictObject({
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      name: z.string(),
      environment: z.string().optional(),
      path,
      line,
      wired: z.strictObject({ holds: texts, fails: texts }).optional(),
    }),
  ),
  edges: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      kind: z.string(),
      path,
      line,
      traffic: z.number().min(0).max(100).optional().describe('Percent of the requests that go this way'),
    }),
  ),
});

const incident = z.strictObject({
  kind: z.enum([
    'unparsable',
    'withheld',
    'check-crashed',
    'budget-exceeded',
    'configuration',
    'tool-failed',
    'unread',
  ]),
  path: path.optional(),
  line: line.optional(),
  message: z.string(),
  check: z.string().optional(),
  clouds: z.boolean().describe('False when the incident says nothing about the change'),
});

/** The report as `--format json` prints it. */
export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    version: z.string(),
    base: z.string(),
    head: z.string(),
    verdict: z.enum(VERDICTS),
    why: z.string(),
    findings: z.array(finding).describe('Worst first; introduced before older'),
    participants: z.array(participant),
    consolidation,
    system,
    incidents: z.array(incident),
    notEvaluated: z.array(z.strictObject({ path, reason: z.string(), check: z.string().optional() })),
    coverage: z.strictObject({ files: count, read: count }),
  })
  .describe('Report of the ML Review Panel about one change');

export type ReportJson = z.infer<typeof reportSchema>;

/** JSON Schema (draft 7) of the report, for `docs/report.schema.json`. Ends with a line feed. */
export function renderReportSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(reportSchema, { target: 'draft-7' }), null, 2)}\n`;
}
