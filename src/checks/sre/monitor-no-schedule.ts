import { get, has } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { type Monitor, monitors } from '../../facts/system/monitors.ts';
import { mentionsOf } from '../../facts/system/reach.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Some other file that may run monitors of a kind: a job, a workflow, a script. */
const isRun = (project: Project, monitor: Monitor, ...words: readonly string[]): boolean =>
  words.some((word) =>
    mentionsOf(project, word).some(
      ({ path }) =>
        path !== monitor.document.path &&
        pathClassOf(path) !== 'test' &&
        !/requirements|pyproject|environment|conda/.test(path),
    ),
  );

/** What is missing; undefined where it runs, or may run for all that the files say. */
function missing(project: Project, monitor: Monitor): string | undefined {
  switch (monitor.by) {
    case 'sagemaker': {
      const config = get(monitor.monitor.properties, 'MonitoringScheduleConfig');
      return has(config, 'ScheduleConfig') === 'no' &&
        !isRun(project, monitor, 'start_monitoring_schedule', 'create_monitoring_schedule')
        ? 'ScheduleConfig'
        : undefined;
    }
    case 'databricks': {
      if (monitor.monitor.type !== 'quality_monitors' || has(monitor.monitor.node, 'schedule') !== 'no')
        return undefined;
      return isRun(project, monitor, 'run_refresh', 'refresh_metrics', `quality_monitors.${monitor.monitor.key}`)
        ? undefined
        : 'schedule';
    }
    case 'nannyml':
      return has(monitor.monitor.node, 'scheduling') === 'no' && !isRun(project, monitor, 'nml', 'nannyml')
        ? 'scheduling'
        : undefined;
    case 'azure':
      return has(monitor.monitor.node, 'trigger') === 'no' ? 'trigger' : undefined;
    case 'terraform':
      return /^databricks_(quality|lakehouse)_monitor$/.test(monitor.monitor.type) &&
        has(monitor.monitor.node, 'schedule') === 'no' &&
        !isRun(project, monitor, 'run_refresh', 'refresh_metrics')
        ? 'schedule'
        : undefined;
    default:
      return undefined;
  }
}

const sagemaker = (rest: string): string =>
  `Resources:\n  Quality:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig:\n        MonitoringType: DataQuality\n${rest}`;
const databricks = (rest: string): string =>
  `resources:\n  quality_monitors:\n    churn:\n      table_name: main.ml.churn\n${rest}`;
const nannyml = (rest: string): string =>
  `input:\n  reference_data: {path: ref.csv}\n  analysis_data: {path: now.csv}\n${rest}`;

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Monitor has no schedule',
  why: 'Somebody has to remember to run it. Between two runs drift is as invisible as without a monitor.',
  fix: 'Give the monitor a schedule, or start it from the pipeline that writes what it watches.',
  references: [
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-monitoringschedule-monitoringscheduleconfig.html',
    'https://docs.databricks.com/aws/en/dev-tools/bundles/resources#quality_monitor',
    'https://nannyml.readthedocs.io/en/stable/cli/configuration_file.html',
  ],
  examples: [
    bad({
      'template.yml': sagemaker('').replace('Quality:', '«Quality»:'),
      'resources.yml': databricks('').replace('churn:', '«churn»:'),
      'nann.yml': nannyml('').replace('reference_data', '«reference_data»'),
      'main.tf': 'resource "databricks_quality_monitor" «"churn"» {\n  table_name = "main.ml.churn"\n}\n',
    }),
    good({
      'template.yml': sagemaker('        ScheduleConfig: {ScheduleExpression: "cron(0 * ? * * *)"}\n'),
      'open.yml':
        'Resources:\n  Quality:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig: !Ref Config\n',
      'resources.yml': databricks('      schedule: {quartz_cron_expression: "0 0 8 * * ?", timezone_id: UTC}\n'),
      'nann.yml': nannyml('scheduling: {cron: {crontab: "0 3 * * *"}}\n'),
    }),
    good({
      'resources.yml': databricks(''),
      'jobs/refresh.py':
        'from databricks.sdk import WorkspaceClient\nWorkspaceClient().quality_monitors.run_refresh(table_name="main.ml.churn")\n',
      'nann.yml': nannyml(''),
      'cron.yaml':
        'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: drift}\nspec:\n  schedule: "0 3 * * *"\n  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "nannyml/nannyml:0.12", command: [nml, run]}]}}}}\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const monitor of monitors(project)) {
      const key = isTemplatePath(monitor.document.path) ? undefined : missing(project, monitor);
      if (key !== undefined)
        yield at(
          monitor.document,
          monitor.span,
          `monitor \`${monitor.name}\` has no \`${key}\`, and nothing in the repository starts it`,
        );
    }
  },
});
