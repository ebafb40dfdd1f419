import { fact } from '../../core/fact.ts';
import { type DataDocument, type DataNode, get, text, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { parseYaml } from '../../documents/yaml.ts';
import { type Described, type Field, mapsAt, numberAt, type Root, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A deployment inside of a Ray Serve application. */
export interface RayDeployment extends Described {
  /** The RayService that runs it; undefined for a file of Ray Serve alone. */
  readonly service: string | undefined;
  readonly application: string | undefined;
  readonly name: string | undefined;
  readonly replicas: Field<number> | undefined;
  readonly minReplicas: Field<number> | undefined;
  readonly maxReplicas: Field<number> | undefined;
  readonly maxOngoing: Field<number> | undefined;
  /** Name or address of the weights, for the language models of an application. */
  readonly model: Field<string> | undefined;
}

/** An object of Kubernetes that runs Ray Serve on a cluster of its own. */
export interface RayService extends Described {
  readonly name: Field<string> | undefined;
  readonly serveConfig: Field<string> | undefined;
  readonly rayVersion: Field<string> | undefined;
  /** Every `key: value` of `serveConfigV2`, at any depth, with the offsets of its value. */
  readonly settings: readonly {
    readonly key: string;
    readonly value: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly pods: readonly DataNode[];
}

export const rayServices: (project: Project) => readonly RayService[] = fact((project) =>
  rootsOf(project, 'ray-service').map(({ document, root }) => {
    const cluster = get(root, 'spec', 'rayClusterConfig');
    const serveConfig = textAt(root, 'spec', 'serveConfigV2');
    const inner = serveConfig === undefined ? undefined : innerRoot(document, serveConfig.node);
    return {
      document,
      node: root,
      name: textAt(root, 'metadata', 'name'),
      serveConfig,
      rayVersion: textAt(cluster, 'rayVersion'),
      settings: [...walkEntries(inner)].flatMap(({ key, value }) => {
        const said = text(value);
        return said === undefined ? [] : [{ key, value: said, start: value.span.start, end: value.span.end }];
      }),
      pods: [
        get(cluster, 'headGroupSpec', 'template'),
        ...mapsAt(cluster, 'workerGroupSpecs').map((group) => get(group, 'template')),
      ].flatMap((pod) => pod ?? []),
    };
  }),
);

/**
 * The YAML inside of a block scalar, with spans of the file: everything around the block is blanked, so that no offset
 * moves. Undefined for texts that are not written as a literal block.
 */
function innerRoot(document: DataDocument, node: DataNode): DataNode | undefined {
  const written = document.text.slice(node.span.start, node.span.end);
  const header = /^\|[-+\d]*[^\n]*\n/.exec(written)?.[0];
  if (header === undefined) return undefined;
  const from = node.span.start + header.length;
  const blanked = document.text.slice(0, from).replace(/[^\n\r]/g, ' ') + document.text.slice(from, node.span.end);
  const inner = parseYaml({ path: document.path, blob: document.blob, text: blanked });
  return inner.damage.length > 0 ? undefined : inner.roots[0];
}

function modelsOf(application: DataNode): readonly DataNode[] {
  return mapsAt(application, 'args', 'llm_configs');
}

function deploymentsIn({ document, root }: Root, service: string | undefined): readonly RayDeployment[] {
  const applications = mapsAt(root, 'applications');
  return (applications.length === 0 ? [root] : applications).flatMap((application) => {
    const shared = { document, service, application: text(get(application, 'name')) };
    const listed = mapsAt(application, 'deployments').map((node) => ({
      ...shared,
      node,
      name: text(get(node, 'name')),
      replicas: numberAt(node, 'num_replicas'),
      minReplicas: numberAt(node, 'autoscaling_config', 'min_replicas'),
      maxReplicas: numberAt(node, 'autoscaling_config', 'max_replicas'),
      maxOngoing: numberAt(node, 'max_ongoing_requests'),
      model: undefined,
    }));
    const models = modelsOf(application).map((node) => ({
      ...shared,
      node,
      name: text(get(node, 'model_loading_config', 'model_id')),
      replicas: numberAt(node, 'deployment_config', 'num_replicas'),
      minReplicas: numberAt(node, 'deployment_config', 'autoscaling_config', 'min_replicas'),
      maxReplicas: numberAt(node, 'deployment_config', 'autoscaling_config', 'max_replicas'),
      maxOngoing: numberAt(node, 'deployment_config', 'max_ongoing_requests'),
      model: textAt(node, 'model_loading_config', 'model_source') ?? textAt(node, 'model_loading_config', 'model_id'),
    }));
    return [...listed, ...models];
  });
}

/** Every deployment of Ray Serve: of files of its own, and of the configuration that a RayService holds as a text. */
export const rayDeployments: (project: Project) => readonly RayDeployment[] = fact((project) => [
  ...rootsOf(project, 'ray-serve').flatMap((root) => deploymentsIn(root, undefined)),
  ...rayServices(project).flatMap(({ document, name, serveConfig }) => {
    const root = serveConfig === undefined ? undefined : innerRoot(document, serveConfig.node);
    return root === undefined ? [] : deploymentsIn({ document, root }, name?.text);
  }),
]);
