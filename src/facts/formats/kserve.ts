import { fact } from '../../core/fact.ts';
import { type DataNode, entries, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Field, mapsAt, numberAt, textAt, textsAt } from './field.ts';
import {
  containerOf,
  containersOf,
  type KubernetesContainer,
  type KubernetesObject,
  kubernetesObject,
} from './kubernetes.ts';
import { rootsOf } from './recognise.ts';

/** Predictor, transformer or explainer of an InferenceService. */
export interface KserveComponent {
  readonly role: 'predictor' | 'transformer' | 'explainer';
  readonly node: DataNode;
  /** Zero means scale to zero; absent means one. */
  readonly minReplicas: Field<number> | undefined;
  readonly maxReplicas: Field<number> | undefined;
  readonly canaryTrafficPercent: Field<number> | undefined;
  readonly storageUri: Field<string> | undefined;
  /** `sklearn`, `huggingface`, `custom`… */
  readonly modelFormat: string | undefined;
  readonly runtimeVersion: Field<string> | undefined;
  readonly timeout: Field<number> | undefined;
  readonly containerConcurrency: Field<number> | undefined;
  readonly logger: DataNode | undefined;
  readonly batcher:
    | {
        readonly node: DataNode;
        readonly maxLatency: Field<number> | undefined;
        readonly maxBatchSize: Field<number> | undefined;
      }
    | undefined;
  /** The model's own container settings first, then further containers. */
  readonly containers: readonly KubernetesContainer[];
}

export interface KserveService extends KubernetesObject {
  readonly components: readonly KserveComponent[];
  readonly predictor: KserveComponent | undefined;
}

const FORMATS = [
  'sklearn',
  'xgboost',
  'lightgbm',
  'pytorch',
  'tensorflow',
  'onnx',
  'triton',
  'huggingface',
  'pmml',
  'paddle',
  'mlflow',
];

function componentOf(role: KserveComponent['role'], node: DataNode): KserveComponent {
  const legacy = entries(node).find(({ key }) => FORMATS.includes(key));
  const model = get(node, 'model') ?? legacy?.value;
  const batcher = get(node, 'batcher');
  return {
    role,
    node,
    minReplicas: numberAt(node, 'minReplicas'),
    maxReplicas: numberAt(node, 'maxReplicas'),
    canaryTrafficPercent: numberAt(node, 'canaryTrafficPercent'),
    storageUri: textAt(model, 'storageUri'),
    modelFormat:
      text(get(model, 'modelFormat', 'name')) ??
      legacy?.key ??
      (get(node, 'containers') === undefined ? undefined : 'custom'),
    runtimeVersion: textAt(model, 'runtimeVersion'),
    timeout: numberAt(node, 'timeout'),
    containerConcurrency: numberAt(node, 'containerConcurrency'),
    logger: get(node, 'logger'),
    batcher:
      batcher === undefined
        ? undefined
        : {
            node: batcher,
            maxLatency: numberAt(batcher, 'maxLatency'),
            maxBatchSize: numberAt(batcher, 'maxBatchSize'),
          },
    containers: [...(model?.kind === 'map' ? [containerOf(model)] : []), ...containersOf(node)],
  };
}

/** Every InferenceService, also of KFServing. */
export const kserveServices: (project: Project) => readonly KserveService[] = fact((project) =>
  rootsOf(project, 'kserve').flatMap((root) => {
    const object = kubernetesObject(root);
    if (object.kind !== 'InferenceService') return [];
    const spec = get(object.spec, 'default') ?? object.spec;
    const components = (['predictor', 'transformer', 'explainer'] as const).flatMap((role) => {
      const node = get(spec, role);
      return node?.kind === 'map' ? [componentOf(role, node)] : [];
    });
    return [{ ...object, components, predictor: components.find(({ role }) => role === 'predictor') }];
  }),
);

/** Every ServingRuntime and ClusterServingRuntime with its containers. */
export const kserveRuntimes: (project: Project) => readonly (KubernetesObject & {
  readonly containers: readonly KubernetesContainer[];
  readonly disabled: Field<boolean> | undefined;
})[] = fact((project) =>
  rootsOf(project, 'kserve').flatMap((root) => {
    const object = kubernetesObject(root);
    return /^(Cluster)?ServingRuntime$/.test(object.kind)
      ? [{ ...object, containers: containersOf(object.spec), disabled: boolAt(object.spec, 'disabled') }]
      : [];
  }),
);

