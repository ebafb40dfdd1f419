import { type DataNode, get, literal } from '../../documents/data.ts';
import { modelEnvironments } from '../../facts/formats/model-environments.ts';
import { type MlflowModel, mlflowModels } from '../../facts/formats/training.ts';
import { minorOf, minorPinned } from '../../facts/versions/minor.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const VERSIONS: readonly (readonly [string, string, string])[] = [
  ['python', 'python_function', 'python_version'],
  ['scikit-learn', 'sklearn', 'sklearn_version'],
  ['torch', 'pytorch', 'pytorch_version'],
  ['xgboost', 'xgboost', 'xgb_version'],
  ['lightgbm', 'lightgbm', 'lgb_version'],
  ['catboost', 'catboost', 'cb_version'],
  ['transformers', 'transformers', 'transformers_version'],
  ['onnx', 'onnx', 'onnx_version'],
  ['keras', 'keras', 'keras_version'],
];

interface Recorded {
  readonly name: string;
  readonly version: string;
  readonly node: DataNode;
}

function recorded({ node }: MlflowModel): readonly Recorded[] {
  return VERSIONS.flatMap(([name, flavor, key]) => {
    const found = get(node, 'flavors', flavor, key);
    const version = literal(found);
    return found === undefined || version === undefined || !/^\d+\.\d+/.test(version)
      ? []
      : [{ name, version, node: found }];
  });
}

const model =
  'mlflow_version: 2.9.2\nflavors:\n  python_function:\n    python_version: 3.10.4\n  sklearn:\n    sklearn_version: 1.2.2\n';

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Saved model and its environment name other versions',
  why: `
    \`MLmodel\` records under which versions the model was saved. The environment beside it, in which it will be loaded, has another
    minor version, so loading may fail or answers may differ.
  `,
  fix: 'Log the model again, so that both files come from the same run.',
  references: ['https://mlflow.org/docs/latest/ml/model/'],
  examples: [
    bad({
      'models/churn/MLmodel': model,
      'models/churn/conda.yaml':
        'name: env\nchannels: [conda-forge]\ndependencies:\n  - «python=3.8»\n  - pip:\n      - «scikit-learn==1.3.0»\n',
      'models/churn/requirements.txt': 'mlflow==2.9.2\n«scikit-learn==1.4.*»\n',
    }),
    bad({
      MLmodel: 'run_id: a\nflavors:\n  pytorch:\n    pytorch_version: 2.1.0\n',
      'requirements.txt': '«torch==1.13.1»\n',
    }),
    bad({ 'm/MLmodel': model, 'm/python_env.yaml': 'python: «3.11.2»\nbuild_dependencies: [pip]\ndependencies: []\n' }),
    good({
      'models/churn/MLmodel': model,
      'models/churn/conda.yaml':
        'name: env\ndependencies:\n  - python=3.10.9\n  - pip:\n      - scikit-learn==1.2.9\n      - numpy==2.0\n',
      'models/churn/requirements.txt': 'scikit-learn>=1.0\n',
      'bare/MLmodel': 'mlflow_version: 2.9.2\nflavors:\n  crate:\n    version: 1\n',
      'bare/conda.yaml': 'name: env\ndependencies: [python=3.8]\n',
      'mlruns/0/a/artifacts/model/MLmodel': model,
      'mlruns/0/a/artifacts/model/requirements.txt': 'scikit-learn==1.4.0\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const found of mlflowModels(project)) {
      if (/(^|\/)mlruns\//.test(found.document.path)) continue;
      const versions = recorded(found);
      for (const { document, packages } of versions.length === 0 ? [] : modelEnvironments(project, found.folder)) {
        for (const declared of packages) {
          const saved = versions.find(({ name }) => name === declared.name);
          const minor = minorPinned(declared);
          if (saved === undefined || minor === undefined || minor === minorOf(saved.version)) continue;
          yield at(
            document,
            declared.span,
            `the environment has \`${declared.name}\` ${minor} and the model was saved with ${saved.version}`,
            { evidence: [seen(found.document, saved.node.span, 'recorded here')] },
          );
        }
      }
    }
  },
});
