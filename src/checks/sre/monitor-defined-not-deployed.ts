import type { DataDocument } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { deployedOf, enabledOf, type Judged } from '../../facts/system/deployed.ts';
import { type Monitor, monitors } from '../../facts/system/monitors.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const KINDS: Readonly<Record<Monitor['by'], string>> = {
  azure: 'monitor',
  sagemaker: 'monitoring schedule',
  databricks: 'monitor',
  terraform: 'monitor',
  nannyml: 'configuration of',
  alibi: 'detector',
  kubernetes: 'monitor',
  python: 'monitor of',
  construct: 'monitoring schedule',
};

/** A pause counts only where production runs: development targets are paused by design. */
function isOff(monitor: Monitor): Judged | undefined {
  const judged = enabledOf(monitor);
  if (judged.state !== 'fails' || monitor.by === 'python' || monitor.by === 'construct') return undefined;
  if (monitor.by === 'sagemaker') return undefined;
  const { document, node } = monitor.monitor;
  return mayBeProduction(document as DataDocument, node) ? judged : undefined;
}

function failureOf(project: Project, monitor: Monitor): Judged | undefined {
  const deployed = deployedOf(project, monitor);
  return deployed.state === 'fails' ? deployed : isOff(monitor);
}

const cron = (rest: string): string =>
  `apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: ${rest}  schedule: "0 3 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - {name: a, image: acme/jobs:1}\n`;
const detector =
  'import numpy as np\nfrom alibi_detect.cd import KSDrift\n\ndef watch(x):\n    return KSDrift(x, p_val=0.05).predict(x)\n';

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Monitor exists but nothing runs it',
  why: `
    A monitor that no bundle includes, no overlay lists and no job starts looks like coverage in review and watches nothing in
    production; drift is then found by its consequences.
  `,
  fix: 'Include it in what is deployed and switch it on, or delete it.',
  references: [
    'https://docs.databricks.com/aws/en/dev-tools/bundles/settings#include',
    'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
    'https://developer.hashicorp.com/terraform/language/modules/syntax',
  ],
  examples: [
    bad({
      'databricks.yml':
        'bundle: {name: churn}\ninclude:\n  - ./resources/training.yml\n  # - ./resources/monitoring.yml\ntargets: {prod: {mode: production}}\n',
      'resources/training.yml': 'resources:\n  jobs:\n    train: {name: train}\n',
      'resources/monitoring.yml':
        'resources:\n  quality_monitors:\n    «churn_monitor»:\n      table_name: prod.ml.predictions\n',
    }),
    bad({
      'deploy/kustomization.yaml': 'resources:\n- api.yaml\n',
      'deploy/api.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: api}\n',
      'deploy/drift.yaml': cron('«drift-detector»\nspec:\n'),
      'other/cron.yaml': cron('«model-monitoring»\nspec:\n  suspend: true\n'),
      'infra/main.tf': 'module "api" {\n  source = "./modules/api"\n}\n',
      'infra/modules/api/main.tf': 'resource "aws_sagemaker_endpoint" "a" {\n  name = "a"\n}\n',
      'infra/modules/watch/main.tf': 'resource "aws_sagemaker_monitoring_schedule" «"a"» {\n  name = "a"\n}\n',
    }),
    bad({
      'src/churn/detector.py': `
        from alibi_detect.cd import KSDrift as Detector

        class Watch:
            def __init__(self, x_ref):
                self.cd = «Detector»(x_ref, p_val=0.05)
      `,
      'src/churn/report.py':
        'import evidently as ev\nfrom evidently.report import Report\n\ndef build():\n    made = «Report»(metrics=[])\n    return made\n\nif __name__ == "__main__":\n    build()\n',
      'src/churn/train.py': 'print("detector of nothing")\n',
    }),
    good({
      'src/evidently/legacy/demo.py':
        'from evidently.report import Report\n\ndef create():\n    return Report(metrics=[]).run(reference_data=a, current_data=b)\n',
    }),
    good({
      'databricks.yml':
        'bundle: {name: churn}\ninclude:\n  - resources/*.yml\ntargets:\n  dev:\n    mode: development\n    resources:\n      quality_monitors:\n        other: {table_name: dev.ml.b, schedule: {pause_status: PAUSED}}\n',
      'resources/monitoring.yml':
        'resources:\n  quality_monitors:\n    churn_monitor:\n      table_name: prod.ml.predictions\n      schedule: {pause_status: UNPAUSED}\n',
      'deploy/kustomization.yaml': 'resources:\n- drift.yaml\n',
      'deploy/drift.yaml': cron('drift-detector\nspec:\n'),
      'alone/cron.yaml': cron('drift-detector\nspec:\n'),
      'k8s/kustomization.yaml': 'resources: [api.yaml]\n',
      'k8s/monitor.yaml': cron('model-monitor\nspec:\n'),
      '.github/workflows/monitors.yml':
        'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: kubectl apply -f k8s/monitor.yaml\n',
    }),
    good({
      'src/churn/detector.py': detector,
      'src/churn/job.py': 'from churn.detector import watch\n\nwatch([])\n',
      'src/churn/nightly.py': detector,
      '.github/workflows/nightly.yml':
        'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: python src/churn/nightly.py\n',
      'dags/watch.py': detector,
      'examples/watch.py': detector,
      'tests/test_watch.py': detector,
      'app/api.py': `${'from fastapi import FastAPI\nfrom alibi_detect.cd import KSDrift\n\napp = FastAPI()\n'}cd = KSDrift([], p_val=0.05)\n\n@app.post("/drift")\ndef drift(x: list):\n    return cd.predict(x)\n`,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const monitor of monitors(project)) {
      if (isTemplatePath(monitor.document.path)) continue;
      const failure = failureOf(project, monitor);
      if (failure === undefined) continue;
      yield at(
        monitor.document,
        monitor.span,
        `${KINDS[monitor.by]} \`${monitor.name}\` ${failure.why}, so nothing runs it`,
        { evidence: failure.evidence },
      );
    }
  },
});
