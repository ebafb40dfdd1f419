import { type DataDocument, type DataNode, entryOf, get, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments, azureEndpoints, azureAssets } from '../formats/azure.ts';
import { type CloudResource, sagemakerEndpointConfigs, sagemakerResources } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { mapsAt } from '../formats/field.ts';
import { kserveServices, seldonDeployments } from '../formats/kserve.ts';
import { llmServers } from '../formats/llm.ts';
import { modelReferences } from '../formats/model-references.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { composeServices, rayDeployments, rayServices, tritonModels } from '../formats/servers.ts';
import { ML_TERRAFORM, terraformResources } from '../formats/terraform.ts';
import type { Drawing, Where } from './drawing.ts';
import { environmentAt } from './production.ts';

const at = (document: DataDocument, node: DataNode): Where => ({ document, span: node.span });
const keyed = (document: DataDocument, node: DataNode): Where => ({ document, span: entryOf(node)?.keySpan ?? node.span });

/** A model and, where the file names one, its version. Returns the most exact of the two. */
function model(drawing: Drawing, name: string, version: string | undefined, where: Where): string {
  const registered = drawing.node('registered-model', name, where);
  if (version === undefined) return registered;
  const exact = drawing.node('model-version', `${name} ${version}`, where);
  drawing.edge('includes', registered, exact, where);
  return exact;
}

function azure(project: Project, drawing: Drawing): void {
  for (const { document, node, name } of azureAssets(project, 'model')) model(drawing, name?.value ?? 'model', literal(get(node, 'version')), at(document, name?.node ?? node));
  for (const { document, node, name } of azureEndpoints(project)) drawing.node('endpoint', name?.value ?? 'endpoint', at(document, name?.node ?? node), environmentAt(document, node));
  for (const each of azureDeployments(project)) {
    const { document, node, endpoint, modelReference } = each;
    const where = at(document, each.name?.node ?? node);
    const environment = environmentAt(document, node);
    const own = each.name?.text ?? document.path.split('/').at(-2) ?? 'deployment';
    const id = drawing.node('deployment', endpoint?.text === undefined ? own : `${endpoint.text}/${own}`, where, environment);
    if (endpoint?.value !== undefined) drawing.edge('serves', id, drawing.find('endpoint', endpoint.value, environment) ?? drawing.node('endpoint', endpoint.value, at(document, endpoint.node), environment), at(document, endpoint.node));
    if (each.model !== undefined && modelReference !== undefined) drawing.edge('deploys', id, model(drawing, modelReference.name, modelReference.version, at(document, each.model)), at(document, each.model));
  }
}

function kubernetes(project: Project, drawing: Drawing): void {
  for (const { document, node, name, predictor } of kserveServices(project)) {
    const where = at(document, name?.node ?? node);
    const id = drawing.node('endpoint', name?.text ?? 'inference service', where, environmentAt(document, node));
    const storage = predictor?.storageUri;
    if (storage?.value !== undefined) drawing.edge('deploys', id, model(drawing, storage.value, undefined, at(document, storage.node)), at(document, storage.node));
  }
  for (const { document, node, part, name, model: served, storageUri, traffic } of seldonDeployments(project)) {
    const environment = environmentAt(document, node);
    const id = drawing.node('deployment', served?.text ?? name?.text ?? 'model', at(document, served?.node ?? part), environment);
    if (name !== undefined && name.text !== served?.text) drawing.edge('serves', id, drawing.node('endpoint', name.text ?? '', at(document, name.node), environment), at(document, traffic?.node ?? name.node));
    if (storageUri?.value !== undefined) drawing.edge('deploys', id, model(drawing, storageUri.value, undefined, at(document, storageUri.node)), at(document, storageUri.node));
  }
  for (const { document, node, name, model: served, from } of llmServers(project)) {
    if (from === 'kserve') continue;
    const id = drawing.node('deployment', name ?? 'language model server', keyed(document, node), environmentAt(document, node));
    if (served !== undefined && !served.open && served.text !== '') drawing.edge('deploys', id, model(drawing, served.text, undefined, at(document, served.node)), at(document, served.node));
  }
}

const isInside = (inner: DataNode, outer: DataNode): boolean => inner.span.start >= outer.span.start && inner.span.end <= outer.span.end;

