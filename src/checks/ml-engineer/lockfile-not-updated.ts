import type { RepoPath } from '../../core/location.ts';
import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../../facts/formats/dvc.ts';
import { requestedPackages } from '../../facts/versions/requested.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

const LOCKS = ['uv.lock', 'poetry.lock', 'pdm.lock'] as const;

const below = (folder: string, file: string): RepoPath => (folder === '' ? file : `${folder}/${file}`) as RepoPath;

const isWorkspace = (project: Project, folder: string): boolean => {
  const document = project.document(below(folder, 'pyproject.toml'));
  return document?.kind === 'toml' && get(document.roots[0], 'tool', 'uv', 'workspace') !== undefined;
};

/** The lock that holds for a project file: beside it, or at the root of its workspace. */
function lockOf(project: Project, path: RepoPath): RepoPath | undefined {
  const own = folderOf(path);
  if (path.endsWith('Pipfile')) return [below(own, 'Pipfile.lock')].find((lock) => project.tree.has(lock));
  for (let folder = own; ; folder = folderOf(folder)) {
    const found = LOCKS.map((lock) => below(folder, lock)).find((lock) => project.tree.has(lock));
    if (found !== undefined && (folder === own || isWorkspace(project, folder))) return found;
    if (folder === '') return undefined;
  }
}

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const project = (dependencies: string, more = ''): string =>
  `[project]\nname = "x"\nversion = "1"\ndependencies = [${dependencies}]\n${more}`;

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'Dependencies changed and their lock did not',
  why: `
    What is installed from the lock is no longer what the project asks for: a build refuses it, or trains and serves with the
    versions of before.
  `,
  fix: 'Run `uv lock`, `poetry lock` or `pipenv lock` and commit the lock with this change.',
  references: ['https://docs.astral.sh/uv/concepts/projects/sync/', 'https://python-poetry.org/docs/cli/#lock'],
  mentions: ['dependencies', 'packages', 'dependency-groups'],
  examples: [
    bad({
      'pyproject.toml': changed(project('"torch==2.1.0", "numpy>=1.20"'), project('«"torch==2.2.0"», "numpy>=1.20"')),
      'uv.lock': same('version = 1\n'),
      'api/pyproject.toml': changed(
        '[tool.poetry.dependencies]\npython = "^3.10"\npandas = "^2.0"\n',
        '[tool.poetry.dependencies]\npython = "^3.10"\npandas = «"^2.1"»\n',
      ),
      'api/poetry.lock': same('[metadata]\n'),
    }),
    bad({
      Pipfile: changed('[packages]\nflask = "*"\n', '[packages]\nflask = "*"\nmlflow = «"==2.9"»\n'),
      'Pipfile.lock': same('{}\n'),
    }),
    bad({
      'pyproject.toml': changed(project('"torch==2.1.0", «"numpy"»'), project('"torch==2.1.0"')),
      'pdm.lock': same('metadata = 1\n'),
    }),
    good({
      'pyproject.toml': changed(
        project('"torch==2.1.0","numpy>=1.20"'),
        project('\n  "numpy >= 1.20",\n  "torch==2.1.0",\n', '[tool.ruff]\nline-length = 100\n'),
      ),
      'uv.lock': same('version = 1\n'),
      'app/pyproject.toml': changed(project('"torch==2.1.0"'), project('"torch==2.2.0"')),
      'lib/pyproject.toml': changed(project('"torch==2.1.0"'), project('"torch==2.2.0"')),
      'lib/uv.lock': changed('version = 1\n', 'version = 1\n[[package]]\n'),
    }),
    good({
      'pyproject.toml': same('[tool.uv.workspace]\nmembers = ["packages/*"]\n'),
      'uv.lock': changed('version = 1\n', 'version = 1\n[[package]]\n'),
      'packages/a/pyproject.toml': changed(project('"torch==2.1.0"'), project('"torch==2.2.0"')),
    }),
  ],

  compares: 'toml',
  *inspect({ base, head, before, after }) {
    if (head === undefined || !/(^|\/)(pyproject\.toml|Pipfile)$/.test(head.path)) return;
    const lock = lockOf(after, head.path);
    if (lock === undefined || after.changed.has(lock) || !before.tree.has(lock)) return;
    const [then, now] = [requestedPackages(base), requestedPackages(head)];
    const [old, fresh] = [new Set(then.map(({ key }) => key)), new Set(now.map(({ key }) => key))];
    const changedOne = now.find(({ key }) => !old.has(key));
    const gone = then.find(({ key }) => !fresh.has(key));
    if (changedOne !== undefined)
      yield at(head, changedOne.span, `\`${changedOne.name}\` changes here and \`${lock}\` stays as it was`);
    else if (gone !== undefined)
      yield at(base, gone.span, `\`${gone.name}\` is removed and \`${lock}\` stays as it was`, { side: 'base' });
  },
});
