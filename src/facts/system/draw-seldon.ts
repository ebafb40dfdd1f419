import { get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { seldonExperiments, seldonPipelines } from '../formats/kserve.ts';
import { at } from './draw-places.ts';
import type { Drawing } from './drawing.ts';
import { namesMonitor } from './monitors.ts';
import { environmentAt } from './production.ts';

/** Pipelines of Seldon Core 2 with the models that they run, and experiments with the share of each candidate. */
export function drawSeldon(project: Project, drawing: Drawing): void {
  for (const { document, node, name, steps } of seldonPipelines(project)) {
    const environment = environmentAt(document, node);
    const id = drawing.node('pipeline', name?.text ?? 'pipeline', at(document, name?.node ?? node), environment);
    for (const step of steps) {
      const where = at(document, get(step.node, 'name') ?? step.node);
      const served = drawing.find('deployment', step.name, environment) ?? drawing.find('deployment', step.name);
      drawing.edge('includes', id, served, where);
      // A drift or outlier detector of the pipeline watches the models whose inputs or answers it takes.
      const watched = namesMonitor(step.name) ? step.after : [];
      for (const other of watched)
        drawing.edge('monitors', served, drawing.find('deployment', other, environment), where);
    }
  }
  for (const { document, node, name, candidates, mirror } of seldonExperiments(project)) {
    const environment = environmentAt(document, node);
    const id = drawing.node('endpoint', name?.text ?? 'experiment', at(document, name?.node ?? node), environment);
    const total = candidates.reduce((sum, { weight }) => sum + (weight?.value ?? 0), 0);
    for (const each of candidates)
      drawing.edge(
        'serves',
        drawing.find('deployment', each.name ?? '', environment) ??
          drawing.find('pipeline', each.name ?? '', environment),
        id,
        at(document, get(each.node, 'name') ?? each.node),
        each.weight?.value === undefined || total === 0 ? undefined : Math.round((each.weight.value / total) * 100),
      );
    const copied = get(mirror, 'name');
    if (copied !== undefined)
      drawing.edge('serves', drawing.find('deployment', text(copied) ?? '', environment), id, at(document, copied), 0);
  }
}
