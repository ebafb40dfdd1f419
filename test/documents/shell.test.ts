import { shellCommands } from '../../src/documents/shell.ts';

const words = (text: string): readonly (readonly string[])[] =>
  shellCommands(text).map((each) => each.words.map((word) => word.text));

describe('shell text', () => {
  test('is split into simple commands', () => {
    const text = `A=1 pip install 'a b' "c$X" d\\ e && x || y | z; # no\n(q) &\nrun \\\n  --flag`;
    expect(words(text)).toEqual([
      ['A=1', 'pip', 'install', 'a b', 'c$X', 'd e'],
      ['x'],
      ['y'],
      ['z'],
      ['q'],
      ['run', '--flag'],
    ]);
    expect(shellCommands(text).map((each) => each.before)).toEqual(['', '&&', '||', '|', ';', ';']);
    expect(shellCommands(text)[0]?.words.map((word) => word.open)).toEqual([false, false, false, false, true, false]);
  });

  test('spans cover the written word', () => {
    const text = `echo "é𝄞" $(date; x) 2>&1`;
    const [command] = shellCommands(text);
    expect(command?.words.map(({ span }) => text.slice(span.start, span.end))).toEqual([
      'echo',
      '"é𝄞"',
      '$(date; x)',
      '2>&1',
    ]);
  });

  test('hostile text ends', () => {
    expect(words('"'.repeat(99_999))).toHaveLength(1);
    expect(words('$('.repeat(50_000)).length).toBeGreaterThan(0);
    expect(words(`a ${'x'.repeat(5_000_000)}`)).toHaveLength(1);
    expect(words('\\')).toHaveLength(1);
  });
});
