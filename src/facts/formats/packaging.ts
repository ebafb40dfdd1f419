import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { type DataNode, type Entry, each, entries, get, items, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf, within } from './dvc.ts';
import { type Described, type Field, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A kustomization and what it reaches. */
export interface Kustomization extends Described {
  readonly folder: string;
  readonly namespace: Field<string> | undefined;
  /** `resources`, `bases`, `components` and patches that name files, with the path they lead to. */
  readonly reaches: readonly { readonly node: DataNode; readonly path: string }[];
  /** Names an address or holds a substitution: it may reach more. */
  readonly open: boolean;
}

const LISTS = ['resources', 'bases', 'components', 'patchesStrategicMerge', 'patches', 'crds', 'generators'] as const;

export const kustomizations: (project: Project) => readonly Kustomization[] = fact((project) =>
  rootsOf(project, 'kustomization').map(({ document, root }) => {
    const folder = folderOf(document.path);
    const named = LISTS.flatMap((list) =>
      each(get(root, list)).flatMap((node) => (node.kind === 'scalar' ? [node] : (get(node, 'path') ?? []))),
    );
    const reaches = named.flatMap((node) => {
      const path = node.open ? undefined : within(folder, text(node) ?? '');
      return path === undefined ? [] : [{ node, path }];
    });
    return {
      document,
      node: root,
      folder,
      namespace: textAt(root, 'namespace'),
      reaches,
      open: root.open || named.some((node) => node.open),
    };
  }),
);

/** Files that some kustomization reaches, directly or through another one. */
export const kustomized: (project: Project) => ReadonlySet<RepoPath> = fact((project) => {
  const known = new Set<string>(project.paths);
  const found = new Set<RepoPath>();
  for (const { reaches, document } of kustomizations(project)) {
    found.add(document.path);
    for (const { path } of reaches) if (known.has(path)) found.add(path as RepoPath);
  }
  return found;
});

/** A values file of a Helm chart; its templates are not read. */
export interface HelmValues extends Described {
  /** Folder of the chart beside it, where there is one. */
  readonly chart: string | undefined;
  readonly file: string;
}

/** A conda environment. */
export interface CondaEnvironment extends Described {
  readonly name: Field<string> | undefined;
  /** `numpy=1.26` and the like, without the `pip:` list. */
  readonly packages: readonly DataNode[];
  readonly pip: readonly DataNode[];
}

/** A Hydra configuration's defaults list. */
export interface HydraConfig extends Described {
  readonly defaults: readonly {
    readonly node: DataNode;
    readonly group: string | undefined;
    readonly option: string | undefined;
  }[];
  readonly target: Field<string> | undefined;
}

function hydraDefault(node: DataNode): HydraConfig['defaults'][number] {
  const pair: Entry | undefined = entries(node)[0];
  return pair === undefined
    ? { node, group: undefined, option: text(node) }
    : { node, group: pair.key, option: text(pair.value) };
}

export const hydraConfigs: (project: Project) => readonly HydraConfig[] = fact((project) =>
  rootsOf(project, 'hydra').map(({ document, root }) => ({
    document,
    node: root,
    defaults: items(get(root, 'defaults')).map(hydraDefault),
    target: textAt(root, '_target_'),
  })),
);
