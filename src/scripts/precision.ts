import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reviewRange } from '../commands/local.ts';
import type { Finding } from '../core/finding.ts';
import { SEVERITIES } from '../core/scale.ts';
import { createEngine, type Engine } from '../engine.ts';
import { openRepository } from '../git/repository.ts';
import { type Label, type Noise, parseLabels, precisionPage, type Sighting } from './precision-page.ts';
import { addedLines, DIGITS, type Pinned, replayed } from './precision-replay.ts';

const ROOT = new URL('../../', import.meta.url);
const CORPUS = new URL('test/precision/corpus.json', ROOT);
const LABELS = new URL('test/precision/labels.tsv', ROOT);
const NOISE = new URL('test/precision/noise.json', ROOT);
const SILENT = new URL('test/precision/silent.json', ROOT);
const PAGE = new URL('docs/precision.md', ROOT);

/** Clones are looked for as `owner/name`, `owner+name` and `owner+name/repo` below this folder. */
const HOME = process.env['ML_REVIEW_CORPUS'];

async function cloneOf(repository: string): Promise<string | undefined> {
  const flat = repository.replace('/', '+');
  for (const place of [`${flat}/repo`, flat, repository]) {
    const folder = join(HOME ?? '.', place);
    const there = await access(folder).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  return undefined;
}

const sighting = ({ repository }: Pinned, sha: string, finding: Finding): Sighting => ({
  repository,
  sha: sha.slice(0, DIGITS),
  path: finding.path,
  line: finding.startLine,
  check: finding.check,
  severity: finding.severity,
  message: finding.message,
  // The same finding seen at a pinned commit and in replayed history is one case to label.
  key: createHash('sha256').update(`${repository}\0${finding.fingerprint}`).digest('hex').slice(0, 16),
});

const isLoud = ({ severity, allowed }: Finding): boolean =>
  allowed === undefined && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf('medium');

/** What one repository says. */
interface Seen {
  /** Each case once, where it was first seen. */
  readonly sightings: readonly Sighting[];
  /** Keys and places at which something was said: a label is found again by either. */
  readonly marks: ReadonlySet<string>;
  readonly noise: Omit<Noise, 'judged'>;
}

const placeOf = ({ repository, sha, path, line }: Sighting): string => `${repository}@${sha}:${path}:${line}`;

async function seenIn(engine: Engine, pinned: Pinned, folder: string, labelled: ReadonlySet<string>): Promise<Seen> {
  const repo = await openRepository(folder);
  const seen = new Map<string, Sighting>();
  const marks = new Set<string>();
  const add = (each: Sighting): void => {
    if (!seen.has(each.key)) seen.set(each.key, each);
    marks.add(each.key).add(`${each.check} ${placeOf(each)}`);
  };
  if (pinned.whole) {
    const { report } = await reviewRange(engine, repo, { all: true, head: pinned.sha });
    for (const finding of report.findings) add(sighting(pinned, pinned.sha, finding));
  }
  let [changes, added, written, loud] = [0, 0, 0, 0];
  for (const { base, head, sampled } of await replayed(repo, pinned, labelled)) {
    const { report, snapshot } = await reviewRange(engine, repo, { base, head });
    const introduced = report.findings.filter((finding) => finding.introduced);
    for (const finding of introduced) add(sighting(pinned, head, finding));
    if (!sampled) continue;
    const lines = addedLines(snapshot);
    changes += 1;
    added += lines.added;
    written += lines.written;
    loud += introduced.filter(isLoud).length;
  }
  const noise = { repository: pinned.repository, changes, added, written, loud, findings: seen.size };
  return { sightings: [...seen.values()], marks, noise };
}

const inOrder = (all: readonly Sighting[]): readonly Sighting[] =>
  [...all].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.check < b.check ? -1 : 1),
  );

function print(all: readonly Sighting[], labels: readonly Label[]): void {
  const known = new Map(labels.map((label) => [label.key, label.verdict]));
  for (const each of inOrder(all)) {
    const row = [each.key, known.get(each.key) ?? '?', each.check, each.severity, placeOf(each), each.message];
    process.stdout.write(`${row.join('\t')}\n`);
  }
}

interface Heard {
  readonly noise: Noise;
  /** Keys of labels of this repository whose finding is not said any more. */
  readonly silent: readonly string[];
  readonly known: readonly string[];
}

async function hear(engine: Engine, pinned: Pinned, folder: string, all: readonly Label[]): Promise<Heard> {
  const labels = all.filter(({ place }) => place.startsWith(`${pinned.repository}@`));
  const keys = new Set(labels.map(({ key }) => key));
  const started = performance.now();
  const commits = new Set(labels.map(({ place }) => place.slice(pinned.repository.length + 1).slice(0, DIGITS)));
  const { sightings, marks, noise } = await seenIn(engine, pinned, folder, commits);
  const judged = sightings.filter(({ key }) => keys.has(key)).length;
  const silent = labels.filter(({ key, check, place }) => !marks.has(key) && !marks.has(`${check} ${place}`));
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write(
    `${pinned.repository}: ${noise.changes} changes, ${sightings.length} findings, ${judged} judged, ${silent.length} of ${labels.length} verdicts not said any more, ${noise.loud}/${noise.written} loud, ${seconds} s\n`,
  );
  print(sightings, labels);
  return { noise: { ...noise, judged }, silent: silent.map(({ key }) => key), known: [...keys] };
}

/** Reviews the repositories named on the command line, or all. */
async function walk(engine: Engine, labels: readonly Label[]): Promise<readonly Heard[]> {
  const corpus = JSON.parse(await readFile(CORPUS, 'utf8')) as readonly Pinned[];
  const wanted = process.argv.slice(2);
  const heard: Heard[] = [];
  for (const pinned of corpus) {
    if (wanted.length > 0 && !wanted.includes(pinned.repository)) continue;
    const folder = await cloneOf(pinned.repository);
    if (folder === undefined) process.stderr.write(`${pinned.repository}: no clone below ML_REVIEW_CORPUS, left out\n`);
    else heard.push(await hear(engine, pinned, folder, labels));
  }
  return heard;
}

const readJson = async (url: URL): Promise<unknown> => JSON.parse(await readFile(url, 'utf8'));
const writeJson = (url: URL, value: unknown): Promise<void> =>
  writeFile(url, `${JSON.stringify(value, undefined, 2)}\n`);

async function main(): Promise<void> {
  const labels = parseLabels(await readFile(LABELS, 'utf8'));
  const engine = await createEngine();
  const checks = new Map(engine.panel.checks.map(({ id, check }) => [id as string, check]));
  if (HOME === undefined)
    process.stderr.write('ML_REVIEW_CORPUS is not set: the page is written from the labels alone\n');
  const heard = HOME === undefined ? [] : await walk(engine, labels);
  const now = new Set(heard.map(({ noise }) => noise.repository));
  const before = ((await readJson(NOISE)) as readonly Noise[]).filter(({ repository }) => !now.has(repository));
  const noise = [...before, ...heard.map((each) => each.noise)];
  noise.sort((a, b) => (a.repository < b.repository ? -1 : 1));
  const asked = new Set(heard.flatMap(({ known }) => known));
  const kept = ((await readJson(SILENT)) as readonly string[]).filter((key) => !asked.has(key));
  const silent = [...kept, ...heard.flatMap((each) => each.silent)].sort();
  const corpus = (await readJson(CORPUS)) as readonly Pinned[];
  await writeJson(NOISE, noise);
  await writeJson(SILENT, silent);
  await writeFile(PAGE, precisionPage({ labels, checks, noise, silent: new Set(silent), corpus }));
}

await main();
