import {
  bool,
  type DataDocument,
  type DataNode,
  each,
  get,
  items,
  literal,
  number,
  type Path,
  text,
} from '../../documents/data.ts';

/** A value that a file gives, with the node to flag. */
export interface Field<Value> {
  readonly node: DataNode;
  /** Undefined where the value holds a substitution or is of another type; a field that is not there is itself undefined. */
  readonly value: Value | undefined;
  /** As written; undefined for collections and null. */
  readonly text: string | undefined;
}

/** One root of a file: a document of a YAML stream, or the whole file. */
export interface Root {
  readonly document: DataDocument;
  readonly root: DataNode;
}

/** Something that a file describes. A field that is undefined is surely absent only where `node` is not open. */
export interface Described {
  readonly document: DataDocument;
  /** Everything about it; the map to ask for fields without a name of their own. */
  readonly node: DataNode;
}

function field<Value>(
  node: DataNode | undefined,
  value: (node: DataNode) => Value | undefined,
): Field<Value> | undefined {
  if (node === undefined) return undefined;
  return { node, value: node.open ? undefined : value(node), text: text(node) };
}

/** The scalar at a path as text, numbers and booleans as written. */
export const textAt = (node: DataNode | undefined, ...path: Path): Field<string> | undefined =>
  field(get(node, ...path), literal);

/** The number at a path; also a quoted one, as CloudFormation and annotations of Kubernetes have them. */
export const numberAt = (node: DataNode | undefined, ...path: Path): Field<number> | undefined =>
  field(get(node, ...path), (found) => number(found) ?? quotedNumber(text(found)));

/** The boolean at a path; also quoted `"true"` and `"false"`. */
export const boolAt = (node: DataNode | undefined, ...path: Path): Field<boolean> | undefined =>
  field(get(node, ...path), (found) => bool(found) ?? quotedBool(text(found)));

function quotedNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^-?\d{1,15}(\.\d{1,15})?$/.test(value.trim()) ? Number(value) : undefined;
}

function quotedBool(value: string | undefined): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The texts of a list, or of one scalar in its place; open items are left out. */
export function textsAt(node: DataNode | undefined, ...path: Path): readonly string[] {
  return each(get(node, ...path)).flatMap((item) => literal(item) ?? []);
}

/** The items of a list that are maps. */
export function mapsAt(node: DataNode | undefined, ...path: Path): readonly DataNode[] {
  return items(get(node, ...path)).filter((item) => item.kind === 'map');
}

/** Those of a list that stand in a file. */
export const thoseIn = <Item extends { readonly document: { readonly path: string } }>(
  list: readonly Item[],
  document: { readonly path: string },
): readonly Item[] => list.filter((item) => item.document.path === document.path);
