import type { Evidence } from '../../core/finding.ts';
import { type DataDocument, type DataNode, entries, get, has, literal, text } from '../../documents/data.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments } from '../formats/azure.ts';
import { sagemakerEndpointConfigs } from '../formats/cloudformation.ts';
import { environmentOf } from '../paths.ts';
import { fails, holds, type Judged, unknown } from './deployed.ts';
import type { Monitor } from './monitors.ts';
import { mentionsOf, mentionsOfFile, runsOf } from './reach.ts';
import { cdkData, runsOfStep } from './wired-code.ts';
import { writtenData, writtenReference, writtenRuns } from './wired-typescript.ts';

export const evidenceAt = (document: DataDocument, node: DataNode, note: string): Evidence => ({
  path: document.path,
  line: lineOf(document.lines, node.span.start).line,
  note,
});

/** A field of the description that must be there; an open description proves nothing. */
export function given(
  monitor: Monitor,
  node: DataNode | undefined,
  owner: DataNode,
  good: string,
  bad: string,
): Judged {
  if (node !== undefined) return holds(good, evidenceAt(monitor.document as DataDocument, node, good));
  return owner.open ? unknown('part of its description is a substitution') : fails(bad);
}

function scheduledElsewhere(project: Project, monitor: Monitor, words: readonly string[]): Judged | undefined {
  const named = [
    ...words.flatMap((word) => mentionsOf(project, word).filter(({ path }) => path !== monitor.document.path)),
    ...mentionsOfFile(project, monitor.document.path),
  ][0];
  return named === undefined
    ? undefined
    : holds('is started by another file', { path: named.path, line: named.line, note: 'started here' });
}

/** Third condition: something starts it, again and again. */
export function runsOfMonitor(project: Project, monitor: Monitor): Judged {
  switch (monitor.by) {
    case 'azure':
      return given(monitor, monitor.monitor.trigger, monitor.monitor.node, 'has a trigger', 'has no `trigger`');
    case 'sagemaker':
      return monitor.monitor.schedule === undefined
        ? (scheduledElsewhere(project, monitor, [monitor.monitor.id]) ??
            given(monitor, undefined, monitor.monitor.node, '', 'has no `ScheduleConfig`'))
        : holds('has a schedule', evidenceAt(monitor.monitor.document, monitor.monitor.schedule, 'scheduled here'));
    case 'databricks': {
      const { node, key } = monitor.monitor;
      const own = get(node, 'schedule') ?? get(node, 'trigger') ?? get(node, 'continuous');
      return own === undefined
        ? (scheduledElsewhere(project, monitor, [key]) ?? given(monitor, undefined, node, '', 'has no `schedule`'))
        : holds('has a schedule', evidenceAt(monitor.monitor.document, own, 'scheduled here'));
    }
    case 'terraform':
      return /job_definition$/.test(monitor.monitor.type)
        ? (scheduledElsewhere(project, monitor, [monitor.monitor.address]) ??
            unknown('a job definition is started by a schedule'))
        : holds('is a schedule itself');
    case 'kubernetes':
      return monitor.monitor.kind === 'Job'
        ? (scheduledElsewhere(project, monitor, []) ?? unknown('a Job runs once'))
        : holds(monitor.monitor.kind === 'CronJob' ? 'is a CronJob' : 'runs all the time');
    case 'nannyml':
      return monitor.monitor.scheduling === undefined
        ? (scheduledElsewhere(project, monitor, ['nannyml', 'nml']) ?? fails('has no `scheduling`'))
        : holds('has a schedule', evidenceAt(monitor.monitor.document, monitor.monitor.scheduling, 'scheduled here'));
    case 'alibi':
      return monitor.monitor.served
        ? holds('is served beside the model')
        : (scheduledElsewhere(project, monitor, []) ?? unknown('no file says who loads it'));
    case 'construct':
      return writtenRuns(monitor.monitor);
    case 'python': {
      if (monitor.monitor.scheduled) return holds('is set up as a schedule');
      if (monitor.monitor.pipelines !== undefined) return runsOfStep(project, monitor.monitor.pipelines);
      const run = runsOf(project, monitor.document.path)[0];
      return run === undefined
        ? unknown('no file says when it runs')
        : holds('is started by another file', { path: run.path, line: run.line, note: 'started here' });
    }
  }
}

