import type { SystemEdge, SystemNode } from '../../core/report.ts';
import type { SystemMap } from './map.ts';
import { wiring } from './wired.ts';

/** The map as the report shows it. */
export function toSystemView(map: SystemMap): {
  readonly nodes: readonly SystemNode[];
  readonly edges: readonly SystemEdge[];
} {
  return {
    nodes: map.nodes.map((node): SystemNode => {
      const { id, kind, name, environment, path, line } = node;
      const wired = wiring(map, node);
      const of = (state: 'holds' | 'fails'): readonly string[] =>
        wired.filter((each) => each.state === state).map(({ condition }) => condition);
      return {
        id,
        kind,
        name,
        path,
        line,
        ...(environment === 'unknown' ? {} : { environment }),
        ...(wired.length === 0 ? {} : { wired: { holds: of('holds'), fails: of('fails') } }),
      };
    }),
    edges: map.edges,
  };
}
