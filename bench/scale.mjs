// Generated repositories of growing size with a ten-file change on top: what the first and the second review in one process cost.
// ML_REVIEW_SCALE="100 1000" names other sizes; each size runs in a process of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built } from './built.mjs';
import { dice, scratch, table } from './stage.mjs';

const SIZES = (process.env.ML_REVIEW_SCALE ?? '100 1000 10000 100000').split(' ').map(Number);
const KINDS = [
  [
    'py',
    (n) =>
      `import pandas as pd\n\n\ndef load_${n}(path):\n    frame = pd.read_csv(path)\n    return frame[["a_${n}", "b"]]\n\n\nclass Step${n}:\n    def run(self, rows):\n        return [row * ${n} for row in rows if row]\n`,
  ],
  [
    'py',
    (n) =>
      `from .step_${n % 97} import run\n\nLIMIT_${n} = ${n}\n\n\ndef main(argument):\n    return run(argument, limit=LIMIT_${n})\n`,
  ],
  [
    'yaml',
    (n) => `name: job-${n}\nsteps:\n  - name: read\n    path: data/${n}.parquet\n  - name: write\n    retries: 3\n`,
  ],
  ['json', (n) => `{"id": ${n}, "rows": [1, 2, 3], "owner": "team-${n % 7}"}\n`],
  ['txt', (n) => `Notes of run ${n}.\nNothing else happened.\n`],
];

/** One stream for git fast-import: every file, then a commit that touches ten of them. */
function history(size) {
  const roll = dice(size);
  const pathOf = (n) => `area${n % 23}/part${n % 211}/file_${n}.${KINDS[n % KINDS.length][0]}`;
  const file = (n, more = '') => {
    const text = KINDS[n % KINDS.length][1](n) + more;
    return `M 100644 inline ${pathOf(n)}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  };
  const commit = (at) => `commit refs/heads/main\ncommitter bench <bench@example.org> ${at} +0000\ndata 5\nstep\n\n`;
  const parts = [commit(1_700_000_000)];
  for (let n = 0; n < size; n += 1) parts.push(file(n));
  for (const at of [1_700_000_100, 1_700_000_200]) {
    parts.push(commit(at));
    // Python alone, so that every changed file has something to parse.
    for (let k = 0; k < 10; k += 1)
      parts.push(file(Math.floor(roll() * (size / 5)) * 5, `\n\nSEEN_${at}_${k} = ${k}\n`));
  }
  return parts.join('');
}

async function measure(size) {
  const { createEngine } = await built('engine.js');
  const { openRepository } = await built('git/repository.js');
  const { readChange } = await built('git/change.js');
  const { generations } = await built('core/generations.js');
  const { companions } = await built('facts/companions.js');
  const { DEFAULT_SETTINGS } = await built('core/settings.js');
  const { folder } = await scratch();
  const dir = join(folder, 'repo');
  execFileSync('git', ['init', '-q', '-b', 'main', dir]);
  execFileSync('git', ['-C', dir, 'fast-import', '--quiet'], { input: history(size), maxBuffer: 2 ** 30 });
  const repo = await openRepository(dir);
  const kept = new Map();
  // As the service keeps texts.
  const texts = generations(32 * 2 ** 20, (content) => content.text?.length ?? 0);
  let taken = 0;
  const counting = {
    get: texts.get,
    set: (id, content) => {
      taken += 1;
      texts.set(id, content);
    },
  };
  const engine = await createEngine(kept);
  const rows = [];
  for (const [name, base, head] of [
    ['first', 'main~2', 'main~1'],
    ['second', 'main~1', 'main'],
  ]) {
    taken = 0;
    const begun = performance.now();
    const cpu = process.cpuUsage();
    const { snapshot } = await readChange(repo, { base, head }, companions, counting);
    const read = process.cpuUsage(cpu);
    const parsed = kept.size;
    engine.review({ snapshot, settings: DEFAULT_SETTINGS });
    const all = process.cpuUsage(cpu);
    rows.push({
      size,
      name,
      wall: performance.now() - begun,
      reading: (read.user + read.system) / 1000,
      cpu: (all.user + all.system) / 1000,
      parsed: kept.size - parsed,
      blobs: snapshot.contents.size,
      fresh: taken,
      memory: process.memoryUsage.rss() / 2 ** 20,
    });
  }
  await repo.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  console.log(JSON.stringify(rows));
}

if (process.argv[2] !== undefined) await measure(Number(process.argv[2]));
else {
  const rows = [['files', 'review', 'wall ms', 'CPU ms', 'of it reading', 'parsed', 'blobs', 'read from git', 'MiB']];
  for (const size of SIZES) {
    const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), String(size)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (run.status !== 0) throw new Error(`the trial of ${size} files ended with ${run.status}`);
    for (const row of JSON.parse(run.stdout))
      rows.push([
        row.size,
        row.name,
        ...[row.wall, row.cpu, row.reading].map((ms) => ms.toFixed(0)),
        row.parsed,
        row.blobs,
        row.fresh,
        row.memory.toFixed(0),
      ]);
  }
  console.log(table(rows));
}
