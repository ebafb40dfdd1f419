import type { Token } from './jinja-tokens.ts';

/** What the template's own variables hold. */
export interface Names {
  /** A text as it stands in the template. */
  readonly texts: ReadonlySet<string>;
  /** A text that the template puts together. */
  readonly built: ReadonlySet<string>;
}

/** Filters and methods that make one text out of others, or another text out of one. */
const SHAPING: ReadonlySet<string> = new Set(
  'join format replace reverse lower upper capitalize title string urlencode split strip lstrip rstrip trim'.split(' '),
);
const MOST_INSIDE = 200;
const MOST_STATEMENT = 2_000;

/** The names that `set` gives to texts, in the order of the template. */
export function builtNames(tokens: readonly Token[]): Names {
  const texts = new Set<string>();
  const built = new Set<string>();
  tokens.forEach((token, index) => {
    if (token.value !== 'set' || token.kind !== 'name' || tokens[index - 1]?.value !== '%') return;
    const statement = statementFrom(tokens, index + 1);
    const equals = statement.findIndex(({ kind, value }) => kind === 'sign' && value === '=');
    const target = statement[(equals === -1 ? statement.length : equals) - 1];
    if (target?.kind !== 'name') return;
    const value = statement.slice(equals + 1);
    // A block: what it renders is the text.
    if (equals === -1 || isBuilding(value, { texts, built })) built.add(target.value);
    else if (value.some(({ kind }) => kind === 'text')) texts.add(target.value);
  });
  return { texts, built };
}

/** The tokens of the statement that goes on at `from`. */
function statementFrom(tokens: readonly Token[], from: number): readonly Token[] {
  let end = from;
  while (end < tokens.length && end < from + MOST_STATEMENT && tokens[end]?.opens !== true) end += 1;
  return tokens.slice(from, end);
}

/** True where a subscript, or the attribute of a filter, is a text that the template puts together. */
export function putTogether(tokens: readonly Token[], index: number, names: Names): boolean {
  const token = tokens[index];
  if (token?.kind === 'sign' && token.value === '[') {
    const before = tokens[index - 1];
    const subscript =
      before?.kind === 'name' || before?.kind === 'text' || before?.value === ']' || before?.value === ')';
    return subscript && isBuilding(insideOf(tokens, index + 1), names);
  }
  if (token?.value !== 'attribute' || tokens[index + 1]?.value !== '=') return false;
  return isBuilding(insideOf(tokens, index + 2), names);
}

/** The tokens up to the bracket that closes the one before them, or to the next argument. */
function insideOf(tokens: readonly Token[], from: number): readonly Token[] {
  let depth = 0;
  let end = from;
  for (; end < tokens.length && end < from + MOST_INSIDE; end++) {
    const { kind, value } = tokens[end] ?? { kind: 'sign', value: '' };
    if (kind !== 'sign') continue;
    if (value === '[' || value === '(') depth += 1;
    if ((value === ']' || value === ')') && depth-- === 0) break;
    if (value === ',' && depth === 0) break;
  }
  return tokens.slice(from, end);
}

function isBuilding(inside: readonly Token[], { texts, built }: Names): boolean {
  const isText = (token: Token | undefined): boolean =>
    token !== undefined && (token.kind === 'text' || (token.kind === 'name' && texts.has(token.value)));
  return inside.some((token, index) => {
    const before = inside[index - 1];
    const after = inside[index + 1];
    if (token.kind === 'name' && (before?.value === '|' || before?.value === '.'))
      return SHAPING.has(token.value) || built.has(token.value);
    if (token.kind === 'name') return built.has(token.value);
    if (token.kind === 'text') return before?.kind === 'text';
    if (token.value === '~') return true;
    if (token.value === '[' && before?.kind === 'text') return true;
    return ['+', '*', '%'].includes(token.value) && (isText(before) || isText(after));
  });
}
