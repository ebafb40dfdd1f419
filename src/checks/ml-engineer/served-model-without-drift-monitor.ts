import type { Evidence } from '../../core/finding.ts';
import type { Project } from '../../documents/project.ts';
import { prometheusRules } from '../../facts/formats/prometheus.ts';
import { pathClassOf } from '../../facts/paths.ts';
import { type SystemMap, systemMap } from '../../facts/system/map.ts';
import { monitors } from '../../facts/system/monitors.ts';
import {
  declaration,
  isRuntime,
  isWatchedBeside,
  monitorsOfModel,
  type ServedModel,
  servedModels,
  speaksOfMonitoring,
} from '../../facts/system/served.ts';
import { scoringJobs } from '../../facts/system/served-batch.ts';
import { speaksOfDrift } from '../../facts/system/thresholds.ts';
import { mayWork, wiringOfMonitor } from '../../facts/system/wired.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** Monitors that no reader understands, alerts on drift, and a declared monitoring elsewhere cover every model. */
function isCoveredElsewhere(after: Project, before: Project): boolean {
  if (declaration(before, 'monitoring') !== undefined || isRuntime(after)) return true;
  return prometheusRules(after).some(({ metrics }) => metrics.some(speaksOfDrift));
}

interface Gap {
  readonly says: string;
  readonly evidence: readonly Evidence[];
  readonly notebook: boolean;
}

function gapOf(map: SystemMap, model: ServedModel): Gap | undefined {
  const found = monitorsOfModel(map, model);
  const [first] = found;
  if (first === undefined) {
    if (speaksOfMonitoring(map.project) !== undefined || isWatchedBeside(map, model)) return undefined;
    const notebook = map.project
      .documents('notebook', ['evidently', 'nannyml', 'alibi_detect', 'whylogs', 'ModelMonitor'])
      .some(({ path }) => !['docs', 'example', 'test'].includes(pathClassOf(path)));
    return {
      says: notebook ? 'its drift is watched in notebooks at most' : 'no monitor of drift or quality watches it',
      evidence: [],
      notebook,
    };
  }
  if (found.some((monitor) => mayWork(wiringOfMonitor(map.project, monitor)))) return undefined;
  const failed = wiringOfMonitor(map.project, first).find(({ state }) => state === 'fails');
  return {
    says: `its monitor \`${first.name}\` ${failed?.why ?? 'is not wired'}`,
    evidence: failed?.evidence ?? [],
    notebook: false,
  };
}

const isvc = (name: string): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: ${name}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: sklearn}\n      storageUri: s3://models/churn/7\n`;
const azure =
  'name: «blue»\nendpoint_name: rank\nmodel: azureml:rank:3\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n';
const monitor =
  'name: rank\ntrigger: {type: recurrence, frequency: day, interval: 1}\ncreate_monitor:\n  monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:rank:blue}\n  alert_notification: {emails: [ml@acme.io]}\n';
const serving =
  'from fastapi import FastAPI\nimport mlflow.sklearn as ml\n\napp = FastAPI()\nmodel = ml.load_model("models:/churn/7")\n\n@app.post("/predict")\ndef predict(row: dict):\n    return model.predict([row])\n';

const job =
  'resources:\n  jobs:\n    batch_inference:\n      schedule: {quartz_cron_expression: "0 0 8 * * ?", timezone_id: UTC}\n      tasks:\n      - {task_key: score, notebook_task: {notebook_path: ../src/score.py}}\n';

