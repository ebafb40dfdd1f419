import type { Span } from '../../core/location.ts';
import { type DataNode, get, has, items } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureMonitors } from '../../facts/formats/azure.ts';
import {
  type CloudwatchAlarm,
  cloudResources,
  cloudwatchAlarms,
  eventRules,
} from '../../facts/formats/cloudformation.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { type Described, textAt } from '../../facts/formats/field.ts';
import { terraformResources } from '../../facts/formats/terraform.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { speaksOfDrift } from '../../facts/system/thresholds.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Mute extends Pick<Described, 'document'> {
  readonly span: Span;
  readonly says: string;
}

const NAMESPACE = /(data|model)-metrics/;

/** No list, or an empty one. */
const isEmpty = (owner: DataNode | undefined, key: string): boolean =>
  has(owner, key) === 'no' ||
  (get(owner, key)?.kind === 'list' && get(owner, key)?.open === false && items(get(owner, key)).length === 0);

const speaks = ({ id, name, metric, namespace }: CloudwatchAlarm): boolean =>
  NAMESPACE.test(namespace?.text ?? '') || speaksOfDrift(`${id} ${name?.text ?? ''} ${metric?.text ?? ''}`);

/** Names in rules hold `!Sub`, so any rule on alarm states may be the one. */
function alarmsAreHeard(project: Project): boolean {
  return (
    eventRules(project).some(
      ({ detailTypes, pattern }) =>
        detailTypes.includes('CloudWatch Alarm State Change') || (pattern?.open === true && detailTypes.length === 0),
    ) ||
    terraformResources(project, /^aws_cloudwatch_event_rule$/).some(({ node }) =>
      /CloudWatch Alarm State Change/.test(textAt(node, 'event_pattern')?.text ?? 'CloudWatch Alarm State Change'),
    )
  );
}

function cloudwatch(project: Project): readonly Mute[] {
  if (alarmsAreHeard(project)) return [];
  const composed = new Set(
    cloudResources(project)
      .filter(({ type }) => type === 'AWS::CloudWatch::CompositeAlarm')
      .flatMap(({ refersTo }) => [...refersTo]),
  );
  const formation = cloudwatchAlarms(project)
    .filter((alarm) => speaks(alarm) && !composed.has(alarm.id))
    .flatMap((alarm): readonly Mute[] => {
      const { document, properties, actionsEnabled, entry, id } = alarm;
      if (actionsEnabled?.value === false)
        return [
          { document, span: actionsEnabled.node.span, says: `the actions of drift alarm \`${id}\` are disabled` },
        ];
      return isEmpty(properties, 'AlarmActions')
        ? [
            {
              document,
              span: entry.keySpan,
              says: `drift alarm \`${id}\` has no action, and no rule listens for alarm states`,
            },
          ]
        : [];
    });
  const terraform = terraformResources(project, /^aws_cloudwatch_metric_alarm$/).flatMap(
    ({ document, node, name }): readonly Mute[] => {
      const said = textAt(node, 'alarm_name');
      const drift =
        NAMESPACE.test(textAt(node, 'namespace')?.text ?? '') ||
        speaksOfDrift(`${name} ${said?.text ?? ''} ${textAt(node, 'metric_name')?.text ?? ''}`);
      return drift && isEmpty(node, 'alarm_actions')
        ? [{ document, span: said?.node.span ?? node.span, says: `drift alarm \`${name}\` has no \`alarm_actions\`` }]
        : [];
    },
  );
  return [...formation, ...terraform];
}

function azure(project: Project): readonly Mute[] {
  return azureMonitors(project).flatMap(({ document, node, name, signals }): readonly Mute[] => {
    const label = name?.text ?? 'monitor';
    const monitor = get(node, 'create_monitor');
    if (isEmpty(monitor, 'alert_notification'))
      return [
        { document, span: name?.node.span ?? node.span, says: `monitor \`${label}\` has no \`alert_notification\`` },
      ];
    const off = signals.filter(({ alertEnabled }) => alertEnabled?.value === false);
    const [first] = off;
    if (first?.alertEnabled === undefined || off.length < signals.length) return [];
    return [
      {
        document,
        span: first.alertEnabled.node.span,
        says: `every signal of monitor \`${label}\` has its alert switched off`,
      },
    ];
  });
}

