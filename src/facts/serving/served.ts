import type { RepoPath } from '../../core/location.ts';
import { type DataDocument, type DataNode, get, literal, pathOf, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments, azureEndpoints } from '../formats/azure.ts';
import { sagemakerEndpointConfigs, sagemakerResources } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { mapsAt } from '../formats/field.ts';
import { kserveServices, seldonDeployments } from '../formats/kserve.ts';
import { llmServers } from '../formats/llm.ts';
import { modelServers } from './model-servers.ts';
import { predecessors, stepsBack } from './predecessor.ts';

/** Which model something serves, as a file says it. */
export interface ServedModel {
  /** The same at base and at head: the kind and the name of what serves. */
  readonly key: string;
  /** Deployment, service or endpoint, for people. */
  readonly name: string;
  readonly document: DataDocument;
  readonly node: DataNode;
  /** Model with version, address or revision; literal. */
  readonly model: string;
  /** Percent of the traffic, where the file says so. */
  readonly share: number | undefined;
}

function azure(project: Project): readonly ServedModel[] {
  return azureDeployments(project).flatMap((deployment) => {
    const model = literal(deployment.model);
    const name = deployment.name?.text;
    if (deployment.model === undefined || model === undefined || name === undefined || !/^azureml:/.test(model))
      return [];
    const endpoint = deployment.endpoint?.text ?? '';
    const traffic = azureEndpoints(project)
      .filter((each) => each.name?.text === endpoint)
      .flatMap((each) => each.traffic)
      .find(({ key }) => key === name);
    return [
      {
        key: `azure\0${endpoint}\0${name}`,
        name,
        document: deployment.document,
        node: deployment.model,
        model,
        share: traffic === undefined ? undefined : Number(text(traffic.value)),
      },
    ];
  });
}

function databricks(project: Project): readonly ServedModel[] {
  return databricksResources(project, 'model_serving_endpoints').flatMap((endpoint) =>
    [
      ...mapsAt(endpoint.node, 'config', 'served_entities'),
      ...mapsAt(endpoint.node, 'config', 'served_models'),
    ].flatMap((entity, index) => {
      const version = get(entity, 'entity_version') ?? get(entity, 'model_version');
      const named = literal(get(entity, 'entity_name')) ?? literal(get(entity, 'model_name')) ?? `${index}`;
      const said = literal(version);
      return version === undefined || said === undefined
        ? []
        : [
            {
              key: `databricks\0${endpoint.key}\0${endpoint.target ?? ''}\0${named}`,
              name: endpoint.key,
              document: endpoint.document,
              node: version,
              model: `${named}/${said}`,
              share: undefined,
            },
          ];
    }),
  );
}

function kubernetes(project: Project): readonly ServedModel[] {
  const kserve = kserveServices(project).flatMap(({ document, name, namespace, predictor }) => {
    const uri = predictor?.storageUri;
    return uri?.value === undefined
      ? []
      : [
          {
            key: `kserve\0${namespace ?? ''}\0${name?.text ?? ''}`,
            name: name?.text ?? '',
            document,
            node: uri.node,
            model: uri.value,
            share: predictor?.canaryTrafficPercent?.value,
          },
        ];
  });
  const seldon = seldonDeployments(project).flatMap(({ document, name, namespace, model, storageUri, traffic }) =>
    storageUri?.value === undefined
      ? []
      : [
          {
            key: `seldon\0${namespace ?? ''}\0${name?.text ?? ''}\0${model?.text ?? ''}`,
            name: name?.text ?? '',
            document,
            node: storageUri.node,
            model: storageUri.value,
            share: traffic?.value,
          },
        ],
  );
  return [...kserve, ...seldon];
}

function languageModels(project: Project): readonly ServedModel[] {
  return llmServers(project).flatMap(({ document, name, model, flags, node }) => {
    if (model === undefined || model.open || name === undefined) return [];
    const revision = flags.find((flag) => flag.name === 'revision');
    if (revision?.open === true) return [];
    return [
      {
        key: `llm\0${name}\0${pathOf(node).length}`,
        name,
        document,
        node: revision?.valueNode ?? model.node,
        model: revision?.value === undefined ? model.text : `${model.text}@${revision.value}`,
        share: undefined,
      },
    ];
  });
}

