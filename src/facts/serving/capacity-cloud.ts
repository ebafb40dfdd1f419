import { type DataNode, get, number, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments } from '../formats/azure.ts';
import { cloudResources, sagemakerEndpointConfigs } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { boolAt, type Field, mapsAt, numberAt } from '../formats/field.ts';
import { terraformResources } from '../formats/terraform.ts';
import { terraformValuesOf } from '../formats/terraform-values.ts';
import { type Capacity, capacity, type Told } from './capacity-of.ts';

function azure(project: Project): readonly Capacity[] {
  return azureDeployments(project)
    .filter(({ online }) => online)
    .map(({ document, node, endpoint, name, instanceCount, minInstances }) => {
      const label = [endpoint?.text, name?.text].flatMap((part) => part ?? []).join('/');
      const told = {
        document,
        node,
        key: `azure/${label}`,
        name: label === '' ? 'the deployment' : label,
        system: 'azure' as const,
      };
      return capacity(told, 'instance_count', minInstances ?? instanceCount, 1, get(node, 'name') ?? node);
    });
}

function sagemaker(project: Project): readonly Capacity[] {
  return sagemakerEndpointConfigs(project)
    .filter(({ asynchronous }) => !asynchronous)
    .flatMap(({ document, node, id, variants }) => {
      const target = cloudResources(project).find(
        (each) =>
          each.document === document &&
          each.type === 'AWS::ApplicationAutoScaling::ScalableTarget' &&
          (text(get(each.properties, 'ServiceNamespace')) ?? 'sagemaker') === 'sagemaker',
      );
      return variants
        .filter(({ serverless }) => serverless === undefined)
        .map((variant) => {
          const told = {
            document,
            node,
            key: `sagemaker/${id}/${variant.name?.text ?? ''}`,
            name: variant.name?.text ?? id,
            system: 'sagemaker' as const,
          };
          const field = numberAt(target?.properties, 'MinCapacity') ?? variant.instanceCount;
          return capacity(told, 'InitialInstanceCount', field, 1, variant.node);
        });
    });
}

function databricks(project: Project): readonly Capacity[] {
  return databricksResources(project, 'model_serving_endpoints').flatMap(({ document, node, key, target }) =>
    ['served_entities', 'served_models'].flatMap((list) =>
      mapsAt(node, 'config', list).flatMap((served) => {
        const zero = boolAt(served, 'scale_to_zero_enabled');
        if (zero === undefined) return [];
        const told = {
          document,
          node,
          key: `databricks/${target ?? ''}/${key}/${text(get(served, 'entity_name')) ?? ''}`,
          name: key,
          system: 'databricks' as const,
        };
        return [
          {
            ...told,
            setting: 'scale_to_zero_enabled',
            place: zero.node,
            minimum: zero.value === undefined ? undefined : zero.value ? 0 : 1,
            written: true,
          },
        ];
      }),
    ),
  );
}

/** A variable is judged where its value is written, once for each environment that sets it. */
function inEnvironments(project: Project, told: Told, field: Field<number>, node: DataNode): readonly Capacity[] {
  const values = field.node.open ? terraformValuesOf(project, told, field.node) : [];
  if (values.length === 0) return [capacity(told, 'initial_instance_count', field, 1, node)];
  return values.flatMap((value) => {
    const at = { document: value.document, node: value.node, key: `${told.key}/${value.environment ?? ''}` };
    const minimum = number(value.node);
    return minimum === undefined
      ? []
      : capacity(
          { ...told, ...at },
          'initial_instance_count',
          { node: value.node, value: minimum, text: undefined },
          1,
          node,
        );
  });
}

/** The floor that an autoscaling target for SageMaker in the same folder keeps. */
const scaledBy = (project: Project, folder: string): ReturnType<typeof numberAt> =>
  terraformResources(project, /^aws_appautoscaling_target$/)
    .filter(
      (each) => each.folder === folder && (text(get(each.node, 'service_namespace')) ?? 'sagemaker') === 'sagemaker',
    )
    .flatMap(({ node }) => numberAt(node, 'min_capacity') ?? [])[0];

function terraform(project: Project): readonly Capacity[] {
  return terraformResources(
    project,
    /^(aws_sagemaker_endpoint_configuration|google_vertex_ai_endpoint\w*|databricks_model_serving)$/,
  ).flatMap((resource) => {
    const { document, node, address, type } = resource;
    if (get(node, 'async_inference_config') !== undefined) return [];
    return [...walk(node)].flatMap((at): readonly Capacity[] => {
      const told = { document, node, key: `terraform/${resource.folder}/${address}`, name: address };
      const zero = boolAt(at, 'scale_to_zero_enabled');
      if (zero !== undefined)
        return [
          {
            ...told,
            system: 'databricks',
            setting: 'scale_to_zero_enabled',
            place: zero.node,
            minimum: zero.value === undefined ? undefined : zero.value ? 0 : 1,
            written: true,
          },
        ];
      const own = numberAt(at, 'initial_instance_count');
      const field =
        (own === undefined ? undefined : scaledBy(project, resource.folder)) ??
        own ??
        numberAt(at, 'min_replica_count');
      const system = type.startsWith('aws') ? 'sagemaker' : 'vertex';
      return field === undefined ? [] : inEnvironments(project, { ...told, system }, field, node);
    });
  });
}

/** Endpoints of the clouds. */
export const cloudCapacities = [azure, sagemaker, databricks, terraform] as const;
