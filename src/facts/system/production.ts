import type { DataDocument } from '../../documents/data.ts';
import { type DataNode, get, literal, pathOf } from '../../documents/data.ts';
import { type Environment, environmentOf } from '../paths.ts';

/** The environment of the target, overlay or block that a node stands in: `targets.prod`, `environments.staging`. */
function environmentOfKeys(node: DataNode): Environment {
  const path = pathOf(node);
  for (const [at, key] of path.entries()) {
    const next = path[at + 1];
    if (typeof next === 'string' && /^(targets|environments|envs|stages|profiles|overlays)$/.test(String(key)))
      return environmentOf(next);
  }
  return 'unknown';
}

/** The root of the tree that a node belongs to. */
function rootOf(node: DataNode): DataNode {
  let at = node;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

/** A name that whoever copies the file has to fill in. */
const PLACEHOLDER = /^<[^<>]{1,80}>$|^my[-_]|placeholder|change-?me/i;

/** Endpoint and deployment of Azure, which have no metadata. */
const azureName = (root: DataNode): string =>
  get(root, 'instance_type') === undefined && get(root, 'endpoint_name') === undefined
    ? ''
    : `${literal(get(root, 'endpoint_name')) ?? ''} ${literal(get(root, 'name')) ?? ''}`;

/**
 * The environment that a place of a configuration speaks of: by the target it stands in, the namespace of its object, its
 * labels, its name, else the path of the file. `unknown` where nothing says so.
 */
export function environmentAt(document: DataDocument, node: DataNode): Environment {
  const root = rootOf(node);
  if (PLACEHOLDER.test(literal(get(root, 'endpoint_name')) ?? '')) return 'development';
  const said = [
    environmentOfKeys(node),
    environmentOf(literal(get(root, 'metadata', 'namespace')) ?? ''),
    environmentOf(
      literal(get(root, 'metadata', 'labels', 'env')) ?? literal(get(root, 'metadata', 'labels', 'environment')) ?? '',
    ),
    environmentOf(literal(get(root, 'metadata', 'name')) ?? azureName(root)),
    environmentOf(document.path),
  ];
  return said.find((each) => each !== 'unknown') ?? 'unknown';
}

/** False only where the place surely belongs to a lower environment. */
export const mayBeProduction = (document: DataDocument, node: DataNode): boolean =>
  ['production', 'unknown'].includes(environmentAt(document, node));

/** True where the place surely belongs to production. */
export const isProduction = (document: DataDocument, node: DataNode): boolean =>
  environmentAt(document, node) === 'production';
