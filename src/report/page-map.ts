import type { Report, SystemEdge, SystemNode } from '../core/report.ts';
import { html, plain } from './escape.ts';
import { isBroken, layOut, lostOf, type PlacedEdge, type PlacedMap, type PlacedNode } from './map-layout.ts';
import { place } from './page-text.ts';
import { plural } from './words.ts';

/** Which stage of the lifecycle a kind of node belongs to, by what its name says. */
const STAGES: readonly (readonly [RegExp, string])[] = [
  [/monitor|alert|drift|slo|schedule|route/i, 'monitoring'],
  [/gate|validat|evaluat|test|check/i, 'validation'],
  [/train|experiment|run|pipeline|step|sweep/i, 'training'],
  [/data|feature|source|table|view|stream/i, 'data'],
  [/model|deploy|endpoint|serv|registry|traffic/i, 'deployment'],
];

/** Drawings up to this shrink to the page; wider ones would be too small to read, so they scroll. */
const WIDE = 1_260;
const WIDE_SCALE = 0.86;

/** The map as a drawing and as tables; empty when the repository describes no system. */
export function mapSection(report: Report): string {
  const { nodes } = report.system;
  if (nodes.length === 0) return '';
  const map = layOut(report.system);
  const left =
    map.left === 0 ? '' : `<p class="quiet">${plural(map.left, 'part is', 'parts are')} only in the table.</p>`;
  return `<section aria-labelledby="map-heading">
<h2 id="map-heading">System map</h2>
<p class="quiet">What the files say about the system at head. A dashed box does not count yet: it says what is missing.</p>
<div class="map" tabindex="0" role="region" aria-label="System map, scrollable">${drawing(map)}</div>
${left}<details class="fold"><summary>The same as tables</summary>${nodeTable(nodes)}${edgeTable(report)}</details>
</section>`;
}

function drawing({ width, height, nodes, edges }: PlacedMap): string {
  const scale = width > WIDE ? WIDE_SCALE : 1;
  return `<svg${width > WIDE ? ' class="wide"' : ''} role="group" aria-labelledby="map-title" viewBox="0 0 ${width} ${height}" width="${px(width * scale)}" height="${px(height * scale)}">
<title id="map-title">Map of ${plural(nodes.length, 'part', 'parts')} of the system and ${plural(edges.length, 'link', 'links')} between them; the tables below hold the same</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="arrow" d="M0 0.8 7.2 4 0 7.2Z"/></marker></defs>
${edges.map(edgeDrawing).join('\n')}
${nodes.map((each) => nodeDrawing(each, edges)).join('\n')}
</svg>`;
}

function edgeDrawing({ edge, from, to, points, label }: PlacedEdge): string {
  const share = edge.traffic === undefined ? '' : ` ${edge.traffic} %`;
  const kind = html(plain(`${edge.kind}${share}`));
  return `<g class="edge" data-from="${from}" data-to="${to}"><path d="${curve(points)}" marker-end="url(#arrow)"/><text x="${px(label.x)}" y="${px(label.y + 4)}" text-anchor="middle">${kind}</text></g>`;
}

/** A smooth line through the middles of the given one. */
function curve(points: PlacedEdge['points']): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    return `Q${px(point.x)} ${px(point.y)} ${px((point.x + next.x) / 2)} ${px((point.y + next.y) / 2)}`;
  });
  return `M${px(first.x)} ${px(first.y)}${bends.join('')}L${px(last.x)} ${px(last.y)}`;
}

function nodeDrawing({ node, index, name, x, y, width, height }: PlacedNode, edges: readonly PlacedEdge[]): string {
  const kind = plain(node.kind);
  const head = node.environment === undefined ? kind : `${kind} · ${plain(node.environment)}`;
  const lost = isBroken(node) ? `<text class="lost" x="16" y="62">${html(lostOf(node))}</text>` : '';
  const wired =
    node.wired !== undefined && !isBroken(node)
      ? `<text class="wired" x="${px(width - 14)}" y="20" text-anchor="end">✓</text>`
      : '';
  return `<a class="node ${stageOf(kind)}${isBroken(node) ? ' broken' : ''}" href="#node-${index}" data-node="${index}" transform="translate(${px(x)} ${px(y)})" aria-label="${html(spoken(node, index, edges))}"><title>${html(spoken(node, index, edges))}</title><rect width="${px(width)}" height="${px(height)}" rx="9"/><path class="stripe" d="M9 0.75H6A5.25 5.25 0 0 0 0.75 6V${px(height - 6)}A5.25 5.25 0 0 0 6 ${px(height - 0.75)}H9Z"/><text class="kind" x="16" y="21">${html(head)}</text><text class="name" x="16" y="42">${html(name)}</text>${lost}${wired}</a>`;
}

function spoken(node: SystemNode, index: number, edges: readonly PlacedEdge[]): string {
  const where = node.environment === undefined ? '' : ` in ${plain(node.environment)}`;
  const links = edges.filter((each) => each.from === index).map(({ edge }) => plain(edge.kind));
  const lost = isBroken(node) ? `; not ${(node.wired?.fails ?? []).map(plain).join(', not ')}` : '';
  return `${plain(node.kind)} ${plain(node.name)}${where}, ${plain(node.path)} line ${node.line}${lost}${links.length === 0 ? '' : `; ${links.join(', ')}`}`;
}

function stageOf(kind: string): string {
  return `of-${STAGES.find(([pattern]) => pattern.test(kind))?.[1] ?? 'other'}`;
}

function nodeTable(nodes: readonly SystemNode[]): string {
  const rows = nodes.map((node, index) => {
    const wired =
      node.wired === undefined
        ? ''
        : isBroken(node)
          ? `<span class="state contradicted">not ${html(node.wired.fails.join(', '))}</span>`
          : '<span class="state evidenced">wired</span>';
    return `<tr id="node-${index}" tabindex="-1"><td>${html(node.kind)}</td><th scope="row">${html(node.name)}</th><td>${html(node.environment ?? '')}</td><td>${wired}</td><td>${place(node)}</td></tr>`;
  });
  return `<table><caption>Parts</caption><thead><tr><th scope="col">Kind</th><th scope="col">Name</th><th scope="col">Environment</th><th scope="col">Wired</th><th scope="col">Where</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function edgeTable({ system }: Report): string {
  const names = new Map(system.nodes.map((node) => [node.id, `${node.kind} ${node.name}`]));
  const name = (id: string) => html(names.get(id) ?? id);
  const row = (edge: SystemEdge) =>
    `<tr><td>${name(edge.from)}</td><td>${html(edge.kind)}</td><td>${name(edge.to)}</td><td>${place(edge)}</td></tr>`;
  if (system.edges.length === 0) return '';
  return `<table><caption>Links</caption><thead><tr><th scope="col">From</th><th scope="col">Link</th><th scope="col">To</th><th scope="col">Where</th></tr></thead><tbody>${system.edges.map(row).join('')}</tbody></table>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
