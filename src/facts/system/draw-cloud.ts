import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { originsOf } from '../python/flow.ts';
import { drawnCalls } from './draw-pipelines.ts';
import type { Drawing, Where } from './drawing.ts';

type Kind = 'endpoint' | 'deployment' | 'registered-model';

const SDK: readonly (readonly [Kind, RegExp])[] = [
  [
    'endpoint',
    /^(google\.cloud\.aiplatform(\.\w+)*\.Endpoint\.create|azure\.ai\.ml\.entities\.(Managed|Kubernetes)\w*OnlineEndpoint|azure\.ai\.ml\.entities\.BatchEndpoint|sagemaker(\.\w+)*\.\w+\(\)\.deploy)$/,
  ],
  [
    'deployment',
    /^azure\.ai\.ml\.entities\.((Managed|Kubernetes)\w*OnlineDeployment|ModelBatchDeployment|BatchDeployment)$|^google\.cloud\.aiplatform(\.\w+)*\.(Model(\.upload)?\(\)|Endpoint(\.create)?\(\))\.deploy$/,
  ],
  [
    'registered-model',
    /^google\.cloud\.aiplatform(\.\w+)*\.Model\.upload$|^sagemaker(\.\w+)*\.\w+\(\)\.register$|^azure\.ai\.ml\.entities\.Model$/,
  ],
];

interface Made {
  readonly call: Call;
  readonly kind: Kind;
  readonly id: string;
}

const at = (document: PythonDocument, node: PyNode): Where => ({ document, span: node });

const NAMES = [
  'name',
  'display_name',
  'deployed_model_display_name',
  'endpoint_name',
  'model_name',
  'model_package_group_name',
];

function nameOf(document: PythonDocument, call: Call, kind: Kind): string {
  const own = stringOf(document, argument(call, -1, ...NAMES));
  const endpoint = stringOf(document, call.keywords.get('endpoint_name'));
  return kind === 'deployment' && endpoint !== undefined && own !== undefined
    ? `${endpoint}/${own}`
    : (own ?? document.path);
}

/** What a deployment deploys and where, as far as it is made in the same file or named. */
function link(document: PythonDocument, drawing: Drawing, { call, id }: Made, all: readonly Made[]): void {
  const given = [call.receiver, argument(call, -1, 'model'), argument(call, -1, 'endpoint'), ...call.args.slice(0, 1)];
  const origins = new Set(given.flatMap((node) => (node === undefined ? [] : [...originsOf(document, node)])));
  for (const other of all.filter((each) => each.call !== call && origins.has(each.call.node))) {
    if (other.kind === 'registered-model') drawing.edge('deploys', id, other.id, at(document, call.callee));
    if (other.kind === 'endpoint') drawing.edge('serves', id, other.id, at(document, call.callee));
  }
  const named = call.keywords.get('endpoint_name');
  const endpoint = stringOf(document, named);
  if (named !== undefined && endpoint !== undefined)
    drawing.edge('serves', id, drawing.find('endpoint', endpoint), at(document, named));
}

/** Models, endpoints and deployments that the clouds' Python kits set up outside of pipelines. */
export function drawCloud(project: Project, drawing: Drawing): void {
  const drawn = drawnCalls(project);
  for (const document of project.documents('python', ['aiplatform', 'azure.ai.ml', 'sagemaker'])) {
    const made = calls(document).flatMap((call): readonly Made[] => {
      const kind = SDK.find(([, pattern]) => call.names.some((name) => pattern.test(name)))?.[0];
      if (kind === undefined || drawn.has(call.node)) return [];
      return [{ call, kind, id: drawing.node(kind, nameOf(document, call, kind), at(document, call.callee)) }];
    });
    for (const each of made) if (each.kind === 'deployment') link(document, drawing, each, made);
  }
}
