import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reviewRange } from '../commands/local.ts';
import type { Finding } from '../core/finding.ts';
import { SEVERITIES } from '../core/scale.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import { createEngine, type Engine } from '../engine.ts';
import { readCommitPairs } from '../git/history.ts';
import { openRepository } from '../git/repository.ts';
import { type Label, type Noise, parseLabels, precisionPage, type Sighting } from './precision-page.ts';

/** A repository of the corpus, pinned; `replay` commits before it are reviewed one by one as well. */
interface Pinned {
  readonly repository: string;
  readonly sha: string;
  readonly replay: number;
}

const ROOT = new URL('../../', import.meta.url);
const CORPUS = new URL('test/precision/corpus.json', ROOT);
const LABELS = new URL('test/precision/labels.tsv', ROOT);
const NOISE = new URL('test/precision/noise.json', ROOT);
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
  sha: sha.slice(0, 12),
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

const addedLines = (snapshot: PullRequestSnapshot): number =>
  snapshot.changes.reduce((sum, { hunks }) => sum + hunks.reduce((lines, { added }) => lines + added.length, 0), 0);

interface Seen {
  readonly sightings: readonly Sighting[];
  readonly noise: Noise;
}

async function seenIn(engine: Engine, pinned: Pinned, folder: string): Promise<Seen> {
  const repo = await openRepository(folder);
  const seen = new Map<string, Sighting>();
  const add = (each: Sighting): void => {
    if (!seen.has(each.key)) seen.set(each.key, each);
  };
  const whole = await reviewRange(engine, repo, { all: true, head: pinned.sha });
  for (const finding of whole.report.findings) add(sighting(pinned, pinned.sha, finding));
  const pairs = await readCommitPairs(repo, { last: pinned.replay, merges: 'first-parent', head: pinned.sha });
  let added = 0;
  let loud = 0;
  for (const { base, head } of pairs) {
    const { report, snapshot } = await reviewRange(engine, repo, { base, head });
    const introduced = report.findings.filter((finding) => finding.introduced);
    for (const finding of introduced) add(sighting(pinned, head, finding));
    added += addedLines(snapshot);
    loud += introduced.filter(isLoud).length;
  }
  return {
    sightings: [...seen.values()],
    noise: { repository: pinned.repository, changes: pairs.length, added, loud },
  };
}

const inOrder = (all: readonly Sighting[]): readonly Sighting[] =>
  [...all].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.check < b.check ? -1 : 1),
  );

function print(all: readonly Sighting[], labels: readonly Label[]): void {
  const known = new Map(labels.map((label) => [label.key, label.verdict]));
  for (const each of inOrder(all)) {
    const place = `${each.repository}@${each.sha}:${each.path}:${each.line}`;
    const row = [each.key, known.get(each.key) ?? '?', each.check, each.severity, place, each.message];
    process.stdout.write(`${row.join('\t')}\n`);
  }
}

/** Reviews the repositories named on the command line, or all; answers how loud each was. */
async function walk(engine: Engine, labels: readonly Label[]): Promise<readonly Noise[]> {
  const corpus = JSON.parse(await readFile(CORPUS, 'utf8')) as readonly Pinned[];
  const wanted = process.argv.slice(2);
  const heard: Noise[] = [];
  for (const pinned of corpus) {
    if (wanted.length > 0 && !wanted.includes(pinned.repository)) continue;
    const folder = await cloneOf(pinned.repository);
    if (folder === undefined) {
      process.stderr.write(`${pinned.repository}: no clone below ML_REVIEW_CORPUS, left out\n`);
      continue;
    }
    const { sightings, noise } = await seenIn(engine, pinned, folder);
    process.stderr.write(`${pinned.repository}: ${sightings.length} findings, ${noise.loud}/${noise.added} loud\n`);
    print(sightings, labels);
    heard.push(noise);
  }
  return heard;
}

async function main(): Promise<void> {
  const labels = parseLabels(await readFile(LABELS, 'utf8'));
  const engine = await createEngine();
  const checks = new Map(engine.panel.checks.map(({ id, check }) => [id as string, check]));
  if (HOME === undefined)
    process.stderr.write('ML_REVIEW_CORPUS is not set: the page is written from the labels alone\n');
  const heard = HOME === undefined ? [] : await walk(engine, labels);
  const before = JSON.parse(await readFile(NOISE, 'utf8')) as readonly Noise[];
  const noise = [...before.filter(({ repository }) => !heard.some((now) => now.repository === repository)), ...heard];
  noise.sort((a, b) => (a.repository < b.repository ? -1 : 1));
  await writeFile(NOISE, `${JSON.stringify(noise, undefined, 2)}\n`);
  await writeFile(PAGE, precisionPage(labels, checks, noise));
}

await main();
