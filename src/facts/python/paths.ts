import type { RepoPath } from '../../core/location.ts';

/** What a file is for, by its path alone. `production` is everything that is none of the others. */
export type PathClass = 'test' | 'benchmark' | 'example' | 'docs' | 'notebook' | 'production';

const FOLDERS: readonly (readonly [PathClass, ReadonlySet<string>])[] = [
  [
    'test',
    new Set([
      'test',
      'tests',
      'testing',
      'testdata',
      'fixtures',
      'qa',
      'e2e',
      'unittests',
      'unit_tests',
      'integration_tests',
    ]),
  ],
  ['benchmark', new Set(['benchmark', 'benchmarks', 'bench', 'perf', 'asv_bench'])],
  [
    'example',
    new Set(
      'example examples sample samples tutorial tutorials demo demos quickstart cookbook cookbooks template templates cookiecutter'.split(
        ' ',
      ),
    ),
  ],
  ['docs', new Set(['doc', 'docs', 'documentation'])],
  [
    'notebook',
    new Set(['notebook', 'notebooks', 'nbs', 'exploration', 'exploratory', 'research', 'sandbox', 'scratch']),
  ],
];

/** The class of a path. Folder and file names count as whole words: `latest/` is no test. */
export function classOfPath(path: RepoPath): PathClass {
  const folders = path.toLowerCase().split('/');
  const file = folders.pop() ?? '';
  if (isTestFile(file)) return 'test';
  for (const [kind, names] of FOLDERS)
    if (folders.some((folder) => names.has(folder.replaceAll('-', '_')))) return kind;
  if (/^(bench|benchmark)_\w+\.py$/.test(file)) return 'benchmark';
  return file.endsWith('.ipynb') ? 'notebook' : 'production';
}

function isTestFile(file: string): boolean {
  return /^(test_.*|.*_test|tests?|conftest)\.py$/.test(file);
}

/** Examples, tutorials, documentation and benchmarks: shown, not run in production. */
export function isShowcasePath(path: RepoPath): boolean {
  return /^(example|docs|benchmark)$/.test(classOfPath(path));
}

export function isProductionPath(path: RepoPath): boolean {
  return classOfPath(path) === 'production';
}

const LIVE = new Set(['prod', 'prd', 'production', 'live']);
const TRIAL = new Set([
  'dev',
  'develop',
  'development',
  'test',
  'stage',
  'staging',
  'stg',
  'sandbox',
  'local',
  'uat',
  'qa',
]);

/** The environment that the words of a path name: `values-prod.yaml`, `overlays/staging/…`. The word nearest the file counts. */
export function environmentOf(path: string): 'production' | 'trial' | undefined {
  for (const word of path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .reverse()) {
    if (LIVE.has(word)) return 'production';
    if (TRIAL.has(word)) return 'trial';
  }
  return undefined;
}
