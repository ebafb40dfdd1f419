import { z } from 'zod';
import type { Confidence, Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { run } from '../run.ts';

const result = z.object({
  filename: z.string(),
  line_number: z.number(),
  line_range: z.array(z.number()).optional(),
  issue_text: z.string(),
  issue_severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNDEFINED']),
  issue_confidence: z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNDEFINED']),
  test_id: z.string(),
  test_name: z.string(),
  more_info: z.string().optional(),
});
const answer = z.object({ results: z.array(result) });

/**
 * Tests that only make noise in ML code (asserts, `subprocess` imported, pseudo-random numbers, `try/except/pass`), or
 * whose subject a check of ours judges with more knowledge.
 */
const OFF = [
  'B101',
  'B110',
  'B112',
  'B311',
  'B322',
  'B403',
  'B404',
  'B405',
  'B406',
  'B407',
  'B408',
  'B409',
  'B410',
  'B411',
  'B412',
  'B603',
  'B607',
];

/** Checks of ours that say the same, and the concern. */
const KNOWN: Readonly<Record<string, { readonly concern: string; readonly sameAs: readonly string[] }>> = {
  B102: { concern: 'injection', sameAs: ['sec-eval-exec'] },
  B105: { concern: 'secret-exposure', sameAs: ['sec-hardcoded-secret'] },
  B106: { concern: 'secret-exposure', sameAs: ['sec-hardcoded-secret'] },
  B107: { concern: 'secret-exposure', sameAs: ['sec-hardcoded-secret'] },
  B113: { concern: 'insecure-defaults', sameAs: ['serve-no-timeout'] },
  B201: { concern: 'insecure-defaults', sameAs: ['serve-flask-dev-server'] },
  B301: { concern: 'unsafe-model-artifacts', sameAs: ['sec-unsafe-unpickle'] },
  B302: { concern: 'unsafe-model-artifacts', sameAs: ['sec-unsafe-unpickle'] },
  B307: { concern: 'injection', sameAs: ['sec-eval-exec'] },
  B506: { concern: 'insecure-defaults', sameAs: ['sec-yaml-unsafe'] },
  B608: { concern: 'injection', sameAs: ['sql-string-built'] },
  B614: { concern: 'unsafe-model-artifacts', sameAs: ['sec-torch-load'] },
  B615: { concern: 'unsafe-model-artifacts', sameAs: ['sec-hf-revision-unpinned'] },
};

/** Bandit knows three levels and rates the pattern, not the place: its high is our medium unless it is sure. */
function severityOf(severity: string, confidence: string): Severity {
  if (severity === 'HIGH') return confidence === 'HIGH' ? 'high' : 'medium';
  return severity === 'MEDIUM' ? 'medium' : 'low';
}

const confidenceOf = (confidence: string): Confidence => (confidence === 'HIGH' ? 'medium' : 'low');

export const bandit: Adapter = {
  tool: 'bandit',
  versions: { from: '1.6', below: '2', tested: '1.6.2' },
  reads: (path) => path.endsWith('.py'),
  async run({ folder, text }, paths) {
    // What the author silenced is asked for too, and shown as allowed by the author.
    const outcome = await run(
      ['bandit', '--format', 'json', '--quiet', '--ignore-nosec', '--skip', OFF.join(','), ...paths],
      folder,
    );
    if (outcome.kind !== 'ended')
      return { kind: 'failed', why: outcome.kind === 'missing' ? 'is not installed' : outcome.why };
    if (outcome.status > 1)
      return { kind: 'failed', why: `ended with status ${outcome.status}: ${outcome.err.trim().slice(0, 200)}` };
    const parsed = answer.safeParse(parseJson(outcome.out));
    if (!parsed.success) return { kind: 'failed', why: 'printed something else than its JSON' };
    const observations = parsed.data.results.flatMap((each): readonly ToolObservation[] => {
      const path = ownPath(each.filename, paths);
      if (path === undefined) return [];
      const known = KNOWN[each.test_id];
      const silenced = /#\s*nosec\b/i.test(text(path).split('\n')[each.line_number - 1] ?? '');
      return [
        {
          tool: 'bandit',
          rule: each.test_id,
          path,
          startLine: each.line_number,
          endLine: Math.max(each.line_number, each.line_range?.at(-1) ?? each.line_number),
          startColumn: 1,
          endColumn: 1,
          message: each.issue_text.replace(/\s+/g, ' ').replace(/\.$/, ''),
          title: each.test_name.replaceAll('_', ' '),
          severity: severityOf(each.issue_severity, each.issue_confidence),
          confidence: confidenceOf(each.issue_confidence),
          persona: 'security-auditor',
          concern: known?.concern ?? 'insecure-defaults',
          stage: 'deployment',
          docs: each.more_info ?? 'https://bandit.readthedocs.io/',
          sameAs: known?.sameAs ?? [],
          ...(silenced ? { silencedBy: '# nosec' } : {}),
        },
      ];
    });
    return { kind: 'answered', observations };
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
