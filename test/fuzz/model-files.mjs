// Mutates the corpus of model files and describes and judges each mutant. After `npm run build`:
//   node test/fuzz/model-files.mjs [mutations] [seed]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const MUTATIONS = [
  (bytes, next) => {
    bytes[next(bytes.length)] = next(256);
    return bytes;
  },
  (bytes, next) => {
    bytes[next(bytes.length)] ^= 1 << next(8);
    return bytes;
  },
  (bytes, next) => bytes.subarray(0, next(bytes.length)),
  (bytes, next) => bytes.subarray(next(bytes.length)),
  (bytes, next) => {
    const at = next(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(16))]);
  },
  (bytes, next) => {
    const at = next(bytes.length);
    const filling = Buffer.from(Array.from({ length: 1 + next(16) }, () => next(256)));
    return Buffer.concat([bytes.subarray(0, at), filling, bytes.subarray(at)]);
  },
  (bytes, next) => {
    const at = next(bytes.length);
    const piece = bytes.subarray(at, at + 1 + next(200));
    return Buffer.concat([bytes.subarray(0, at), piece, piece, bytes.subarray(at)]);
  },
  (bytes, next) => {
    if (bytes.length < 4) return bytes;
    bytes.writeUInt32LE(EXTREMES[next(EXTREMES.length)], next(bytes.length - 3));
    return bytes;
  },
  (bytes, next, other) => {
    const piece = other.subarray(next(other.length), next(other.length) + 1);
    const at = next(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), piece, other.subarray(next(other.length)), bytes.subarray(at)]);
  },
];

/** Runs `inspect(name, bytes)` on seeded mutants; throws where it throws. Returns what it cost. */
export function fuzz({ files, mutations, seed, inspect }) {
  const next = random(seed);
  let slowest = { milliseconds: 0, name: '' };
  for (let count = 0; count < mutations; count++) {
    const file = files[count % files.length];
    const other = files[next(files.length)];
    let bytes = Buffer.from(file.bytes);
    for (let step = 1 + next(6); step > 0 && bytes.length > 0; step--) {
      const source = other.bytes.length === 0 ? file : other;
      bytes = Buffer.from(MUTATIONS[next(MUTATIONS.length)](bytes, next, Buffer.from(source.bytes)));
    }
    const start = performance.now();
    try {
      inspect(file.name, bytes);
    } catch (failure) {
      throw new Error(`mutation ${count} of seed ${seed} (${file.name}, ${bytes.length} bytes) made it throw`, {
        cause: failure,
      });
    }
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, name: `${file.name} (mutation ${count})` };
  }
  return { mutations, slowest, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) };
}

async function main() {
  const dist = (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href);
  const { describeModelFile } = await dist('documents/model-file/describe');
  const { bytesSource } = await dist('documents/model-file/source');
  const { inspectAll } = await inspectors(dist);
  const folder = mkdtempSync(join(tmpdir(), 'model-files-'));
  execFileSync('python3', ['-B', new URL('../corpus/model-files/generate.py', import.meta.url).pathname, folder], {
    stdio: 'ignore',
  });
  const files = readdirSync(folder)
    .filter((name) => name !== 'index.json')
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  rmSync(folder, { recursive: true });
  const [mutations = 100_000, seed = 1] = process.argv.slice(2).map(Number);
  const limits = { inflateBytes: 8_000_000, inflateTotal: 32_000_000 };
  const start = performance.now();
  const result = fuzz({
    files,
    mutations,
    seed,
    inspect: (name, bytes) => inspectAll(describeModelFile(bytesSource(bytes), name, limits)),
  });
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ ...result, files: files.length, seed, seconds: Math.round(seconds) }));
  if (result.slowest.milliseconds > 5000 || result.peakMegabytes >= 512) process.exitCode = 1;
}

async function inspectors(load) {
  const { judgedNames } = await load('facts/model-files/judge');
  const { mismatches } = await load('facts/model-files/extensions');
  const { kerasDangers } = await load('facts/model-files/keras');
  const { operatorDangers, externalEscapes } = await load('facts/model-files/operators');
  const { templateDangers } = await load('facts/model-files/jinja');
  const { modelCode } = await load('facts/model-files/programs');
  await (await load('documents/python/parse')).loadPython();
  const { traceInWords } = await load('facts/model-files/trace');
  const { allParts } = await load('documents/model-file/model');
  const inspectAll = (file) => {
    for (const look of [
      judgedNames,
      mismatches,
      kerasDangers,
      operatorDangers,
      externalEscapes,
      modelCode,
      traceInWords,
    ])
      look(file);
    for (const part of allParts(file)) for (const { text } of part.templates) templateDangers(text);
  };
  return { inspectAll };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
