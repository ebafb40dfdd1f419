import { deflateRawSync } from 'node:zlib';
import { describeModelFile } from '../../../src/documents/model-file/describe.ts';
import { allParts, type ModelFile } from '../../../src/documents/model-file/model.ts';
import { type ByteSource, bytesSource } from '../../../src/documents/model-file/source.ts';

/** A zip whose directory has `count` entries that all mean the same data: small on disk, huge when believed. */
function overlappingZip(count: number, name: string, data: Uint8Array, method: 0 | 8): Uint8Array {
  const packed = method === 8 ? deflateRawSync(data) : Buffer.from(data);
  const label = Buffer.from(name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(method, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(data.length, 22);
  head.writeUInt16LE(label.length, 26);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  head.copy(record, 10, 8, 28);
  const central = Buffer.concat(Array.from({ length: count }, () => Buffer.concat([record, label])));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(head.length + label.length + packed.length, 16);
  return Buffer.concat([head, label, packed, central, end]);
}

/** Counts what is read of the file, as the bound on time. */
function describe_(bytes: Uint8Array, name: string): { readonly file: ModelFile; readonly reads: number } {
  let reads = 0;
  const inner = bytesSource(bytes);
  const source: ByteSource = {
    size: inner.size,
    read(offset, length) {
      reads += 1;
      return inner.read(offset, length);
    },
  };
  return { file: describeModelFile(source, name), reads };
}

const pickle = Buffer.from(`(${"S'some text'\n".repeat(70_000)}l.`);
const names = Buffer.from(`(${Array.from({ length: 30_000 }, (_, index) => `cacme.m${index}\nThing\n`).join('')}l.`);
const json = Buffer.from(
  JSON.stringify({
    class_name: 'Sequential',
    config: Array.from({ length: 20_000 }, (_, index) => ({ class_name: `L${index}` })),
  }),
);
const template = Buffer.from(`{{ x }}${' '.repeat(1_000_000)}`);

test.each<[string, string, Uint8Array, 0 | 8]>([
  ['stored pickles', 'a.pkl', pickle, 0],
  ['deflated pickles', 'a.pkl', pickle, 8],
  ['names', 'a.pkl', names, 0],
  ['Keras configurations', 'config.json', json, 0],
  ['templates', 'a.jinja', template, 0],
  [
    'tensors that look like pickles',
    'm/data/0',
    Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(100_000, 'N')]),
    0,
  ],
  ['zeros', 'zeros', new Uint8Array(1_000_000), 8],
])('30,000 entries over the same bytes: %s', (_, name, data, method) => {
  const { file, reads } = describe_(overlappingZip(30_000, name, data, method), 'a.zip');
  const parts = allParts(file);
  expect(parts.length).toBeLessThanOrEqual(4097);
  expect(file.bytesRead).toBeLessThan(1_200_000_000);
  expect(reads).toBeLessThan(2_000_000);
  expect(file.notes.some(({ kind }) => kind === 'overlap')).toBe(true);
  expect(file.notes.length).toBeLessThanOrEqual(1001);
  const kept = parts.reduce(
    (sum, part) =>
      sum +
      part.keras.length +
      part.pickles.reduce((names_, { globals, calls }) => names_ + globals.length + calls.length, 0),
    0,
  );
  expect(kept).toBeLessThan(1_100_000);
  expect(
    parts.reduce((sum, part) => sum + part.templates.reduce((length, { text }) => length + text.length, 0), 0),
  ).toBeLessThan(33_600_000);
});

test('what the bounds left out is said', () => {
  const { file } = describe_(overlappingZip(30_000, 'a.pkl', pickle, 0), 'a.zip');
  expect(file.notScanned.length).toBeGreaterThan(0);
  expect(file.notScanned.length).toBeLessThanOrEqual(1000);
});

test('a JSON text that is nested ten thousand levels deep is read', () => {
  const deep = `${'{"config":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  expect(describeModelFile(bytesSource(Buffer.from(deep)), 'config.json').kind).toBe('json');
});

test('lines of backslashes, quotes and signs cost no more than their length', () => {
  for (const line of [
    `V${'\\'.repeat(900_000)}`,
    `S'${'\\'.repeat(900_000)}'`,
    `I${'9'.repeat(900_000)}`,
    `F${'-'.repeat(900_000)}`,
  ]) {
    expect(describeModelFile(bytesSource(Buffer.from(`${line}\n.`)), 'a.pkl').kind).toBe('pickle');
  }
});
