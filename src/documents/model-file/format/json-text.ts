import { decodeText, uintBE, uintLE } from '../source.ts';

/** A JSON text's value; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The same as Python reads it, which takes `NaN` and `Infinity` for numbers. */
export function parsePythonJson(text: string): unknown {
  return parseJson(text) ?? parseJson(withoutNaN(text));
}

/** Infinities and what is no number, outside of texts, become null. */
function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : 'null',
  );
}

const ENCODINGS: readonly (readonly [RegExp, string])[] = [
  [/^(?:\xff\xfe\0\0|[[{]\0\0\0)/, 'utf-32le'],
  [/^(?:\0\0\xfe\xff|\0\0\0[[{])/, 'utf-32be'],
  [/^(?:\xff\xfe|[[{]\0)/, 'utf-16le'],
  [/^(?:\xfe\xff|\0[[{])/, 'utf-16be'],
];

/** How many bytes a character has, as Python's json.loads detects it in bytes; undefined for UTF-8. */
export function wideEncoding(head: Uint8Array): string | undefined {
  const start = String.fromCharCode(...head.subarray(0, 4));
  return ENCODINGS.find(([pattern]) => pattern.test(start))?.[1];
}

/** A JSON text in any encoding that Python's json.loads takes. */
export function decodeJson(bytes: Uint8Array): string {
  const encoding = wideEncoding(bytes);
  if (encoding === undefined) return decodeText(bytes).replace(/^\ufeff/, '');
  if (!encoding.startsWith('utf-32')) return new TextDecoder(encoding).decode(bytes);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = encoding.endsWith('le') ? uintLE(bytes, at, 4) : uintBE(bytes, at, 4);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return text.replace(/^\ufeff/, '');
}

/** An object or array inside a JSON value, with the route to it. */
export interface JsonNode {
  readonly route: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Every object inside a JSON value, outermost first, at most `most`; `complete` is false where there are more. */
export function jsonObjects(
  root: unknown,
  most: number,
): { readonly objects: readonly JsonNode[]; readonly complete: boolean } {
  const objects: JsonNode[] = [];
  const waiting: { readonly route: string; readonly value: unknown }[] = [{ route: '', value: root }];
  for (let visited = 0; waiting.length > 0; visited++) {
    if (visited >= most) return { objects, complete: false };
    const next = waiting.pop();
    if (typeof next?.value !== 'object' || next.value === null) continue;
    if (!Array.isArray(next.value)) objects.push(next as JsonNode);
    const children = Object.entries(next.value).reverse();
    for (const [key, value] of children) {
      if (typeof value !== 'object' || value === null) continue;
      waiting.push({ route: route(next.route, key, Array.isArray(next.value)), value });
    }
  }
  return { objects, complete: true };
}

function route(parent: string, key: string, index: boolean): string {
  const cut = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  const whole = index ? `${parent}[${cut}]` : parent === '' ? cut : `${parent}.${cut}`;
  return whole.length > 300 ? `…${whole.slice(-300)}` : whole;
}

/** Keys that the outermost object of a valid JSON text has twice; JSON.parse keeps only the last of them. */
export function repeatedKeys(text: string): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const end = stringEnd(text, at);
      if (depth === 1 && /^\s*:/.test(text.slice(end + 1, end + 20))) {
        const key = text.slice(at + 1, end);
        if (seen.has(key)) repeated.add(key);
        seen.add(key);
      }
      at = end;
    }
  }
  return [...repeated].slice(0, 100);
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
