import { repoPath } from '../../src/core/location.ts';
import { frameOf } from '../../src/report/frame.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { finding, healthyReport, report, SOURCES } from './fixtures.ts';
import { dice, hostileText } from './random.ts';

const grey = { colour: false, sources: SOURCES };

describe('at a terminal', () => {
  const text = renderTerminal(report(), grey);

  test('a finding shows its code, its proof and its mend', () => {
    expect(text).toContain(`high     src/train.py:10:10 ML Engineer · leak-fit-on-test
  \`scaler.fit_transform(X_test)\` learns from the test rows, so the score below it is optimistic.
     8 │ scaler = StandardScaler()
     9 │ X_train = scaler.fit_transform(X_train)
  ▸ 10 │ X_test = scaler.fit_transform(X_test)
       │          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    11 │ print(model.score(X_test, y_test))
  evidence src/train.py:7 splits
  evidence src/train.py:11 reports this score
  fix      Fit on the training rows only, and transform the test rows with what was learned there.
           + X_test = scaler.transform(X_test)
`);
  });

  test('the verdict stands last, where people look', () => {
    expect(text.trimEnd().split('\n').slice(-2)).toEqual([
      'Blocked: 3 introduced findings at or above high must be fixed before merge.',
      '1 critical, 3 high, 1 medium, 1 low introduced · 1 older · 5 of 6 changed files read',
    ]);
  });

  test('colour is asked for, and without it there is none', () => {
    expect(text).not.toContain('\u001b');
    const coloured = renderTerminal(report(), { ...grey, colour: true });
    expect(coloured).toContain('\u001b[31m');
    expect(coloured).not.toContain('`');
  });

  test('a healthy change is one line', () => {
    expect(renderTerminal(healthyReport(), grey)).toBe('✓ nothing to raise in 3 changed files\n');
    expect(renderMarkdown(healthyReport())).toBe('Nothing to raise in 3 changed files.\n');
  });

  test('nothing from the change reaches the terminal as a command', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const roll = dice(seed);
      const source = Array.from({ length: 12 }, () => hostileText(roll, 9)).join('\n');
      const bad = finding({
        message: hostileText(roll, 9),
        remedy: hostileText(roll, 9),
        evidence: [{ path: repoPath('a'), line: 1, note: hostileText(roll, 4) }],
      });
      const shown = renderTerminal(report({ findings: [bad] }), {
        colour: false,
        sources: new Map([['src/train.py', source]]),
      });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the very characters that must not be there
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(shown).not.toContain('ghp_0123');
    }
  });
});

describe('a code frame', () => {
  const source = 'a\r\nbb\r\nccc\r\ndddd\r\n';
  const at = (startLine: number, endLine: number, startColumn: number, endColumn: number) => ({
    concern: 'x',
    startLine,
    endLine,
    startColumn,
    endColumn,
  });

  test('has two lines around, and no line after the last', () => {
    expect(frameOf(source, at(4, 4, 2, 4)).map(({ number, text }) => `${number} ${text}`)).toEqual([
      '2 bb',
      '3 ccc',
      '4 dddd',
    ]);
    expect(frameOf('one', at(1, 1, 1, 4))).toEqual([
      { number: 1, text: 'one', flagged: true, mark: { start: 0, end: 3 } },
    ]);
    expect(frameOf('one', at(9, 9, 1, 2))).toEqual([]);
    expect(frameOf('', at(1, 1, 1, 1))).toEqual([{ number: 1, text: '', flagged: true }]);
  });

  test('marks every line of a range', () => {
    const marks = frameOf('x(\n  a,\n  b)', at(1, 3, 2, 5)).map(({ mark }) => mark);
    expect(marks).toEqual([
      { start: 1, end: 2 },
      { start: 2, end: 4 },
      { start: 2, end: 4 },
    ]);
  });

  test('of an endless line is a window on the flagged part', () => {
    const [line] = frameOf(`${'x'.repeat(100_000)}FLAG${'y'.repeat(100_000)}`, at(1, 1, 100_001, 100_005));
    expect(line?.text.slice(line.mark?.start, line.mark?.end)).toBe('FLAG');
    expect(line?.text.length).toBeLessThan(250);
  });

  test('keeps its mark where tabs and hidden characters grow', () => {
    const [line] = frameOf('\t\u202ebad()', at(1, 1, 3, 8));
    expect(line?.text).toBe('    [U+202E]bad()');
    expect(line?.text.slice(line.mark?.start, line.mark?.end)).toBe('bad()');
  });

  test('never shows the secret it is about', () => {
    const [line] = frameOf('token = s3cr3t-of-no-known-shape', { ...at(1, 1, 9, 33), concern: 'secret-exposure' });
    expect(line?.text).toBe('token = ****');
    const [other] = frameOf('x = "ghp_0123456789012345678901234567890123"', at(1, 1, 1, 2));
    expect(other?.text).toBe('x = "ghp_****"');
  });
});

describe('Markdown', () => {
  const text = renderMarkdown(report());

  test('holds all that the summary may leave out', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => finding({ startLine: index + 1 }));
    expect(renderMarkdown(report({ findings: many }))).not.toContain('left out');
    expect(text).toContain('**Evidence** `src/train.py:7` splits; `src/train.py:11` reports this score. **Fix** Fit');
    expect(text).toContain('`aaaaaaaaaaaa` to `bbbbbbbbbbbb` · ml-review 0.1.0\n');
  });
});
