import type { Span } from '../../core/location.ts';
import { type DataNode, get, has, items } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureMonitors } from '../formats/azure.ts';
import { type CloudwatchAlarm, cloudResources, cloudwatchAlarms, eventRules } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { type Described, textAt } from '../formats/field.ts';
import { terraformResources } from '../formats/terraform.ts';
import { speaksOfDrift } from '../system/thresholds.ts';

/** An alarm on drift or quality that reaches nobody. */
export interface Mute extends Pick<Described, 'document'> {
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

/** Every such alarm of the repository. */
export const muteAlarms = (project: Project): readonly Mute[] => [
  ...cloudwatch(project),
  ...azure(project),
  ...databricks(project),
];