/** Workloads and compose services that name a model by a registry or storage address. */
function referenced(project: Project, drawing: Drawing): void {
  const owners = [
    ...kubernetesWorkloads(project).map((each) => ({ document: each.document, node: each.node, name: each.name?.text ?? each.kind })),
    ...composeServices(project).map((each) => ({ document: each.document, node: each.node, name: each.name })),
  ];
  for (const { document, node, name } of owners) {
    for (const reference of modelReferences(document)) {
      if (!isInside(reference.node, node)) continue;
      const id = drawing.node('deployment', name, keyed(document, node), environmentAt(document, node));
      drawing.edge('deploys', id, model(drawing, reference.model ?? reference.text, undefined, at(document, reference.node)), at(document, reference.node));
    }
  }
}

function sagemaker(project: Project, drawing: Drawing): void {
  const label = (resource: CloudResource, key: string): string => literal(get(resource.properties, key)) ?? resource.id;
  const ids = new Map<string, string>();
  const address = ({ document, id }: CloudResource): string => `${document.path}\0${id}`;
  for (const each of sagemakerResources(project, 'Endpoint')) ids.set(address(each), drawing.node('endpoint', label(each, 'EndpointName'), { document: each.document, span: each.entry.keySpan }, environmentAt(each.document, each.node)));
  for (const each of sagemakerEndpointConfigs(project)) ids.set(address(each), drawing.node('deployment', label(each, 'EndpointConfigName'), { document: each.document, span: each.entry.keySpan }, environmentAt(each.document, each.node)));
  for (const each of sagemakerResources(project, 'Model', 'ModelPackage')) ids.set(address(each), drawing.node('registered-model', label(each, 'ModelName'), { document: each.document, span: each.entry.keySpan }));
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
      if (name !== undefined) drawing.edge('deploys', id, model(drawing, text(name) ?? '', literal(get(entity, 'entity_version') ?? get(entity, 'model_version')), at(document, name)), at(document, name));
    }
  }
  for (const { document, key, entry, node } of databricksResources(project, 'registered_models')) model(drawing, literal(get(node, 'name')) ?? key, undefined, { document, span: entry.keySpan });
}

function terraform(project: Project, drawing: Drawing): void {
  const resources = terraformResources(project, ML_TERRAFORM);
  const ids = new Map<string, string>();
  for (const { document, node, type, name, address, folder } of resources) {
    const kind = /_(endpoint|model_serving)$/.test(type) ? 'endpoint' : /endpoint_configuration$|_deployment$/.test(type) ? 'deployment' : /_(model|registered_model)$/.test(type) ? 'registered-model' : undefined;
    if (kind !== undefined) ids.set(`${folder}\0${address}`, drawing.node(kind, name, keyed(document, node), environmentAt(document, node)));
  }
  for (const { document, node, address, folder, refersTo } of resources) {
    for (const other of refersTo) {
      const [from, to] = [ids.get(`${folder}\0${address}`), ids.get(`${folder}\0${other}`)];
      if (from?.startsWith('endpoint') === true && to?.startsWith('deployment') === true) drawing.edge('serves', to, from, keyed(document, node));
      else if (to?.startsWith('registered-model') === true) drawing.edge('deploys', from, to, keyed(document, node));
    }
  }
}

function servers(project: Project, drawing: Drawing): void {
  for (const { document, node, name, backend } of tritonModels(project)) {
    if (backend === undefined) continue;
    const folder = document.path.split('/').at(-2) ?? 'model';
    const where = at(document, name?.node ?? backend.node);
    const id = drawing.node('deployment', name?.text ?? folder, where, environmentAt(document, node));
    drawing.edge('deploys', id, model(drawing, name?.text ?? folder, undefined, where), where);
  }
  for (const { document, node, name, application } of rayDeployments(project)) drawing.node('deployment', `${application ?? ''}/${name ?? ''}`.replace(/^\//, ''), at(document, get(node, 'name') ?? node), environmentAt(document, node));
  for (const { document, node, name } of rayServices(project)) drawing.node('endpoint', name?.text ?? 'ray service', at(document, name?.node ?? node), environmentAt(document, node));
}

/** Models, deployments and endpoints of the configuration. */
export function drawServing(project: Project, drawing: Drawing): void {
  azure(project, drawing);
  kubernetes(project, drawing);
  referenced(project, drawing);
  sagemaker(project, drawing);
  databricks(project, drawing);
  terraform(project, drawing);
  servers(project, drawing);
}

