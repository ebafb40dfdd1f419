import { TELLING_ATTRIBUTES } from './denied.ts';
import { builtNames, type Names, putTogether } from './jinja-building.ts';
import { type Token, tokensOf } from './jinja-tokens.ts';

/** A place in a template that leads out of it, with its offset in the template's text. */
export interface TemplateDanger {
  readonly offset: number;
  /** Completes "the template …". */
  readonly what: string;
}

/** Names that lead to modules or run code; templates of chats have no use for them. */
const TELLING_NAMES: ReadonlySet<string> = new Set(
  'lipsum cycler joiner os sys subprocess popen builtins importlib eval exec open compile globals config request url_for get_flashed_messages'.split(
    ' ',
  ),
);
const STATEMENTS: ReadonlySet<string> = new Set(['import', 'include', 'extends', 'from']);

/** Attributes that lead on, also inside of a longer text. */
const HIDDEN = /__(?:class|mro|bases?|subclasses|globals|builtins|init|import|dict|getattribute|code|self|func)__/i;

/**
 * Where a Jinja template reaches attributes of the interpreter or loads other templates. Ordinary chat templates loop over messages,
 * call `raise_exception` and `strftime_now`, and use `namespace()`: none of that is a danger.
 */
export function templateDangers(text: string): readonly TemplateDanger[] {
  const dangers: TemplateDanger[] = [];
  const tokens = tokensOf(text);
  const names = builtNames(tokens);
  tokens.forEach((token, index) => {
    const what = dangerAt(tokens, index, token, names);
    if (what !== undefined && dangers.length < 50) dangers.push({ offset: token.offset, what });
  });
  return dangers;
}

function dangerAt(tokens: readonly Token[], index: number, token: Token, names: Names): string | undefined {
  const before = tokens[index - 1]?.value;
  const after = tokens[index + 1]?.value;
  if (token.kind === 'text') return textDanger(token.value, before, after);
  if (putTogether(tokens, index, names)) return 'reaches an attribute by a name that it puts together';
  if (token.kind !== 'name') return undefined;
  if (before === '|' && token.value === 'attr') return 'reaches attributes by name with |attr';
  if (isTelling(token.value)) return `reaches ${token.value}`;
  if (before === '.' && token.value.startsWith('_')) return `reaches the hidden ${token.value}`;
  if (before === '%' && STATEMENTS.has(token.value)) return `loads another template with ${token.value}`;
  if (before !== '.' && TELLING_NAMES.has(token.value) && (after === '.' || after === '(' || after === '['))
    return `uses ${token.value}`;
  return undefined;
}

/** Texts that name a hidden attribute, or a piece of one that is put together. */
function textDanger(value: string, before: string | undefined, after: string | undefined): string | undefined {
  const decoded = unescaped(value);
  const hidden = HIDDEN.exec(decoded)?.[0] ?? decoded;
  if (isTelling(hidden)) return `names ${hidden} as a text`;
  const joined = [before, after].some((sign) => sign === '~' || sign === '+' || sign === '[' || sign === '%');
  if (joined && /^\w{0,60}$/.test(decoded) && (decoded.startsWith('__') || decoded.endsWith('__')))
    return `puts a hidden attribute together from ${JSON.stringify(value)}`;
  return undefined;
}

/** Escapes as Python reads them in a text; characters named by \N become the one that matters here. */
function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(
    /\\x([\da-fA-F]{2})|\\u([\da-fA-F]{4})|\\U0{0,4}([\da-fA-F]{1,4})|\\([0-7]{1,3})|\\N\{[^}]{1,80}\}/g,
    (_, two?: string, four?: string, eight?: string, octal?: string) => {
      const digits = two ?? four ?? eight;
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
      return octal === undefined ? '_' : String.fromCharCode(Number.parseInt(octal, 8));
    },
  );
}

function isTelling(name: string): boolean {
  return TELLING_ATTRIBUTES.has(name) || /^__[a-z]\w{0,60}__$/i.test(name);
}
