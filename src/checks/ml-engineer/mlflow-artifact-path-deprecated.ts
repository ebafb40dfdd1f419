import { child } from '../../documents/python/node.ts';
import { textOf } from '../../documents/python/python.ts';
import { calls } from '../../facts/python/calls.ts';
import { isAtLeast, isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOGS = /^mlflow\.\w+\.log_model$/;

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'training',
  severity: 'low',
  confidence: 'high',
  title: 'artifact_path of log_model is deprecated in MLflow 3',
  why: `
    In MLflow 3 a logged model is an entity of its own with a name, and no longer a folder of the run. The old keyword still
    works with a warning and goes away.
  `,
  fix: 'Write `name=` instead of `artifact_path=`.',
  references: [
    'https://mlflow.org/docs/latest/genai/mlflow-3/',
    'https://mlflow.org/docs/latest/api_reference/python_api/mlflow.sklearn.html',
  ],
  mentions: ['artifact_path'],
  examples: [
    bad({
      'requirements.txt': 'mlflow==3.1.0\n',
      'train.py': `
        import mlflow as ml
        from mlflow.sklearn import log_model as keep

        class Job:
            def run(self, model):
                where = "model"
                ml.pytorch.log_model(model, «artifact_path»="model")
                keep(model, «artifact_path»=where)
                ml.xgboost.log_model(
                    xgb_model=model,
                    «artifact_path»="xgb",
                )
      `,
    }),
    bad`
      import mlflow
      mlflow.sklearn.log_model(model, «artifact_path»="model")
    `,
    good({
      'requirements.txt': 'mlflow==2.22.0\n',
      'train.py': 'import mlflow\nmlflow.sklearn.log_model(model, artifact_path="model")\n',
      'slim/pyproject.toml': '[tool.poetry.dependencies]\nmlflow-skinny = "^2.10.2"\n',
      'slim/train.py': 'import mlflow\nmlflow.sklearn.log_model(model, artifact_path="model")\n',
    }),
    good`
      import mlflow

      mlflow.sklearn.log_model(model, name="model")
      mlflow.sklearn.log_model(model, "model")
      mlflow.log_artifacts("reports", artifact_path="reports")
      mlflow.log_artifact("a.txt", artifact_path="x")
      tracker.sklearn.log_model(model, artifact_path="model")
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    const version = versionMap(project, document.path)('mlflow');
    if (isBelow(version, '3') === 'yes') return;
    // Before MLflow 3 `name` does not exist: offered only where nothing older can be installed.
    const replacement = isAtLeast(version, '3') === 'yes' ? { replacement: 'name' } : {};
    for (const call of calls(document)) {
      const holder = call.names.some((name) => LOGS.test(name))
        ? call.keywords.get('artifact_path')?.parent
        : undefined;
      const keyword = holder?.type === 'keyword_argument' ? child(holder, 'name') : undefined;
      if (keyword === undefined) continue;
      yield at(
        document,
        keyword,
        `\`${textOf(document, call.callee)}\` names the model by \`artifact_path\`, deprecated since MLflow 3`,
        replacement,
      );
    }
  },
});
