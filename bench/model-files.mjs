// Files per second over the generated corpus, and bytes read of a sparse 500 MB torch checkpoint. After `npm run build`:
//   node bench/model-files.mjs
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { scanPath } = await import(new URL('../dist/tools/scan-files.js', import.meta.url).href);
const { crc32 } = await import(new URL('../dist/documents/model-file/archive/checksum.js', import.meta.url).href);
const folder = mkdtempSync(join(tmpdir(), 'bench-model-files-'));

/** A stored zip as torch.save writes it: data.pkl, then `tensors` storages of `bytes` zeros each, as holes of the file. */
function sparseCheckpoint(path, tensors, bytes) {
  const descriptor = openSync(path, 'w');
  const central = [];
  let at = 0;
  const entry = (name, data, size) => {
    const label = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt32LE(data === undefined ? 0 : crc32(data), 14);
    head.writeUInt32LE(size, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(label.length, 26);
    writeSync(descriptor, Buffer.concat([head, label, data ?? Buffer.alloc(0)]), 0, undefined, at);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    head.copy(record, 16, 14, 28);
    record.writeUInt32LE(at, 42);
    central.push(record, label);
    at += 30 + label.length + size;
  };
  const pickle = Buffer.from('\x80\x02ccollections\nOrderedDict\n)R.', 'latin1');
  entry('m/data.pkl', pickle, pickle.length);
  for (let index = 0; index < tensors; index++) entry(`m/data/${index}`, undefined, bytes);
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(tensors + 1, 8);
  end.writeUInt16LE(tensors + 1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  ftruncateSync(descriptor, at);
  writeSync(descriptor, Buffer.concat([directory, end]), 0, undefined, at);
  closeSync(descriptor);
}

function report(name, scan, milliseconds) {
  const perSecond = Math.round((scan.documents.length / milliseconds) * 1000);
  console.log(
    `${name}: ${scan.documents.length} files, ${milliseconds.toFixed(0)} ms, ${perSecond} files/s, ${scan.bytesRead} of ${scan.bytes} bytes read`,
  );
}

async function timed(name, path) {
  await scanPath(path);
  const start = performance.now();
  const scan = await scanPath(path);
  report(name, scan, performance.now() - start);
}

try {
  const checkpoint = join(folder, 'checkpoint.pt');
  sparseCheckpoint(checkpoint, 500, 1_000_000);
  await timed('500 MB checkpoint, 500 tensors', checkpoint);
  rmSync(checkpoint);
  execFileSync('python3', ['-B', new URL('../test/corpus/model-files/generate.py', import.meta.url).pathname, folder], {
    stdio: 'ignore',
  });
  rmSync(join(folder, 'bomb.zip'));
  await timed(`corpus (${readdirSync(folder).length - 1} files, without the bomb)`, folder);
} finally {
  rmSync(folder, { recursive: true });
}
