import type { Span } from '../../core/location.ts';
import type { DataNode } from '../../documents/data.ts';

/** Where a part of a scalar is written in the file; the whole scalar where quotes, folds or escapes hide the part. */
export function spanWithin(node: DataNode, part: string, from = 0): Span {
  if (node.kind !== 'scalar' || part === '') return node.span;
  const direct = node.raw === node.value && node.raw.startsWith(part, from) ? from : node.raw.indexOf(part);
  return direct === -1 || node.raw.length !== node.span.end - node.span.start
    ? node.span
    : { start: node.span.start + direct, end: node.span.start + direct + part.length };
}
