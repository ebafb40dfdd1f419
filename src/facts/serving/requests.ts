import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Binding } from '../python/bindings.ts';
import { callAt } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { originsOf } from '../python/flow.ts';
import { qualifiedName } from '../python/names.ts';
import { reachingBindings } from '../python/reaching.ts';
import { definitionName, parameters } from '../python/structure.ts';
import { typeOf } from '../python/types.ts';
import { routes } from './routes.ts';

/** Where bytes come from, most dangerous first. */
export type Source = 'network' | 'argument' | 'constant';

/** Calls whose answer is chosen by whoever is at the other end of a wire. */
const WIRE =
  /^(requests\.(get|post|put|request|Session\(\)\.\w+)|httpx\.(get|post|request|(Async)?Client\(\)\.\w+)|urllib\.request\.urlopen|urllib3\.PoolManager\(\)\.request|aiohttp\.\w+|socket\.socket\(\)\.recv(from)?|boto3\.(client|resource)\(\)\.(get_object|download_fileobj)|redis\.(Strict)?Redis\(\)\.\w+|kafka\.\w+|pika\.\w+|zmq\.\w+)$/;

const HUB = /^huggingface_hub\.(hf_hub_download|snapshot_download)$/;

/** What whoever starts the program types. */
const COMMAND_LINE = /^(argparse\.ArgumentParser\(\)\.parse_(known_)?args|builtins\.input|sys\.argv)$/;

const REQUEST_OBJECT = /^(flask|quart)\.request$/;
const REQUEST_TYPE = /^(fastapi|starlette)(\.\w+)*\.(Request|UploadFile|WebSocket)(\(\))?$/;

function isWire(document: PythonDocument, node: PyNode): boolean {
  if (node.type === 'call') {
    const call = callAt(document, node);
    if (call === undefined) return false;
    // A commit ties a download to what was evaluated.
    const tied = /^[0-9a-f]{40}$/.test(stringOf(document, call.keywords.get('revision')) ?? '');
    return call.names.some((name) => WIRE.test(name) || (HUB.test(name) && !tied));
  }
  if (node.type !== 'identifier' && node.type !== 'attribute') return false;
  if (REQUEST_OBJECT.test(qualifiedName(document, node) ?? '')) return true;
  return REQUEST_TYPE.test(typeOf(document, node) ?? '');
}

const isTyped = (document: PythonDocument, node: PyNode): boolean =>
  node.type === 'call'
    ? callAt(document, node)?.names.some((name) => COMMAND_LINE.test(name)) === true
    : node.type === 'attribute' && COMMAND_LINE.test(qualifiedName(document, node) ?? '');

/** Parameters of a route handler come from the request, but for those that the framework injects. */
function isRouteParameter(document: PythonDocument, node: PyNode): boolean {
  if (node.type !== 'identifier') return false;
  const bound = reachingBindings(document, node);
  return bound.some(
    (binding) =>
      binding.kind === 'parameter' &&
      routes(document).some(({ function: handler }) =>
        parameters(document, handler).some(
          (parameter) =>
            parameter.node === binding.node &&
            !['self', 'cls', 'context', 'headers'].includes(parameter.name) &&
            !isInjected(document, parameter.default),
        ),
      ),
  );
}

const isInjected = (document: PythonDocument, value: PyNode | undefined): boolean =>
  value?.type === 'call' && /(^|\.)Depends$/.test(textOf(document, child(value, 'function') ?? value));

/** A parameter of a function; what an object was set up with is the project's own setting, not a caller's choice. */
function isHandedIn(document: PythonDocument, { kind, node, name }: Binding): boolean {
  if (kind !== 'parameter' || name === 'self' || name === 'cls') return false;
  const owner = ancestor(node, 'function_definition', 'lambda');
  return owner === undefined || definitionName(document, owner) !== '__init__';
}

/** The worst place a value may come from: the wire, an argument or something unknown, or only what the file itself writes out. */
export function sourceOf(document: PythonDocument, value: PyNode): Source {
  let source: Source = 'constant';
  for (const origin of originsOf(document, value)) {
    if (isWire(document, origin) || isRouteParameter(document, origin)) return 'network';
    if (isTyped(document, origin)) source = 'argument';
    if (origin.type !== 'identifier') continue;
    if (reachingBindings(document, origin).some((binding) => isHandedIn(document, binding))) source = 'argument';
  }
  return source;
}
