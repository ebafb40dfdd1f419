import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { bare, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type Call, calls } from './calls.ts';
import { type Constant, constantOf } from './constants.ts';
import type { Crossing } from './flow.ts';
import { type Definition, exportedDefinition } from './functions.ts';
import { methodNamed } from './hierarchy.ts';
import { imports } from './imports.ts';
import { moduleDocument } from './modules.ts';
import { qualifiedName } from './names.ts';
import { singleAssignment } from './reaching.ts';
import { resultOf } from './returns.ts';
import { scopeOf } from './scopes.ts';
import { returnTypeOf } from './types.ts';

/** How many re-exports a name is followed through. */
const MOST_STEPS = 6;

/** Where a full name leads: into a file of the repository, or to something from elsewhere. */
type Meaning =
  | { readonly document: PythonDocument; readonly words: readonly string[] }
  | { readonly document: undefined; readonly name: string };

/**
 * The full name behind a full name that files of the repository pass on: after `from .compat import torch` the name
 * `./src/compat.torch.load` is `torch.load`; `./src/data.load().merge` is `pandas.DataFrame().merge` when `load` answers a
 * frame. What the repository itself defines is `./path/of/module.name`. Names from elsewhere stay as they are.
 */
export function nameAcross(project: Project, from: RepoPath, name: string): string {
  const meaning = meaningOf(project, from, name, MOST_STEPS);
  if (meaning.document === undefined) return retyped(meaning.name);
  return `./${meaning.document.path.replace(/\.[^./]+$/, '')}.${meaning.words.join('.')}`;
}

/** As `callsTo`, and calls whose name comes through other files of the repository. */
export function callsAcross(project: Project, document: PythonDocument, ...names: readonly string[]): readonly Call[] {
  const known = callsByMeaning(project)(document);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return known.get(only) ?? [];
  return [...new Set(names.flatMap((name) => known.get(name) ?? []))].sort((a, b) => a.node.start - b.node.start);
}

const callsByMeaning = fact((project: Project) =>
  fact((document: PythonDocument): ReadonlyMap<string, readonly Call[]> => {
    const all = new Map<string, Call[]>();
    for (const call of calls(document)) {
      for (const name of new Set(call.names.map((each) => nameAcross(project, document.path, each)))) {
        const known = all.get(name);
        if (known === undefined) all.set(name, [call]);
        else known.push(call);
      }
    }
    return all;
  }),
);

/** The function, class or method of the repository that a full name means in a file; re-exports are followed. */
export function definitionNamed(project: Project, from: RepoPath, name: string): Definition | undefined {
  const { document, ...rest } = meaningOf(project, from, name, MOST_STEPS);
  const [outer, inner] = 'words' in rest ? rest.words.map(uncalled) : [];
  const node = document === undefined || outer === undefined ? undefined : exportedDefinition(document, outer);
  if (document === undefined || node === undefined) return undefined;
  const own = inner === undefined ? node : methodNamed(document, node, inner);
  return own && { document, node: own };
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
  if (name === undefined) return own;
  const meaning = meaningOf(project, document.path, name, MOST_STEPS);
  const [only, more] = meaning.document === undefined ? [] : meaning.words;
  const value =
    only === undefined || more !== undefined || !meaning.document ? undefined : assigned(meaning.document, only);
  return value && meaning.document && constantOf(meaning.document, value);
}

/** An expression and the file it stands in. */
export interface Value {
  readonly document: PythonDocument;
  readonly node: PyNode;
}

/** What an identifier was assigned, once, in this file or in the file of the repository that it is imported from. */
export function valueAcross(project: Project, document: PythonDocument, node: PyNode): Value | undefined {
  if (node.type !== 'identifier') return undefined;
  const own = singleAssignment(document, node);
  if (own !== undefined) return { document, node: own };
  const word = document.text.slice(node.start, node.end);
  const name = qualifiedName(document, node);
  const meaning: Meaning | undefined =
    name === undefined
      ? throughStars(project, document, [word], MOST_STEPS)
      : meaningOf(project, document.path, name, MOST_STEPS);
  if (meaning?.document === undefined || meaning.words.length !== 1) return undefined;
  const value = assigned(meaning.document, meaning.words[0] ?? '');
  return value && { document: meaning.document, node: value };
}

