import { type DataNode, get, literal, number, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureAssets, azureDeployments, azureEndpoints } from '../formats/azure.ts';
import { type CloudResource, sagemakerEndpointConfigs, sagemakerResources } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { mapsAt } from '../formats/field.ts';
import { kserveServices, seldonDeployments } from '../formats/kserve.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { llmServers } from '../formats/llm.ts';
import { modelReferences } from '../formats/model-references.ts';
import { composeServices } from '../formats/servers.ts';
import { at, deploys, keyed, model } from './draw-places.ts';
import { drawSeldon } from './draw-seldon.ts';
import { servers } from './draw-servers.ts';
import { drawTerraform } from './draw-terraform.ts';
import type { Drawing } from './drawing.ts';
import { environmentAt } from './production.ts';

function azure(project: Project, drawing: Drawing): void {
  for (const { document, node, name } of azureAssets(project, 'model'))
    model(drawing, name?.value ?? 'model', literal(get(node, 'version')), at(document, name?.node ?? node));
  for (const { document, node, name } of azureEndpoints(project))
    drawing.node(
      'endpoint',
      name?.value ?? 'endpoint',
      at(document, name?.node ?? node),
      environmentAt(document, node),
    );
  for (const each of azureDeployments(project)) {
    const { document, node, endpoint, modelReference } = each;
    const where = at(document, each.name?.node ?? node);
    const environment = environmentAt(document, node);
    const own = each.name?.text ?? document.path.split('/').at(-2) ?? 'deployment';
    const id = drawing.node(
      'deployment',
      endpoint?.text === undefined ? own : `${endpoint.text}/${own}`,
      where,
      environment,
    );
    if (endpoint?.value !== undefined)
      drawing.edge(
        'serves',
        id,
        drawing.find('endpoint', endpoint.value, environment) ??
          drawing.node('endpoint', endpoint.value, at(document, endpoint.node), environment),
        at(document, endpoint.node),
      );
    if (each.model !== undefined && modelReference !== undefined)
      deploys(drawing, id, modelReference.name, modelReference.version, at(document, each.model));
  }
  for (const { document, node, name, traffic } of azureEndpoints(project))
    for (const { key, keySpan, value } of traffic)
      drawing.edge(
        'serves',
        drawing.find('deployment', `${name?.value ?? ''}/${key}`, environmentAt(document, node)),
        drawing.find('endpoint', name?.value ?? '', environmentAt(document, node)),
        { document, span: keySpan },
        number(value),
      );
}

function kubernetes(project: Project, drawing: Drawing): void {
  for (const { document, node, name, predictor } of kserveServices(project)) {
    const where = at(document, name?.node ?? node);
    const id = drawing.node('endpoint', name?.text ?? 'inference service', where, environmentAt(document, node));
    const storage = predictor?.storageUri;
    const canary = predictor?.canaryTrafficPercent?.value;
    if (storage?.value !== undefined)
      deploys(drawing, id, storage.value, undefined, at(document, storage.node), canary);
  }
  for (const { document, node, part, name, model: served, storageUri, traffic } of seldonDeployments(project)) {
    const environment = environmentAt(document, node);
    const id = drawing.node(
      'deployment',
      served?.text ?? name?.text ?? 'model',
      at(document, served?.node ?? part),
      environment,
    );
    if (name !== undefined && name.text !== served?.text)
      drawing.edge(
        'serves',
        id,
        drawing.node('endpoint', name.text ?? '', at(document, name.node), environment),
        at(document, traffic?.node ?? name.node),
        traffic?.value,
      );
    if (storageUri?.value !== undefined)
      deploys(drawing, id, storageUri.value, undefined, at(document, storageUri.node));
  }
  drawSeldon(project, drawing);
  for (const { document, node, name, model: served, from } of llmServers(project)) {
    if (from === 'kserve') continue;
    const id = drawing.node(
      'deployment',
      name ?? 'language model server',
      keyed(document, get(node, 'name') ?? node),
      environmentAt(document, node),
    );
    if (served !== undefined && !served.open && served.text !== '')
      deploys(drawing, id, served.text, undefined, at(document, served.node));
  }
}

