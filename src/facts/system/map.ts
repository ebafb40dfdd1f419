import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { pathClassOf } from '../paths.ts';
import { drawCode } from './draw-code.ts';
import { drawOperations } from './draw-operations.ts';
import { drawPipelines } from './draw-pipelines.ts';
import { drawServing } from './draw-serving.ts';
import { drawTerraformSchedules } from './draw-terraform.ts';
import { drawTraining } from './draw-training.ts';
import { createDrawing, type EdgeKind, type MapEdge, type MapNode, type NodeKind } from './drawing.ts';

export type { EdgeKind, MapEdge, MapNode, NodeKind } from './drawing.ts';

/** The ML system that one side of a change describes. Files of tests describe none of it. */
export interface SystemMap {
  readonly project: Project;
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  readonly node: (id: string) => MapNode | undefined;
  /** The nodes of some kinds, in the order of their files. */
  readonly of: (...kinds: readonly NodeKind[]) => readonly MapNode[];
  /** Links that end at a node, of one kind where it is named. */
  readonly into: (node: MapNode, kind?: EdgeKind) => readonly MapEdge[];
  readonly from: (node: MapNode, kind?: EdgeKind) => readonly MapEdge[];
}

function grouped(edges: readonly MapEdge[], end: 'from' | 'to'): ReadonlyMap<string, readonly MapEdge[]> {
  const groups = new Map<string, MapEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge[end]);
    if (group === undefined) groups.set(edge[end], [edge]);
    else group.push(edge);
  }
  return groups;
}

/** Built once per side; parses only files that hold a word of a format or library. */
export const systemMap: (project: Project) => SystemMap = fact((project) => {
  const drawing = createDrawing();
  for (const draw of [drawServing, drawTraining, drawPipelines, drawCode, drawOperations, drawTerraformSchedules])
    draw(project, drawing);
  const nodes = [...drawing.nodes.values()].filter(({ path }) => pathClassOf(path) !== 'test');
  const kept = new Map(nodes.map((node) => [node.id, node]));
  const edges = [...drawing.edges.values()].filter(({ from, to }) => kept.has(from) && kept.has(to));
  const ends = { into: grouped(edges, 'to'), from: grouped(edges, 'from') };
  const links =
    (side: 'into' | 'from') =>
    (node: MapNode, kind?: EdgeKind): readonly MapEdge[] =>
      (ends[side].get(node.id) ?? []).filter((edge) => kind === undefined || edge.kind === kind);
  return {
    project,
    nodes,
    edges,
    node: (id) => kept.get(id),
    of: (...kinds) => nodes.filter(({ kind }) => kinds.includes(kind)),
    into: links('into'),
    from: links('from'),
  };
});
