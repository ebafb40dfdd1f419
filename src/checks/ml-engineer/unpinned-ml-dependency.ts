import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Document } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../../facts/formats/dvc.ts';
import { type Declared, declaredPackages } from '../../facts/versions/declared.ts';
import { MODEL_PACKAGES } from '../../facts/versions/minor.ts';
import { packageOf } from '../../facts/versions/own-package.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOCK =
  /^(uv|poetry|pdm)\.lock$|^pylock.*\.toml$|^Pipfile\.lock$|^.*conda-lock\.ya?ml$|^.*requirements.*\.lock(\.txt)?$|^.*requirements[^/]*lock[^/]*\.txt$/;

/** Folders that hold a lock. */
const lockedFolders: (project: Project) => ReadonlySet<string> = fact(
  (project) => new Set(project.paths.filter((path) => LOCK.test(path.slice(path.lastIndexOf('/') + 1))).map(folderOf)),
);

/** A lock beside the file or above it, up to the root. */
function isLocked(project: Project, path: RepoPath): boolean {
  const compiled = path.replace(/\.in$/, '.txt');
  if (compiled !== path && project.tree.has(compiled as RepoPath)) return true;
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (lockedFolders(project).has(folder)) return true;
    if (folder === '') return false;
  }
}

/** Classifiers are for the index that others install from. */
const isPublished = (text: string): boolean => /Programming Language :: Python/.test(text) && !/Private ::/.test(text);

/** A package that others install asks for ranges, and rightly so. */
function isLibrary(project: Project, path: RepoPath): boolean {
  const folder = folderOf(path);
  const setup = ['setup.py', 'setup.cfg', 'pyproject.toml'].map((file) =>
    project.content((folder === '' ? file : `${folder}/${file}`) as RepoPath),
  );
  return setup.some(
    (content) =>
      content?.kind === 'text' &&
      /install_requires|dependencies/.test(content.text) &&
      (/requirements[\w./-]*\.(txt|in)/.test(content.text) || isPublished(content.text)),
  );
}

const TEST_TOOLS = /^(pytest(-\w+)*|tox|nox|coverage|hypothesis|pre-commit|black|flake8|ruff|mypy)$/;

/** What those who work on a package install beside it, in every version that the package allows. */
function isForDevelopment(project: Project, path: RepoPath, all: readonly Declared[]): boolean {
  const own = packageOf(project, folderOf(path));
  return own !== undefined && all.some(({ name }) => name === own || TEST_TOOLS.test(name));
}

const isLoose = ({ name, specifier, open, url, group, source }: Declared): boolean =>
  MODEL_PACKAGES.has(name) &&
  !open &&
  url === undefined &&
  group === 'main' &&
  source === 'requirement' &&
  !specifier.includes('==');

/** MLflow itself writes its bare name beside the models that it saves. */
const isWritten = (project: Project, path: RepoPath, { name }: Declared): boolean =>
  /^mlflow/.test(name) &&
  project.tree.has((folderOf(path) === '' ? 'MLmodel' : `${folderOf(path)}/MLmodel`) as RepoPath);

const isConstrained = (document: Document): boolean =>
  document.kind === 'requirements' && document.includes.some(({ kind }) => kind === 'constraint');

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'Package that models depend on is not pinned',
  why: `
    The next build may train or load models under another version. A saved model may then fail to load, or answer differently, and
    no commit of the repository says when that changed.
  `,
  fix: 'Pin it with `==`, or commit a lock file that covers this environment.',
  references: [
    'https://pip.pypa.io/en/stable/topics/repeatable-installs/',
    'https://scikit-learn.org/stable/model_persistence.html',
  ],
  mentions: [...MODEL_PACKAGES, 'pytorch', 'xgboost'],
  examples: [
    bad({
      'requirements.txt': 'flask\n«scikit-learn»\nnumpy>=1.20\npandas==2.1.0\n',
      'serving/requirements-serve.txt': '«torch>=2.0,<3»\n',
      'conda.yaml':
        'name: train\nchannels: [conda-forge]\ndependencies:\n  - python=3.10\n  - «xgboost»\n  - pip:\n      - mlflow\n',
      'env/python_env.yaml': 'python: 3.10.4\ndependencies:\n  - «mlflow»\n',
    }),
    good({
      'setup.py':
        'from setuptools import setup\nsetup(name="tuner", install_requires=["torch>=1.13"], classifiers=["Programming Language :: Python :: 3.10"])\n',
      'requirements.txt': 'tuner\ntorch\npytest\nnumpy\n',
    }),
    good({
      'requirements.txt':
        'scikit-learn==1.4.0\nnumpy==1.26.*\nflask\ntorch @ https://example.com/torch-2.0-cp310-cp310-linux_x86_64.whl\n',
      'requirements-dev.txt': 'numpy\n',
      'docs/requirements.txt': 'pandas==2.0.0\n',
      'model/MLmodel': 'run_id: a\nflavors: {}\n',
      'model/requirements.txt': 'mlflow\nscikit-learn==1.4.0\n',
      'constrained/requirements.txt': '-c constraints.txt\nnumpy\n',
      'constrained/constraints.txt': 'numpy\n',
      'compiled/requirements.in': 'torch\n',
      'compiled/requirements.txt': '# This file is autogenerated by pip-compile\ntorch==2.1.0 --hash=sha256:aa\n',
      'locked/requirements.txt': 'torch\n',
      'locked/uv.lock': 'version = 1\n',
      'lib/requirements.txt': 'numpy>=1.20\n',
      'lib/setup.py': 'from setuptools import setup\nsetup(install_requires=open("requirements.txt").read().split())\n',
      'conda.yaml': 'name: train\ndependencies:\n  - pytorch=2.1\n',
      'package/requirements.txt': 'torch\ntransformers\npytest\n',
      'package/setup.py': 'from setuptools import setup\n\nsetup(name="tuner", install_requires=["torch>=2"])\n',
    }),
  ],

  paths: { docs: 'skip' },
  reads: ['requirements', 'yaml'],
  *inspect(document, project) {
    const declared = declaredPackages(document);
    const loose = declared.filter((each) => isLoose(each) && !isWritten(project, document.path, each));
    const [first, ...rest] = loose;
    if (
      first === undefined ||
      isConstrained(document) ||
      isLocked(project, document.path) ||
      isLibrary(project, document.path) ||
      isForDevelopment(project, document.path, declared)
    )
      return;
    const more =
      rest.length === 0
        ? ''
        : ` and ${rest
            .slice(0, 3)
            .map(({ name }) => `\`${name}\``)
            .join(', ')}${rest.length > 3 ? ` and ${rest.length - 3} more` : ''}`;
    yield at(document, first.span, `\`${first.name}\`${more} may be another version in the next build`);
  },
});
