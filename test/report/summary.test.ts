import { repoPath } from '../../src/core/location.ts';
import type { Report } from '../../src/core/report.ts';
import { CONFIDENCES, SEVERITIES } from '../../src/core/scale.ts';
import { renderWorkflow, toAnnotations } from '../../src/report/annotations.ts';
import { bytesOf, fit } from '../../src/report/budget.ts';
import { renderSummary, renderTitle, renderWithin, SUMMARY_BYTES } from '../../src/report/summary.ts';
import { finding, healthyReport, report } from './fixtures.ts';
import { tokensOf } from './markdown.ts';
import { dice, hostileText } from './random.ts';

const around = { commented: () => false };

describe('the title of the check run', () => {
  test('counts what the change brought and says what became of readiness', () => {
    expect(renderTitle(report())).toBe('1 critical, 3 high, 1 medium, 1 low introduced · readiness moderate → low');
  });

  test('says that something could not be judged', () => {
    expect(renderTitle(report({ verdict: 'incomplete', findings: [] }))).toBe(
      'Not everything could be judged · readiness moderate → low',
    );
  });

  test('of a healthy change is its whole report', () => {
    const healthy = healthyReport();
    expect(renderTitle(healthy)).toBe('Nothing to raise in 3 changed files');
    expect(renderSummary(healthy, around)).toBe('Nothing to raise in 3 changed files.\n');
    expect(renderTitle({ ...healthy, participants: report().participants })).toBe(
      'Nothing to raise in 3 changed files; SRE degraded for want of required tools',
    );
    const older = { ...healthy, findings: [finding({ introduced: false })] };
    expect(renderSummary(older, around)).toBe(
      'Nothing to raise in 3 changed files; 1 older finding stands in the repository.\n',
    );
  });
});

