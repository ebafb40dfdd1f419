import type { Severity } from '../core/scale.ts';
import type { CheckMeta } from '../kit/index.ts';

/** A finding on real code, waiting for or having a verdict. */
export interface Sighting {
  readonly repository: string;
  readonly sha: string;
  readonly path: string;
  readonly line: number;
  readonly check: string;
  readonly severity: Severity;
  readonly message: string;
  readonly key: string;
}

/** A human's verdict: key, right or wrong, check, place, why. */
export interface Label {
  readonly key: string;
  readonly verdict: 'right' | 'wrong';
  readonly check: string;
  readonly severity: string;
  readonly place: string;
  readonly why: string;
}

/** How loud the panel was over a repository's replayed history: `loud` counts new findings of medium or worse. */
export interface Noise {
  readonly repository: string;
  readonly changes: number;
  readonly added: number;
  readonly loud: number;
}

/** Checks measured on a labelled corpus of generated files, since real repositories seldom hold such files. */
export const MEASURED_ON_CORPUS: ReadonlyMap<string, string> = new Map([
  [
    'mf-pickle-dangerous-import',
    '382 labelled model files, generated and judged by `test/facts/model-files/corpus.test.ts`',
  ],
]);

/** Rows of `test/precision/labels.tsv`. Throws on a row that is not one. */
export function parseLabels(text: string): readonly Label[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line, index) => {
      const [key = '', verdict = '', check = '', severity = '', place = '', why = ''] = line.split('\t');
      if ((verdict !== 'right' && verdict !== 'wrong') || place === '' || why === '')
        throw new Error(`labels.tsv, row ${index + 1}: ${line}`);
      return { key, verdict, check, severity, place, why };
    });
}

/** Least number of labelled cases before a share says anything. */
const ENOUGH = 5;
const NEEDED: Partial<Readonly<Record<Severity, number>>> = { critical: 0.95, high: 0.9 };

interface Row {
  readonly check: string;
  readonly right: number;
  readonly wrong: number;
  readonly repositories: number;
}

function rowsOf(labels: readonly Label[]): readonly Row[] {
  const checks = [...new Set(labels.map((label) => label.check))].sort();
  return checks.map((check) => {
    const mine = labels.filter((label) => label.check === check);
    const right = mine.filter((label) => label.verdict === 'right').length;
    const repositories = new Set(mine.map(({ place }) => place.split('@')[0])).size;
    return { check, right, wrong: mine.length - right, repositories };
  });
}

/** Whether a check has earned `block`: enough cases, and the share its severity asks for. */
export function mayBlock(severity: Severity, right: number, wrong: number): boolean {
  const needed = NEEDED[severity] ?? 0.9;
  return right + wrong >= ENOUGH && right / (right + wrong) >= needed;
}

function noiseRow({ repository, changes, added, loud }: Noise): string {
  const rate = added === 0 ? '-' : ((100 * loud) / added).toFixed(2);
  return `| ${repository} | ${changes} | ${added} | ${loud} | ${rate} |`;
}

function noiseTable(noise: readonly Noise[]): string {
  const sum = (pick: (each: Noise) => number): number => noise.reduce((total, each) => total + pick(each), 0);
  const total: Noise = {
    repository: 'all',
    changes: sum((each) => each.changes),
    added: sum((each) => each.added),
    loud: sum((each) => each.loud),
  };
  return [...noise, total].map(noiseRow).join('\n');
}

/** `docs/precision.md`. */
export function precisionPage(
  labels: readonly Label[],
  checks: ReadonlyMap<string, CheckMeta>,
  noise: readonly Noise[],
): string {
  const rows = rowsOf(labels);
  const right = labels.filter((label) => label.verdict === 'right').length;
  const table = rows.map(({ check, right: good, wrong, repositories }) => {
    const meta = checks.get(check);
    const share = (good / (good + wrong)).toFixed(2);
    const earned = meta !== undefined && mayBlock(meta.severity, good, wrong) ? 'yes' : 'no';
    return `| ${check} | ${meta?.severity ?? 'gone'} | ${good} | ${wrong} | ${repositories} | ${share} | ${earned} | ${meta?.mode ?? 'comment'} |`;
  });
  return `<!-- written by npm run precision -->

# Measured precision

${labels.length} findings on real repositories have a verdict, ${right} of them right. Most were judged from the message and the flagged line,
doubtful ones from the code around it, and findings of one kind as a group; the literal behind a hub id in a variable was looked
up by program. The verdicts with their places are in
\`test/precision/labels.tsv\`, the pinned repositories in \`test/precision/corpus.json\`. A check may ship as \`block\` with at least
${ENOUGH} labelled cases and a share of 0.95 (critical) or 0.90 (others). A false alarm that was mended stays in the table as wrong
only while the check still says it. Severity is that of the check; in examples, tests and documentation a finding is lowered, and
many of the cases were read there.

| check | severity | right | wrong | repositories | share | may block | mode |
| --- | --- | --- | --- | --- | --- | --- | --- |
${table.join('\n')}

## Measured on a generated corpus

These checks read files that real repositories seldom hold in the open. Their measurement is a corpus of generated files
whose label follows from how each was made; all of it has to be judged rightly by the test named here.

${[...MEASURED_ON_CORPUS].map(([check, how]) => `- \`${check}\`: ${how}`).join('\n')}

## Noise

New findings of medium or worse over the replayed history of each repository, one review for each change; the budget is one
per 100 added lines on healthy code. Many of these repositories are examples and templates, where findings are expected.

| repository | changes | added lines | medium or worse | per 100 added lines |
| --- | --- | --- | --- | --- |
${noiseTable(noise)}
`;
}
