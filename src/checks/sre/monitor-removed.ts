import type { Project } from '../../documents/project.ts';
import { type Guard, guards } from '../../facts/monitoring/guards.ts';
import { servedWords, subjectsOf } from '../../facts/monitoring/subjects.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { capacities } from '../../facts/serving/capacity.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

interface Loss {
  readonly then: Guard;
  /** What is left of it, where something is. */
  readonly now: Guard | undefined;
}

/** Guards that were on and are not; what is new of the same kind for the same service stands in for what went. */
function lost(after: Project, before: Project): readonly Loss[] {
  const [thens, nows] = [guards(before), guards(after)];
  const [known, still] = [new Set(thens.map(({ key }) => key)), new Map(nows.map((guard) => [guard.key, guard]))];
  const fresh = nows.filter(({ key, on }) => !known.has(key) && on !== false);
  const isReplaced = (then: Guard): boolean => {
    const old = subjectsOf(before, then);
    return fresh.some((now) => {
      const own = subjectsOf(after, now);
      return now.kind === then.kind && (old.length === 0 || own.length === 0 || own.some((word) => old.includes(word)));
    });
  };
  const seenKeys = new Set<string>();
  return thens.flatMap((then): readonly Loss[] => {
    if (then.on !== true || seenKeys.has(then.key)) return [];
    seenKeys.add(then.key);
    const now = still.get(then.key);
    if (now !== undefined) return now.on === false ? [{ then, now }] : [];
    const withMonitor = then.of !== undefined && !still.has(then.of);
    return isReplaced(then) || withMonitor ? [] : [{ then, now }];
  });
}

/** Nothing that was served before is served any more, or what the guard names is not. */
function isRetired(after: Project, before: Project, guard: Guard): boolean {
  const left = new Set(capacities(after).map(({ key }) => key));
  const [then, gone] = [capacities(before), capacities(before).filter(({ key }) => !left.has(key))];
  const own = subjectsOf(before, guard);
  return (
    (then.length > 0 && gone.length === then.length) ||
    (own.length > 0 && !own.some((word) => servedWords(after).has(word)))
  );
}

const azure = (rest: string): string =>
  `name: churn_monitor\ntrigger: {type: recurrence, frequency: day, interval: 1}\ncreate_monitor:\n  monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:churn:blue"}\n${rest}`;
const notify = '  alert_notification: {emails: [ml@acme.io]}\n';
const blue = (rest = ''): string =>
  `name: blue\nendpoint_name: churn\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n${rest}`;
const schedule =
  'Resources:\n  Quality:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig: {ScheduleConfig: {ScheduleExpression: cron(0 * ? * * *)}, MonitoringType: DataQuality}\n';
const endpoint = (on: string): string =>
  `Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all, InitialInstanceCount: 2}]\n      DataCaptureConfig: {EnableCapture: ${on}, InitialSamplingPercentage: 100}\n`;
const rules = (rest: string): string =>
  `groups:\n- name: ml\n  rules:\n  - {alert: Slow, expr: "latency > 1"}\n${rest}`;

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const endpointOf = (name: string): string =>
  `resources:\n  model_serving_endpoints:\n    ${name}:\n      config:\n        served_entities: [{entity_name: main.ml.${name}, entity_version: "7", scale_to_zero_enabled: false}]\n`;
