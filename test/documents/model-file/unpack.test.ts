import { execFileSync } from 'node:child_process';
import { unbzip2 } from '../../../src/documents/model-file/archive/bzip2.ts';
import type { Inflated } from '../../../src/documents/model-file/archive/inflate.ts';
import { unlz4 } from '../../../src/documents/model-file/archive/lz4.ts';
import { unlzma, unxz } from '../../../src/documents/model-file/archive/lzma.ts';
import { type ByteSource, bytesSource } from '../../../src/documents/model-file/source.ts';

type Unpack = (source: ByteSource, most: number) => Inflated;

/** Compresses with the machine's python3; undefined where there is none. */
function packed(call: string, data: Uint8Array): Buffer | undefined {
  const script = `import bz2, lzma, sys; sys.stdout.buffer.write(${call}(sys.stdin.buffer.read()))`;
  try {
    return execFileSync('python3', ['-c', script], { input: data, maxBuffer: 2 ** 26 });
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

/** Numbers that look random and are the same in every run. */
function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

const words = Buffer.from(Array.from(noise(20_000), (byte) => ['ab', 'abc', '\n', 'loss', ' 0.5'][byte % 5]).join(''));
const DATA: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Buffer.from('x')],
  ['runs of one byte', Buffer.concat([Buffer.alloc(300, 'a'), Buffer.alloc(4, 'b'), Buffer.alloc(259, 'c')])],
  ['zeros', new Uint8Array(150_000)],
  ['words', words],
  ['noise', noise(70_000)],
  ['every byte', Buffer.concat(Array.from({ length: 40 }, () => Uint8Array.from({ length: 256 }, (_, byte) => byte)))],
];

const FORMATS: readonly (readonly [string, string, Unpack])[] = [
  ['bzip2', 'bz2.compress', unbzip2],
  ['bzip2 in small blocks', '(lambda data: bz2.compress(data, 1))', unbzip2],
  ['xz', 'lzma.compress', unxz],
  ['xz without effort', '(lambda data: lzma.compress(data, preset=0))', unxz],
  ['LZMA', '(lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE))', unlzma],
  [
    'LZMA with other properties',
    "(lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, filters=[{'id': lzma.FILTER_LZMA1, 'lc': 0, 'lp': 2, 'pb': 0}]))",
    unlzma,
  ],
];

describe.each(FORMATS)('%s', (_, call, unpack) => {
  test.each(DATA)('%s', (_name, data) => {
    const bytes = packed(call, data);
    if (bytes === undefined) return;
    const found = unpack(bytesSource(bytes), 1_000_000);
    expect([found.ended, found.used]).toEqual(['end', bytes.length]);
    expect(Buffer.compare(Buffer.from(found.bytes), Buffer.from(data))).toBe(0);
  });

  test('a limit and a cut keep what came out before them', () => {
    const bytes = packed(call, words);
    if (bytes === undefined) return;
    const limited = unpack(bytesSource(bytes), 1_000);
    expect([limited.ended, Buffer.from(limited.bytes).toString()]).toEqual(['limit', words.toString('utf8', 0, 1_000)]);
    const cut = unpack(bytesSource(bytes.subarray(0, bytes.length >> 1)), 1_000_000);
    expect(cut.ended).toBe('damaged');
    expect(words.subarray(0, cut.bytes.length).equals(Buffer.from(cut.bytes))).toBe(true);
  });

  test('damaged streams end, and never throw', () => {
    const bytes = packed(call, words.subarray(0, 3_000));
    if (bytes === undefined) return;
    for (let seed = 1; seed <= 300; seed++) {
      const hurt = Buffer.from(bytes);
      for (const at of noise(6, seed * 7_919)) hurt[(at * 257 + seed * 31) % hurt.length] = (at * seed) & 255;
      const { ended, bytes: out } = unpack(bytesSource(hurt), 100_000);
      expect(['end', 'limit', 'damaged']).toContain(ended);
      expect(out.length).toBeLessThanOrEqual(100_000);
    }
  });
});

describe('LZ4', () => {
  const frame = (block: readonly number[]): Buffer =>
    Buffer.from([
      4,
      0x22,
      0x4d,
      0x18,
      0x60,
      0x40,
      0x82,
      block.length & 255,
      block.length >> 8,
      0,
      0,
      ...block,
      0,
      0,
      0,
      0,
    ]);
  const letters = (text: string): readonly number[] => [...Buffer.from(text)];
  const said = (bytes: Uint8Array): string => {
    const { bytes: out, ended } = unlz4(bytesSource(bytes), 1_000);
    return `${ended} ${Buffer.from(out).toString()}`;
  };

  test('literals, repetitions that reach into themselves, long lengths', () => {
    expect(said(frame([0x35, ...letters('abc'), 3, 0, 0x20, ...letters('!?')]))).toBe('end abcabcabcabc!?');
    expect(said(frame([0x1f, 97, 1, 0, 10, 0x10, 98]))).toBe(`end ${'a'.repeat(1 + 15 + 10 + 4)}b`);
    const long = 'x'.repeat(300);
    expect(said(frame([0xf0, 255, 30, ...letters(long)]))).toBe(`end ${long}`);
  });

  test('a distance of nothing, or to before the frame, is a break', () => {
    expect(said(frame([0x35, ...letters('abc'), 0, 0]))).toBe('damaged abc');
    expect(said(frame([0x35, ...letters('abc'), 4, 0]))).toBe('damaged abc');
    expect(said(frame([0x35, ...letters('abc')]).subarray(0, 12))).toBe('damaged ');
  });

  test('damaged frames end, and never throw', () => {
    const good = frame([0x35, ...letters('abc'), 3, 0, 0x20, ...letters('!?')]);
    for (let seed = 1; seed <= 500; seed++) {
      const hurt = Buffer.from(good);
      hurt[4 + (seed % (hurt.length - 4))] = (seed * 37) & 255;
      expect(['end', 'limit', 'damaged']).toContain(unlz4(bytesSource(hurt), 1_000).ended);
    }
  });
});
