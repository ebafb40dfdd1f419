import { get, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { sagemakerResources } from '../../facts/formats/cloudformation.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { type Monitor, monitors } from '../../facts/system/monitors.ts';
import { mentionsOf } from '../../facts/system/reach.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Words of code that judge predictions with labels, or estimate how good they are. */
const QUALITY = [
  'CBPE',
  'DLE',
  'PerformanceCalculator',
  'ClassificationPreset',
  'RegressionPreset',
  'ClassificationQualityMetric',
  'log_classification_metrics',
  'log_regression_metrics',
  'ModelQualityMonitor',
  'GroundTruthS3Input',
  'label_col',
  'model_performance',
  'TargetDriftPreset',
  'ground_truth',
  'RecsysPreset',
  'TextEvals',
];

/** Signals of generated text, which has no single right answer. */
const GENERATIVE = /generation|token|groundedness|safety/i;

function watchesQuality(project: Project, monitor: Monitor): boolean {
  switch (monitor.by) {
    case 'azure':
      return monitor.monitor.signals.some(
        ({ type }) => type?.value === undefined || type.value === 'model_performance' || GENERATIVE.test(type.value),
      );
    case 'sagemaker':
      return (
        monitor.monitor.groundTruth !== undefined ||
        monitor.monitor.monitoringType?.text !== 'DataQuality' ||
        sagemakerResources(project, 'ModelQualityJobDefinition').length > 0
      );
    case 'databricks':
      return (
        get(monitor.monitor.node, 'inference_log', 'label_col') !== undefined ||
        monitor.monitor.type === 'jobs' ||
        monitor.monitor.node.open
      );
    case 'nannyml':
      return (
        monitor.monitor.target !== undefined ||
        monitor.monitor.calculators.some(({ type }) => /cbpe|dle|performance/i.test(type))
      );
    case 'terraform':
      return (
        /quality_job/.test(monitor.monitor.type) ||
        [...walkEntries(monitor.monitor.node)].some(({ key }) => key === 'label_col') ||
        monitor.monitor.node.open
      );
    case 'kubernetes':
    case 'alibi':
    case 'python':
      return false;
    // What kind of monitor TypeScript sets up is not read.
    case 'construct':
      return true;
  }
}

export default defineCheck({
  evaluates: 'drift-monitoring-in-place-before-deployment',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'medium',
  title: 'Monitoring never sees whether predictions were right',
  why: 'Inputs may look the same while what they mean changes. Without labels, or an estimate in their place, a model that got worse is not told from one that did not.',
  fix: 'Join the labels when they arrive and watch the quality, or estimate it meanwhile.',
  references: [
    'https://docs.databricks.com/aws/en/lakehouse-monitoring/create-monitor-api',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality.html',
    'https://nannyml.readthedocs.io/en/stable/tutorials/performance_estimation.html',
  ],
  examples: [
    bad({
      'resources.yml':
        'resources:\n  quality_monitors:\n    «churn»:\n      table_name: main.ml.churn\n      inference_log: {prediction_col: p, timestamp_col: t, model_id_col: m, granularities: [1 day]}\n',
    }),
    bad({
      'template.yml':
        'Resources:\n  «Quality»:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig: {ScheduleConfig: {ScheduleExpression: "cron(0 * ? * * *)"}, MonitoringType: DataQuality}\n',
    }),
    bad({
      'watch.py':
        'from evidently import Report\nfrom evidently.presets import DataDriftPreset\n\ndef run(a, b):\n    return «Report»([DataDriftPreset()]).run(a, b)\n',
    }),
    bad({
      'azure.yml':
        'name: «drift»\ntrigger: {type: recurrence}\ncreate_monitor:\n  monitoring_signals:\n    a: {type: data_drift}\n',
    }),
    good({
      'resources.yml':
        'resources:\n  quality_monitors:\n    churn:\n      table_name: main.ml.churn\n      inference_log: {prediction_col: p, label_col: churned, timestamp_col: t, model_id_col: m}\n',
    }),
    good({
      'nann.yml':
        'input:\n  reference_data: {path: r.csv}\n  analysis_data: {path: a.csv}\ncalculators:\n- type: cbpe\n',
    }),
    good({
      'samples/examples/income/model-settings.json':
        '{"name": "income-drift", "implementation": "mlserver_alibi_detect.AlibiDetectRuntime", "parameters": {"uri": "./d"}}\n',
    }),
    good({
      'azure.yml':
        'name: llm\ntrigger: {type: recurrence}\ncreate_monitor:\n  monitoring_signals:\n    a: {type: generation_safety_quality}\n',
    }),
    good({
      'watch.py':
        'import nannyml as nml\n\ndef run(a):\n    nml.UnivariateDriftCalculator(column_names=[]).fit(a)\n    return nml.CBPE(y_true="y").fit(a)\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const all = monitors(project).filter(
      ({ document }) =>
        !['test', 'docs', 'example'].includes(pathClassOf(document.path)) && !isTemplatePath(document.path),
    );
    const [first] = all;
    if (first === undefined || all.some((monitor) => watchesQuality(project, monitor))) return;
    if (QUALITY.some((word) => mentionsOf(project, word).length > 0)) return;
    yield at(
      first.document,
      first.span,
      `monitor \`${first.name}\`${all.length > 1 ? ` and ${all.length - 1} more watch` : ' watches'} inputs alone: no labels and no estimate of quality are read`,
    );
  },
});
