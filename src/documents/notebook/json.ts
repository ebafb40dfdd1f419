import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Damage } from '../document.ts';

export type JsonNode = Node;

const MOST_DAMAGE = 20;

/** Reads JSON as far as it goes. Nesting that the reader cannot follow is damage, not an error. */
export function readJson(text: string): { readonly root: JsonNode | undefined; readonly damage: readonly Damage[] } {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const damage = errors.slice(0, MOST_DAMAGE).map(({ error, offset, length }) => ({
      span: { start: offset, end: offset + length },
      message: `this is not JSON (${printParseErrorCode(error)})`,
    }));
    return { root, damage };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      root: undefined,
      damage: [{ span: { start: 0, end: 0 }, message: 'this JSON is nested too deep to be read' }],
    };
  }
}

/** The value of an object's key. */
export function entry(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.type !== 'object') return undefined;
  return node.children?.find((property) => property.children?.[0]?.value === key)?.children?.[1];
}

export function stringAt(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' ? String(node.value) : undefined;
}

export function items(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.type === 'array' ? (node.children ?? []) : [];
}

/** The JSON strings that make up a text given as one string or a list of them. */
export function pieces(node: JsonNode | undefined): readonly JsonNode[] {
  if (node?.type === 'string') return [node];
  return items(node).filter((each) => each.type === 'string');
}