function databricks(project: Project): readonly Mute[] {
  return databricksResources(project, 'alerts').flatMap(({ document, node, key, entry }): readonly Mute[] => {
    if (!speaksOfDrift(`${key} ${textAt(node, 'display_name')?.text ?? ''} ${textAt(node, 'query_text')?.text ?? ''}`))
      return [];
    const silent =
      isEmpty(get(node, 'evaluation'), 'notification') ||
      isEmpty(get(node, 'evaluation', 'notification'), 'subscriptions');
    return silent ? [{ document, span: entry.keySpan, says: `alert \`${key}\` notifies nobody` }] : [];
  });
}

const alarm = (id: string, rest = ''): string =>
  `  ${id}:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      Namespace: aws/sagemaker/Endpoints/data-metrics\n      MetricName: feature_baseline_drift_fare\n      Threshold: 0.1\n${rest}`;
const monitor = (rest: string): string =>
  `name: churn\ntrigger: {type: recurrence}\ncreate_monitor:\n  monitoring_target: {ml_task: classification}\n${rest}`;

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Drift alarm tells nobody',
  why: 'The monitor runs, the alarm goes off, and the only trace is a red field in a console that nobody has open.',
  fix: 'Give the alarm an action: a topic, a mail address or a job, with an owner.',
  references: [
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html',
    'https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-monitor',
  ],
  examples: [
    bad({
      'template.yml': `Resources:\n${alarm('«FareDrift»')}${alarm('Disabled', '      AlarmActions: [!Ref Topic]\n      ActionsEnabled: «false»\n')}${alarm('«Empty»', '      AlarmActions: []\n')}`,
      'main.tf':
        'resource "aws_cloudwatch_metric_alarm" "drift" {\n  alarm_name  = «"fare-drift"»\n  metric_name = "feature_baseline_drift_fare"\n  threshold   = 0.1\n}\n',
      'monitor.yml': monitor('  monitoring_signals: {}\n').replace('name: churn', 'name: «churn»'),
      'signals.yml': monitor(
        '  alert_notification: {emails: [a@acme.io]}\n  monitoring_signals:\n    a: {type: data_drift, alert_enabled: «false»}\n    b: {type: data_quality, alert_enabled: false}\n',
      ),
      'resources.yml':
        'resources:\n  alerts:\n    «feature_drift»:\n      display_name: Feature drift\n      evaluation: {comparison_operator: GREATER_THAN}\n',
    }),
    good({
      'template.yml': `Resources:\n${alarm('FareDrift', '      AlarmActions: [!Ref Topic]\n')}${alarm('Open', '      AlarmActions: !Ref Topics\n')}  Cpu:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {MetricName: CPUUtilization, Namespace: AWS/EC2}\n`,
      'monitor.yml': monitor(
        '  alert_notification: {emails: [a@acme.io]}\n  monitoring_signals:\n    a: {type: data_drift, alert_enabled: false}\n    b: {type: data_quality, alert_enabled: true}\n',
      ),
      'out-of-box.yml': monitor('  alert_notification: azmonitoring\n'),
      'resources.yml':
        'resources:\n  alerts:\n    feature_drift:\n      evaluation: {notification: {subscriptions: [{user_email: a@acme.io}]}}\n',
    }),
    good({
      'template.yml': `Resources:\n${alarm('FareDrift')}`,
      'events.yml':
        'Resources:\n  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      EventPattern:\n        source: [aws.cloudwatch]\n        detail-type: [CloudWatch Alarm State Change]\n      Targets: [{Id: a, Arn: !Ref Topic}]\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, says } of [...cloudwatch(project), ...azure(project), ...databricks(project)]) {
      if (!isTemplatePath(document.path)) yield at(document, span, says);
    }
  },
});