export default defineCheck({
  evaluates: 'drift-monitoring-in-place-before-deployment',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'medium',
  grades: { notebook: { severity: 'medium', when: 'a notebook looks at drift, which nothing runs' } },
  title: 'Model in service that no drift monitor watches',
  why: `
    A served model answers with status 200 while its inputs move away from what it learned. Without a monitor that runs, has a
    reference and tells someone, the decay shows in the business first.
  `,
  fix: 'Watch its inputs and predictions against training data, on a schedule, with an alert; or declare where that happens.',
  references: [
    'https://airc.nist.gov/airmf-resources/airmf/5-sec-core/',
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
  ],
  examples: [
    bad({ 'deploy/isvc.yaml': isvc('«churn»'), 'deploy/rank.yml': azure }),
    bad({
      'app/main.py': serving.replace('def predict', 'def «predict»'),
      'vendor/crd.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\n',
    }),
    bad({
      'deploy/rank.yml': `${azure}data_collector: {collections: {model_inputs: {enabled: "False"}}}\n`,
      'monitoring/rank.yml': monitor,
    }),
    bad({
      'app/api.py':
        'import joblib\nfrom flask import Flask as App\n\nclass Holder:\n    app = App(__name__)\n\napi = App(__name__)\nmodel = joblib.load("model.pkl")\n\n@api.route("/predict")\ndef «score»():\n    return model.predict([1])\n',
      'src/watch.py': 'from evidently.report import Report\n\ndef build():\n    return Report(metrics=[])\n',
    }),
    bad.as('notebook')({
      'deploy/isvc.yaml': isvc('«churn»'),
      'notebooks/drift.ipynb':
        '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": ["import evidently"]}], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}\n',
    }),
    bad({
      'resources/score.yml': job.replace('batch_inference:', '«batch_inference»:'),
      'src/score.py': 'import mlflow\nmodel = mlflow.pyfunc.load_model("models:/main.ml.churn/7")\n',
    }),
    good({
      'resources/score.yml': job,
      'src/score.py': 'import mlflow\nmodel = mlflow.pyfunc.load_model("models:/main.ml.churn/7")\n',
      'resources/monitor.yml':
        'resources:\n  quality_monitors:\n    churn:\n      table_name: main.ml.churn\n      schedule: {quartz_cron_expression: "0 0 8 * * ?", timezone_id: UTC}\n',
      'resources/clean.yml': job.replace('batch_inference', 'clean_up').replace('score.py', 'clean.py'),
    }),
    good({
      'deploy/isvc.yaml': isvc('churn'),
      '.github/ml-review.yml': changed('declare:\n  monitoring: external\n', 'declare:\n  monitoring: external\n'),
    }),
    good({
      'deploy/rank.yml': `${azure.replace(/[«»]/g, '')}data_collector: {collections: {model_inputs: {enabled: "True"}}}\n`,
      'monitoring/rank.yml': monitor,
    }),
    good({
      'app/main.py': serving,
      'src/watch.py':
        'import pandas as pd\nfrom evidently.report import Report\n\nReport(metrics=[]).run(reference_data=pd.DataFrame())\n',
      '.github/workflows/drift.yml':
        'on: {schedule: [{cron: "0 3 * * *"}]}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: python src/watch.py\n',
    }),
    good({ 'app/serve/main.py': serving, 'app/serve/monitor/main.py': 'print("looks at what the database holds")\n' }),
    good({
      'app/main.py': serving,
      'rules.yaml': 'groups:\n- rules:\n  - alert: Drift\n    expr: churn_feature_psi > 0.2\n',
    }),
    good({ 'chapter4_serving_patterns/web_pattern/app/main.py': serving }),
    good({
      'examples/isvc.yaml': isvc('churn'),
      'deploy/dev/isvc.yaml': isvc('churn'),
      'src/server.py':
        'from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get("/health")\ndef health():\n    return {}\n',
    }),
    good({
      'app/main.py': serving,
      'operator/go.mod': 'module acme.io/server\n',
      'config/crd.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: servers.acme.io}\n',
    }),
    good({
      'k8s/vllm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: vllm/vllm-openai:v0.6.0, args: [--model, meta-llama/Llama-3.1-8B]}\n',
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (isCoveredElsewhere(after, before)) return;
    const map = systemMap(after);
    for (const model of servedModels(map)) {
      const gap = gapOf(map, model);
      if (gap === undefined) continue;
      const [{ document, span, kind, name }] = model.places;
      const grade = gap.notebook ? { grade: 'notebook' } : {};
      yield at(
        document,
        span,
        `${kind} \`${name}\` ${name === model.name ? 'is in service' : `serves \`${model.name}\``} and ${gap.says}`,
        { evidence: gap.evidence, ...grade },
      );
    }
    if (monitors(after).length > 0 || speaksOfMonitoring(after) !== undefined) return;
    for (const { document, span, name } of scoringJobs(after))
      yield at(document, span, `job \`${name}\` scores on a schedule and no monitor of drift or quality watches it`);
  },
});
