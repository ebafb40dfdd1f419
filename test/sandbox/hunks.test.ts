import {
  findLine,
  findPosition,
  hunkDownTo,
  moveLine,
  parsePatch,
  refusals,
  sentenceOf,
} from '../../src/sandbox/hunks.ts';

const PATCH = [
  '@@ -1,3 +1,4 @@ def f():',
  ' a',
  '-b',
  '+B',
  '+C',
  ' d',
  '@@ -10,2 +11 @@',
  ' x',
  '-y',
  '\\ No newline at end of file',
].join('\n');

describe('hunks', () => {
  const hunks = parsePatch(PATCH);

  test('lines know their numbers on both sides and their position', () => {
    expect(hunks[0]?.lines.map(({ left, right, position }) => [left, right, position])).toEqual([
      [1, 1, 1],
      [2, null, 2],
      [null, 2, 3],
      [null, 3, 4],
      [3, 4, 5],
    ]);
    expect(hunks[1]?.lines.map(({ left, right, position }) => [left, right, position])).toEqual([
      [10, 11, 7],
      [11, null, 8],
    ]);
  });

  test('a line is found on its side only, or by its position', () => {
    expect(findLine(hunks, 'LEFT', 2)?.line.text).toBe('-b');
    expect(findLine(hunks, 'RIGHT', 5)).toBeUndefined();
    expect(findPosition(hunks, 8)?.line.text).toBe('-y');
    expect(findPosition(hunks, 6)).toBeUndefined();
  });

  test('the hunk kept with a comment ends at its line', () => {
    const found = findLine(hunks, 'RIGHT', 2);
    expect(found && hunkDownTo(found.hunk, found.line)).toBe('@@ -1,3 +1,4 @@ def f():\n a\n-b\n+B');
  });

  test('a range over two sides is judged by position', () => {
    const place = { side: 'RIGHT', line: 3, startSide: 'LEFT', startLine: 2 } as const;
    expect(refusals(hunks, place)).toEqual([]);
    expect(refusals(hunks, { ...place, side: 'LEFT', line: 2, startSide: 'RIGHT', startLine: 3 })).toEqual([
      'Pull request review thread start line must precede the end line.',
    ]);
  });

  test.each([
    ['before an insertion', '@@ -5,0 +6,2 @@\n+x\n+y', 5, 5],
    ['after an insertion', '@@ -5,0 +6,2 @@\n+x\n+y', 6, 8],
    ['inside a change', '@@ -5,2 +5 @@\n-x\n-y\n+z', 6, null],
    ['after a change', '@@ -5,2 +5 @@\n-x\n-y\n+z', 7, 6],
    ['after two changes', '@@ -1 +0,0 @@\n-x\n@@ -9,0 +9,3 @@\n+a\n+b\n+c', 20, 22],
    ['insertion at the top', '@@ -0,0 +1 @@\n+x', 1, 2],
    ['nothing changed', '', 7, 7],
  ])('a line %s', (_, patch, line, expected) => {
    expect(moveLine(parsePatch(patch), line)).toBe(expected);
  });

  test('sentences are joined as GitHub joins them', () => {
    expect([sentenceOf(['a']), sentenceOf(['a', 'b']), sentenceOf(['a', 'b', 'c'])]).toEqual([
      'a',
      'a and b',
      'a, b, and c',
    ]);
  });
});
