import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';

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
