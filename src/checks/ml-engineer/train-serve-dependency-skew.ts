import { isTemplatePath } from '../../facts/paths.ts';
import { MODEL_PACKAGES, minorPinned } from '../../facts/versions/minor.ts';
import { environmentPairs, type Packages } from '../../facts/versions/pairs.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** The model is handed on in a format that does not depend on the library that made it. */
const isExported = ({ packages }: Packages): boolean =>
  packages.some(({ declared: { name } }) =>
    /^(onnxruntime(-gpu)?|tensorrt|openvino|sklearn-pmml-model|pypmml)$/.test(name),
  );

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const model = same('mlflow_version: 2.9.2\nflavors:\n  sklearn: {sklearn_version: 1.2.2}\n');
const azure =
  'name: blue\nendpoint_name: churn\nmodel:\n  path: ../models/churn\nenvironment:\n  conda_file: ../env/conda.yml\n  image: mcr.microsoft.com/azureml/x\ninstance_type: D\ninstance_count: 2\n';
const conda = (spec: string): string =>
  `name: env\nchannels: [conda-forge]\ndependencies:\n  - python=3.10\n  - ${spec}\n`;
const job = (serving: string): string =>
  `resources:\n  jobs:\n    churn:\n      tasks:\n        - task_key: Train\n          libraries: [{pypi: {package: "xgboost==1.7.6"}}]\n        - task_key: BatchInference\n          depends_on: [{task_key: Train}]\n          libraries: [{pypi: {package: ${serving}}}]\n`;
const compose =
  'services:\n  train:\n    build: ./train\n    volumes: [models:/models]\n  api:\n    build: {context: ./api}\n    volumes: ["models:/models:ro"]\nvolumes: {models: {}}\n';

const pipeline =
  'type: pipeline\njobs:\n  train:\n    type: command\n    code: ../src\n    command: python train.py\n    environment: {conda_file: ../env/train.yml, image: x}\n';
const named = (model: string): string =>
  `name: blue\nendpoint_name: churn\nmodel: azureml:${model}:7\nenvironment: {conda_file: ../env/serve.yml, image: x}\ninstance_type: D\ninstance_count: 2\n`;
const register = 'import mlflow\nmlflow.sklearn.log_model(m, "model", registered_model_name="churn")\n';

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Model is served under other versions than it was trained with',
  why: `
    A saved model may not load under another version of its library, or load and answer differently. No test of either side sees
    that, because each works with its own.
  `,
  fix: 'Build the serving environment from the lock of training, or train again under the new versions and compare the answers.',
  references: [
    'https://mlflow.org/docs/latest/ml/model/dependencies/',
    'https://scikit-learn.org/stable/model_persistence.html',
  ],
  examples: [
    bad({
      'deploy/blue.yml': same(azure),
      'models/churn/MLmodel': model,
      'models/churn/conda.yaml': same(conda('scikit-learn=1.2.2')),
      'env/conda.yml': conda('«scikit-learn=1.4.0»'),
    }),
    bad({ 'resources/job.yml': job('«"xgboost==2.0.3"»') }),
    bad({
      'docker-compose.yml': same(compose),
      'train/requirements.txt': same('scikit-learn==1.2.2\nnumpy==1.24.0\ntorch==2.1.0\n'),
      'api/requirements.txt': 'fastapi\n«scikit-learn==1.4.0»\n«numpy==2.0.0»\ntorch==2.1.9\n',
    }),
    bad({
      'azure/pipeline.yml': pipeline,
      'azure/blue.yml': named('churn'),
      'env/train.yml': conda('scikit-learn=1.4.0'),
      'env/serve.yml': conda('«scikit-learn=1.2.2»'),
      'src/train.py': register,
    }),
    good({
      'azure/pipeline.yml': pipeline,
      'azure/blue.yml': named('fraud'),
      'env/train.yml': conda('scikit-learn=1.4.0'),
      'env/serve.yml': conda('scikit-learn=1.2.2'),
      'src/train.py': register,
    }),
    good({
      'docker-compose.yml': same(compose),
      'train/requirements.txt': same('scikit-learn==1.2.2\nskl2onnx==1.16\n'),
      'api/requirements.txt': 'onnxruntime==1.17\nscikit-learn==1.4.0\n',
    }),
    good({
      'docker-compose.yml': same(compose.replace('"models:/models:ro"', 'cache:/c')),
      'train/requirements.txt': same('torch==2.1.0\n'),
      'api/requirements.txt': 'torch==1.13.0\n',
      'llm/requirements.txt': 'torch==2.4.0\n',
    }),
    good({
      'resources/job.yml': job('"xgboost==1.7.9"'),
      'resources/open.yml': job('"xgboost>=1"'),
      'deploy/blue.yml': same(azure),
      'env/conda.yml': conda('scikit-learn=1.4.0'),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const said = new Set<string>();
    for (const { training, serving, because } of environmentPairs(project)) {
      if (isExported(serving)) continue;
      for (const { declared, document } of serving.packages) {
        const other = training.packages.find((each) => each.declared.name === declared.name);
        const [was, is] = [other && minorPinned(other.declared), minorPinned(declared)];
        const place = `${document.path}\0${declared.span.start}`;
        if (
          !MODEL_PACKAGES.has(declared.name) ||
          other === undefined ||
          was === undefined ||
          is === undefined ||
          was === is
        )
          continue;
        if (said.has(place) || isTemplatePath(document.path)) continue;
        said.add(place);
        yield at(
          document,
          declared.span,
          `\`${serving.name}\` serves with \`${declared.name}\` ${is} what \`${training.name}\` made with ${was}: ${because}`,
          { evidence: [seen(other.document, other.declared.span, `${was} in training`)] },
        );
      }
    }
  },
});
