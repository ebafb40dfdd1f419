import { repoPath } from '../../src/core/location.ts';
import { anchorOf, suggestible, suggestionAnchor } from '../../src/github/anchor.ts';
import { adding, change, finding, removing } from './report.ts';

describe('anchorOf', () => {
  test('one added line', () => {
    expect(anchorOf(finding(5), [change([adding(3, 4)])])).toEqual({ path: 'src/train.py', side: 'RIGHT', line: 5 });
  });

  test('a range inside one hunk hangs on all of it', () => {
    const anchor = anchorOf(finding(4, { startLine: 4, endLine: 6 }), [change([adding(3, 4)])]);
    expect(anchor).toEqual({ path: 'src/train.py', side: 'RIGHT', startLine: 4, line: 6 });
  });

  test('a range over two hunks hangs on its first added line', () => {
    const anchor = anchorOf(finding(4, { startLine: 4, endLine: 20 }), [change([adding(5, 2), adding(15, 2)])]);
    expect(anchor).toEqual({ path: 'src/train.py', side: 'RIGHT', line: 5 });
  });

  test('a very long range hangs on one line', () => {
    const anchor = anchorOf(finding(1, { startLine: 1, endLine: 90 }), [change([adding(1, 100)])]);
    expect(anchor).toEqual({ path: 'src/train.py', side: 'RIGHT', line: 1 });
  });

  test('nothing outside added lines, on binary files, on files too large for a diff, on files without a change', () => {
    expect(anchorOf(finding(9), [change([adding(3, 4)])])).toBeUndefined();
    expect(anchorOf(finding(3), [change([adding(3, 4)], { binary: true })])).toBeUndefined();
    expect(anchorOf(finding(3), [change([adding(1, 20_001)])])).toBeUndefined();
    expect(anchorOf(finding(3), [])).toBeUndefined();
  });

  test('what was removed hangs on the left, under the name that the file has now', () => {
    const renamed = change([removing(7, 2)], {
      kind: 'renamed',
      path: repoPath('src/fit.py'),
      from: repoPath('src/train.py'),
    });
    expect(anchorOf(finding(7, { side: 'base' }), [renamed])).toEqual({ path: 'src/fit.py', side: 'LEFT', line: 7 });
  });

  test('a deleted file takes comments on the left only', () => {
    const deleted = change([removing(1, 9)], { kind: 'deleted' });
    expect(anchorOf(finding(3, { side: 'base' }), [deleted])).toMatchObject({ side: 'LEFT' });
    expect(anchorOf(finding(3), [deleted])).toBeUndefined();
  });
});

describe('suggestions', () => {
  const suggestion = { startLine: 4, endLine: 5, text: 'better' };

  test('fit only on exactly their lines at head', () => {
    const it = finding(4, { startLine: 4, endLine: 5, suggestion });
    expect(suggestible(it, { path: 'p', side: 'RIGHT', startLine: 4, line: 5 })).toBe(true);
    expect(suggestible(it, { path: 'p', side: 'RIGHT', line: 5 })).toBe(false);
    expect(suggestible(it, { path: 'p', side: 'LEFT', startLine: 4, line: 5 })).toBe(false);
  });

  test('move the anchor to their lines where one hunk holds them', () => {
    const it = finding(4, { suggestion });
    expect(suggestionAnchor(it, [change([adding(3, 4)])])).toMatchObject({ startLine: 4, line: 5 });
    expect(suggestionAnchor(it, [change([adding(4, 1)])])).toBeUndefined();
  });
});
