import type { Outcome } from '../../core/finding.ts';
import type { Project } from '../../documents/project.ts';
import { environmentPaths, modelEnvironments } from '../../facts/formats/model-environments.ts';
import { type MlflowModel, mlflowModels } from '../../facts/formats/training.ts';
import { MODEL_PACKAGES, minorPinned } from '../../facts/versions/minor.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** True when a file of the saved model other than its environments changed: it was logged anew. */
function isRelogged(after: Project, { folder, document }: MlflowModel): boolean {
  const environments = new Set<string>(environmentPaths(folder));
  const prefix = folder === '' ? '' : `${folder}/`;
  return (
    after.changed.has(document.path) ||
    (folder !== '' && [...after.changed].some((path) => path.startsWith(prefix) && !environments.has(path)))
  );
}

function* editsOf(after: Project, before: Project, { folder }: MlflowModel): Generator<Outcome> {
  for (const { document, packages } of modelEnvironments(after, folder)) {
    const base = after.changed.has(document.path)
      ? modelEnvironments(before, folder).find((each) => each.document.path === document.path)
      : undefined;
    if (base === undefined) continue;
    const edits = packages.flatMap((now) => {
      const then =
        MODEL_PACKAGES.has(now.name) || now.name === 'python'
          ? base.packages.find(({ name }) => name === now.name)
          : undefined;
      const [was, is] = [then && minorPinned(then), minorPinned(now)];
      return then === undefined || was === undefined || is === undefined || was === is ? [] : [{ now, then, was, is }];
    });
    const [first] = edits;
    if (first === undefined) continue;
    const says = edits.slice(0, 4).map(({ now, was, is }) => `\`${now.name}\` goes from ${was} to ${is}`);
    const evidence = edits.map(({ then, was }) => seen(base.document, then.span, `${was} when the model was saved`));
    yield at(document, first.now.span, `${says.join(', ')} beside a saved model that stays as it is`, { evidence });
  }
}

const model = changed(
  'mlflow_version: 2.9.2\nflavors:\n  python_function:\n    python_version: 3.10.4\n',
  'mlflow_version: 2.9.2\nflavors:\n  python_function:\n    python_version: 3.10.4\n',
);
const conda = (python: string, sklearn: string, more = ''): string =>
  `name: env\nchannels: [conda-forge]\ndependencies:\n  - ${python}\n  - pip:\n      - ${sklearn}\n      - mlflow==2.9.2\n${more}`;

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Environment of a saved model is edited by hand',
  why: `
    The model was pickled under the versions that stood here. Under others it may fail to load, or load and answer differently,
    which no health check sees.
  `,
  fix: 'Log the model again under the new environment, and compare its answers with those of the old one.',
  references: ['https://mlflow.org/docs/latest/ml/model/', 'https://scikit-learn.org/stable/model_persistence.html'],
  examples: [
    bad({
      'models/churn/MLmodel': model,
      'models/churn/conda.yaml': changed(
        conda('python=3.10.4', 'scikit-learn==1.2.2'),
        conda('«python=3.12»', 'scikit-learn==1.4.0'),
      ),
      'models/churn/requirements.txt': changed(
        'scikit-learn==1.2.2\nnumpy==1.24.1\n',
        '«scikit-learn==1.4.0»\nnumpy==1.24.9\n',
      ),
    }),
    bad({
      MLmodel: model,
      'python_env.yaml': changed(
        'python: 3.10.4\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n',
        'python: «3.11.1»\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n',
      ),
    }),
    good({
      'models/churn/MLmodel': model,
      'models/churn/conda.yaml': changed(
        conda('python=3.10.4', 'scikit-learn==1.2.2'),
        conda('python=3.10.9', 'scikit-learn==1.2.3', '      - azureml-ai-monitoring\n'),
      ),
      'other/conda.yaml': changed(
        conda('python=3.10', 'scikit-learn==1.2.2'),
        conda('python=3.12', 'scikit-learn==1.4.0'),
      ),
    }),
    good({
      'models/churn/MLmodel': changed('flavors: {}\nmlflow_version: 2.9.2\n', 'flavors: {}\nmlflow_version: 2.10.0\n'),
      'models/churn/conda.yaml': changed(
        conda('python=3.10.4', 'scikit-learn==1.2.2'),
        conda('python=3.12', 'scikit-learn==1.4.0'),
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    for (const found of mlflowModels(after)) if (!isRelogged(after, found)) yield* editsOf(after, before, found);
  },
});
