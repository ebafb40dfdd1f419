import { TELLING_ATTRIBUTES } from './denied.ts';

/** A place in a template that leads out of it, with its offset in the template's text. */
export interface TemplateDanger {
  readonly offset: number;
  /** Completes "the template …". */
  readonly what: string;
}

interface Token {
  readonly offset: number;
  readonly kind: 'name' | 'text' | 'sign';
  readonly value: string;
}

/** Names that lead to modules or run code; templates of chats have no use for them. */
const TELLING_NAMES: ReadonlySet<string> = new Set(
  'lipsum cycler joiner os sys subprocess popen builtins importlib eval exec open compile globals config request url_for get_flashed_messages'.split(
    ' ',
  ),
);
const STATEMENTS: ReadonlySet<string> = new Set(['import', 'include', 'extends', 'from']);
const MOST_TOKENS = 200_000;

/**
 * Where a Jinja template reaches attributes of the interpreter or loads other templates. Ordinary chat templates loop over messages,
 * call `raise_exception` and `strftime_now`, and use `namespace()`: none of that is a danger.
 */
export function templateDangers(text: string): readonly TemplateDanger[] {
  const dangers: TemplateDanger[] = [];
  const tokens = tokensOf(text);
  tokens.forEach((token, index) => {
    const what = dangerAt(tokens, index, token);
    if (what !== undefined && dangers.length < 50) dangers.push({ offset: token.offset, what });
  });
  return dangers;
}

function dangerAt(tokens: readonly Token[], index: number, token: Token): string | undefined {
  const before = tokens[index - 1]?.value;
  const after = tokens[index + 1]?.value;
  if (token.kind === 'text') return textDanger(token.value, before, after);
  if (token.kind !== 'name') return undefined;
  if (before === '|' && token.value === 'attr') return 'reaches attributes by name with |attr';
  if (isTelling(token.value)) return `reaches ${token.value}`;
  if (before === '%' && STATEMENTS.has(token.value)) return `loads another template with ${token.value}`;
  if (before !== '.' && TELLING_NAMES.has(token.value) && (after === '.' || after === '(' || after === '['))
    return `uses ${token.value}`;
  return undefined;
}

/** Texts that name a hidden attribute, or a piece of one that is put together. */
function textDanger(value: string, before: string | undefined, after: string | undefined): string | undefined {
  const decoded = value.replace(/\\x([\da-fA-F]{2})|\\u([\da-fA-F]{4})/g, (_, two: string, four: string) =>
    String.fromCharCode(Number.parseInt(two ?? four, 16)),
  );
  if (isTelling(decoded)) return `names ${decoded} as a text`;
  const joined = [before, after].some((sign) => sign === '~' || sign === '+' || sign === '[' || sign === '%');
  if (joined && /^\w{0,60}$/.test(decoded) && (decoded.startsWith('__') || decoded.endsWith('__')))
    return `puts a hidden attribute together from ${JSON.stringify(value)}`;
  return undefined;
}

function isTelling(name: string): boolean {
  return TELLING_ATTRIBUTES.has(name) || /^__[a-z]\w{0,60}__$/.test(name);
}

/** Names, texts and signs inside `{{ }}` and `{% %}`; comments and plain text are left out. A `%` sign opens each statement. */
function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length && tokens.length < MOST_TOKENS) {
    const open = nextOpening(text, at);
    if (open === -1) break;
    const sign = text[open + 1];
    if (sign === '#') {
      const end = text.indexOf('#}', open + 2);
      at = end === -1 ? text.length : end + 2;
      continue;
    }
    if (sign === '%') tokens.push({ offset: open + 1, kind: 'sign', value: '%' });
    at = blockTokens(text, open + 2, sign === '%' ? '%}' : '}}', tokens);
  }
  return tokens;
}

function nextOpening(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1)) {
    const next = text[at + 1];
    if (next === '{' || next === '%' || next === '#') return at;
  }
  return -1;
}

function blockTokens(text: string, from: number, close: string, tokens: Token[]): number {
  let at = from;
  while (at < text.length && tokens.length < MOST_TOKENS) {
    const character = text.charAt(at);
    if (text.startsWith(close, at)) return at + 2;
    if (character === "'" || character === '"') {
      const end = closingQuote(text, at);
      tokens.push({ offset: at, kind: 'text', value: text.slice(at + 1, end) });
      at = end + 1;
    } else if (/[A-Za-z_]/.test(character)) {
      let end = at + 1;
      while (end < text.length && /\w/.test(text.charAt(end))) end += 1;
      tokens.push({ offset: at, kind: 'name', value: text.slice(at, end) });
      at = end;
    } else {
      if (!/[\s-]/.test(character)) tokens.push({ offset: at, kind: 'sign', value: character });
      at += 1;
    }
  }
  return at;
}

function closingQuote(text: string, open: number): number {
  const quote = text.charAt(open);
  let at = open + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}
