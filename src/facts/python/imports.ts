import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { child, childrenOf, firstPart, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';

/** One name that an import statement binds, or one star. */
export interface Import {
  /** The import statement. */
  readonly node: PyNode;
  /** `torch.utils.data`; a relative import as `./` and the path of the module in the repository: `./src/data/load`. */
  readonly module: string;
  /** What is taken from the module: absent for `import m`, `*` for a star import. */
  readonly name?: string;
  /** The name bound in the file; absent for a star import. `import a.b` binds `a`. */
  readonly alias?: string;
  /** The identifier that gets bound. */
  readonly bound?: PyNode;
  /** Full name of what the alias stands for: `torch`, `torch.load`, `./src/data/load.read`. */
  readonly target: string;
}

/** Everything that the file imports, anywhere in it, in source order. */
export const imports: (document: PythonDocument) => readonly Import[] = fact((document) =>
  nodesOf(document, 'import_statement', 'import_from_statement', 'future_import_statement').flatMap((node) => [
    ...(node.type === 'import_statement' ? plain(document, node) : taken(document, node)),
  ]),
);

/** True when the file imports the module or anything below it: `importsModule(document, 'torch')`. */
export function importsModule(document: PythonDocument, ...modules: readonly string[]): boolean {
  const known = importedModules(document);
  return modules.some((module) => known.has(module));
}

/** Each imported module with all packages above it. */
const importedModules = fact((document: PythonDocument): ReadonlySet<string> => {
  const all = new Set<string>();
  for (const { module, target } of imports(document)) {
    for (const full of [module, target]) {
      for (let name = full; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) all.add(name);
    }
  }
  return all;
});

function* plain(document: PythonDocument, node: PyNode): Generator<Import, void, undefined> {
  for (const each of childrenOf(node, 'name')) {
    if (each.type === 'aliased_import') {
      const module = dotted(document, child(each, 'name'));
      const bound = child(each, 'alias');
      if (bound !== undefined) yield { node, module, alias: textOf(document, bound), bound, target: module };
      continue;
    }
    const module = dotted(document, each);
    const bound = firstPart(each);
    if (bound === undefined) continue;
    const alias = textOf(document, bound);
    yield { node, module, alias, bound, target: alias };
  }
}

function* taken(document: PythonDocument, node: PyNode): Generator<Import, void, undefined> {
  const module =
    node.type === 'future_import_statement' ? '__future__' : moduleOf(document, child(node, 'module_name'));
  if (module === undefined) return;
  if (node.children.some((each) => each.type === 'wildcard_import')) yield { node, module, name: '*', target: module };
  for (const each of childrenOf(node, 'name')) {
    const source = each.type === 'aliased_import' ? child(each, 'name') : each;
    const bound = each.type === 'aliased_import' ? child(each, 'alias') : firstPart(each);
    if (source === undefined || bound === undefined) continue;
    const name = dotted(document, source);
    const target = module.endsWith('/') ? `${module}${name}` : `${module}.${name}`;
    yield { node, module, name, alias: textOf(document, bound), bound, target };
  }
}

/** `./` stands for the repository's root; a module ending in `/` is a package folder reached by dots alone. */
function moduleOf(document: PythonDocument, node: PyNode | undefined): string | undefined {
  if (node?.type !== 'relative_import') return node === undefined ? undefined : dotted(document, node);
  const prefix = node.children.find((each) => each.type === 'import_prefix');
  const dots = prefix === undefined ? 0 : textOf(document, prefix).replace(/\s/g, '').length;
  const folder = folderAbove(document.path, dots);
  if (folder === undefined) return undefined;
  const rest = node.children.find((each) => each.type === 'dotted_name');
  const below = rest === undefined ? '' : dotted(document, rest).replaceAll('.', '/');
  return `./${folder === '' ? '' : `${folder}/`}${below}`;
}

function folderAbove(path: RepoPath, dots: number): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const keep = folders.length - (dots - 1);
  return keep < 0 ? undefined : folders.slice(0, keep).join('/');
}

function dotted(document: PythonDocument, node: PyNode | undefined): string {
  return node === undefined ? '' : textOf(document, node).replace(/[\s\\]/g, '');
}
