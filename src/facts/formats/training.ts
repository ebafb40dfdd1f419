import { fact } from '../../core/fact.ts';
import { type DataNode, type Entry, entries, get, items, keys, text, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from './dvc.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt, textsAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** An MLflow recipe. */
export interface MlflowRecipe extends Described {
  readonly recipe: Field<string> | undefined;
  readonly criteria: readonly {
    readonly node: DataNode;
    readonly metric: string;
    readonly threshold: Field<number> | undefined;
  }[];
  readonly modelName: Field<string> | undefined;
  readonly allowNonValidated: Field<boolean> | undefined;
}

export const mlflowRecipes: (project: Project) => readonly MlflowRecipe[] = fact((project) =>
  rootsOf(project, 'mlflow-recipe').map(({ document, root }) => ({
    document,
    node: root,
    recipe: textAt(root, 'recipe'),
    criteria: mapsAt(root, 'steps', 'evaluate', 'validation_criteria').map((node) => ({
      node,
      metric: text(get(node, 'metric')) ?? '',
      threshold: numberAt(node, 'threshold'),
    })),
    modelName: textAt(root, 'model_registry', 'model_name'),
    allowNonValidated: boolAt(root, 'steps', 'register', 'allow_non_validated_model'),
  })),
);

/** An `MLmodel` file: the description of a saved model. */
export interface MlflowModel extends Described {
  readonly folder: string;
  readonly flavors: readonly Entry[];
  readonly pythonVersion: Field<string> | undefined;
  readonly signature: DataNode | undefined;
  readonly mlflowVersion: Field<string> | undefined;
  readonly runId: Field<string> | undefined;
}

export const mlflowModels: (project: Project) => readonly MlflowModel[] = fact((project) =>
  rootsOf(project, 'mlflow-model').map(({ document, root }) => ({
    document,
    node: root,
    folder: folderOf(document.path),
    flavors: entries(get(root, 'flavors')),
    pythonVersion: textAt(root, 'flavors', 'python_function', 'python_version'),
    signature: get(root, 'signature'),
    mlflowVersion: textAt(root, 'mlflow_version'),
    runId: textAt(root, 'run_id'),
  })),
);

/** An `MLproject` file. */
export interface MlflowProject extends Described {
  readonly name: Field<string> | undefined;
  readonly environment: Entry | undefined;
  readonly entryPoints: readonly {
    readonly name: string;
    readonly node: DataNode;
    readonly command: Field<string> | undefined;
    readonly parameters: readonly Entry[];
  }[];
}

export const mlflowProjects: (project: Project) => readonly MlflowProject[] = fact((project) =>
  rootsOf(project, 'mlflow-project').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'name'),
    environment: entries(root).find(({ key }) => /^(conda_env|python_env|docker_env)$/.test(key)),
    entryPoints: entries(get(root, 'entry_points')).map(({ key: name, value: node }) => ({
      name,
      node,
      command: textAt(node, 'command'),
      parameters: entries(get(node, 'parameters')),
    })),
  })),
);

/** A Feast store. */
export interface FeastStore extends Described {
  readonly folder: string;
  readonly project: Field<string> | undefined;
  readonly provider: Field<string> | undefined;
  /** The path or address of the registry, in both of its shapes. */
  readonly registry: Field<string> | undefined;
  readonly registryType: Field<string> | undefined;
  readonly onlineStoreType: Field<string> | undefined;
  readonly offlineStoreType: Field<string> | undefined;
  readonly auth: Field<string> | undefined;
  readonly qualityMonitoring: DataNode | undefined;
}

export const feastStores: (project: Project) => readonly FeastStore[] = fact((project) =>
  rootsOf(project, 'feast-store').map(({ document, root }) => ({
    document,
    node: root,
    folder: folderOf(document.path),
    project: textAt(root, 'project'),
    provider: textAt(root, 'provider'),
    registry: get(root, 'registry')?.kind === 'map' ? textAt(root, 'registry', 'path') : textAt(root, 'registry'),
    registryType: textAt(root, 'registry', 'registry_type'),
    onlineStoreType: textAt(root, 'online_store', 'type') ?? textAt(root, 'online_store'),
    offlineStoreType: textAt(root, 'offline_store', 'type') ?? textAt(root, 'offline_store'),
    auth: textAt(root, 'auth', 'type'),
    qualityMonitoring: get(root, 'data_quality_monitoring'),
  })),
);

