import type { Span } from '../../core/location.ts';
import { entry, items, type JsonNode, pieces, stringAt } from './json.ts';

/** One representation of one output: what a cell printed, showed, returned or failed with. */
export interface NotebookOutput {
  readonly kind: 'stream' | 'display' | 'result' | 'error';
  /** `text/plain`, `text/html`, `image/png` (then `text` is base64), … */
  readonly mime: string;
  readonly text: string;
  /** Where it stands in the file. */
  readonly span: Span;
}

const KINDS: Readonly<Record<string, NotebookOutput['kind']>> = {
  stream: 'stream',
  display_data: 'display',
  update_display_data: 'display',
  execute_result: 'result',
  pyout: 'result',
  error: 'error',
  pyerr: 'error',
};

/** The outputs of a code cell, one entry per output and media type. */
export function outputsOf(file: string, cell: JsonNode): readonly NotebookOutput[] {
  return items(entry(cell, 'outputs')).flatMap((output) => {
    const kind = KINDS[stringAt(entry(output, 'output_type')) ?? ''] ?? 'display';
    const plain = entry(output, kind === 'error' ? 'traceback' : 'text');
    const data = entry(output, 'data');
    return [...(plain === undefined ? [] : [made(file, kind, 'text/plain', plain)]), ...byMime(file, kind, data)];
  });
}

function byMime(file: string, kind: NotebookOutput['kind'], data: JsonNode | undefined): readonly NotebookOutput[] {
  if (data?.type !== 'object') return [];
  return (data.children ?? []).flatMap(({ children }) => {
    const mime = children?.[0];
    const value = children?.[1];
    return mime === undefined || value === undefined ? [] : [made(file, kind, String(mime.value), value)];
  });
}

function made(file: string, kind: NotebookOutput['kind'], mime: string, node: JsonNode): NotebookOutput {
  const span = { start: node.offset, end: node.offset + node.length };
  const strings = pieces(node);
  const separator = kind === 'error' ? '\n' : '';
  const text =
    strings.length > 0 ? strings.map((each) => String(each.value)).join(separator) : file.slice(span.start, span.end);
  return { kind, mime, text, span };
}