/** A predictor of a SeldonDeployment, or a Model of Seldon Core 2. */
export interface SeldonModel extends KubernetesObject {
  readonly generation: 'v1' | 'v2';
  /** The predictor or spec to flag. */
  readonly part: DataNode;
  readonly model: Field<string> | undefined;
  readonly storageUri: Field<string> | undefined;
  /** `replicas`. */
  readonly replicas: Field<number> | undefined;
  readonly minReplicas: Field<number> | undefined;
  readonly traffic: Field<number> | undefined;
  readonly containers: readonly KubernetesContainer[];
}

/** All nodes of a Seldon graph, flat. */
function graphNodes(graph: DataNode | undefined): readonly DataNode[] {
  const found: DataNode[] = [];
  const left = graph === undefined ? [] : [graph];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    found.push(next);
    left.push(...mapsAt(next, 'children'));
  }
  return found;
}

function firstVersion(object: KubernetesObject): readonly SeldonModel[] {
  return mapsAt(object.spec, 'predictors').flatMap((part) => {
    const containers = mapsAt(part, 'componentSpecs').flatMap((each) => containersOf(get(each, 'spec')));
    const common = {
      ...object,
      generation: 'v1' as const,
      part,
      containers,
      replicas: numberAt(part, 'replicas') ?? numberAt(object.spec, 'replicas'),
    };
    return graphNodes(get(part, 'graph')).map((node) => ({
      ...common,
      model: textAt(node, 'name'),
      storageUri: textAt(node, 'modelUri'),
      minReplicas: numberAt(part, 'componentSpecs', 0, 'hpaSpec', 'minReplicas'),
      traffic: numberAt(part, 'traffic'),
    }));
  });
}

export const seldonDeployments: (project: Project) => readonly SeldonModel[] = fact((project) => [
  ...rootsOf(project, 'seldon-v1')
    .map(kubernetesObject)
    .filter(({ kind }) => kind === 'SeldonDeployment')
    .flatMap(firstVersion),
  ...rootsOf(project, 'seldon-v2')
    .map(kubernetesObject)
    .filter(({ kind }) => kind === 'Model')
    .map((object) => ({
      ...object,
      generation: 'v2' as const,
      part: object.spec ?? object.node,
      model: object.name,
      storageUri: textAt(object.spec, 'storageUri'),
      replicas: numberAt(object.spec, 'replicas'),
      minReplicas: numberAt(object.spec, 'minReplicas'),
      traffic: undefined,
      containers: [],
    })),
]);

/** A Pipeline of Seldon Core 2: models that pass their answers on. */
export interface SeldonPipeline extends KubernetesObject {
  readonly steps: readonly {
    readonly node: DataNode;
    /** The Model that it runs. */
    readonly name: string;
    /** Names of the steps whose answers it takes, without the tensors. */
    readonly after: readonly string[];
  }[];
}

export const seldonPipelines: (project: Project) => readonly SeldonPipeline[] = fact((project) =>
  rootsOf(project, 'seldon-v2')
    .map(kubernetesObject)
    .filter(({ kind }) => kind === 'Pipeline')
    .map((object) => ({
      ...object,
      steps: mapsAt(object.spec, 'steps').map((node) => ({
        node,
        name: text(get(node, 'name')) ?? '',
        after: [...textsAt(node, 'inputs'), ...textsAt(node, 'triggers')].map((input) => input.split('.')[0] ?? input),
      })),
    })),
);

/** An Experiment of Seldon Core 2. */
export interface SeldonExperiment extends KubernetesObject {
  readonly candidates: readonly {
    readonly node: DataNode;
    readonly name: string | undefined;
    readonly weight: Field<number> | undefined;
  }[];
  readonly mirror: DataNode | undefined;
}

export const seldonExperiments: (project: Project) => readonly SeldonExperiment[] = fact((project) =>
  rootsOf(project, 'seldon-v2')
    .map(kubernetesObject)
    .filter(({ kind }) => kind === 'Experiment')
    .map((object) => ({
      ...object,
      candidates: mapsAt(object.spec, 'candidates').map((node) => ({
        node,
        name: text(get(node, 'name')),
        weight: numberAt(node, 'weight'),
      })),
      mirror: get(object.spec, 'mirror'),
    })),
);
