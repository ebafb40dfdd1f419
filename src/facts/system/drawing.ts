import type { RepoPath, Span } from '../../core/location.ts';
import type { DocumentBase } from '../../documents/document.ts';
import { lineOf } from '../../documents/lines.ts';

export const NODE_KINDS = [
  'dataset',
  'feature-view',
  'pipeline',
  'pipeline-step',
  'training-job',
  'experiment',
  'registered-model',
  'model-version',
  'validation-gate',
  'deployment',
  'endpoint',
  'monitor',
  'alert',
  'alert-route',
  'schedule',
  'slo',
  'environment',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export const EDGE_KINDS = [
  'reads',
  'writes',
  'trains',
  'registers',
  'gates',
  'deploys',
  'serves',
  'monitors',
  'alerts-on',
  'notifies',
  'schedules',
  'includes',
] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/** A place in a file of the repository. */
export interface Where {
  readonly document: DocumentBase & { readonly path: RepoPath };
  readonly span: Span;
}

/** A part of the ML system. Two nodes of one kind and name are one where they live in the same environment. */
export interface MapNode extends Where {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** `production`, `staging`, `development`, the name of a target, or `unknown`. */
  readonly environment: string;
  readonly path: RepoPath;
  /** 1-based. */
  readonly line: number;
}

/** A link that a file states, with the line that does. */
export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly path: RepoPath;
  readonly line: number;
  /** Percent of the requests that go this way. */
  readonly traffic?: number;
}

/** Collects nodes and edges; the same node or edge twice is one, shown where it was first seen. */
export interface Drawing {
  readonly nodes: ReadonlyMap<string, MapNode>;
  readonly edges: ReadonlyMap<string, MapEdge>;
  /** Returns the node's id. */
  readonly node: (kind: NodeKind, name: string, where: Where, environment?: string) => string;
  /** With `traffic`, the share of the requests; the place that tells it is shown before one that does not. */
  readonly edge: (
    kind: EdgeKind,
    from: string | undefined,
    to: string | undefined,
    where: Where,
    traffic?: number,
  ) => void;
  /** The one node of a kind and name, in an environment or in any where there is only one. */
  readonly find: (kind: NodeKind, name: string, environment?: string) => string | undefined;
}

const MOST_NODES = 5_000;

export function createDrawing(): Drawing {
  const nodes = new Map<string, MapNode>();
  const edges = new Map<string, MapEdge>();
  const byName = new Map<string, string[]>();
  const lineAt = ({ document, span }: Where): number => lineOf(document.lines, span.start).line;

  const node: Drawing['node'] = (kind, name, where, environment = 'unknown') => {
    const id = `${kind}:${name}${environment === 'unknown' ? '' : `@${environment}`}`;
    if (nodes.has(id) || nodes.size >= MOST_NODES) return id;
    nodes.set(id, {
      id,
      kind,
      name,
      environment,
      path: where.document.path,
      line: lineAt(where),
      document: where.document,
      span: where.span,
    });
    const key = `${kind}:${name}`;
    byName.set(key, [...(byName.get(key) ?? []), id]);
    return id;
  };
  const edge: Drawing['edge'] = (kind, from, to, where, traffic) => {
    if (from === undefined || to === undefined || from === to) return;
    const key = `${from}\0${kind}\0${to}`;
    const share = traffic !== undefined && traffic >= 0 && traffic <= 100 ? { traffic } : {};
    if (!edges.has(key) || ('traffic' in share && edges.get(key)?.traffic === undefined))
      edges.set(key, { from, to, kind, path: where.document.path, line: lineAt(where), ...share });
  };
  const find: Drawing['find'] = (kind, name, environment) => {
    const all = byName.get(`${kind}:${name}`) ?? [];
    const same = all.find((id) => nodes.get(id)?.environment === environment);
    return same ?? (all.length === 1 ? all[0] : undefined);
  };
  return { nodes, edges, node, edge, find };
}
