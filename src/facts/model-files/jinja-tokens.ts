/** A piece of a template's code, with its offset in the template. */
export interface Token {
  readonly offset: number;
  readonly kind: 'name' | 'text' | 'sign';
  readonly value: string;
  /** Set on the sign that opens a statement or an expression. */
  readonly opens?: true;
}

const MOST_TOKENS = 200_000;

/** Names, texts and signs inside `{{ }}` and `{% %}`; comments and plain text are left out. A sign opens each: `%` or `{`. */
export function tokensOf(text: string): readonly Token[] {
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
    tokens.push({ offset: open + 1, kind: 'sign', value: sign === '%' ? '%' : '{', opens: true });
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
