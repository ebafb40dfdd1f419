import { fact } from '../../core/fact.ts';
import { type DataDocument, type DataNode, entries, get, has, items, pathOf, text } from '../../documents/data.ts';
import { boolAt, numberAt } from './field.ts';
import { formatsOf } from './recognise.ts';
import { type FormatShape, SHAPES, type Shape } from './shape-table.ts';

/** A field of a recognised document that no reader can read: it is there, and of another shape than belongs there. */
export interface Misfit {
  readonly node: DataNode;
  /** One sentence without full stop: the field, what it is and what belongs there. */
  readonly message: string;
}

const BELONGS: Readonly<Record<Shape, string>> = {
  number: 'a number',
  boolean: '`true` or `false`',
  text: 'a text',
  list: 'a list',
  map: 'a map',
};

/** Nodes at a place: `groups[].rules[]`, `spec.*.minReplicas`. */
function nodesAt(root: DataNode, place: string): readonly DataNode[] {
  let found: readonly DataNode[] = [root];
  for (const step of place.replaceAll('[]', '.[]').split('.')) {
    found = found.flatMap((node) => {
      if (step === '[]') return items(node);
      if (step === '*') return entries(node).map(({ value }) => value);
      return get(node, step) ?? [];
    });
  }
  return found;
}

/** Null is as good as absent, a substitution may become anything, and quoted numbers are read as numbers. */
function fits(node: DataNode, shape: Shape): boolean {
  if (node.open || (node.kind === 'scalar' && node.value === null)) return true;
  if (shape === 'number') return numberAt(node)?.value !== undefined;
  if (shape === 'boolean') return boolAt(node)?.value !== undefined;
  return shape === 'text' ? node.kind === 'scalar' : node.kind === shape;
}

function saidOf(node: DataNode): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  return `\`${(text(node) ?? 'null').replaceAll('`', "'").slice(0, 60)}\``;
}

const named = (node: DataNode): string =>
  pathOf(node)
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '')
    .slice(0, 200);

function misfitsIn(root: DataNode, { fields, needs = [] }: FormatShape): readonly Misfit[] {
  const kind = text(get(root, 'kind')) ?? '';
  const wrong = fields
    .filter((field) => field.kind?.test(kind) !== false)
    .flatMap(({ at, shape }) =>
      nodesAt(root, at)
        .filter((node) => !fits(node, shape))
        .map((node) => ({
          node,
          message: `\`${named(node)}\` is ${saidOf(node)} where ${BELONGS[shape]} belongs; nothing is concluded from it`,
        })),
    );
  const lacking = needs.flatMap(({ at, key }) =>
    nodesAt(root, at)
      .filter((node) => node.kind === 'map' && has(node, key) === 'no')
      .map((node) => ({ node, message: `\`${named(node)}\` has no \`${key}\`; nothing is concluded from it` })),
  );
  return [...wrong, ...lacking];
}

/** Every misfit of a document, in source order. What the table does not name may be of any shape. */
export const misfitsOf: (document: DataDocument) => readonly Misfit[] = fact((document) => {
  const found = formatsOf(document).flatMap(({ name, root }) => {
    const shape = SHAPES[name];
    return shape === undefined ? [] : misfitsIn(root, shape);
  });
  const once = new Map(found.map((misfit) => [misfit.node, misfit]));
  return [...once.values()].sort((a, b) => a.node.span.start - b.node.span.start);
});