const monitorOf = (name: string): string =>
  `resources:\n  quality_monitors:\n    ${name}:\n      table_name: main.ml.${name}_payload\n      assets_dir: /x\n      output_schema_name: main.ml\n`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  grades: { retired: { severity: 'low', when: 'every model that the repository serves goes with it' } },
  title: 'Monitoring of a served model is taken away',
  why: 'The model keeps answering, and from now on nobody is told when its inputs or its quality change.',
  fix: 'Keep the monitor, or name what takes its place in the same change.',
  references: [
    'https://airc.nist.gov/airmf-resources/airmf/5-sec-core/',
    'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-model-performance',
  ],
  examples: [
    bad({
      'blue.yml': changed(blue('«data_collector»: {collections: {}}\n'), blue()),
      'monitor.yml': changed(azure(notify.replace('alert_notification', '«alert_notification»')), azure('')),
      'template.yml': changed(schedule.replace('Quality:', '«Quality»:'), null),
      'endpoint.yml': changed(endpoint('true'), endpoint('«false»')),
      'rules.yaml': changed(rules('  - {alert: «InputDrift», expr: "churn_feature_psi > 0.2"}\n'), rules('')),
    }),
    bad({
      'isvc.yaml': changed(
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    «logger»: {mode: all}\n    sklearn: {}\n',
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    sklearn: {}\n',
      ),
      'monitor.yml': changed(
        azure('  monitoring_signals:\n    drift: {type: data_drift, alert_enabled: true}\n'),
        azure('  monitoring_signals:\n    drift: {type: data_drift, alert_enabled: «false»}\n'),
      ),
      'resources.yml': changed(
        'resources:\n  quality_monitors:\n    «churn»:\n      table_name: main.ml.churn\n      schedule: {quartz_cron_expression: "0 0 8 * * ?"}\n  jobs:\n    train: {name: train}\n',
        'resources:\n  jobs:\n    train: {name: train}\n',
      ),
      'watch.py': changed(
        'from evidently import Report as R\n\nclass Watch:\n    def run(self, current):\n        return «R»([])\n',
        'class Watch:\n    def run(self, current):\n        return None\n',
      ),
    }),
    bad({
      'serving/churn.yml': same(endpointOf('churn')),
      'overlays/dev/rules.yaml': same(rules('  - {alert: Drift, expr: "churn_feature_psi > 0.2"}\n')),
      'overlays/prod/rules.yaml': changed(rules('  - {alert: «Drift», expr: "churn_feature_psi > 0.2"}\n'), rules('')),
    }),
    bad.as('retired')({
      'blue.yml': changed(blue(), null),
      'monitor.yml': changed(azure(notify).replace('churn_monitor', '«churn_monitor»'), null),
    }),
    bad({
      'serving/churn.yml': same(endpointOf('churn')),
      'serving/fraud.yml': same(endpointOf('fraud')),
      'monitoring/churn.yml': changed(monitorOf('churn').replace('churn:', '«churn»:'), null),
      'monitoring/fraud.yml': changed(null, monitorOf('fraud')),
    }),
    bad.as('retired')({
      'serving/churn.yml': same(endpointOf('churn')),
      'serving/fraud.yml': changed(endpointOf('fraud'), null),
      'monitoring/churn.yml': same(monitorOf('churn')),
      'monitoring/fraud.yml': changed(monitorOf('fraud').replace('fraud:', '«fraud»:'), null),
    }),
    good({
      'blue.yml': changed(
        blue('data_collector: {collections: {}}\n'),
        `# moved\n${blue('data_collector:\n  collections: {}\n')}`,
      ),
      'monitor.yml': changed(azure(notify), null),
      'monitoring/churn.yml': changed(null, azure(notify)),
      'template.yml': changed(schedule, 'Resources: {}\n'),
      'other.yml': changed(null, schedule),
      'rules.yaml': changed(
        rules('  - {alert: InputDrift, expr: "churn_feature_psi > 0.2"}\n'),
        rules('  - {alert: FeatureDrift, expr: "churn_feature_psi > 0.1"}\n'),
      ),
      'tests/test_watch.py': changed('from evidently import Report\nReport([])\n', 'x = 1\n'),
    }),
    good({
      'watch.py': changed('from evidently import Report\nReport([])\n', null),
      'resources.yml': changed(null, 'resources:\n  quality_monitors:\n    churn: {table_name: main.ml.churn}\n'),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    for (const { then, now } of lost(after, before)) {
      if (isTemplatePath(then.document.path)) continue;
      const retired = isRetired(after, before, then);
      const grade = retired ? { grade: 'retired' } : {};
      if (now !== undefined)
        yield at(now.document, now.span, `${now.says} is switched off`, {
          evidence: [seen(then.document, then.span, 'switched on before the change')],
          ...grade,
        });
      else
        yield at(
          then.document,
          then.span,
          `${then.says} is removed${retired ? ' together with the models that were served' : ''}`,
          { side: 'base', ...grade },
        );
    }
  },
});
