import { get, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureSchedules } from '../formats/azure.ts';
import { eventRules } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { folderOf, within } from '../formats/dvc.ts';
import { githubWorkflows } from '../formats/github.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { argoWorkflows } from '../formats/training.ts';
import { tokensOf } from '../paths.ts';
import { at } from './draw-places.ts';
import type { Drawing } from './drawing.ts';
import { environmentAt } from './production.ts';

const TRAINS = new Set(
  'train training retrain retraining scoring drift materialize materialization feast dvc dbt'.split(' '),
);

/** What starts pipelines and monitors by itself, by the files of workflows, clusters and clouds. */
export function drawSchedules(project: Project, drawing: Drawing): void {
  for (const { document, name, jobs, schedules } of githubWorkflows(project)) {
    const label = name?.text ?? document.path;
    const relevant = jobs.filter(({ id, steps }) =>
      tokensOf(
        `${id} ${steps.map(({ run, name: step }) => `${step?.text ?? ''} ${run?.text ?? ''}`).join(' ')}`.slice(
          0,
          5000,
        ),
      ).some((token) => TRAINS.has(token)),
    );
    const [first] = schedules;
    if (first === undefined || relevant.length === 0) continue;
    const id = drawing.node('schedule', `${label} ${first.text ?? ''}`.trim(), at(document, first.node));
    for (const job of relevant)
      drawing.edge(
        'schedules',
        id,
        drawing.node('pipeline', `${label}/${job.id}`, { document, span: job.entry.keySpan }),
        at(document, first.node),
      );
  }
  for (const { document, name, schedule, node, kind } of kubernetesWorkloads(project)) {
    if (kind !== 'CronJob' || schedule === undefined) continue;
    const id = drawing.node(
      'schedule',
      `${name?.text ?? ''} ${schedule.text ?? ''}`.trim(),
      at(document, schedule.node),
      environmentAt(document, node),
    );
    drawing.edge('schedules', id, drawing.find('monitor', name?.text ?? ''), at(document, schedule.node));
  }
  for (const { document, node, name, job, trigger } of azureSchedules(project))
    if (job !== undefined && trigger !== undefined) {
      const id = drawing.node(
        'schedule',
        name?.text ?? 'schedule',
        at(document, trigger),
        environmentAt(document, node),
      );
      const file = within(
        folderOf(document.path),
        (literal(job) ?? literal(get(job, 'job')) ?? '').replace(/^file:/, ''),
      );
      const started = [...drawing.nodes.values()].find((each) => each.kind === 'pipeline' && each.path === file);
      drawing.edge('schedules', id, started?.id, at(document, job));
    }
  for (const { document, id, schedule } of eventRules(project))
    if (schedule !== undefined) drawing.node('schedule', id, at(document, schedule.node));
  for (const { document, name, schedule } of argoWorkflows(project))
    if (schedule !== undefined)
      drawing.edge(
        'schedules',
        drawing.node('schedule', `${name?.text ?? ''} ${schedule.text ?? ''}`.trim(), at(document, schedule.node)),
        drawing.find('pipeline', name?.text ?? ''),
        at(document, schedule.node),
      );
  for (const { document, node, type, key, target } of databricksResources(project)) {
    const schedule = get(node, 'schedule', 'quartz_cron_expression') ?? get(node, 'trigger', 'periodic');
    if (schedule === undefined) continue;
    const id = drawing.node(
      'schedule',
      `${key} ${text(schedule) ?? ''}`.trim(),
      at(document, schedule),
      target ?? 'unknown',
    );
    drawing.edge(
      'schedules',
      id,
      type === 'jobs'
        ? (drawing.find('pipeline', key, target) ?? drawing.find('monitor', key, target))
        : drawing.find('monitor', literal(get(node, 'table_name')) ?? key, target),
      at(document, schedule),
    );
  }
}