/** A step of an Argo workflow's template. */
export interface ArgoTemplate extends Described {
  readonly name: string;
  readonly workflow: Field<string> | undefined;
  readonly kind: string;
  readonly image: Field<string> | undefined;
  readonly retry: DataNode | undefined;
  readonly deadline: DataNode | undefined;
  readonly continueOn: DataNode | undefined;
  /** Tasks of a DAG, or steps, with what they depend on. */
  readonly tasks: readonly {
    readonly node: DataNode;
    readonly name: string;
    readonly template: string | undefined;
    readonly dependencies: readonly string[];
    readonly continueOn: DataNode | undefined;
  }[];
}

export interface ArgoWorkflow extends Described {
  readonly kind: string;
  readonly name: Field<string> | undefined;
  readonly schedule: Field<string> | undefined;
  readonly suspend: Field<boolean> | undefined;
  readonly onExit: Field<string> | undefined;
  readonly templateDefaults: DataNode | undefined;
  readonly templates: readonly ArgoTemplate[];
}

function argoTasks(template: DataNode): ArgoTemplate['tasks'] {
  const steps = items(get(template, 'steps')).flatMap((group) => (group.kind === 'list' ? items(group) : [group]));
  return [...mapsAt(template, 'dag', 'tasks'), ...steps].map((node) => ({
    node,
    name: text(get(node, 'name')) ?? '',
    template: text(get(node, 'template')) ?? text(get(node, 'templateRef', 'template')),
    dependencies: [
      ...textsAt(node, 'dependencies'),
      ...(text(get(node, 'depends')) ?? '').split(/[^\w-]+/).filter((part) => part !== ''),
    ],
    continueOn: get(node, 'continueOn'),
  }));
}

export const argoWorkflows: (project: Project) => readonly ArgoWorkflow[] = fact((project) =>
  rootsOf(project, 'argo-workflow').map(({ document, root }) => {
    const kind = text(get(root, 'kind')) ?? '';
    const spec = kind === 'CronWorkflow' ? get(root, 'spec', 'workflowSpec') : get(root, 'spec');
    const name = textAt(root, 'metadata', 'name') ?? textAt(root, 'metadata', 'generateName');
    return {
      document,
      node: root,
      kind,
      name,
      schedule: textAt(root, 'spec', 'schedule') ?? textAt(root, 'spec', 'schedules', 0),
      suspend: boolAt(root, 'spec', 'suspend'),
      onExit: textAt(spec, 'onExit'),
      templateDefaults: get(spec, 'templateDefaults'),
      templates: mapsAt(spec, 'templates').map((node) => ({
        document,
        node,
        name: text(get(node, 'name')) ?? '',
        workflow: name,
        kind: keys(node).find((key) => /^(container|script|dag|steps|resource|http|suspend)$/.test(key)) ?? '',
        image: textAt(node, 'container', 'image') ?? textAt(node, 'script', 'image'),
        retry: get(node, 'retryStrategy'),
        deadline: get(node, 'activeDeadlineSeconds'),
        continueOn: get(node, 'continueOn'),
        tasks: argoTasks(node),
      })),
    };
  }),
);

/** A task of a compiled Kubeflow pipeline. */
export interface KfpTask extends Described {
  readonly name: string;
  readonly pipeline: string | undefined;
  readonly dependsOn: readonly string[];
  readonly caching: Field<boolean> | undefined;
  readonly retry: DataNode | undefined;
}

/** Tasks of every DAG of compiled pipelines of schema 2. */
export const kfpTasks: (project: Project) => readonly KfpTask[] = fact((project) =>
  rootsOf(project, 'kfp-pipeline').flatMap(({ document, root }) => {
    const spec = get(root, 'pipelineSpec') ?? root;
    const pipeline = text(get(spec, 'pipelineInfo', 'name'));
    return [...walkEntries(spec)]
      .filter(({ key, value }) => key === 'tasks' && value.kind === 'map')
      .flatMap(({ value }) =>
        entries(value).map(({ key: name, value: node }) => ({
          document,
          node,
          name,
          pipeline,
          dependsOn: textsAt(node, 'dependentTasks'),
          caching: boolAt(node, 'cachingOptions', 'enableCache'),
          retry: get(node, 'retryPolicy'),
        })),
      );
  }),
);