function azureData(project: Project, monitor: Extract<Monitor, { readonly by: 'azure' }>): Judged {
  const { signals, endpointDeployment, node, document } = monitor.monitor;
  const own = signals.find(({ productionData }) => productionData !== undefined)?.productionData;
  if (own !== undefined) return holds('names its production data', evidenceAt(document, own, 'production data'));
  const [, endpoint, name] = /^azureml:([\w-]+):([\w-]+)$/.exec(endpointDeployment?.value ?? '') ?? [];
  if (endpointDeployment === undefined)
    return node.open
      ? unknown('part of its description is a substitution')
      : fails('watches no deployment and names no production data');
  const deployment = azureDeployments(project).find(
    (each) => each.endpoint?.value === endpoint && each.name?.value === name,
  );
  if (deployment === undefined) return unknown('the watched deployment is not in the repository');
  const collector = deployment.dataCollector;
  if (collector === undefined)
    return fails(
      'watches a deployment without `data_collector`',
      evidenceAt(deployment.document, deployment.node, 'no data collector'),
    );
  const collected = entries(get(collector, 'collections')).some(({ value }) =>
    /^(true|"?True"?)$/i.test(text(get(value, 'enabled')) ?? ''),
  );
  return collected
    ? holds('reads collected traffic', evidenceAt(deployment.document, collector, 'collected here'))
    : fails(
        'watches a deployment whose collections are off',
        evidenceAt(deployment.document, collector, 'no collection is enabled'),
      );
}

function sagemakerData(project: Project, monitor: Extract<Monitor, { readonly by: 'sagemaker' }>): Judged {
  const configs = sagemakerEndpointConfigs(project).filter(({ document }) => document.path === monitor.document.path);
  const [config] = configs;
  if (config === undefined) return unknown('the endpoint is described elsewhere');
  const on = configs.find(({ capture }) => capture?.enabled?.value === true || capture?.enabled?.node.open === true);
  if (on?.capture !== undefined)
    return holds('reads captured traffic', evidenceAt(on.document, on.capture.node, 'captured here'));
  return fails(
    'watches an endpoint that captures nothing',
    evidenceAt(config.document, config.capture?.node ?? config.entry.value, 'data capture is off'),
  );
}

/** Fourth condition: what it reads exists, is collected, and belongs to its environment. */
export function dataOfMonitor(project: Project, monitor: Monitor): Judged {
  switch (monitor.by) {
    case 'azure':
      return azureData(project, monitor);
    case 'sagemaker':
      return sagemakerData(project, monitor);
    case 'databricks': {
      const { node, target, document } = monitor.monitor;
      const table = get(node, 'table_name');
      const name = literal(table);
      if (table === undefined || name === undefined) return unknown('its table is a variable');
      const [own, theirs] = [environmentOf(target ?? ''), environmentOf(name.split('.')[0] ?? '')];
      if (own === 'production' && theirs !== 'unknown' && theirs !== own)
        return fails(
          `reads \`${name}\`, a table of another environment`,
          evidenceAt(document, table, 'another environment'),
        );
      return holds(`reads \`${name}\``, evidenceAt(document, table, 'the table'));
    }
    case 'nannyml':
      return given(
        monitor,
        monitor.monitor.analysis,
        monitor.monitor.node,
        'names its data',
        'names no data to analyse',
      );
    case 'construct':
      return writtenData(project, monitor.monitor);
    case 'python':
      return monitor.monitor.tool === 'cdk'
        ? cdkData(project, monitor.document)
        : unknown('the code decides what it reads');
    default:
      return unknown('the code decides what it reads');
  }
}

/** Fifth condition: it knows what normal looks like. */
export function referenceOfMonitor(monitor: Monitor): Judged {
  switch (monitor.by) {
    case 'azure': {
      const reference = monitor.monitor.signals.find((signal) => signal.reference !== undefined)?.reference;
      return reference === undefined
        ? holds('compares with recent production data')
        : holds('names its reference', evidenceAt(monitor.monitor.document, reference, 'reference'));
    }
    case 'sagemaker': {
      const { baseline, node, properties } = monitor.monitor;
      const named = has(properties, 'MonitoringScheduleConfig', 'MonitoringJobDefinitionName') === 'yes';
      return named && baseline === undefined
        ? unknown('its job definition is described elsewhere')
        : given(monitor, baseline, node, 'has a baseline', 'has no `BaselineConfig`');
    }
    case 'databricks': {
      const { type, node } = monitor.monitor;
      return type === 'jobs'
        ? unknown('the task decides what it compares with')
        : given(
            monitor,
            get(node, 'baseline_table_name'),
            node,
            'has a baseline table',
            'has no `baseline_table_name`',
          );
    }
    case 'nannyml':
      return given(
        monitor,
        monitor.monitor.reference,
        monitor.monitor.node,
        'names reference data',
        'names no reference data',
      );
    case 'alibi':
      return monitor.monitor.reference === undefined
        ? unknown('the reference is inside the saved detector')
        : holds('names reference data', evidenceAt(monitor.monitor.document, monitor.monitor.reference, 'reference'));
    case 'construct':
      return writtenReference(monitor.monitor);
    case 'python':
      return monitor.monitor.reference === undefined
        ? unknown('the code decides what it compares with')
        : holds('is given reference data', {
            path: monitor.document.path,
            line: lineOf(monitor.document.lines, monitor.monitor.reference.start).line,
            note: 'reference',
          });
    default:
      return unknown('the code decides what it compares with');
  }
}
