import type { Evidence } from '../../core/finding.ts';
import { type DataDocument, type DataNode, get, literal, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureMonitors, azureReference } from '../../facts/formats/azure.ts';
import { sagemakerMonitors } from '../../facts/formats/cloudformation.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { type ServedModel, servedChanges } from '../../facts/serving/served.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** A literal reference that a monitor compares with. */
interface Baseline {
  readonly monitor: string;
  readonly document: DataDocument;
  readonly node: DataNode;
  readonly text: string;
}

const baseline = (monitor: string, document: DataDocument, node: DataNode | undefined): readonly Baseline[] => {
  const text = literal(node);
  return node === undefined || text === undefined ? [] : [{ monitor, document, node, text }];
};

/** The references of the monitors that a file ties to what serves the model. */
function baselinesOf(project: Project, served: ServedModel): readonly Baseline[] {
  const [kind, endpoint = '', deployment = ''] = served.key.split('\0');
  if (kind === 'azure') {
    const model = azureReference(served.model)?.name;
    const own = azureMonitors(project).filter(
      ({ endpointDeployment, modelId }) =>
        endpointDeployment?.text === `azureml:${endpoint}:${deployment}` ||
        (model !== undefined && azureReference(modelId?.text ?? '')?.name === model),
    );
    return own.flatMap((monitor) =>
      monitor.signals
        .filter(({ reference }) => get(reference, 'data_window') === undefined)
        .flatMap(({ name, reference }) =>
          baseline(name, monitor.document, get(reference, 'input_data', 'path') ?? get(reference, 'path')),
        ),
    );
  }
  if (kind === 'sagemaker') {
    return sagemakerMonitors(project)
      .filter(({ document }) => document === served.document)
      .flatMap((monitor) =>
        [...walk(monitor.baseline)]
          .filter((node) => literal(node)?.startsWith('s3://') === true)
          .slice(0, 1)
          .flatMap((node) => baseline(monitor.id, monitor.document, node)),
      );
  }
  if (kind !== 'databricks') return [];
  // Nothing ties a monitor to an endpoint but that the bundle holds one of each.
  const bundles =
    databricksResources(project, 'model_serving_endpoints').find(
      ({ document, key }) => document === served.document && key === endpoint,
    )?.bundles ?? [];
  const inside = (type: string): ReturnType<typeof databricksResources> =>
    databricksResources(project, type).filter((each) => each.bundles.some((bundle) => bundles.includes(bundle)));
  const monitors = inside('quality_monitors');
  return monitors.length === 1 && inside('model_serving_endpoints').length === 1
    ? monitors.flatMap(({ key, document, node }) => baseline(key, document, get(node, 'baseline_table_name')))
    : [];
}

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const deployment = (version: string): string =>
  `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: churn\nmodel: ${version}\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n`;
const monitor = (reference: string): string =>
  `name: drift\ntrigger: {type: recurrence, frequency: day, interval: 1}\ncreate_monitor:\n  monitoring_target:\n    endpoint_deployment_id: azureml:churn:blue\n  monitoring_signals:\n    inputs:\n      type: data_drift\n      reference_data:\n${reference}`;
const pinned = '        input_data:\n          path: azureml:churn-train:7\n          type: mltable\n';
const template = (model: string): string =>
  `Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n    Properties:\n      PrimaryContainer:\n        ModelDataUrl: ${model}\n  Monitor:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig:\n        MonitoringJobDefinition:\n          BaselineConfig:\n            ConstraintsResource: {S3Uri: s3://b/v1/constraints.json}\n`;
const bundle = (version: string): string =>
  `bundle: {name: churn}\nresources:\n  model_serving_endpoints:\n    churn:\n      config:\n        served_entities: [{entity_name: m.churn, entity_version: ${version}}]\n  quality_monitors:\n    watch:\n      table_name: m.log\n      baseline_table_name: m.baseline_v3\n`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  title: 'Monitor still compares with the data of the old model',
  why: `
    The new model learned from other data than its monitor compares with. Drift that matters to it goes unseen, and what it was
    trained for is reported as drift.
  `,
  fix: 'Point the reference of the monitor at the training or validation data of the model that is served now.',
  references: [
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-model-performance',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-create-baseline.html',
  ],
  examples: [
    bad({
      'deploy/blue.yml': changed(deployment('azureml:churn:7'), deployment('«azureml:churn:8»')),
      'monitor.yml': same(monitor(pinned)),
    }),
    bad({ 'template.yml': changed(template('s3://m/v1/model.tar.gz'), template('«s3://m/v2/model.tar.gz»')) }),
    bad({ 'databricks.yml': changed(bundle("'3'"), bundle("«'4'»")) }),
    good({
      'deploy/blue.yml': changed(deployment('azureml:churn:7'), deployment('azureml:churn:8')),
      'monitor.yml': changed(monitor(pinned), monitor(pinned.replace(':7', ':8'))),
    }),
    good({
      'deploy/blue.yml': changed(deployment('azureml:churn:7'), deployment('azureml:churn:8')),
      'monitor.yml': same(
        monitor('        data_window: {lookback_window_size: P7D}\n        input_data: {path: azureml:churn-log:1}\n'),
      ),
    }),
    good({
      'deploy/blue.yml': changed(deployment('azureml:churn:7'), deployment('azureml:churn:8')),
      'monitor.yml': same(monitor('        input_data: {path: "${{parameters.data}}"}\n')),
      'other.yml': same(monitor(pinned).replace('churn:blue', 'churn:green')),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    for (const { then, now } of servedChanges(before, after)) {
      const old = baselinesOf(before, then);
      const kept = baselinesOf(after, now).filter(({ text, monitor: name }) =>
        old.some((each) => each.text === text && each.monitor === name),
      );
      const [first] = kept;
      if (first === undefined) continue;
      const evidence = kept
        .slice(0, 5)
        .map(({ document, node, text }): Evidence => seen(document, node.span, `compares with \`${text}\` as before`));
      yield at(
        now.document,
        now.node.span,
        `\`${now.name}\` serves \`${now.model}\`, and monitor \`${first.monitor}\` still compares with \`${first.text}\``,
        { evidence },
      );
    }
  },
});
