import { muteAlarms } from '../../facts/monitoring/mute-alarms.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

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
    for (const { document, span, says } of muteAlarms(project)) {
      if (!isTemplatePath(document.path)) yield at(document, span, says);
    }
  },
});
