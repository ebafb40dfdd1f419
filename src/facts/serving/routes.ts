import { fact } from '../../core/fact.ts';
import { child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { classOfMethod } from '../python/classes.ts';
import { qualifiedName } from '../python/names.ts';
import { type Decorator, decorators, definitionName, isAsync, parameters } from '../python/structure.ts';
import { typeOf } from '../python/types.ts';

/** A function that a server calls once for each request. */
export interface Route {
  readonly function: PyNode;
  readonly name: string;
  readonly framework:
    | 'fastapi'
    | 'flask'
    | 'bentoml'
    | 'ray-serve'
    | 'kserve'
    | 'torchserve'
    | 'litserve'
    | 'mlserver'
    | 'lambda';
  readonly async: boolean;
}

const APPS: Readonly<Record<string, Route['framework']>> = {
  'fastapi.FastAPI()': 'fastapi',
  'fastapi.APIRouter()': 'fastapi',
  'starlette.applications.Starlette()': 'fastapi',
  'flask.Flask()': 'flask',
  'flask.Blueprint()': 'flask',
  'quart.Quart()': 'flask',
  'bentoml.Service()': 'bentoml',
};

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'route', 'api_route', 'websocket', 'api']);

/** Methods that a framework calls for each request, by base class. */
const BASES: Readonly<Record<string, { readonly framework: Route['framework']; readonly methods: readonly string[] }>> =
  {
    'kserve.Model': { framework: 'kserve', methods: ['predict', 'preprocess', 'postprocess', 'explain'] },
    'kserve.KFModel': { framework: 'kserve', methods: ['predict', 'preprocess', 'postprocess'] },
    'ts.torch_handler.base_handler.BaseHandler': {
      framework: 'torchserve',
      methods: ['handle', 'inference', 'preprocess', 'postprocess'],
    },
    'litserve.LitAPI': { framework: 'litserve', methods: ['predict', 'decode_request', 'encode_response'] },
    'mlserver.MLModel': { framework: 'mlserver', methods: ['predict'] },
  };

function frameworkOfDecorator(
  document: PythonDocument,
  { expression, name }: Decorator,
): Route['framework'] | undefined {
  if (name === 'bentoml.api') return 'bentoml';
  const callee = expression.type === 'call' ? child(expression, 'function') : expression;
  if (callee?.type !== 'attribute') return undefined;
  const object = child(callee, 'object');
  const verb = child(callee, 'attribute');
  if (object === undefined || verb === undefined || !VERBS.has(textOf(document, verb))) return undefined;
  return APPS[typeOf(document, object) ?? ''];
}

function basesOf(document: PythonDocument, owner: PyNode): readonly string[] {
  const list = child(owner, 'superclasses');
  return list === undefined ? [] : parts(list).flatMap((each) => qualifiedName(document, each) ?? []);
}

const isRayDeployment = (document: PythonDocument, owner: PyNode): boolean =>
  decorators(document, owner).some(({ name }) => name === 'ray.serve.deployment');

function frameworkOfMethod(document: PythonDocument, node: PyNode, name: string): Route['framework'] | undefined {
  const owner = classOfMethod(node);
  if (owner === undefined) return undefined;
  for (const base of basesOf(document, owner)) {
    const known = BASES[base];
    if (known?.methods.includes(name)) return known.framework;
  }
  return isRayDeployment(document, owner) && name === '__call__' ? 'ray-serve' : undefined;
}

/** `lambda_handler(event, context)` at the top of a file. */
function isLambda(document: PythonDocument, node: PyNode, name: string): boolean {
  if (name !== 'lambda_handler' && name !== 'handler') return false;
  const [event, context, ...rest] = parameters(document, node).map((each) => each.name);
  return node.parent?.type === 'module' && event === 'event' && context === 'context' && rest.length === 0;
}

/** Every function of the file that runs once per request. */
export const routes: (document: PythonDocument) => readonly Route[] = fact((document) =>
  nodesOf(document, 'function_definition').flatMap((node) => {
    const name = definitionName(document, node) ?? '';
    const decorated = decorators(document, node).flatMap((each) => frameworkOfDecorator(document, each) ?? [])[0];
    const framework =
      decorated ?? frameworkOfMethod(document, node, name) ?? (isLambda(document, node, name) ? 'lambda' : undefined);
    if (framework === undefined) return [];
    return [{ function: node, name, framework, async: isAsync(node) }];
  }),
);
