import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';

/**
 * The file of the repository that a module name means when `from` imports it: `./src/data` (as relative imports are told
 * in full names) or `pkg.data`, looked for beside the importing file, in every folder above it and in `src` of those, and at
 * last among the packages of the other projects of the repository. Undefined for modules from elsewhere.
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
  const [first = ''] = below.split('/');
  const [only, ...others] = packages(project).get(first) ?? [];
  return only === undefined || others.length > 0 ? undefined : fileOf(project, `${only}/${below}`);
}

/** Folders of packages by the package's name: `components/src` where `components/pyproject.toml` builds it from there. */
const packages: (project: Project) => ReadonlyMap<string, readonly string[]> = fact((project) => {
  const found = new Map<string, string[]>();
  for (const path of project.paths) {
    const [, root, name] = /^(.+)\/src\/([^/]+)\/__init__\.py$/.exec(path) ?? [];
    if (root === undefined || name === undefined || !isBuilt(project, root)) continue;
    found.set(name, [...(found.get(name) ?? []), `${root}/src`]);
  }
  return found;
});

const isBuilt = (project: Project, root: string): boolean =>
  ['pyproject.toml', 'setup.py', 'setup.cfg'].some((file) => project.tree.has(`${root}/${file}` as RepoPath));

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
