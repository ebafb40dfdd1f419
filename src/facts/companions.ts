import type { RepoPath } from '../core/location.ts';
import type { BlobId, Change, Content, Side, TreeEntry } from '../core/snapshot.ts';
import { type DocumentKind, kindOfPath } from '../documents/kinds.ts';
import { pathClassOf } from './paths.ts';

/** Kinds whose every file may describe a part of the system, whichever file the change touches. */
const CONFIGURATION: ReadonlySet<DocumentKind> = new Set([
  'yaml',
  'json',
  'toml',
  'ini',
  'hcl',
  'pbtxt',
  'requirements',
  'dockerfile',
  'sql',
  'markdown',
]);

/** Bytes of one companion, and of all of them on one side; a repository beyond that is read nearest first. */
const MOST_BYTES_EACH = 512 * 1024;
const MOST_FILES = 6_000;

/** Data, vendored code and lock trees that describe no part of the system. */
const NEVER =
  /(^|\/)(node_modules|vendor|third_party|site-packages|\.git|\.venv|dist|build|locales?|i18n|__snapshots__|cassettes)(\/|$)|\.min\.|package-lock\.json$/;

/** Lists of exact versions are long, and each says something about every model. */
const LOCK = /(^|\/)((uv|poetry|pdm|pylock[^/]*|dvc)\.(lock|toml)|Pipfile\.lock|conda-lock\.ya?ml)$/;
const MOST_BYTES_OF_A_LOCK = 4 * 1024 * 1024;

/** A repository without this file has TypeScript for other ends. */
const usesKit = ({ tree }: Side): boolean => [...tree.keys()].some((path) => /(^|\/)cdk\.json$/.test(path));

/** Stacks of the Cloud Development Kit, where people keep them. */
const TYPESCRIPT_STACK =
  /(^|\/)(lib|bin|infra|infrastructure|cdk|stacks?|deploy|deployment)\/[^\n]*(?<!\.d|\.test|\.spec)\.ts$/;

function isCompanion({ path, mode, size }: TreeEntry, kit: boolean): boolean {
  if (mode === 'symlink' || mode === 'submodule' || NEVER.test(path)) return false;
  if (LOCK.test(path)) return (size ?? 0) <= MOST_BYTES_OF_A_LOCK;
  if ((size ?? 0) > MOST_BYTES_EACH) return false;
  const kind = kindOfPath(path);
  const pathClass = pathClassOf(path);
  if (kind === 'json') return pathClass === 'production' && (size ?? 0) <= 128 * 1024;
  if (kind === 'markdown') return /(^|\/)(readme|model[_-]?card|datasheet|slo)[^/]*\.md$/i.test(path);
  if (CONFIGURATION.has(kind)) return true;
  if (kind === 'python') return true;
  if (kit && TYPESCRIPT_STACK.test(path)) return (size ?? 0) <= 128 * 1024;
  return (
    kind === 'text' &&
    /(^|\/)(CODEOWNERS|\.gitattributes|\.gitignore|Makefile|justfile|[^/]+\.sh|setup\.cfg|config\.properties)$/i.test(
      path,
    )
  );
}

/** Fewer is nearer: steps between the folders of two paths. */
function distance(path: RepoPath, folders: readonly (readonly string[])[]): number {
  const parts = path.split('/').slice(0, -1);
  let least = Number.MAX_SAFE_INTEGER;
  for (const folder of folders) {
    let shared = 0;
    while (shared < parts.length && parts[shared] === folder[shared]) shared += 1;
    least = Math.min(least, parts.length + folder.length - 2 * shared);
  }
  return least;
}

/**
 * The blobs beside the changed ones that cross-file facts read, on both sides, nearest to the change first and
 * bounded in number. A pure answer to the snapshot readers' question.
 */
export function companions(
  sides: { readonly base: Side; readonly head: Side },
  changes: readonly Change[],
  read: ReadonlyMap<BlobId, Content>,
): readonly BlobId[] {
  const folders = [...new Set(changes.map((change) => change.path.split('/').slice(0, -1).join('/')))]
    .slice(0, 50)
    .map((folder) => folder.split('/'));
  const wanted: TreeEntry[] = [];
  for (const side of [sides.head, sides.base]) {
    const kit = usesKit(side);
    for (const entry of side.tree.values()) {
      if (!read.has(entry.blob) && isCompanion(entry, kit)) wanted.push(entry);
    }
  }
  const distances = new Map(wanted.map((entry) => [entry, distance(entry.path, folders)]));
  wanted.sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
  // Asked again, only what is left of the allowance: the changed files, on two sides at most, do not count against it.
  const left = MOST_FILES + 2 * changes.length - read.size;
  return [...new Set(wanted.map((entry) => entry.blob))].slice(0, Math.max(0, Math.min(MOST_FILES, left)));
}
