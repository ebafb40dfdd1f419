import { z } from 'zod';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { run } from '../run.ts';

const answer = z.array(
  z.object({
    filepath: z.string(),
    violations: z.array(
      z.object({
        line_no: z.number().optional(),
        start_line_no: z.number().optional(),
        line_pos: z.number().optional(),
        start_line_pos: z.number().optional(),
        code: z.string(),
        description: z.string(),
      }),
    ),
  }),
);

/** Rules about what a query means; layout and capitals are left to the team. The two generations have other names. */
const RULES = 'L025,L026,L028,L033,L043,L044,L051,AL05,RF01,RF03,ST02,AM02,AM04,AM05,AM08';
const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  L044: ['sql-select-star-training'],
  AM04: ['sql-select-star-training'],
  AM08: ['sql-cartesian'],
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const sqlfluff: Adapter = {
  tool: 'sqlfluff',
  versions: { from: '1.4', below: '4', tested: '1.4.5' },
  reads: (path) => path.endsWith('.sql'),
  async run({ folder, text }, paths) {
    // Templates would be rendered, which evaluates what the change wrote.
    const plain = paths.filter((path) => !/\{\{|\{%/.test(text(path)));
    if (plain.length === 0) return { kind: 'answered', observations: [] };
    const argv = [
      'sqlfluff',
      'lint',
      '--format',
      'json',
      '--dialect',
      'ansi',
      '--templater',
      'raw',
      '--ignore',
      'parsing',
      '--rules',
      RULES,
      '--nofail',
      ...plain,
    ] as const;
    const outcome = await run([...argv] as [string, ...string[]], folder);
    if (outcome.kind !== 'ended')
      return { kind: 'failed', why: outcome.kind === 'missing' ? 'is not installed' : outcome.why };
    const parsed = answer.safeParse(parse(outcome.out));
    if (!parsed.success)
      return { kind: 'failed', why: `printed something else than its JSON (status ${outcome.status})` };
    const observations = parsed.data.flatMap(({ filepath, violations }) => {
      const path = ownPath(filepath, plain);
      if (path === undefined) return [];
      return violations.map((each): ToolObservation => {
        const line = each.start_line_no ?? each.line_no ?? 1;
        const column = each.start_line_pos ?? each.line_pos ?? 1;
        return {
          tool: 'sqlfluff',
          rule: each.code,
          path,
          startLine: line,
          endLine: line,
          startColumn: column,
          endColumn: column,
          message: each.description.replace(/\s+/g, ' ').replace(/\.$/, ''),
          title: 'A query that may not mean what it says',
          severity: 'low',
          confidence: 'medium',
          persona: 'data-architect',
          concern: 'query-performance-and-patterns-for-ml',
          stage: 'data',
          docs: 'https://docs.sqlfluff.com/en/stable/reference/rules.html',
          sameAs: SAME_AS[each.code] ?? [],
        };
      });
    });
    return { kind: 'answered', observations };
  },
};
