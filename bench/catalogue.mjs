// The whole catalogue against bare parsing and against Debian's bandit, flake8 and pylint and ruff in wasm, on the same files in one run.
// ML_REVIEW_BENCH names a folder with Python files; without it huggingface/peft below ML_REVIEW_CORPUS, else Python's own library.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../dist/core/settings.js';
import { parsePython } from '../dist/documents/python/parse.js';
import { createEngine } from '../dist/engine.js';
import { readFolder } from '../dist/git/folder.js';

const scratch = mkdtempSync(join(tmpdir(), 'ml-review-bench-'));

function corpus() {
  const named = process.env.ML_REVIEW_BENCH;
  if (named !== undefined) return named;
  const clone = join(process.env.ML_REVIEW_CORPUS ?? '/nowhere', 'huggingface+peft', 'repo');
  const archived = spawnSync('sh', ['-c', `git -C "$1" archive HEAD src | tar -x -C "$2"`, 'sh', clone, scratch]);
  if (archived.status === 0 && readdirSync(scratch).length > 0) return join(scratch, 'src');
  return execFileSync('python3', ['-c', 'import sysconfig; print(sysconfig.get_paths()["stdlib"] + "/asyncio")'], {
    encoding: 'utf8',
  }).trim();
}

function pythonFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Best of three, in milliseconds: what else the machine does only ever adds. */
async function best(work, times = 3) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < times; round += 1) {
    const begun = performance.now();
    await work();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const spawned = (program, args) => () => spawnSync(program, args, { stdio: 'ignore', maxBuffer: 2 ** 28 });

const folder = corpus();
const files = pythonFiles(folder);
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
const engine = await createEngine();
const { snapshot } = await readFolder(folder);
const texts = files.map((file) => readFileSync(file, 'utf8'));
const { Workspace, PositionEncoding } = createRequire(import.meta.url)('@astral-sh/ruff-wasm-nodejs');
const ruff = new Workspace({ lint: { select: ['NPY', 'PD', 'S', 'AIR', 'F', 'B', 'E9'] } }, PositionEncoding.Utf16);

let round = 0;
const review = () => {
  // Other paths each time, so that no document of the round before is reused.
  round += 1;
  const prefix = `r${round}/`;
  const tree = new Map(
    [...snapshot.head.tree].map(([path, entry]) => [prefix + path, { ...entry, path: prefix + path }]),
  );
  const changes = snapshot.changes.map((change) => ({ ...change, path: prefix + change.path }));
  return engine.review({
    snapshot: { ...snapshot, head: { ...snapshot.head, tree }, changes },
    settings: DEFAULT_SETTINGS,
  });
};

console.log(`${files.length} Python files, ${(bytes / 2 ** 20).toFixed(2)} MiB, ${engine.panel.checks.length} checks`);
const rows = [];
rows.push([
  'bare parsing (tree-sitter, the same trees)',
  await best(() => {
    for (const [index, text] of texts.entries()) parsePython({ path: `p${index}.py`, blob: `${index}`, text });
  }),
]);
rows.push(['the whole catalogue, parsing included', await best(review)]);
rows.push([
  'ruff in wasm (NPY PD S AIR F B E9)',
  await best(() => {
    for (const text of texts) ruff.check(text);
  }),
]);
if (has('bandit')) rows.push(['bandit', await best(spawned('bandit', ['-q', '-r', folder]), 1)]);
if (has('flake8')) rows.push(['flake8', await best(spawned('flake8', [folder]), 1)]);
if (has('pylint'))
  rows.push(['pylint (E, W)', await best(spawned('pylint', ['--disable=all', '--enable=E,W', '-j', '2', folder]), 1)]);
const own = rows[1][1];
for (const [name, milliseconds] of rows) {
  console.log(
    `${name.padEnd(46)} ${milliseconds.toFixed(0).padStart(8)} ms  ${(milliseconds / own).toFixed(2).padStart(7)} x the catalogue`,
  );
}
rmSync(scratch, { recursive: true, force: true });
