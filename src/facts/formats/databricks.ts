import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { type DataDocument, type DataNode, type Entry, each, entries, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf, within } from './dvc.ts';
import { type Described, type Field, mapsAt, type Root, textAt } from './field.ts';
import { globMatcher } from './glob.ts';
import { rootsOf } from './recognise.ts';

/** A deployment target of a bundle. */
export interface BundleTarget {
  readonly name: string;
  readonly entry: Entry;
  /** `development` or `production`; undefined where not said. */
  readonly mode: string | undefined;
  readonly isDefault: boolean;
}

export interface BundleInclude {
  readonly node: DataNode;
  readonly pattern: string;
  /** Files of the repository that it matches, without the bundle's root. */
  readonly matches: readonly RepoPath[];
}

/** A Databricks asset bundle, from its root file. */
export interface Bundle extends Described {
  readonly folder: string;
  readonly name: Field<string> | undefined;
  readonly includes: readonly BundleInclude[];
  /** Every file that takes part: the root and what it includes. */
  readonly files: ReadonlySet<RepoPath>;
  readonly targets: readonly BundleTarget[];
  readonly variables: readonly Entry[];
  /** Some include could not be resolved: nothing may be said about files outside. */
  readonly open: boolean;
}

/** A resource of a bundle's root or of one of its parts. */
export interface BundleResource extends Described {
  /** `jobs`, `quality_monitors`, `model_serving_endpoints`, `registered_models`, `experiments`… */
  readonly type: string;
  /** Key below the type. */
  readonly key: string;
  readonly entry: Entry;
  /** The target whose `resources` it stands in; undefined for the resources of all targets. */
  readonly target: string | undefined;
  /** The bundles that include its file. */
  readonly bundles: readonly Bundle[];
}

function includesOf(
  root: DataNode,
  folder: string,
  paths: readonly RepoPath[],
  own: RepoPath,
): readonly BundleInclude[] {
  return each(get(root, 'include')).flatMap((node) => {
    const pattern = text(node);
    if (pattern === undefined) return [];
    const whole = node.open ? undefined : within(folder, pattern);
    const matches = whole === undefined ? undefined : globMatcher(whole);
    return [
      { node, pattern, matches: matches === undefined ? [] : paths.filter((path) => path !== own && matches(path)) },
    ];
  });
}

export const databricksBundles: (project: Project) => readonly Bundle[] = fact((project) =>
  rootsOf(project, 'databricks-bundle').map(({ document, root }) => {
    const folder = folderOf(document.path);
    const includes = includesOf(root, folder, project.paths, document.path);
    return {
      document,
      node: root,
      folder,
      name: textAt(root, 'bundle', 'name'),
      includes,
      files: new Set([document.path, ...includes.flatMap(({ matches }) => matches)]),
      targets: entries(get(root, 'targets')).map((entry) => ({
        name: entry.key,
        entry,
        mode: text(get(entry.value, 'mode')),
        isDefault: text(get(entry.value, 'default')) === 'true',
      })),
      variables: entries(get(root, 'variables')),
      open: includes.some(({ node }) => node.open) || get(root, 'include')?.open === true || root.open,
    };
  }),
);

function resourcesIn(
  document: DataDocument,
  node: DataNode | undefined,
  target: string | undefined,
  bundles: readonly Bundle[],
): readonly BundleResource[] {
  return entries(node).flatMap(({ key: type, value }) =>
    entries(value)
      .filter((entry) => entry.value.kind === 'map')
      .map((entry) => ({ document, node: entry.value, type, key: entry.key, entry, target, bundles })),
  );
}

const partsAndRoots = (project: Project): readonly Root[] => {
  const roots = rootsOf(project, 'databricks-bundle');
  const known = new Set(roots.map(({ root }) => root));
  return [...roots, ...rootsOf(project, 'databricks-part').filter(({ root }) => !known.has(root))];
};

const everyResource: (project: Project) => readonly BundleResource[] = fact((project) =>
  partsAndRoots(project).flatMap(({ document, root }) => {
    const bundles = databricksBundles(project).filter(({ files }) => files.has(document.path));
    return [
      ...resourcesIn(document, get(root, 'resources'), undefined, bundles),
      ...entries(get(root, 'targets')).flatMap((target) =>
        resourcesIn(document, get(target.value, 'resources'), target.key, bundles),
      ),
    ];
  }),
);

/** Resources of bundles and of parts that no bundle includes (their `bundles` is empty); of one type where it is named. */
export function databricksResources(project: Project, type?: string): readonly BundleResource[] {
  return type === undefined ? everyResource(project) : everyResource(project).filter((each) => each.type === type);
}

/** Tasks of a job. */
export function databricksTasks(job: BundleResource): readonly {
  readonly node: DataNode;
  readonly key: Field<string> | undefined;
  readonly dependsOn: readonly string[];
  readonly source: Field<string> | undefined;
}[] {
  return mapsAt(job.node, 'tasks').map((node) => ({
    node,
    key: textAt(node, 'task_key'),
    dependsOn: mapsAt(node, 'depends_on').flatMap((each) => text(get(each, 'task_key')) ?? []),
    source:
      textAt(node, 'notebook_task', 'notebook_path') ??
      textAt(node, 'spark_python_task', 'python_file') ??
      textAt(node, 'python_wheel_task', 'entry_point'),
  }));
}
