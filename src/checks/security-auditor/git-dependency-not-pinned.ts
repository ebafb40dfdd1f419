import type { RepoPath } from '../../core/location.ts';
import type { Document } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../../facts/formats/dvc.ts';
import { type GitDependency, gitDependencies } from '../../facts/security/git-references.ts';
import { packageOf } from '../../facts/versions/own-package.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOCKS = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'];

/** A lock beside a project file, or above it in a workspace, records the commit. */
function isLocked(project: Project, path: RepoPath): boolean {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (LOCKS.some((lock) => project.tree.has((folder === '' ? lock : `${folder}/${lock}`) as RepoPath))) return true;
    if (folder === '') return false;
  }
}

const repositoryOf = (url: string): string =>
  /\/([^/@]+?)(?:\.git)?(?:@|$)/.exec(url.replace(/^git\+[a-z]+:\/\//i, ''))?.[1] ?? '';
const ownerOf = (url: string): string =>
  url
    .replace(/^git\+/, '')
    .split('/')
    .slice(0, 4)
    .join('/');

/** Owners whose newest code an image wants: it installs the very package of this repository from their git as well. */
function ownFamily(document: Document, project: Project, all: readonly GitDependency[]): ReadonlySet<string> {
  const own = document.kind === 'dockerfile' ? packageOf(project, '') : undefined;
  return new Set(own === undefined ? [] : all.flatMap(({ url }) => (repositoryOf(url) === own ? ownerOf(url) : [])));
}

const SAYS = { none: 'whatever its default branch holds', branch: 'a branch', tag: 'a tag', commit: '' } as const;

export default defineCheck({
  evaluates: 'insecure-defaults',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  mode: 'block',
  title: 'Package from git that is not tied to a commit',
  grades: {
    branch: { severity: 'medium', when: 'it follows a branch' },
    tag: { severity: 'low', when: 'it follows a tag, which can be moved' },
  },
  why: `
    Every build installs what the repository holds at that moment. Whoever can push there runs code in training and serving, and
    two builds of one commit may differ.
  `,
  fix: 'Put the full commit behind `@` (or into `rev`), or commit a lock file that records it.',
  references: ['https://pip.pypa.io/en/stable/topics/vcs-support/', 'https://atlas.mitre.org/techniques/AML.T0010'],
  mentions: ['git+', 'git ='],
  examples: [
    bad({
      'requirements.txt':
        'torch==2.3.0\n«git+https://github.com/acme/loader.git»\n«loader @ git+https://github.com/acme/loader» # newest\n-e «git+ssh://git@github.com/acme/loader.git#egg=loader»\n',
      'conda.yaml':
        'name: train\ndependencies:\n  - python=3.10\n  - pip:\n      - «git+https://github.com/acme/loader»\n',
      Dockerfile: 'FROM python:3.11-slim\nRUN pip install --no-cache-dir «git+https://github.com/acme/loader.git»\n',
      'lib/pyproject.toml':
        '[tool.poetry.dependencies]\npython = "^3.11"\nloader = «{ git = "https://github.com/acme/loader.git" }»\n',
    }),
    bad.as('branch')({
      'requirements.txt':
        '«git+https://github.com/acme/loader.git@main»\n«git+https://github.com/acme/loader.git@refs/heads/fix/deadbeef»\n',
      'pyproject.toml':
        '[project]\nname = "x"\ndependencies = [«"loader @ git+https://github.com/acme/loader@develop"»]\n[tool.uv.sources]\nother = «{ git = "https://github.com/acme/other", branch = "main" }»\n',
    }),
    bad.as('tag')({ 'requirements/train.txt': '«git+https://github.com/acme/loader.git@v1.2.0»\n' }),
    bad({
      'docker/Dockerfile':
        'FROM python:3.11\nRUN pip install git+https://github.com/acme/loader git+https://github.com/acme/base «git+https://github.com/other/kernel»\n',
      'setup.py': 'from setuptools import setup\n\nsetup(name="loader", version="1.0")\n',
    }),
    good({
      'requirements.txt':
        'git+https://github.com/acme/loader.git@9f8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b#egg=loader\ngit+https://github.com/acme/loader.git@${REF}\nhttps://example.com/loader-1.0-py3-none-any.whl\n',
      'conda.yaml': 'name: train\ndependencies:\n  - pip:\n      - git+https://github.com/acme/loader@9f8b1c2\n',
      Dockerfile:
        'FROM python:3.11\nARG REF\nRUN pip install git+https://github.com/acme/loader.git@$REF && git clone https://github.com/acme/x\n',
      'app/pyproject.toml':
        '[tool.poetry.dependencies]\nloader = { git = "https://github.com/acme/loader.git", branch = "main" }\n',
      'app/poetry.lock': '[[package]]\nname = "loader"\nversion = "1.0"\n',
    }),
  ],

  reads: ['requirements', 'yaml', 'toml', 'dockerfile'],
  *inspect(document, project) {
    if (document.kind === 'toml' && isLocked(project, document.path)) return;
    const all = gitDependencies(document);
    const family = ownFamily(document, project, all);
    for (const { url, reference, kind, span } of all) {
      if (kind === 'commit' || family.has(ownerOf(url))) continue;
      const named = reference === undefined || reference === '' ? '' : ` \`${reference}\``;
      yield at(
        document,
        span,
        `\`${url}\` installs from ${SAYS[kind]}${named}`,
        kind === 'none' ? {} : { grade: kind },
      );
    }
  },
});
