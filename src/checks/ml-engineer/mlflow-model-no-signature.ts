import type { Outcome } from '../../core/finding.ts';
import type { DataDocument } from '../../documents/data.ts';
import { get, has, text } from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { textOf } from '../../documents/python/python.ts';
import { argument, calls } from '../../facts/python/calls.ts';
import { at, bad, defineCheck, type Grade, good } from '../../kit/index.ts';

/** Flavors that know or infer their own inputs, and flavors whose input is a prompt. */
const INFERRING = new Set([
  'transformers',
  'langchain',
  'llama_index',
  'openai',
  'dspy',
  'sentence_transformers',
  'pyfunc',
  'models',
  'promptflow',
  'diviner',
  'prophet',
  'spacy',
]);
const GENERATIVE = ['openai', 'langchain', 'transformers', 'llama_index', 'dspy'];

const registered: Grade = { severity: 'high', when: 'the model is registered by this call' };

function* inCode(document: PythonDocument): Iterable<Outcome> {
  for (const call of calls(document)) {
    const [, flavor, method] = /^mlflow\.(\w+)\.(log_model|save_model)$/.exec(call.name ?? '') ?? [];
    if (flavor === undefined || method === undefined || INFERRING.has(flavor) || call.spread) continue;
    if (argument(call, -1, 'signature') !== undefined || argument(call, -1, 'input_example') !== undefined) continue;
    const grade = argument(call, -1, 'registered_model_name') === undefined ? {} : { grade: 'registered' };
    yield at(
      document,
      call.node,
      `\`${textOf(document, call.callee)}\` stores the model without \`signature\` and \`input_example\``,
      grade,
    );
  }
}

/** The MLmodel file itself: what it lacks, serving cannot check. */
function* inModelFile(document: DataDocument): Iterable<Outcome> {
  const flavors = get(document.roots[0], 'flavors');
  if (!document.path.endsWith('MLmodel') || flavors === undefined || has(document.roots[0], 'signature') !== 'no')
    return;
  if (/(^|\/)mlruns\//.test(document.path)) return;
  const generative = GENERATIVE.some((name) => has(flavors, name) === 'yes');
  const keys = flavors.kind === 'map' ? flavors.entries.map((entry) => entry.key) : [];
  const run = text(get(document.roots[0], 'run_id'));
  const first = flavors.kind === 'map' ? flavors.entries[0]?.keySpan : undefined;
  const where = run === undefined ? '' : ` of run \`${run.slice(0, 8)}\``;
  yield at(
    document,
    first ?? flavors.span,
    `the model${where} (${keys.join(', ')}) has no \`signature\``,
    generative ? { grade: 'generative' } : {},
  );
}

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  grades: { registered, generative: { severity: 'low', when: 'the flavor is a generative one' } },
  paths: { notebook: 'low' },
  title: 'Model stored without a signature',
  why: `
    Without a signature nothing checks at serving time that columns, order and types are those of training: a wrong request is
    scored instead of refused. Unity Catalog does not accept such a model.
  `,
  fix: 'Pass `input_example=X_train[:5]` (MLflow infers the signature from it) or `signature=infer_signature(X, y)`.',
  references: ['https://mlflow.org/docs/latest/ml/model/signatures/'],
  mentions: ['mlflow', 'flavors'],
  examples: [
    bad`
      import mlflow
      import mlflow.sklearn as ml

      «mlflow.xgboost.log_model(model, "model")»

      class Trainer:
          def store(self, model):
              «ml.save_model(model, "out")»
    `,
    bad.as('registered')`
      from mlflow import sklearn as flavor

      name = "churn"
      «flavor.log_model(model, "model", registered_model_name=name)»
    `,
    bad({ 'models/churn/MLmodel': 'run_id: 0123456789abcdef\nflavors:\n  «sklearn»:\n    sklearn_version: 1.5.0\n' }),
    bad.as('generative')({ 'chat/MLmodel': 'flavors:\n  «openai»:\n    task: chat\n' }),
    good`
      import mlflow

      mlflow.sklearn.log_model(model, "model", signature=signature)
      mlflow.sklearn.log_model(model, "model", input_example=X[:5])
      mlflow.transformers.log_model(pipe, "model")
      mlflow.pyfunc.log_model("model", python_model=typed)
      mlflow.sklearn.log_model(model, "model", **options)
      other.sklearn.log_model(model, "model")
    `,
    good({
      'models/a/MLmodel': 'flavors:\n  sklearn:\n    x: 1\nsignature:\n  inputs: "[]"\n',
      'mlruns/0/abc/artifacts/model/MLmodel': 'flavors:\n  sklearn:\n    x: 1\n',
      'conf/flavors.yaml': 'flavors:\n  vanilla: 1\n',
    }),
  ],

  reads: ['python', 'yaml'],
  inspect: (document) => (document.kind === 'python' ? inCode(document) : inModelFile(document)),
});
