import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { repoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { Change, CommitSha, Content, PullRequestSnapshot, TreeEntry } from '../core/snapshot.ts';
import type { ModelFileDocument } from '../documents/model-file/document.ts';
import { createEngine } from '../engine.ts';
import { kindsOf } from '../kit/index.ts';
import { shutsGate } from '../panel/verdict.ts';
import { inOrder, type Pointing } from '../tools/fetch/pointed.ts';
import type { FetchSettings } from '../tools/fetch/settings.ts';
import { scanPath } from '../tools/scan-files.ts';
import { deliver, type OutputOptions, thresholdNamed, wantsColour } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { formatNamed, renderReport } from './formats.ts';
import { fetchingAllowed, folderPointed } from './pointers.ts';

export interface ScanCommandOptions extends OutputOptions {
  readonly failOn?: string;
  readonly fetchModels?: boolean;
}

const NO_COMMIT = '0'.repeat(40) as CommitSha;

/** The files as a change that adds them; their contents were described already and are not read again. */
function snapshotOf(documents: readonly ModelFileDocument[]): PullRequestSnapshot {
  const described: Content = { kind: 'bytes', bytes: new Uint8Array() };
  const entries = documents.map(({ path, blob, file }): TreeEntry => ({ path, blob, mode: 'file', size: file.size }));
  const changes = documents.map(({ path }): Change => ({ kind: 'added', path, hunks: [], binary: true }));
  return {
    base: { commit: NO_COMMIT, tree: new Map() },
    head: { commit: NO_COMMIT, tree: new Map(entries.map((entry) => [repoPath(entry.path), entry])) },
    changes,
    contents: new Map(documents.map(({ blob }) => [blob, described])),
  };
}

function missing(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new ConfigurationError(
      error.code === 'ENOENT' ? `there is no file or folder ${path}` : `${path} cannot be read: ${error.message}`,
    );
  };
}

/** `ml-review scan FILE|DIR`: model files alone. */
export async function scan(path: string, options: ScanCommandOptions): Promise<number> {
  const format = formatNamed(options.format);
  const failOn = thresholdNamed(options.failOn) ?? 'high';
  const engine = await createEngine();
  const allowed = fetchingAllowed(options.fetchModels);
  const { documents: found, incidents, files } = await scanPath(path).catch(missing(path));
  const documents = allowed === undefined ? found : await withPointed(path, found, allowed);
  const nothing: readonly Incident[] =
    documents.length === 0 && incidents.length === 0
      ? [{ kind: 'unread', clouds: false, message: `none of ${files} files is a model file` }]
      : [];
  const report = engine.review({
    snapshot: snapshotOf(documents),
    // Whoever scans a file asks for a verdict on it: every check of model files may shut the gate.
    settings: {
      ...DEFAULT_SETTINGS,
      gate: { ...DEFAULT_SETTINGS.gate, failOn },
      checks: everyModelCheckBlocks(engine.panel.checks),
    },
    incidents: [...incidents, ...nothing],
    documents,
    only: ({ check }) => kindsOf(check).includes('model-file'),
  });
  await deliver(renderReport(format, report, engine, wantsColour(options.output)), options.output);
  return report.findings.some((finding) => shutsGate(finding, failOn)) ? EXIT.shut : EXIT.open;
}

/** The documents with those that are pointers replaced by what they stand for. */
async function withPointed(
  path: string,
  documents: readonly ModelFileDocument[],
  allowed: FetchSettings,
): Promise<readonly ModelFileDocument[]> {
  const pointers = documents.flatMap(({ path: name, blob, file: { pointer } }): readonly Pointing[] =>
    pointer === undefined ? [] : [{ path: name, blob, pointer, name: name.replace(/\.dvc$/, '') }],
  );
  if (pointers.length === 0) return documents;
  const folder = (await lstat(path)).isDirectory() ? path : dirname(path);
  const fetched = await folderPointed(folder, inOrder(pointers), allowed);
  const byPath = new Map(fetched.map((document) => [document.path, document]));
  return documents.map((document) => {
    const behind = byPath.get(document.path);
    return behind?.kind === 'model-file' ? behind : document;
  });
}

function everyModelCheckBlocks(
  checks: Awaited<ReturnType<typeof createEngine>>['panel']['checks'],
): typeof DEFAULT_SETTINGS.checks {
  const mine = checks.filter(({ check }) => kindsOf(check).includes('model-file'));
  return Object.fromEntries(mine.map(({ id }) => [id, { mode: 'block' as const }]));
}
