import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reviewRange } from '../commands/local.ts';
import type { Finding } from '../core/finding.ts';
import { SEVERITIES } from '../core/scale.ts';
import { createEngine, type Engine } from '../engine.ts';
import { readCommitPairs } from '../git/history.ts';
import { openRepository } from '../git/repository.ts';
import { type Label, parseLabels, precisionPage, type Sighting } from './precision-page.ts';

/** A repository of the corpus, pinned; `replay` commits before it are reviewed one by one as well. */
interface Pinned {
  readonly repository: string;
  readonly sha: string;
  readonly replay: number;
}

const ROOT = new URL('../../', import.meta.url);
const CORPUS = new URL('test/precision/corpus.json', ROOT);
const LABELS = new URL('test/precision/labels.tsv', ROOT);
const PAGE = new URL('docs/precision.md', ROOT);

/** Clones are looked for as `owner/name`, `owner+name` and `owner+name/repo` below this folder. */
const HOME = process.env['ML_REVIEW_CORPUS'];

async function cloneOf(repository: string): Promise<string | undefined> {
  const flat = repository.replace('/', '+');
  for (const place of [repository, flat, `${flat}/repo`]) {
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

async function sightingsIn(engine: Engine, pinned: Pinned, folder: string): Promise<readonly Sighting[]> {
  const repo = await openRepository(folder);
  const seen = new Map<string, Sighting>();
  const add = (each: Sighting): void => {
    if (!seen.has(each.key)) seen.set(each.key, each);
  };
  const whole = await reviewRange(engine, repo, { all: true, head: pinned.sha });
  for (const finding of whole.report.findings) add(sighting(pinned, pinned.sha, finding));
  const pairs = await readCommitPairs(repo, { last: pinned.replay, merges: 'first-parent', head: pinned.sha });
  for (const { base, head } of pairs) {
    const { report } = await reviewRange(engine, repo, { base, head });
    for (const finding of report.findings) if (finding.introduced) add(sighting(pinned, head, finding));
  }
  return [...seen.values()];
}

async function main(): Promise<void> {
  const labels: readonly Label[] = parseLabels(await readFile(LABELS, 'utf8'));
  const engine = await createEngine();
  const modes = new Map(engine.panel.checks.map(({ id, check }) => [id as string, check]));
  if (HOME === undefined) {
    process.stderr.write('ML_REVIEW_CORPUS is not set: the table is written from the labels alone\n');
    await writeFile(PAGE, precisionPage(labels, modes));
    return;
  }
  const corpus = JSON.parse(await readFile(CORPUS, 'utf8')) as readonly Pinned[];
  const all: Sighting[] = [];
  for (const pinned of corpus) {
    const folder = await cloneOf(pinned.repository);
    if (folder === undefined) {
      process.stderr.write(`${pinned.repository}: no clone below ML_REVIEW_CORPUS, left out\n`);
      continue;
    }
    const found = await sightingsIn(engine, pinned, folder);
    process.stderr.write(`${pinned.repository}: ${found.length} findings\n`);
    all.push(...found);
  }
  const known = new Map(labels.map((label) => [label.key, label]));
  all.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.check < b.check ? -1 : 1));
  for (const each of all) {
    const label = known.get(each.key)?.verdict ?? '?';
    process.stdout.write(
      `${[each.key, label, each.check, each.severity, `${each.repository}@${each.sha}:${each.path}:${each.line}`, each.message].join('\t')}\n`,
    );
  }
  await writeFile(PAGE, precisionPage(labels, modes));
}

await main();
