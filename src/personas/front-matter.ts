import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import type { PersonaFile, PersonaMistake } from '../core/persona.ts';

type Issue = z.core.$ZodIssue;
type At = (offset: number, message: string) => PersonaMistake;

const OPENING = '---\n';
const CLOSING = '\n---\n';

/** Reads the YAML between the two `---` lines at the top of a Markdown file, strictly as `schema` says. */
export function readFrontMatter<T>(
  path: string,
  source: string,
  schema: ZodType<T>,
): PersonaFile<{ readonly matter: T; readonly text: string }> {
  const text = source.replaceAll('\r\n', '\n');
  const end = text.indexOf(CLOSING, OPENING.length - 1);
  if (!text.startsWith(OPENING) || end === -1) {
    return mistaken([
      { path, line: 1, column: 1, message: 'the file does not start with front matter between two `---` lines' },
    ]);
  }
  const lines = new LineCounter();
  const yaml = text.slice(OPENING.length, end + 1);
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const at: At = (offset, message) => {
    const { line, col } = lines.linePos(offset);
    return { path, line: line + 1, column: col, message };
  };
  if (document.errors.length > 0)
    return mistaken(document.errors.map((error) => at(error.pos[0], firstLine(error.message))));
  const plain = toPlain(document);
  if (plain === undefined) return mistaken([at(0, 'the front matter uses aliases, which are not allowed here')]);
  const parsed = schema.safeParse(plain.value, { reportInput: true });
  if (!parsed.success) return mistaken(parsed.error.issues.flatMap((issue) => mistakesOf(issue, document, at)));
  return { kind: 'read', value: { matter: parsed.data, text: text.slice(end + CLOSING.length).trim() } };
}

export function mistaken(mistakes: readonly PersonaMistake[]): PersonaFile<never> {
  const [first, ...rest] = mistakes;
  if (first === undefined) throw new Error('a mistaken persona file without a mistake');
  return { kind: 'mistaken', mistakes: [first, ...rest] };
}

/** Undefined when the document holds an alias; without them a document cannot grow when it is made plain. */
function toPlain(document: Document.Parsed): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function mistakesOf(issue: Issue, document: Document.Parsed, at: At): readonly PersonaMistake[] {
  const owner = nearest(document, issue.path);
  const name = dotted(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      at(keyOffset(owner, key), `unknown key \`${key}\`${name === '' ? '' : ` in \`${name}\``}`),
    );
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [at(offsetOf(owner), `\`${name}\` is missing`)];
  return [at(offsetOf(owner), name === '' ? issue.message : `\`${name}\`: ${issue.message}`)];
}

/** The node at the path, or the deepest one above it. */
function nearest(document: Document.Parsed, path: readonly PropertyKey[]): Node | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return document.contents;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function keyOffset(owner: Node | null, key: string): number {
  const pair = isMap(owner)
    ? owner.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return isNode(pair?.key) ? offsetOf(pair.key) : offsetOf(owner);
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** `tools.required[0].name` */
function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
