import { type DataDocument, type DataNode, get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments, azureEndpoints } from '../formats/azure.ts';
import { sagemakerEndpointConfigs, sagemakerResources } from '../formats/cloudformation.ts';
import { kserveServices, seldonDeployments, seldonExperiments } from '../formats/kserve.ts';
import { objectsOf } from '../formats/kubernetes.ts';

/** The model that all of a service's traffic goes to. */
export interface Served {
  readonly key: string;
  readonly model: string;
  readonly document: DataDocument;
  readonly node: DataNode;
  /** Part of the traffic goes elsewhere, or something watches the switch. */
  readonly gradual: boolean;
  /** The model before can be brought back without a deployment. */
  readonly returns: boolean;
}

/** True where something watches a rollout and turns it back. */
export const watched = (project: Project): boolean =>
  objectsOf(project, 'Canary', 'Rollout', 'AnalysisTemplate').length > 0;

function cluster(project: Project): readonly Served[] {
  const experiments = seldonExperiments(project).length > 0;
  return [
    ...kserveServices(project).flatMap(({ document, name, namespace, predictor }): readonly Served[] => {
      const model = predictor?.storageUri;
      return model?.value === undefined
        ? []
        : [
            {
              key: `kserve/${namespace ?? ''}/${name?.text ?? ''}`,
              model: model.value,
              document,
              node: model.node,
              gradual: predictor?.canaryTrafficPercent !== undefined,
              returns: true,
            },
          ];
    }),
    ...seldonDeployments(project).flatMap(
      ({ document, name, model, generation, storageUri, traffic }): readonly Served[] =>
        storageUri?.value === undefined
          ? []
          : [
              {
                key: `seldon/${name?.text ?? ''}/${model?.text ?? ''}`,
                model: storageUri.value,
                document,
                node: storageUri.node,
                gradual: generation === 'v2' ? experiments : traffic?.value !== undefined && traffic.value < 100,
                returns: true,
              },
            ],
    ),
  ];
}

/** The deployment that takes everything, of an endpoint that mirrors nothing. */
function azure(project: Project): readonly Served[] {
  const deployed = new Set(
    azureDeployments(project).map(({ endpoint, name }) => `${endpoint?.value ?? ''}/${name?.value ?? ''}`),
  );
  return azureEndpoints(project).flatMap(({ document, name, traffic, mirrorTraffic }): readonly Served[] => {
    const whole = traffic.find(({ value }) => literal(value) === '100');
    if (whole === undefined) return [];
    const others = traffic.filter((each) => each !== whole);
    return [
      {
        key: `azure/${name?.text ?? ''}`,
        model: whole.key,
        document,
        node: whole.value,
        gradual: mirrorTraffic.length > 0,
        returns: others.length > 0 || deployed.size > 1,
      },
    ];
  });
}

/** Endpoints of SageMaker with the models of their configuration. */
function sagemaker(project: Project): readonly Served[] {
  const guarded = sagemakerResources(project, 'Endpoint').some(
    ({ properties }) => get(properties, 'DeploymentConfig') !== undefined,
  );
  const variants = sagemakerEndpointConfigs(project).flatMap(({ document, variants: all }): readonly Served[] => {
    const [only, second] = all;
    const node = get(only?.node, 'ModelName');
    const model = literal(node);
    return node === undefined || model === undefined || second !== undefined
      ? []
      : [
          {
            key: `variant/${document.path}/${only?.name?.text ?? ''}`,
            model,
            document,
            node,
            gradual: guarded,
            returns: true,
          },
        ];
  });
  const models = sagemakerResources(project, 'Model').flatMap(({ document, id, properties }): readonly Served[] => {
    const node = get(properties, 'PrimaryContainer', 'ModelDataUrl');
    const model = literal(node);
    return node === undefined || model === undefined
      ? []
      : [{ key: `sagemaker/${id}`, model, document, node, gradual: guarded, returns: true }];
  });
  return [...variants, ...models];
}

/** What every online service of the repository serves. */
export const served = (project: Project): readonly Served[] => [
  ...cluster(project),
  ...azure(project),
  ...sagemaker(project),
];
