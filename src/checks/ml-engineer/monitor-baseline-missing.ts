import type { Span } from '../../core/location.ts';
import { type DataNode, get, has } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { sagemakerResources } from '../../facts/formats/cloudformation.ts';
import type { Described } from '../../facts/formats/field.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { monitors } from '../../facts/system/monitors.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Baseless extends Pick<Described, 'document'> {
  readonly span: Span;
  readonly name: string;
  readonly key: string;
}

/** Definitions name their baseline after what they watch. */
const DEFINITION = /^AWS::SageMaker::((Data|Model)Quality|Model(Bias|Explainability))JobDefinition$/;

function sagemaker(project: Project): readonly Baseless[] {
  return sagemakerResources(project).flatMap((resource): readonly Baseless[] => {
    const { document, entry, properties, type } = resource;
    const kind = DEFINITION.exec(type)?.[1];
    const inline =
      type === 'AWS::SageMaker::MonitoringSchedule'
        ? get(properties, 'MonitoringScheduleConfig', 'MonitoringJobDefinition')
        : undefined;
    const [owner, key] = kind !== undefined ? [properties, `${kind}BaselineConfig`] : [inline, 'BaselineConfig'];
    return owner !== undefined && has(owner, key) === 'no'
      ? [{ document, span: entry.keySpan, name: resource.id, key }]
      : [];
  });
}

/** A comment beside it says that it compares with the window before, on purpose. */
function isExplained(document: Described['document'], node: DataNode): boolean {
  return document.comments.some(
    ({ span, text }) =>
      span.start > node.span.start - 300 &&
      span.end < node.span.end + 300 &&
      /baseline|previous|consecutive|window/i.test(text),
  );
}

function lakehouse(project: Project): readonly Baseless[] {
  return monitors(project).flatMap((monitor): readonly Baseless[] => {
    const ours =
      (monitor.by === 'databricks' && monitor.monitor.type === 'quality_monitors') ||
      (monitor.by === 'terraform' && /^databricks_(quality|lakehouse)_monitor$/.test(monitor.monitor.type));
    if (!ours || (monitor.by !== 'databricks' && monitor.by !== 'terraform')) return [];
    const { node, document } = monitor.monitor;
    if (has(node, 'baseline_table_name') !== 'no' || isExplained(document, node)) return [];
    return [{ document, span: monitor.span, name: monitor.name, key: 'baseline_table_name' }];
  });
}

const databricks = (rest: string): string =>
  `resources:\n  quality_monitors:\n    churn:\n      table_name: main.ml.churn\n      schedule: {quartz_cron_expression: "0 0 8 * * ?"}\n${rest}`;
const definition = (rest: string): string =>
  `Resources:\n  Quality:\n    Type: AWS::SageMaker::DataQualityJobDefinition\n    Properties:\n      RoleArn: !Ref Role\n${rest}`;

export default defineCheck({
  evaluates: 'drift-monitoring-in-place-before-deployment',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  title: 'Monitor compares with no baseline',
  why: 'Without the data that the model was trained or validated on, a slow drift moves the comparison along with it, and nothing is ever far from yesterday.',
  fix: 'Point the monitor at the training or validation data, or say in a comment why the window before is the right reference.',
  references: [
    'https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-create-baseline.html',
    'https://docs.databricks.com/aws/en/lakehouse-monitoring/',
  ],
  examples: [
    bad({
      'template.yml': definition('').replace('Quality:\n', '«Quality»:\n'),
      'schedule.yml':
        'Resources:\n  «Hourly»:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig:\n        ScheduleConfig: {ScheduleExpression: "cron(0 * ? * * *)"}\n        MonitoringJobDefinition: {RoleArn: !Ref Role}\n',
      'resources.yml': databricks('').replace('churn:\n', '«churn»:\n'),
      'main.tf':
        'resource "databricks_quality_monitor" «"churn"» {\n  table_name = "main.ml.churn"\n  schedule {\n    quartz_cron_expression = "0 0 8 * * ?"\n  }\n}\n',
    }),
    good({
      'template.yml': definition(
        '      DataQualityBaselineConfig: {ConstraintsResource: {S3Uri: !Sub "s3://${Bucket}/constraints.json"}}\n',
      ),
      'named.yml':
        'Resources:\n  Hourly:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig: {MonitoringJobDefinitionName: !GetAtt Quality.JobDefinitionName}\n',
      'resources.yml': databricks('      baseline_table_name: main.ml.churn_validation\n'),
      'window.yml': databricks(
        '      # compared with the previous week on purpose\n      inference_log: {granularities: [1 week]}\n',
      ),
      'azure.yml':
        'name: m\ntrigger: {type: recurrence}\ncreate_monitor: {monitoring_target: {ml_task: classification}}\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, name, key } of [...sagemaker(project), ...lakehouse(project)]) {
      if (!isTemplatePath(document.path)) yield at(document, span, `monitor \`${name}\` has no \`${key}\``);
    }
  },
});
