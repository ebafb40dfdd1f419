import { type DataDocument, type DataKind, type DataNode, get, has, text } from '../../documents/data.ts';

/** How a format is told from others. */
export interface Signature {
  readonly kinds: readonly DataKind[];
  /** At least one of these stands in every file of the format. */
  readonly words: readonly string[];
  /** Only where the content alone cannot tell. */
  readonly path?: RegExp;
  readonly is: (root: DataNode, document: DataDocument) => boolean;
}

/** True when every key is there. */
export const holds = (root: DataNode, ...keys: readonly string[]): boolean =>
  keys.every((key) => has(root, key) === 'yes');

/** True when one of the keys is there. */
export const holdsAny = (root: DataNode, ...keys: readonly string[]): boolean =>
  keys.some((key) => has(root, key) === 'yes');

/** True when the scalar at a key fits. */
export const says = (root: DataNode, key: string, pattern: RegExp): boolean => pattern.test(text(get(root, key)) ?? '');

export const isKind = (root: DataNode, api: RegExp, kind: RegExp): boolean =>
  says(root, 'apiVersion', api) && says(root, 'kind', kind);
