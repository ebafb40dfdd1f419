import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { type DataNode, get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf, within } from './dvc.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** `dagster.yaml`: how an instance of Dagster runs what it is given. */
export interface DagsterInstance extends Described {
  readonly launcher: Field<string> | undefined;
  readonly coordinator: Field<string> | undefined;
  readonly maxConcurrentRuns: Field<number> | undefined;
  readonly retriesEnabled: Field<boolean> | undefined;
  readonly maxRetries: Field<number> | undefined;
  readonly monitoringEnabled: Field<boolean> | undefined;
  /** Seconds after which a run is stopped. */
  readonly maxRuntime: Field<number> | undefined;
  readonly storage: DataNode | undefined;
}

const isWorkspace = (root: DataNode): boolean => get(root, 'load_from') !== undefined;

export const dagsterInstances: (project: Project) => readonly DagsterInstance[] = fact((project) =>
  rootsOf(project, 'dagster')
    .filter(({ root }) => !isWorkspace(root))
    .map(({ document, root }) => ({
      document,
      node: root,
      launcher: textAt(root, 'run_launcher', 'class'),
      coordinator: textAt(root, 'run_coordinator', 'class'),
      maxConcurrentRuns:
        numberAt(root, 'run_coordinator', 'config', 'max_concurrent_runs') ??
        numberAt(root, 'concurrency', 'runs', 'max_concurrent_runs'),
      retriesEnabled: boolAt(root, 'run_retries', 'enabled'),
      maxRetries: numberAt(root, 'run_retries', 'max_retries'),
      monitoringEnabled: boolAt(root, 'run_monitoring', 'enabled'),
      maxRuntime: numberAt(root, 'run_monitoring', 'max_runtime_seconds'),
      storage: get(root, 'storage') ?? get(root, 'run_storage'),
    })),
);

/** One entry of `load_from` in `workspace.yaml`: code that an instance of Dagster loads. */
export interface DagsterLocation extends Described {
  readonly name: Field<string> | undefined;
  readonly from: 'file' | 'module' | 'package' | 'server';
  /** File, module, package or host, as written. */
  readonly target: Field<string> | undefined;
  /** The file of the repository, where it is named by its path. */
  readonly file: RepoPath | undefined;
}

const SOURCES = [
  ['python_file', 'file', 'relative_path'],
  ['python_module', 'module', 'module_name'],
  ['python_package', 'package', 'package_name'],
  ['grpc_server', 'server', 'host'],
] as const;

function locationsIn(project: Project, document: Described['document'], item: DataNode): readonly DagsterLocation[] {
  return SOURCES.flatMap(([key, from, inner]): readonly DagsterLocation[] => {
    const node = get(item, key);
    if (node === undefined) return [];
    const target = node.kind === 'map' ? textAt(node, inner) : textAt(item, key);
    const path = from === 'file' ? within(folderOf(document.path), literal(target?.node) ?? '') : undefined;
    // A path is known to be one when the tree has it.
    const file = path !== undefined && project.tree.has(path as RepoPath) ? (path as RepoPath) : undefined;
    return [{ document, node, name: textAt(node, 'location_name'), from, target, file }];
  });
}

export const dagsterLocations: (project: Project) => readonly DagsterLocation[] = fact((project) =>
  rootsOf(project, 'dagster')
    .filter(({ root }) => isWorkspace(root))
    .flatMap(({ document, root }) => mapsAt(root, 'load_from').flatMap((item) => locationsIn(project, document, item))),
);
