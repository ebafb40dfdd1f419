import { Graph, layout, type Point } from '@dagrejs/dagre';
import type { Report, SystemEdge, SystemNode } from '../core/report.ts';
import { clip, plain } from './escape.ts';

export interface PlacedNode {
  readonly node: SystemNode;
  /** Place in the report's list of nodes. */
  readonly index: number;
  readonly name: string;
  /** Top left corner, in units of the drawing. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: SystemEdge;
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
  readonly label: Point;
}

export interface PlacedMap {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** Nodes of the report that are not drawn, because the drawing could not be read any more. */
  readonly left: number;
}

/** More than this in one drawing is a tangle; the table has them all. */
const MOST_NODES = 90;
const MOST_NAME = 24;
/** Widths that hold for the widest of the fonts a reader may have. */
const CHARACTER = 8.8;
const SMALL = 6.9;
const MOST_NARROW = 84;
const MARGIN = 16;

type Drawing = Graph<
  object,
  { width: number; height: number; x?: number; y?: number },
  { points?: Point[]; x?: number; y?: number }
>;

/** Lays the system out from left to right. Nodes with edges come before those that stand alone. */
export function layOut({ nodes, edges }: Report['system']): PlacedMap {
  const places = new Map(nodes.map((node, index) => [node.id, index]));
  const links = edges.flatMap((edge) => {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    return from === undefined || to === undefined || from === to ? [] : [{ edge, from, to }];
  });
  const chosen = chosenNodes(nodes.length, links);
  const drawn = links.filter(({ from, to }) => chosen.has(from) && chosen.has(to));
  const graph: Drawing = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 36, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const index of chosen) {
    const node = nodes[index];
    if (node !== undefined) graph.setNode(`n${index}`, sizeOf(node));
  }
  drawn.forEach(({ edge, from, to }, index) => {
    graph.setEdge(
      `n${from}`,
      `n${to}`,
      { width: plain(edge.kind).length * SMALL + 12, height: 18, labelpos: 'c' },
      `e${index}`,
    );
  });
  layout(graph);
  const { width, height } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width ?? 0),
    height: Math.ceil(height ?? 0),
    nodes: [...chosen].flatMap((index) => placedNode(graph, nodes, index)),
    edges: drawn.flatMap((each, index) => placedEdge(graph, each, index)),
    left: nodes.length - chosen.size,
  };
}

interface Link {
  readonly edge: SystemEdge;
  readonly from: number;
  readonly to: number;
}

function chosenNodes(count: number, links: readonly Link[]): ReadonlySet<number> {
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const alone = Array.from({ length: count }, (_, index) => index).filter((index) => !linked.has(index));
  return new Set([...[...linked].sort((a, b) => a - b), ...alone].slice(0, MOST_NODES));
}

/** What stands on the box of a node. */
function nameOf({ name }: SystemNode): string {
  return clip(plain(name) || '?', MOST_NAME);
}

/** What a part still misses, for its box. */
export function lostOf({ wired }: SystemNode): string {
  return clip(`not ${(wired?.fails ?? []).map(plain).join(', ')}`, MOST_NAME + 8);
}

function sizeOf(node: SystemNode): { width: number; height: number } {
  const head = node.environment === undefined ? plain(node.kind) : `${plain(node.kind)} · ${plain(node.environment)}`;
  const small = Math.max(head.length, isBroken(node) ? lostOf(node).length : 0) * SMALL;
  const width = Math.max(MOST_NARROW, nameOf(node).length * CHARACTER, small);
  return { width: Math.ceil(width) + 36, height: isBroken(node) ? 76 : 56 };
}

/** A monitor, gate or alert that misses one of the six things that make it count. */
export function isBroken(node: SystemNode): boolean {
  return node.wired !== undefined && node.wired.fails.length > 0;
}

function placedNode(graph: Drawing, nodes: readonly SystemNode[], index: number): readonly PlacedNode[] {
  const node = nodes[index];
  const place = graph.node(`n${index}`);
  if (node === undefined) return [];
  const { width, height, x = 0, y = 0 } = place;
  return [{ node, index, name: nameOf(node), x: x - width / 2, y: y - height / 2, width, height }];
}

function placedEdge(graph: Drawing, { edge, from, to }: Link, index: number): readonly PlacedEdge[] {
  const { points = [], x = 0, y = 0 } = graph.edge(`n${from}`, `n${to}`, `e${index}`);
  return points.length < 2 ? [] : [{ edge, from, to, points, label: { x, y } }];
}
