/** The value of a Python integer or float literal; undefined for complex numbers. Integers beyond 2^53 lose digits. */
export function numberOf(literal: string): number | undefined {
  const text = literal.replaceAll('_', '').toLowerCase();
  if (text.endsWith('j')) return undefined;
  const value = /^0[xob]/.test(text) ? Number(text) : Number(text.replace(/l$/, ''));
  return Number.isNaN(value) ? undefined : value;
}

const ESCAPE = /\\(\r?\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|N\{[^}]*\}|[\s\S])/g;
const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** What Python reads from the inside of a string literal that is not raw. Unknown escapes and `\N{…}` stay as written. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (whole, code: string) => {
    const simple = SIMPLE[code];
    if (simple !== undefined) return simple;
    if (code === '\n' || code === '\r\n') return '';
    if (/^[xuU][0-9a-fA-F]+$/.test(code)) return character(Number.parseInt(code.slice(1), 16)) ?? whole;
    if (/^[0-7]+$/.test(code)) return character(Number.parseInt(code, 8)) ?? whole;
    return whole;
  });
}

function character(point: number): string | undefined {
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}
