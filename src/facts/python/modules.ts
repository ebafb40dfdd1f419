import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { methodsOf } from './classes.ts';
import { type Constant, constantOf } from './constants.ts';
import type { Crossing } from './flow.ts';
import { type Definition, exportedDefinition } from './functions.ts';
import { imports } from './imports.ts';
import { qualifiedName } from './names.ts';
import { scopeOf } from './scopes.ts';

/** How many re-exports a name is followed through. */
const MOST_STEPS = 6;

/**
 * The file of the repository that a module name means when `from` imports it: `./src/data` (as relative imports are told
 * in full names) or `pkg.data`, looked for beside the importing file, in every folder above it and in `src` of those.
 * Undefined for modules from elsewhere.
 */
export function moduleFile(project: Project, from: RepoPath, module: string): RepoPath | undefined {
  if (module.startsWith('./')) return fileOf(project, module.slice(2).replace(/\/$/, ''));
  const key = `${from.slice(0, from.lastIndexOf('/') + 1)}\0${module}`;
  const known = filesByModule(project);
  if (known.has(key)) return known.get(key);
  const found = search(project, from, module.replaceAll('.', '/'));
  known.set(key, found);
  return found;
}

const filesByModule = fact((_: Project) => new Map<string, RepoPath | undefined>());

function search(project: Project, from: RepoPath, below: string): RepoPath | undefined {
  const folders = from.split('/').slice(0, -1);
  for (let keep = folders.length; keep >= 0; keep -= 1) {
    const base = folders
      .slice(0, keep)
      .map((folder) => `${folder}/`)
      .join('');
    const found = fileOf(project, base + below) ?? fileOf(project, `${base}src/${below}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fileOf(project: Project, module: string): RepoPath | undefined {
  const candidates = module === '' ? ['__init__.py'] : [`${module}.py`, `${module}/__init__.py`];
  // A path is known to be one when the tree has it.
  return candidates.find((each) => project.tree.has(each as RepoPath)) as RepoPath | undefined;
}

/** The Python document of a module, where it is in the repository and was read. */
export function moduleDocument(project: Project, from: RepoPath, module: string): PythonDocument | undefined {
  const path = moduleFile(project, from, module);
  const document = path === undefined ? undefined : project.document(path);
  return document?.kind === 'python' ? document : undefined;
}

interface Place {
  readonly document: PythonDocument;
  /** Names inside the module: `['Loader', 'read']`. */
  readonly names: readonly string[];
}

/** The function, class or method of the repository that a full name means in a file; re-exports are followed. */
export function definitionNamed(project: Project, from: RepoPath, name: string): Definition | undefined {
  const place = placeNamed(project, from, name, MOST_STEPS);
  const [outer, inner] = place?.names ?? [];
  const node = place === undefined || outer === undefined ? undefined : exportedDefinition(place.document, outer);
  if (place === undefined || node === undefined) return undefined;
  const own = inner === undefined ? node : methodsOf(place.document, node).get(inner.replace(/\(\)$/, ''));
  return own && { document: place.document, node: own };
}

/** Splits a full name into the module that defines it and the rest. */
function placeNamed(project: Project, from: RepoPath, name: string, steps: number): Place | undefined {
  if (steps === 0) return undefined;
  const relative = name.startsWith('./') ? name.lastIndexOf('/') + 1 : 0;
  const words = name.slice(relative).replaceAll('()', '').split('.');
  for (let keep = words.length - 1; keep >= (relative === 0 ? 1 : 0); keep -= 1) {
    const module = name.slice(0, relative) + words.slice(0, keep).join('.');
    const document = moduleDocument(project, from, module);
    if (document !== undefined) return settled(project, { document, names: words.slice(keep) }, steps);
  }
  return undefined;
}

/** Follows `from .x import name` in the module that was found. */
function settled(project: Project, place: Place, steps: number): Place | undefined {
  const { document, names } = place;
  const [first, ...rest] = names;
  if (first === undefined || exportedDefinition(document, first) !== undefined) return place;
  const passed = imports(document).findLast((each) => each.alias === first);
  if (passed !== undefined) return placeNamed(project, document.path, [passed.target, ...rest].join('.'), steps - 1);
  if (scopeOf(document, document.root).names.has(first)) return place;
  for (const each of imports(document)) {
    const target = `${each.module}${each.module.endsWith('/') ? '' : '.'}${names.join('.')}`;
    const found = each.name === '*' ? placeNamed(project, document.path, target, steps - 1) : undefined;
    if (found !== undefined && found.document !== document) return found;
  }
  return place;
}

/** Lets the flow of values cross files: `originsOf(document, node, crossingOf(project))`. */
export const crossingOf: (project: Project) => Crossing = fact((project) => (document, call) => {
  for (const name of call.names) {
    const found = definitionNamed(project, document.path, name);
    if (found?.node.type === 'function_definition') return found;
  }
  return undefined;
});

/** As `constantOf`, and for names imported from other files of the repository where they are assigned once. */
export function constantAcross(project: Project, document: PythonDocument, node: PyNode): Constant | undefined {
  const own = constantOf(document, node);
  const name = own === undefined ? qualifiedName(document, node) : undefined;
  const place = name === undefined ? undefined : placeNamed(project, document.path, name, MOST_STEPS);
  const [only, more] = place?.names ?? [];
  if (place === undefined || only === undefined || more !== undefined) return own;
  const bindings = scopeOf(place.document, place.document.root).names.get(only) ?? [];
  const value =
    bindings.length === 1 && bindings[0]?.kind === 'assignment' && bindings[0].path.length === 0
      ? bindings[0].value
      : undefined;
  return value && constantOf(place.document, value);
}
