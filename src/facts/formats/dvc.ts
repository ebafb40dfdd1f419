import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  type Entry,
  each,
  entries,
  get,
  has,
  items,
  text,
} from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';

/** A path that a stage reads or writes, relative to the repository; undefined where it holds a substitution or leaves it. */
export interface DvcPath {
  readonly text: string;
  readonly node: DataNode;
  readonly path: string | undefined;
}

/** A parameter that a stage depends on. */
export interface DvcParam {
  /** File that holds it, as written; `params.yaml` when none is named. */
  readonly file: string;
  /** Dotted key; undefined for the whole file. */
  readonly key: string | undefined;
  readonly node: DataNode;
}

export interface DvcStage {
  readonly name: string;
  /** The stage's entry in `dvc.yaml`. */
  readonly entry: Entry;
  /** Folder in which its commands run, relative to the repository. */
  readonly home: string;
  /** One or several command lines. */
  readonly commands: readonly DataNode[];
  readonly deps: readonly DvcPath[];
  readonly outs: readonly DvcPath[];
  readonly params: readonly DvcParam[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  /** Made by `foreach` or `matrix`, or holding a substitution: nothing may be concluded from what it lacks. */
  readonly templated: boolean;
}

export interface DvcPipeline {
  readonly document: DataDocument;
  /** Folder of the file, '' for the root. */
  readonly folder: string;
  readonly stages: readonly DvcStage[];
  /** What the file names for others to find: models and datasets. */
  readonly artifacts: readonly DvcArtifact[];
}

export interface DvcArtifact {
  readonly name: string;
  readonly entry: Entry;
  /** From the repository's root. */
  readonly path: string | undefined;
  readonly type: string | undefined;
}

/** What `dvc.lock` recorded for a stage. */
export interface DvcRecord {
  readonly name: string;
  readonly entry: Entry;
  readonly commands: readonly string[];
  readonly deps: ReadonlySet<string>;
  /** `file` to dotted key to value, as recorded. */
  readonly params: ReadonlyMap<string, DataNode>;
}

export interface DvcLock {
  readonly document: DataDocument;
  readonly folder: string;
  readonly records: ReadonlyMap<string, DvcRecord>;
}

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

/** Resolves a relative path against a folder; undefined for addresses, absolute paths and what leaves the repository. */
export function within(folder: string, path: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path) || path.startsWith('/') || path.startsWith('~')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Paths of a list whose items are strings or maps with the path as their key. */
function pathsOf(list: DataNode | undefined, folder: string): readonly DvcPath[] {
  return each(list).flatMap((node) => {
    const key = node.kind === 'map' ? node.entries[0]?.key : text(node);
    if (key === undefined) return [];
    const open = node.kind === 'scalar' ? node.open : key.includes('${');
    return [{ text: key, node, path: open ? undefined : within(folder, key) }];
  });
}

function paramsOf(list: DataNode | undefined): readonly DvcParam[] {
  return items(list).flatMap((node): readonly DvcParam[] => {
    if (node.kind === 'scalar') return [{ file: 'params.yaml', key: text(node), node }];
    return entries(node).flatMap(({ key: file, value }) => {
      const keys = items(value);
      if (keys.length === 0) return [{ file, key: undefined, node: value }];
      return keys.map((key) => ({ file, key: text(key), node: key }));
    });
  });
}

function stageOf(entry: Entry, folder: string): DvcStage {
  const { value } = entry;
  const body = get(value, 'do') ?? value;
  const wdir = text(get(body, 'wdir'));
  const home = wdir === undefined ? folder : (within(folder, wdir) ?? folder);
  return {
    name: entry.key,
    entry,
    home,
    commands: each(get(body, 'cmd')),
    deps: pathsOf(get(body, 'deps'), home),
    outs: ['outs', 'metrics', 'plots', 'outs_persist'].flatMap((key) => pathsOf(get(body, key), home)),
    params: paramsOf(get(body, 'params')),
    frozen: bool(get(body, 'frozen')) === true,
    alwaysChanged: bool(get(body, 'always_changed')) === true,
    templated:
      has(value, 'foreach') === 'yes' || has(value, 'matrix') === 'yes' || value.open || wdir?.includes('${') === true,
  };
}

const isPipeline = (path: RepoPath): boolean => /(^|\/)dvc\.ya?ml$/.test(path);

/** Every `dvc.yaml` with stages. */
export const dvcPipelines: (project: Project) => readonly DvcPipeline[] = fact((project) =>
  project.documents('yaml', ['stages']).flatMap((document) => {
    const stages = get(document.roots[0], 'stages');
    if (!isPipeline(document.path) || stages?.kind !== 'map') return [];
    const folder = folderOf(document.path);
    return [
      {
        document,
        folder,
        stages: entries(stages).map((entry) => stageOf(entry, folder)),
        artifacts: entries(get(document.roots[0], 'artifacts')).map((entry) => ({
          name: entry.key,
          entry,
          path: within(folder, text(get(entry.value, 'path')) ?? ''),
          type: text(get(entry.value, 'type')),
        })),
      },
    ];
  }),
);

function recordOf(entry: Entry): DvcRecord {
  const params = new Map<string, DataNode>();
  for (const { key: file, value } of entries(get(entry.value, 'params'))) {
    for (const { key, value: recorded } of entries(value)) params.set(`${file}\0${key}`, recorded);
  }
  return {
    name: entry.key,
    entry,
    commands: each(get(entry.value, 'cmd')).map((node) => text(node) ?? ''),
    deps: new Set(items(get(entry.value, 'deps')).flatMap((dep) => text(get(dep, 'path')) ?? [])),
    params,
  };
}

/** The stages of a lock; DVC 1 wrote them at the top of the file. */
const stagesOf = (root: DataNode | undefined): readonly Entry[] =>
  has(root, 'schema') === 'yes' || has(root, 'stages') === 'yes'
    ? entries(get(root, 'stages'))
    : entries(root).filter(({ value }) => has(value, 'cmd') === 'yes');

/** Every `dvc.lock`, by the folder it stands in. */
export const dvcLocks: (project: Project) => ReadonlyMap<string, DvcLock> = fact((project) => {
  // Only locks are parsed: a repository has far more YAML than that.
  const found = project.paths
    .filter((path) => /(^|\/)dvc\.lock$/.test(path))
    .flatMap((path) => {
      const document = project.document(path);
      return document?.kind === 'yaml' ? [document] : [];
    });
  return new Map(
    found.map((document) => {
      const folder = folderOf(document.path);
      const records = new Map(stagesOf(document.roots[0]).map((entry) => [entry.key, recordOf(entry)]));
      return [folder, { document, folder, records }];
    }),
  );
});

/** Paths that `.dvc` pointers stand for. */
export const dvcTracked: (project: Project) => ReadonlySet<string> = fact(
  (project) =>
    new Set(
      project.paths.filter((path) => path.endsWith('.dvc') && !path.endsWith('/.dvc')).map((path) => path.slice(0, -4)),
    ),
);
