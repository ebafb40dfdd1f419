import type { Evidence } from '../../core/finding.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { codeSchedules } from '../orchestration/code-schedules.ts';
import { actionsOf, type Construct, capturesData, cdkConstructs, handlesAlarms, labelOf } from './cdk-constructs.ts';
import { fails, holds, type Judged, unknown } from './deployed.ts';
import type { Where } from './drawing.ts';
import type { Monitor } from './monitors.ts';

const placed = ({ document, span }: Where, note: string): Evidence => ({
  path: document.path,
  line: lineOf(document.lines, span.start).line,
  note,
});

const at = ({ document, call }: Construct, note: string): Evidence => placed({ document, span: call.node }, note);

/** A step runs when its pipeline does; to be imported by the pipeline starts nothing. */
export function runsOfStep(project: Project, pipelines: readonly string[]): Judged {
  const schedules = codeSchedules(project).filter((each) => each.pipelines.some((name) => pipelines.includes(name)));
  const schedule = schedules.find(({ state }) => state === 'runs') ?? schedules[0];
  if (schedule === undefined) return unknown('no file says when its pipeline runs');
  const evidence = (note: string): Evidence => placed({ document: schedule.document, span: schedule.node }, note);
  return schedule.state === 'runs'
    ? holds('is a step of a scheduled pipeline', evidence('scheduled here'))
    : fails('is a step of a pipeline whose schedule is off', evidence('switched off here'));
}

/** The endpoint's configuration of the same stack captures what comes in and goes out. */
export function cdkData(project: Project, document: Monitor['document']): Judged {
  const configs = cdkConstructs(project).filter((each) => each.kind === 'config' && each.document === document);
  const [config] = configs;
  if (config === undefined) return unknown('the endpoint is described elsewhere');
  const on = configs.find((each) => capturesData(each) !== false);
  if (on === undefined) return fails('watches an endpoint that captures nothing', at(config, 'no data capture'));
  return capturesData(on) === true
    ? holds('reads captured traffic', at(on, 'captured here'))
    : unknown('the code decides whether traffic is captured');
}

/** A rule of the stack that handles alarms, or an alarm on the monitor that starts something. */
function cdkTells(project: Project, monitor: Extract<Monitor, { readonly by: 'python' }>): Judged {
  const all = cdkConstructs(project);
  const rule = all.find((each) => each.kind === 'rule' && handlesAlarms(each));
  if (rule !== undefined) return holds('raises an event that a rule handles', at(rule, 'handled here'));
  const own = all.find(({ call }) => call.node === monitor.monitor.node);
  const alarms = all.filter((each) => each.kind === 'alarm' && own !== undefined && each.refersTo.includes(own));
  const acting = alarms.find((each) => actionsOf(each) !== undefined);
  if (acting !== undefined) return holds('raises an alarm with actions', at(acting, 'actions'));
  const [first] = alarms;
  return first === undefined
    ? unknown('no alarm of the repository names it')
    : fails(`raises alarm \`${first.name}\`, which has no actions`, at(first, 'no actions'));
}

/** Whom a monitor in code tells, where the code says so. */
export function pythonTells(project: Project, monitor: Extract<Monitor, { readonly by: 'python' }>): Judged {
  const { tool, recipients } = monitor.monitor;
  if (tool === 'cdk') return cdkTells(project, monitor);
  if (recipients === undefined) return unknown('the code decides whom it tells');
  const { document, node, reached } = recipients;
  const evidence = placed({ document, span: node }, 'the list of recipients');
  return reached ? holds('notifies somebody', evidence) : fails('is given an empty list of recipients', evidence);
}

/** Whether an alarm of the Cloud Development Kit reaches anybody: by its own actions, or by a rule on alarms. */
export function alarmTells(project: Project, path: string, name: string): Judged | undefined {
  const all = cdkConstructs(project);
  const alarm = all.find(
    (each) => each.kind === 'alarm' && each.document.path === path && labelOf(project)(each) === name,
  );
  if (alarm === undefined) return undefined;
  const actions = actionsOf(alarm);
  if (actions !== undefined)
    return holds('has actions', placed({ document: alarm.document, span: actions }, 'actions'));
  const rule = all.find((each) => each.kind === 'rule' && handlesAlarms(each));
  return rule === undefined
    ? fails('has no actions', at(alarm, 'no actions'))
    : holds('raises an event that a rule handles', at(rule, 'handled here'));
}
