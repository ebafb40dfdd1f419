import { constants, deflateRawSync, gzipSync, crc32 as zlibCrc } from 'node:zlib';
import { crc32 } from '../../../src/documents/model-file/archive/checksum.ts';
import { inflate } from '../../../src/documents/model-file/archive/inflate.ts';
import { describeModelFile } from '../../../src/documents/model-file/describe.ts';
import { bytesSource } from '../../../src/documents/model-file/source.ts';

function mixed(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return index % 7 < 4 ? index % 23 : state >>> 24;
  });
}

describe('inflate agrees with zlib', () => {
  const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];
  const cases = [0, 1, 10, 1000, 70_000, 300_000].flatMap((length) =>
    [0, 1, 6, 9].flatMap((level) => strategies.map((strategy) => [length, level, strategy] as const)),
  );
  test.each(cases)('%i bytes at level %i, strategy %i', (length, level, strategy) => {
    const bytes = mixed(length);
    const packed = deflateRawSync(bytes, { level, strategy });
    const out = inflate(bytesSource(Buffer.concat([packed, Buffer.from('rest')])), 0, 1_000_000);
    expect(out.ended).toBe('end');
    expect(out.used).toBe(packed.length);
    expect(Buffer.compare(out.bytes, bytes)).toBe(0);
  });
});

test('what came out before a break is kept', () => {
  const bytes = mixed(100_000);
  const packed = deflateRawSync(bytes);
  const out = inflate(bytesSource(packed.subarray(0, packed.length >> 1)), 0, 1_000_000);
  expect(out.ended).toBe('damaged');
  expect(out.bytes.length).toBeGreaterThan(10_000);
  expect(Buffer.compare(out.bytes, bytes.subarray(0, out.bytes.length))).toBe(0);
});

test('no more than the limit comes out', () => {
  const out = inflate(bytesSource(deflateRawSync(new Uint8Array(50_000_000))), 0, 12_345);
  expect([out.ended, out.bytes.length]).toEqual(['limit', 12_345]);
});

test('a limit on a stream is a result', () => {
  const file = describeModelFile(bytesSource(gzipSync(new Uint8Array(3_000_000))), 'a.pkl.gz', {
    inflateBytes: 1_000_000,
  });
  expect(file.notScanned).toEqual([
    { path: 'a.pkl', reason: 'what stands behind the first 1000000 decompressed bytes' },
  ]);
});

test('the checksum is that of zip', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(typeof zlibCrc === 'function' ? crc32(mixed(5000)) : 0).toBe(
    typeof zlibCrc === 'function' ? zlibCrc(mixed(5000)) : 0,
  );
});
