import { fact } from '../../core/fact.ts';
import { type DataNode, each, get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf, within } from './dvc.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** When a deployment of Prefect starts by itself. */
export interface PrefectSchedule {
  readonly node: DataNode;
  readonly cron: Field<string> | undefined;
  /** Seconds. */
  readonly interval: Field<number> | undefined;
  readonly rrule: Field<string> | undefined;
  readonly timezone: Field<string> | undefined;
  readonly active: Field<boolean> | undefined;
}

/** A flow as it is deployed: an entry of `prefect.yaml`, or the file that `prefect deployment build` writes. */
export interface PrefectDeployment extends Described {
  readonly name: Field<string> | undefined;
  /** `flows/train.py:train`, as written. */
  readonly entrypoint: Field<string> | undefined;
  /** The same, counted from the repository's root. */
  readonly flow: string | undefined;
  readonly flowName: Field<string> | undefined;
  readonly workPool: Field<string> | undefined;
  readonly workQueue: Field<string> | undefined;
  readonly image: Field<string> | undefined;
  readonly concurrencyLimit: Field<number> | undefined;
  readonly parameters: DataNode | undefined;
  readonly schedules: readonly PrefectSchedule[];
}

const scheduleOf = (node: DataNode, owner: DataNode): PrefectSchedule => ({
  node,
  cron: textAt(node, 'cron'),
  interval: numberAt(node, 'interval'),
  rrule: textAt(node, 'rrule'),
  timezone: textAt(node, 'timezone'),
  active: boolAt(node, 'active') ?? boolAt(owner, 'is_schedule_active'),
});

function deploymentOf(document: PrefectDeployment['document'], node: DataNode): PrefectDeployment {
  const entrypoint = textAt(node, 'entrypoint');
  const cut = entrypoint?.value?.lastIndexOf(':') ?? -1;
  const path = cut === -1 ? undefined : within(folderOf(document.path), entrypoint?.value?.slice(0, cut) ?? '');
  return {
    document,
    node,
    name: textAt(node, 'name'),
    entrypoint,
    flow: path === undefined ? undefined : `${path}${entrypoint?.value?.slice(cut) ?? ''}`,
    flowName: textAt(node, 'flow_name'),
    workPool: textAt(node, 'work_pool', 'name') ?? textAt(node, 'work_pool_name'),
    workQueue: textAt(node, 'work_pool', 'work_queue_name') ?? textAt(node, 'work_queue_name'),
    image: textAt(node, 'work_pool', 'job_variables', 'image') ?? textAt(node, 'infra_overrides', 'image'),
    concurrencyLimit: numberAt(node, 'concurrency_limit') ?? numberAt(node, 'concurrency_limit', 'limit'),
    parameters: get(node, 'parameters'),
    schedules: [...each(get(node, 'schedule')), ...each(get(node, 'schedules'))]
      .filter((schedule) => schedule.kind === 'map')
      .map((schedule) => scheduleOf(schedule, node)),
  };
}

/** Every deployment that a file describes. */
export const prefectDeployments: (project: Project) => readonly PrefectDeployment[] = fact((project) =>
  rootsOf(project, 'prefect').flatMap(({ document, root }) =>
    (get(root, 'deployments') === undefined ? [root] : mapsAt(root, 'deployments')).map((node) =>
      deploymentOf(document, node),
    ),
  ),
);
