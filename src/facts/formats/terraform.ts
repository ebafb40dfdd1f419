import { fact } from '../../core/fact.ts';
import { type DataNode, each, entries, get, literal, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf, within } from './dvc.ts';
import { type Described, type Field, type Root, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

export interface TerraformResource extends Described {
  readonly type: string;
  readonly name: string;
  /** `aws_sagemaker_endpoint.churn`. */
  readonly address: string;
  /** Folder of the file: its module. */
  readonly folder: string;
  /** `count` or `for_each`. */
  readonly repeated: DataNode | undefined;
  /** Addresses of resources of the same module that it refers to. */
  readonly refersTo: ReadonlySet<string>;
}

export interface TerraformModule extends Described {
  readonly name: string;
  readonly folder: string;
  readonly source: Field<string> | undefined;
  /** Folder of the repository that it calls; undefined for a registry, an address or a substitution. */
  readonly calls: string | undefined;
  readonly repeated: DataNode | undefined;
}

/** Addresses in expressions: `aws_sagemaker_model.churn.name`. */
function addressesIn(node: DataNode): ReadonlySet<string> {
  const found = new Set<string>();
  for (const at of walk(node)) {
    for (const match of (text(at) ?? '').matchAll(/\b([a-z][a-z0-9]*_\w{1,100})\.([A-Za-z_][\w-]{0,100})/g))
      found.add(`${match[1]}.${match[2]}`);
  }
  return found;
}

function resourcesOf({ document, root }: Root): readonly TerraformResource[] {
  return entries(get(root, 'resource')).flatMap(({ key: type, value: byName }) =>
    entries(byName).flatMap(({ key: name, value }) =>
      each(value).map((node) => ({
        document,
        node,
        type,
        name,
        address: `${type}.${name}`,
        folder: folderOf(document.path),
        repeated: get(node, 'count') ?? get(node, 'for_each'),
        refersTo: addressesIn(node),
      })),
    ),
  );
}

const everyResource: (project: Project) => readonly TerraformResource[] = fact((project) =>
  rootsOf(project, 'terraform').flatMap(resourcesOf),
);

/** Resources of types that fit; all when no pattern is given. */
export function terraformResources(project: Project, types?: RegExp): readonly TerraformResource[] {
  return types === undefined ? everyResource(project) : everyResource(project).filter(({ type }) => types.test(type));
}

/** Types that describe models, their endpoints, registries and monitors. */
export const ML_TERRAFORM =
  /^(aws_sagemaker_|google_vertex_ai_|google_ai_platform_|azurerm_machine_learning_|databricks_(model_serving|registered_model|mlflow_|quality_monitor|lakehouse_monitor|job$)|google_ml_)/;

/** Every `module` call. */
export const terraformModules: (project: Project) => readonly TerraformModule[] = fact((project) =>
  rootsOf(project, 'terraform').flatMap(({ document, root }) =>
    entries(get(root, 'module')).flatMap(({ key: name, value }) =>
      each(value).map((node) => {
        const source = literal(get(node, 'source'));
        const folder = folderOf(document.path);
        return {
          document,
          node,
          name,
          folder,
          source: textAt(node, 'source'),
          calls: source === undefined || !/^\.{1,2}(\/|$)/.test(source) ? undefined : within(folder, source),
          repeated: get(node, 'count') ?? get(node, 'for_each'),
        };
      }),
    ),
  ),
);
