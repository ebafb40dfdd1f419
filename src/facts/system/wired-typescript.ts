import type { Evidence } from '../../core/finding.ts';
import type { Span } from '../../core/location.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { type WrittenConstruct, writtenConstructs } from './cdk-typescript.ts';
import { fails, holds, type Judged, unknown } from './deployed.ts';

const at = ({ document, span }: WrittenConstruct, note: string, place: Span = span): Evidence => ({
  path: document.path,
  line: lineOf(document.lines, place.start).line,
  note,
});

/** A monitoring schedule of TypeScript is one; what it is given as its schedule may come from elsewhere. */
export const writtenRuns = (monitor: WrittenConstruct): Judged =>
  monitor.schedule === undefined
    ? unknown('its schedule is given elsewhere')
    : holds('has a schedule', at(monitor, 'scheduled here', monitor.schedule));

/** The endpoint's configuration of the same file captures what comes in and goes out. */
export function writtenData(project: Project, monitor: WrittenConstruct): Judged {
  const configs = writtenConstructs(project).filter(
    ({ kind, document }) => kind === 'config' && document === monitor.document,
  );
  const [config] = configs;
  if (config === undefined) return unknown('the endpoint is described elsewhere');
  const on = configs.find(({ captures }) => captures !== false);
  if (on === undefined) return unknown('no capture is seen where the endpoint is configured');
  return on.captures === true
    ? holds('reads captured traffic', at(on, 'captured here'))
    : unknown('the code decides whether traffic is captured');
}

export const writtenReference = (monitor: WrittenConstruct): Judged =>
  monitor.baseline === undefined
    ? unknown('its baseline is given elsewhere')
    : holds('has a baseline', at(monitor, 'reference', monitor.baseline));

/** A rule on alarms anywhere in the repository, or an alarm on the monitor that starts something. */
export function writtenTells(project: Project, monitor: WrittenConstruct): Judged {
  const all = writtenConstructs(project);
  const rule = all.find(({ handlesAlarms }) => handlesAlarms);
  if (rule !== undefined) return holds('raises an event that a rule handles', at(rule, 'handled here'));
  const alarms = all.filter(({ kind, refersTo }) => kind === 'alarm' && refersTo.includes(monitor));
  const acting = alarms.find(({ actions }) => actions !== undefined);
  if (acting !== undefined) return holds('raises an alarm with actions', at(acting, 'actions', acting.actions));
  const [first] = alarms;
  return first === undefined
    ? unknown('no alarm of the repository names it')
    : fails(`raises alarm \`${first.name}\`, which has no actions`, at(first, 'no actions'));
}
