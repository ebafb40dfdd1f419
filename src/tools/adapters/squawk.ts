import { z } from 'zod';
import type { Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { askJson, sentence } from '../answer.ts';

/** Lines and columns start at 0; `line_end` is not there in squawk 1, whose answer is refused. */
const answer = z.array(
  z.object({
    file: z.string(),
    line: z.number(),
    line_end: z.number(),
    column: z.number(),
    column_end: z.number(),
    message: z.string(),
    rule_name: z.string(),
  }),
);

/** Choice of types and of wording; they lose and lock nothing. */
const OFF = [
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  'prefer-robust-stmts',
  'prefer-text-field',
  'prefer-timestamp-tz',
  'require-timeout-settings',
];

interface Rule {
  readonly severity: Severity;
  readonly concern: string;
  readonly sameAs: readonly string[];
}

const LOSES: Rule = {
  severity: 'high',
  concern: 'migration-safety',
  sameAs: ['feature-column-dropped', 'destructive-ml-table-change', 'sql-destructive-without-where'],
};
const RULES: Readonly<Record<string, Rule>> = {
  'ban-drop-column': LOSES,
  'ban-drop-table': LOSES,
  'ban-drop-database': LOSES,
  'ban-truncate-cascade': LOSES,
  'changing-column-type': { ...LOSES, severity: 'medium' },
  'renaming-column': { ...LOSES, severity: 'medium' },
  'renaming-table': { ...LOSES, severity: 'medium' },
};
const LOCKS: Rule = { severity: 'medium', concern: 'migration-safety', sameAs: [] };

/**
 * squawk over changed PostgreSQL migrations. It obeys `squawk-ignore`, which the checkout puts out of force.
 */
export const squawk: Adapter = {
  tool: 'squawk',
  versions: { from: '2.0', below: '3', tested: '2.66.0' },
  reads: (path) => /\.sql$/.test(path) && /(^|\/)(migrations?|flyway|alembic)\/|(^|\/)[VU]\d[\w.]*__/i.test(path),
  async run({ folder, text }, paths) {
    const off = OFF.flatMap((rule) => ['--exclude', rule]);
    const reading = await askJson(['squawk', '--reporter', 'Json', ...off, ...paths], folder, answer, 1);
    if (!reading.ok) return reading.answer;
    const observations = reading.data.flatMap((each): readonly ToolObservation[] => {
      const path = ownPath(each.file, paths);
      // A dialect that it does not know is no defect of the migration.
      if (path === undefined || each.rule_name === 'syntax-error') return [];
      const lines = text(path).split('\n');
      const silenced = [lines[each.line], lines[each.line - 1]].some((line) => /squawk-ignore/.test(line ?? ''));
      return [
        {
          tool: 'squawk',
          rule: each.rule_name,
          path,
          startLine: each.line + 1,
          endLine: Math.max(each.line, each.line_end) + 1,
          startColumn: each.column + 1,
          endColumn: each.column_end + 1,
          message: sentence(each.message),
          title: 'Migration that locks or loses data',
          confidence: 'medium',
          persona: 'data-architect',
          stage: 'data',
          docs: `https://squawkhq.com/docs/${each.rule_name}`,
          ...(RULES[each.rule_name] ?? LOCKS),
          ...(silenced ? { silencedBy: '-- squawk-ignore' } : {}),
        },
      ];
    });
    return { kind: 'answered', observations };
  },
};
