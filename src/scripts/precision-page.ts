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
  /** Added lines of all text files, and of those that people write code and configuration in. */
  readonly added: number;
  readonly written: number;
  readonly loud: number;
  /** Different findings seen, in the whole tree too, and how many of them have a verdict. */
  readonly findings: number;
  readonly judged: number;
}

/** All that the page is made of. */
export interface Measured {
  readonly labels: readonly Label[];
  readonly checks: ReadonlyMap<string, CheckMeta>;
  readonly noise: readonly Noise[];
  /** Keys of labels whose finding the last measurement did not see any more. */
  readonly silent: ReadonlySet<string>;
  readonly corpus: readonly { readonly repository: string; readonly sha: string }[];
}

/** Checks measured on a labelled corpus of generated files, since real repositories seldom hold such files. */
export const MEASURED_ON_CORPUS: ReadonlyMap<string, string> = new Map([
  [
    'mf-pickle-dangerous-import',
    '517 labelled model files, generated and judged by `test/facts/model-files/corpus.test.ts`',
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
/** Findings of medium or worse for each added line of healthy code, at most. */
const BUDGET = 0.01;
const NEEDED: Partial<Readonly<Record<Severity, number>>> = { critical: 0.95, high: 0.9 };

interface Row {
  readonly check: string;
  readonly right: number;
  readonly wrong: number;
  /** Once wrong and not said any more; once right and not said any more. */
  readonly mended: number;
  readonly lost: number;
  readonly repositories: number;
}

/** Right and wrong verdicts on what the check still says. */
export function verdictsOf(
  check: string,
  labels: readonly Label[],
  silent: ReadonlySet<string>,
): Omit<Row, 'check' | 'repositories'> {
  const count = (verdict: Label['verdict'], said: boolean): number =>
    labels.filter((each) => each.check === check && each.verdict === verdict && silent.has(each.key) !== said).length;
  return {
    right: count('right', true),
    wrong: count('wrong', true),
    mended: count('wrong', false),
    lost: count('right', false),
  };
}

function rowsOf({ labels, silent }: Measured): readonly Row[] {
  const checks = [...new Set(labels.map((label) => label.check))].sort();
  return checks.map((check) => {
    const mine = labels.filter((label) => label.check === check);
    const repositories = new Set(mine.map(({ place }) => place.split('@')[0])).size;
    return { check, ...verdictsOf(check, labels, silent), repositories };
  });
}

/** Verdicts on findings that only a replayed change showed: their commit is not the pinned one. */
export function fromHistory({ labels, corpus }: Pick<Measured, 'labels' | 'corpus'>): readonly Label[] {
  const pinned = new Set(corpus.map(({ repository, sha }) => `${repository}@${sha.slice(0, 12)}`));
  return labels.filter(({ place }) => !pinned.has(place.split(':')[0] ?? ''));
}

/** Whether a check has earned `block`: enough cases, and the share its severity asks for. */
export function mayBlock(severity: Severity, right: number, wrong: number): boolean {
  const needed = NEEDED[severity] ?? 0.9;
  return right + wrong >= ENOUGH && right / (right + wrong) >= needed;
}

function tableRow(checks: Measured['checks'], row: Row): string {
  const { check, right, wrong, mended, lost, repositories } = row;
  const meta = checks.get(check);
  const share = right + wrong === 0 ? '-' : (right / (right + wrong)).toFixed(2);
  const earned = meta !== undefined && mayBlock(meta.severity, right, wrong) ? 'yes' : 'no';
  const cells = [check, meta?.severity ?? 'gone', right, wrong, mended, lost, repositories, share, earned];
  return `| ${cells.join(' | ')} | ${meta?.mode ?? 'comment'} |`;
}

function noiseRow({ repository, changes, added, written, loud, findings, judged }: Noise): string {
  const rate = (lines: number): string => (lines === 0 ? '-' : ((100 * loud) / lines).toFixed(2));
  const cells = [repository, changes, added, written, loud, rate(added), rate(written), findings, judged];
  return `| ${cells.join(' | ')} |`;
}

function noiseTable(noise: readonly Noise[]): string {
  const sum = (pick: (each: Noise) => number): number => noise.reduce((total, each) => total + pick(each), 0);
  const total: Noise = {
    repository: 'all',
    changes: sum((each) => each.changes),
    added: sum((each) => each.added),
    written: sum((each) => each.written),
    loud: sum((each) => each.loud),
    findings: sum((each) => each.findings),
    judged: sum((each) => each.judged),
  };
  return [...noise, total].map(noiseRow).join('\n');
}

/** `docs/precision.md`. */
export function precisionPage(measured: Measured): string {
  const { labels, checks, noise, silent } = measured;
  const right = labels.filter((label) => label.verdict === 'right').length;
  const history = fromHistory(measured);
  const historyRight = history.filter((label) => label.verdict === 'right').length;
  const over = noise.filter(({ loud, written }) => written > 0 && loud / written > BUDGET).length;
  const mended = labels.filter((label) => label.verdict === 'wrong' && silent.has(label.key)).length;
  return `<!-- written by npm run precision -->

# Measured precision

${labels.length} findings on real repositories have a verdict, ${right} of them right. ${history.length} of them come from replayed history, where each change
is reviewed against its parent; ${historyRight} of those are right. Those of history were judged from the code around them and the
change that brought them, most of the others from the message and the flagged line, doubtful ones from the code; findings of
one kind were judged as a group, and the literal behind a hub id in a variable was looked up by program. The verdicts with
their places are in \`test/precision/labels.tsv\`, the pinned repositories in \`test/precision/corpus.json\`.

A check may ship as \`block\` with at least ${ENOUGH} labelled cases and a share of 0.95 (critical) or 0.90 (others). The share is that of the
verdicts on what the check says today. \`mended\` counts verdicts wrong whose finding the last measurement did not see any more (${mended}
in all), \`lost\` the same for right ones: neither counts for the share. Severity is that of the check; in examples, tests and
documentation a finding is lowered, and many of the cases were read there.

| check | severity | right | wrong | mended | lost | repositories | share | may block | mode |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rowsOf(measured)
  .map((row) => tableRow(checks, row))
  .join('\n')}

## Measured on a generated corpus

These checks read files that real repositories seldom hold in the open. Their measurement is a corpus of generated files
whose label follows from how each was made; all of it has to be judged rightly by the test named here.

${[...MEASURED_ON_CORPUS].map(([check, how]) => `- \`${check}\`: ${how}`).join('\n')}

## Noise

New findings of medium or worse over the replayed history of each repository, one review for each change; the budget is one
per 100 added lines on healthy code. \`corpus.json\` says which changes: the last so many, and of those that touch configuration or
ML code each so many-th. The second rate counts only lines of files that people write code and configuration in, so that notebooks,
data and locks do not dilute it: by it ${over} of ${noise.length} repositories are over the budget. Many of them are examples and templates,
where findings are expected. The last two columns count different findings, in the whole tree too, and those with a verdict.
To measure again, with clones as \`owner/name\` or \`owner+name\` below a folder: \`ML_REVIEW_CORPUS=folder npm run precision\`,
with names of repositories behind \`--\` for some of them alone. A commit that a verdict names is reviewed even where it is not in the sample.

| repository | changes | added lines | of code and configuration | medium or worse | per 100 added lines | per 100 of code and configuration | findings | with a verdict |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${noiseTable(noise)}
`;
}
