import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { cloudwatchAlarms, eventRules } from '../formats/cloudformation.ts';
import { prometheusRules } from '../formats/prometheus.ts';
import { ALARM_EVENT } from './cdk-constructs.ts';
import { fails, holds, type Judged, unknown } from './deployed.ts';
import type { Monitor } from './monitors.ts';
import { speaksOfDrift } from './thresholds.ts';
import { pythonTells } from './wired-code.ts';
import { evidenceAt, given } from './wired-monitors.ts';
import { writtenTells } from './wired-typescript.ts';

function azureTells(monitor: Extract<Monitor, { readonly by: 'azure' }>): Judged {
  const { alert, signals, node, document } = monitor.monitor;
  const silent = signals.length > 0 && signals.every(({ alertEnabled }) => alertEnabled?.value === false);
  if (silent)
    return fails(
      'has `alert_enabled: false` on every signal',
      evidenceAt(document, signals[0]?.alertEnabled?.node ?? node, 'alerts are off'),
    );
  return given(monitor, alert, node, 'notifies somebody', 'has no `alert_notification`');
}

/** CloudWatch, or an event rule on alarms, or on the monitor's own executions. */
function sagemakerTells(project: Project): Judged {
  const alarms = cloudwatchAlarms(project).filter(
    ({ namespace, metric, id }) =>
      /sagemaker/i.test(namespace?.text ?? '') || speaksOfDrift(`${metric?.text ?? ''} ${id}`),
  );
  const rule = eventRules(project).find(({ detailTypes }) => detailTypes.some((type) => ALARM_EVENT.test(type)));
  if (rule !== undefined)
    return holds('raises an event that a rule handles', evidenceAt(rule.document, rule.node, 'handled here'));
  const acting = alarms.find(({ actions, actionsEnabled }) => actions !== undefined && actionsEnabled?.value !== false);
  if (acting?.actions !== undefined)
    return holds('raises an alarm with actions', evidenceAt(acting.document, acting.actions, 'actions'));
  const [first] = alarms;
  return first === undefined
    ? fails('raises no alarm')
    : fails(`raises alarm \`${first.id}\`, which has no actions`, evidenceAt(first.document, first.node, 'no actions'));
}

/** Sixth condition: somebody hears of it, or something stops. */
export function tellsOfMonitor(project: Project, monitor: Monitor): Judged {
  const rule = prometheusRules(project).find(({ kind, metrics }) => kind === 'alert' && metrics.some(speaksOfDrift));
  const ruled =
    rule === undefined
      ? undefined
      : holds(`alert \`${rule.name?.text ?? ''}\` speaks of drift`, evidenceAt(rule.document, rule.node, 'alert rule'));
  switch (monitor.by) {
    case 'azure':
      return azureTells(monitor);
    case 'sagemaker':
      return sagemakerTells(project);
    case 'databricks': {
      const { node } = monitor.monitor;
      const route =
        get(node, 'notifications') ?? get(node, 'email_notifications') ?? get(node, 'webhook_notifications');
      return route === undefined && ruled !== undefined
        ? ruled
        : given(monitor, route, node, 'notifies somebody', 'notifies nobody');
    }
    case 'construct':
      return ruled ?? writtenTells(project, monitor.monitor);
    case 'python':
      return ruled ?? pythonTells(project, monitor);
    default:
      return ruled ?? unknown('the code decides whom it tells');
  }
}
