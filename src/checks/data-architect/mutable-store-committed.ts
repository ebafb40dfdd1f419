import type { Project } from '../../documents/project.ts';
import { atFile, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** Files that a running system keeps writing to, and what they are. */
const STORES: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)mlflow\.db$/, 'the tracking database of MLflow'],
  [/(^|\/)mlruns\/[^/]+\/[^/]+\/(meta\.yaml|metrics\/|params\/|tags\/)/, 'the run store of MLflow'],
  [/(^|\/)(registry\.(db|pb)|online_store\.db)$/, 'the registry or online store of Feast'],
  [/\.(duckdb|duckdb\.wal)$/, 'a DuckDB database'],
  [/(^|\/)\.bentoml\/prometheus_multiproc_dir\//, 'the metrics of a running BentoML process'],
  [/(^|\/)optuna[^/]*\.(db|sqlite3?)$/, 'the study store of Optuna'],
];

const storeOf = (path: string): string | undefined => STORES.find(([pattern]) => pattern.test(path))?.[1];

/** One place for each store: a run store has thousands of files. */
function storesIn(
  project: Project,
): ReadonlyMap<string, { readonly path: (typeof project.paths)[number]; readonly files: number }> {
  const found = new Map<string, { path: (typeof project.paths)[number]; files: number }>();
  for (const path of project.paths) {
    const what = storeOf(path);
    if (what === undefined) continue;
    const home = path.includes('mlruns/') ? path.slice(0, path.indexOf('mlruns/') + 7) : path;
    const known = found.get(home);
    found.set(home, { path: known?.path ?? path, files: (known?.files ?? 0) + 1 });
  }
  return found;
}

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  paths: { example: 'skip' },
  title: 'Live store kept as a file in the repository',
  why: `
    The file changes with every run, cannot be merged, and two people write two histories. What it says about runs, features or
    versions depends on whose copy was pushed last.
  `,
  fix: 'Use a served backend (a SQL registry, an MLflow server), ignore the file, and take it out of the repository.',
  references: [
    'https://docs.feast.dev/how-to-guides/running-feast-in-production',
    'https://mlflow.org/docs/latest/self-hosting/architecture/backend-store/',
  ],
  examples: [
    bad({ 'mlflow.db': changed(null, '«»not text\n') }),
    bad({
      'feature_repo/data/registry.db': '«»x\n',
      'warehouse.duckdb': '«»x\n',
      'mlruns/0/abc/meta.yaml': '«»name: a\n',
      'mlruns/0/abc/metrics/loss': '1 0.5 0\n',
    }),
    good({
      'tests/fixtures/mlflow.db': 'x\n',
      'docs/registry.md': 'x\n',
      'src/mlflow_db.py': 'x = 1\n',
      'mlruns/.gitkeep': '\n',
      'old/mlflow.db': changed('x\n', null),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const [home, { path, files }] of storesIn(project)) {
      if (/(^|\/)(tests?|testdata|fixtures)\//.test(path)) continue;
      const more = files > 1 ? ` (${files} files below \`${home}\`)` : '';
      yield atFile(path, `\`${path}\` is ${storeOf(path)}, which changes with every run${more}`);
    }
  },
});