/** The only value of a name of a module. */
function assigned(document: PythonDocument, name: string): PyNode | undefined {
  const bindings = scopeOf(document, document.root).names.get(name) ?? [];
  const [only] = bindings;
  return bindings.length === 1 && only?.kind === 'assignment' && only.path.length === 0 ? only.value : undefined;
}

function meaningOf(project: Project, from: RepoPath, name: string, steps: number): Meaning {
  const known = meanings(project);
  const key = `${from}\0${name}`;
  const hit = known.get(key);
  if (hit !== undefined) return hit;
  const found = steps === 0 ? { document: undefined, name } : follow(project, from, name, steps);
  known.set(key, found);
  return found;
}

const meanings = fact((_: Project) => new Map<string, Meaning>());

/** Splits a full name into the module that holds it and the rest, and follows the rest. */
function follow(project: Project, from: RepoPath, name: string, steps: number): Meaning {
  const relative = name.startsWith('./') ? name.lastIndexOf('/') + 1 : 0;
  const words = name.slice(relative).split('.');
  for (let keep = words.length - 1; keep >= (relative === 0 ? 1 : 0); keep -= 1) {
    const module = name.slice(0, relative) + words.slice(0, keep).join('.');
    const document = module.includes('(') ? undefined : moduleDocument(project, from, module);
    if (document !== undefined) return within(project, document, words.slice(keep), steps);
  }
  return { document: undefined, name };
}

function within(project: Project, document: PythonDocument, words: readonly string[], steps: number): Meaning {
  const [first = '', ...rest] = words;
  const own = uncalled(first);
  const next = (name: string): Meaning => meaningOf(project, document.path, [name, ...rest].join('.'), steps - 1);
  const definition = exportedDefinition(document, own);
  if (definition !== undefined) {
    const answered = rest.length > 0 && definition.type === 'function_definition' && first !== own;
    const type = answered ? returnTypeOf(document, definition) : undefined;
    return type === undefined ? { document, words } : next(type);
  }
  const passed = imports(document).findLast((each) => each.alias === own);
  if (passed !== undefined) return next(passed.target + first.slice(own.length));
  const alias = assigned(document, own);
  const source = alias && qualifiedName(document, bare(alias));
  if (source !== undefined) return next(source + first.slice(own.length));
  return throughStars(project, document, words, steps) ?? { document, words };
}

function throughStars(
  project: Project,
  document: PythonDocument,
  words: readonly string[],
  steps: number,
): Meaning | undefined {
  if (scopeOf(document, document.root).names.has(uncalled(words[0] ?? ''))) return undefined;
  for (const { name, module } of imports(document)) {
    if (name !== '*' || moduleDocument(project, document.path, module) === undefined) continue;
    const found = meaningOf(
      project,
      document.path,
      `${module}${module.endsWith('/') ? '' : '.'}${words.join('.')}`,
      steps - 1,
    );
    if (found.document !== document && isDefined(found)) return found;
  }
  return undefined;
}

function isDefined(meaning: Meaning): boolean {
  if (meaning.document === undefined) return true;
  const { document, words } = meaning;
  return scopeOf(document, document.root).names.has(uncalled(words[0] ?? ''));
}

function uncalled(word: string): string {
  return word.endsWith('()') ? word.slice(0, -2) : word;
}

/** `pandas.read_csv().merge` is a method of what reading answers: `pandas.DataFrame().merge`. */
function retyped(name: string): string {
  const [first = '', ...methods] = name.split('().');
  return methods.reduce((made, method) => `${resultOf(made)}.${method}`, first);
}
