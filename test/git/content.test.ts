import { contentOf, lineCount, TEXT_LIMIT } from '../../src/git/content.ts';
import { patchReader } from '../../src/git/patch.ts';

describe('what a blob is', () => {
  test('text in UTF-8, with and without a byte order mark', () => {
    expect(contentOf(Buffer.from('größe\r\n'))).toEqual({ kind: 'text', text: 'größe\r\n', lossy: false });
    expect(contentOf(Buffer.from('\ufeffa: 1\n'))).toEqual({ kind: 'text', text: 'a: 1\n', lossy: false });
    expect(contentOf(Buffer.from(''))).toEqual({ kind: 'text', text: '', lossy: false });
  });

  test('UTF-16 in both byte orders', () => {
    const little = Buffer.from('\ufeffx = "é"\n', 'utf16le');
    expect(contentOf(little)).toEqual({ kind: 'text', text: 'x = "é"\n', lossy: false });
    expect(contentOf(Buffer.from(little).swap16())).toEqual({ kind: 'text', text: 'x = "é"\n', lossy: false });
  });

  test('a few bad bytes are lossy text, many are bytes', () => {
    const latin = Buffer.from('# r\xe9sum\xe9 of the training run, written long ago\nx = 1\n', 'latin1');
    expect(contentOf(latin)).toMatchObject({ kind: 'text', lossy: true });
    const noise = Buffer.from(Array.from({ length: 400 }, (_, index) => 128 + ((index * 37) % 128)));
    expect(contentOf(noise)).toMatchObject({ kind: 'bytes' });
    expect(contentOf(Buffer.from([80, 75, 3, 4, 0, 0]))).toMatchObject({ kind: 'bytes' });
    expect(contentOf(Buffer.from([0xff, 0xfe, 0x00]))).toMatchObject({ kind: 'bytes' });
  });

  test('the size limit of text is met exactly', () => {
    expect(contentOf(Buffer.alloc(TEXT_LIMIT, 'a'))).toMatchObject({ kind: 'text' });
    expect(contentOf(Buffer.alloc(TEXT_LIMIT + 1, 'a'))).toEqual({
      kind: 'withheld',
      reason: 'too-large',
      size: TEXT_LIMIT + 1,
    });
    expect(contentOf(Buffer.alloc(TEXT_LIMIT + 1))).toMatchObject({ kind: 'bytes' });
  });

  test('a pointer to large file storage is told from text that looks like one', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`;
    expect(contentOf(Buffer.from(pointer))).toEqual({ kind: 'lfs-pointer', oid: 'ab'.repeat(32), size: 12345 });
    expect(contentOf(Buffer.from(pointer.replace('size', 'sighs')))).toMatchObject({ kind: 'text' });
  });

  test('lines are counted as git counts them', () => {
    expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map(lineCount)).toEqual([0, 1, 1, 2, 2]);
  });
});

test('lines of a file that look like a patch do not start a section', () => {
  const patch = [
    'diff --git "a/x\\ndiff --git" b/y',
    'index 1..2 100644',
    '--- a/x',
    '+++ b/x',
    '@@ -1,2 +1,2 @@ diff --git',
    '-@@ -9 +9 @@',
    '-diff --git a b',
    '+Binary files differ',
    '+diff --git a b',
    '\\ No newline at end of file',
    'diff --git a/z b/z',
    'Binary files a/z and b/z differ',
    '',
  ].join('\n');
  const expected = [
    {
      binary: false,
      cut: false,
      hunks: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, added: [1, 2], removed: [1, 2] }],
    },
    { binary: true, cut: false, hunks: [] },
  ];
  for (const size of [1, 2, 3, 7, 1000]) {
    const reader = patchReader({ left: 1000 });
    const bytes = Buffer.from(patch);
    for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
    expect(reader.sections).toEqual(expected);
  }
});

test('more lines than a snapshot can hold are left out file by file', () => {
  const file = (lines: number) => Buffer.from(`diff --git a b\n@@ -0,0 +1,${lines} @@\n`);
  const reader = patchReader({ left: 200 });
  for (const lines of [100, 1_000_000_000, 50]) reader.take(file(lines));
  expect(reader.sections.map(({ cut, hunks }) => [cut, hunks.length])).toEqual([
    [false, 1],
    [true, 0],
    [false, 1],
  ]);
});