describe('the summary', () => {
  const text = renderSummary(report(), around);

  test('goes from the verdict to the rest, worst first', () => {
    const order = [
      '**Blocked** · 3 introduced findings',
      'Degraded for want of required tools: SRE',
      '**Allowed by the author alone**',
      '### 🔴 Critical: 1',
      '### 🟠 High: 3',
      '### 🟡 Medium: 1',
      '### 🔵 Low: 1',
      '### Lifecycle',
      '### Constraints',
      '### Conflicts',
      '### Readiness: moderate → **low**',
      '### Coverage',
      'Participants',
      'Older than this change: 1',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('answers the four constraints', () => {
    expect(text).toContain('- ❌ **Is drift monitored, not just health?** The monitor');
    expect(text.match(/^- [✅❌➖·] \*\*.*\?\*\*/gmu)).toHaveLength(4);
  });

  test('gives both positions of a conflict, the trade-off and the question', () => {
    for (const part of [
      '**integrity against time to recover**',
      'Security Auditor: name the version',
      'SRE: keep a moving alias',
      '**Recommended** Pin the version',
      '**For you to decide** May a release bypass git?',
    ]) {
      expect(text).toContain(part);
    }
    const decided = report();
    const conflicts = decided.consolidation.conflicts.map((each) => ({ ...each, decided: 'pin it' }));
    const after = renderSummary({ ...decided, consolidation: { ...decided.consolidation, conflicts } }, around);
    expect(after).toContain('**Decided by you** pin it.');
    expect(after).not.toContain('For you to decide');
  });

  test('does not say a remedy twice', () => {
    expect(text.split('Name the version: ').length).toBe(2);
    const commented = renderSummary(report(), { commented: () => true });
    expect(commented).not.toContain('**Fix**');
  });

  test('links places where it can', () => {
    const linked = renderSummary(report(), {
      ...around,
      fileUrl: (path, line) => `https://example.com/${path}#L${line}`,
    });
    expect(linked).toContain('[`src/train.py:10`](https://example.com/src/train.py#L10)');
  });

  test('lists what is not known, shortly', () => {
    expect(text).toContain('5 of 6 changed files read. 1 file outside the change could not be read.');
    expect(text).toContain('- `conf/broken.yaml:3` the file is not YAML: a bracket is never closed.');
    expect(text).toContain('- `dvc.yaml` not evaluated for `dvc-lock-stale`: the stage is a template.');
    expect(text).toContain(
      '- Tools: ran Bandit 1.6.2; promtool missing (install prometheus); not run here: DVC, kubectl.',
    );
  });
});

describe('the budget', () => {
  test('holds for random reports of any size, with whole rows and closed markup', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const roll = dice(seed);
      const budget = 200 + Math.floor(roll() ** 3 * 70_000);
      const summary = renderWithin(randomReport(roll), around, budget);
      expect({ seed, over: Math.max(0, bytesOf(summary) - budget) }).toEqual({ seed, over: 0 });
      const kinds = tokensOf(summary);
      expect(kinds.filter(({ type }) => type === 'fence' || type === 'code_block')).toEqual([]);
      const html = kinds
        .filter(({ type }) => type.startsWith('html'))
        .map(({ content }) => content)
        .join('');
      expect(html.split('<details>').length).toBe(html.split('</details>').length);
      for (const row of summary.split('\n').filter((line) => line.startsWith('|')))
        expect(row.endsWith('|')).toBe(true);
    }
  });

  test('says how many rows it left out', () => {
    const many = report({ findings: Array.from({ length: 2_000 }, (_, line) => finding({ startLine: line + 1 })) });
    const summary = renderSummary(many, around);
    const rows = summary.split('\n').filter((line) => line.startsWith('- `src/train.py:')).length;
    expect(bytesOf(summary)).toBeLessThanOrEqual(SUMMARY_BYTES);
    expect(summary).toContain(`_${2_000 - rows} more high findings left out for length._`);
    expect(summary).toContain('### Readiness');
  });

  test('leaves nothing out where there is room', () => {
    const block = { head: 'h', rows: ['a', 'b'], tail: 't', left: (count: number) => `${count} left` };
    expect(fit([block, block], 1_000)).toBe('h\na\nb\n\nt\n\nh\na\nb\n\nt');
    expect(fit([block], 18)).toBe('h\na\n\n1 left\n\nt');
    expect(fit([block], 3)).toBe('');
  });
});

describe('annotations', () => {
  test('carry whole findings within the limits of GitHub', () => {
    const [first] = toAnnotations([finding()], report().participants);
    expect(first).toEqual({
      path: 'src/train.py',
      start_line: 10,
      end_line: 10,
      start_column: 10,
      end_column: 37,
      annotation_level: 'failure',
      title: 'High · ML Engineer · Data leakage',
      message:
        '`scaler.fit_transform(X_test)` learns from the test rows, so the score below it is optimistic.\nFit on the training rows only, and transform the test rows with what was learned there. (leak-fit-on-test)',
    });
  });

  test('have columns only on one line, and lines only at head', () => {
    expect(toAnnotations([finding({ side: 'base' })], [])).toEqual([]);
    expect(toAnnotations([finding({ endLine: 12 })], [])[0]).not.toHaveProperty('start_column');
    expect(toAnnotations([finding({ cell: 2, cellLine: 3 })], [])[0]?.message).toMatch(/^Cell 2, line 3: /);
  });

  test('as workflow commands stay within what a step may give, and on their line', () => {
    const roll = dice(7);
    const many = Array.from({ length: 60 }, (_, index) =>
      finding({
        severity: SEVERITIES[index % 4] ?? 'low',
        message: hostileText(roll, 9),
        path: repoPath(`a,b:c%/${index}.py`),
      }),
    );
    const lines = renderWorkflow(report({ findings: many }))
      .trimEnd()
      .split('\n');
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(10);
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toBe('30 more findings stand in the summary of this job.');
    expect(lines[0]).toMatch(
      /^::error file=a%2Cb%3Ac%25\/\d+\.py,line=10,endLine=10,col=10,endColumn=37,title=[^:]+::/,
    );
  });

  test('of a healthy change are none', () => {
    expect(renderWorkflow(healthyReport())).toBe('');
  });
});

function randomReport(roll: () => number): Report {
  const base = report();
  const texts = (count: number) => Array.from({ length: Math.floor(roll() * count) }, () => hostileText(roll, 20));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  return report({
    verdict: pick(['advise', 'block', 'incomplete']),
    why: hostileText(roll, 30),
    findings: Array.from({ length: Math.floor(roll() ** 4 * 500) }, (_, index) =>
      finding({
        severity: pick(SEVERITIES),
        confidence: pick(CONFIDENCES),
        introduced: roll() < 0.8,
        startLine: index + 1,
        message: hostileText(roll, 40),
        remedy: hostileText(roll, 40),
        path: repoPath(`src/${hostileText(roll, 2).replaceAll('\u0000', '').replaceAll('/', '')}a.py`),
        ...(roll() < 0.2 ? { allowed: { by: 'comment' as const, reason: hostileText(roll, 9) } } : {}),
      }),
    ),
    incidents: texts(20).map((message) => ({ kind: 'unread' as const, message, clouds: roll() < 0.7 })),
    notEvaluated: texts(60).map((reason) => ({ path: repoPath('a.py'), reason })),
    consolidation: {
      ...base.consolidation,
      recommendations: texts(20),
      readiness: { ...base.consolidation.readiness, why: hostileText(roll, 60), wouldRaise: texts(9) },
    },
  });
}
