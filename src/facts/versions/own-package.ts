import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { normalName } from '../../documents/requirements.ts';
import { callsOfMethod, callsTo } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';

/** The name under which the folder is installed, normalised; undefined where it is no package of its own. */
export function packageOf(project: Project, folder: string): string | undefined {
  return packagesByFolder(project)(folder);
}

const packagesByFolder = fact((project: Project) => {
  const known = new Map<string, string | undefined>();
  return (folder: string): string | undefined => {
    if (!known.has(folder)) known.set(folder, read(project, folder));
    return known.get(folder);
  };
});

function read(project: Project, folder: string): string | undefined {
  // A path that the tree does not have answers nothing.
  const file = (name: string): RepoPath => (folder === '' ? name : `${folder}/${name}`) as RepoPath;
  const toml = project.document(file('pyproject.toml'));
  const root = toml?.kind === 'toml' ? toml.roots[0] : undefined;
  const declared = literal(get(root, 'project', 'name')) ?? literal(get(root, 'tool', 'poetry', 'name'));
  if (declared !== undefined) return normalName(declared);
  const setup = project.document(file('setup.py'));
  if (setup?.kind !== 'python') return undefined;
  const [call] = [...callsTo(setup, 'setuptools.setup', 'distutils.core.setup'), ...callsOfMethod(setup, 'setup')];
  const name = stringOf(setup, call?.keywords.get('name'));
  return name === undefined ? undefined : normalName(name);
}