const isInside = (inner: DataNode, outer: DataNode): boolean =>
  inner.span.start >= outer.span.start && inner.span.end <= outer.span.end;

/** Workloads and compose services that name a model by a registry or storage address. */
function referenced(project: Project, drawing: Drawing): void {
  const owners = [
    ...kubernetesWorkloads(project).map((each) => ({
      document: each.document,
      node: each.node,
      name: each.name?.text ?? each.kind,
      where: at(each.document, each.name?.node ?? each.node),
    })),
    ...composeServices(project).map((each) => ({
      document: each.document,
      node: each.node,
      name: each.name,
      where: { document: each.document, span: each.entry.keySpan },
    })),
  ];
  for (const { document, node, name, where } of owners) {
    for (const reference of modelReferences(document)) {
      if (!isInside(reference.node, node)) continue;
      const id = drawing.node('deployment', name, where, environmentAt(document, node));
      deploys(drawing, id, reference.model ?? reference.text, undefined, at(document, reference.node));
    }
  }
}

function sagemaker(project: Project, drawing: Drawing): void {
  const label = (resource: CloudResource, key: string): string => literal(get(resource.properties, key)) ?? resource.id;
  const ids = new Map<string, string>();
  const address = ({ document, id }: CloudResource): string => `${document.path}\0${id}`;
  for (const each of sagemakerResources(project, 'Endpoint'))
    ids.set(
      address(each),
      drawing.node(
        'endpoint',
        label(each, 'EndpointName'),
        { document: each.document, span: each.entry.keySpan },
        environmentAt(each.document, each.node),
      ),
    );
  for (const each of sagemakerEndpointConfigs(project))
    ids.set(
      address(each),
      drawing.node(
        'deployment',
        label(each, 'EndpointConfigName'),
        { document: each.document, span: each.entry.keySpan },
        environmentAt(each.document, each.node),
      ),
    );
  for (const each of sagemakerResources(project, 'Model', 'ModelPackage'))
    ids.set(
      address(each),
      drawing.node('registered-model', label(each, 'ModelName'), { document: each.document, span: each.entry.keySpan }),
    );
  for (const each of sagemakerResources(project, 'Endpoint', 'EndpointConfig')) {
    for (const other of each.refersTo) {
      const [from, to] = [ids.get(address(each)), ids.get(`${each.document.path}\0${other}`)];
      const where = { document: each.document, span: each.entry.keySpan };
      if (each.type.endsWith('::Endpoint')) drawing.edge('serves', to, from, where);
      else if (to?.startsWith('registered-model') === true) drawing.edge('deploys', from, to, where);
    }
  }
}

function databricks(project: Project, drawing: Drawing): void {
  for (const { document, node, key, entry, target } of databricksResources(project, 'model_serving_endpoints')) {
    const id = drawing.node('endpoint', key, { document, span: entry.keySpan }, target ?? 'unknown');
    for (const entity of [...mapsAt(node, 'config', 'served_entities'), ...mapsAt(node, 'config', 'served_models')]) {
      const name = get(entity, 'entity_name') ?? get(entity, 'model_name');
      if (name !== undefined)
        deploys(
          drawing,
          id,
          text(name) ?? '',
          literal(get(entity, 'entity_version') ?? get(entity, 'model_version')),
          at(document, name),
        );
    }
  }
  for (const { document, key, entry, node } of databricksResources(project, 'registered_models'))
    model(drawing, literal(get(node, 'name')) ?? key, undefined, { document, span: entry.keySpan });
}

/** Models, deployments and endpoints of the configuration. */
export function drawServing(project: Project, drawing: Drawing): void {
  azure(project, drawing);
  kubernetes(project, drawing);
  referenced(project, drawing);
  sagemaker(project, drawing);
  databricks(project, drawing);
  drawTerraform(project, drawing);
  servers(project, drawing);
}