const MODEL_VARIABLE = /^(\w+_)?MODEL_(URI|URL|PATH|VERSION|REVISION)$/;

/** `MODEL_URI: s3://models/churn/8` of what answers requests. */
function variables(project: Project): readonly ServedModel[] {
  return modelServers(project).flatMap(({ document, workload, container, name }) =>
    container.env.flatMap((each): readonly ServedModel[] => {
      const model = each.value?.value;
      return model === undefined || each.value === undefined || !MODEL_VARIABLE.test(each.name) || !/\d/.test(model)
        ? []
        : [
            {
              key: `variable\0${workload.namespace ?? ''}\0${name}\0${each.name}`,
              name,
              document,
              node: each.value.node,
              model,
              share: undefined,
            },
          ];
    }),
  );
}

/** Variants that name a model of SageMaker, which another file or a person made. */
function variants(project: Project): readonly ServedModel[] {
  return sagemakerEndpointConfigs(project).flatMap(({ document, id, variants: all }) =>
    all.flatMap((variant): readonly ServedModel[] => {
      const node = get(variant.node, 'ModelName');
      const model = literal(node);
      return node === undefined || model === undefined
        ? []
        : [
            {
              key: `variant\0${document.path}\0${variant.name?.text ?? id}`,
              name: variant.name?.text ?? id,
              document,
              node,
              model,
              share: undefined,
            },
          ];
    }),
  );
}

function sagemaker(project: Project): readonly ServedModel[] {
  return sagemakerResources(project, 'Model').flatMap(({ document, id, properties }) =>
    [get(properties, 'PrimaryContainer'), ...mapsAt(properties, 'Containers')].flatMap((container, index) => {
      const node = get(container, 'ModelDataUrl') ?? get(container, 'ModelPackageName');
      const model = literal(node);
      return node === undefined || model === undefined
        ? []
        : [{ key: `sagemaker\0${document.path}\0${id}\0${index}`, name: id, document, node, model, share: undefined }];
    }),
  );
}

/** Everything that serves a model under a literal version, address or revision. */
export function servedModels(project: Project): readonly ServedModel[] {
  return [
    ...azure(project),
    ...databricks(project),
    ...sagemaker(project),
    ...variants(project),
    ...variables(project),
    ...kubernetes(project),
    ...languageModels(project),
  ];
}

export interface ServedChange {
  readonly then: ServedModel;
  readonly now: ServedModel;
}

/** Deployments that serve another model after the change. */
export function servedChanges(before: Project, after: Project): readonly ServedChange[] {
  const all = servedModels(after);
  const earlier = predecessors(servedModels(before), all);
  return all.flatMap((now) => {
    const then = earlier(now);
    return then === undefined || then.model === now.model || !after.changed.has(now.document.path)
      ? []
      : [{ then, now }];
  });
}

/** True when the same model goes back to a lower version. */
export function goesBack({ then, now }: ServedChange): boolean {
  const shape = (model: string): string => model.replace(/\d+/g, '#');
  return shape(then.model) === shape(now.model) && stepsBack(then.model, now.model);
}

const EVIDENCE =
  /(^|\/)(dvc\.lock|model[_-]?card[^/]*|modelcard[^/]*|[^/]*metrics?[^/]*\.(json|ya?ml|csv|txt|md|dvc)|[^/]*(eval|validation|benchmark|comparison)[^/]*(report|result|summary|score)[^/]*|(eval(uation)?s?|reports?|results?)\/[^/]+|[^/]*approvals?[^/]*\.(ya?ml|json|md)|MLmodel)$/i;

/** Changed files that show how the new model was judged. */
export const validationEvidence = (after: Project): readonly RepoPath[] =>
  [...after.changed].filter((path) => EVIDENCE.test(path) && after.tree.has(path));
