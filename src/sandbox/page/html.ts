/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

export type Part = Html | string | number | null | undefined | readonly Part[];

/** Builds HTML; every value put in is escaped unless it is HTML already. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { html: strings.map((text, at) => text + (at < values.length ? render(values[at]) : '')).join('') };
}

/** Says that a text is HTML: only for what was escaped or sanitised. */
export function trusted(text: string): Html {
  return { html: text };
}

function render(value: Part): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  if (isList(value)) return value.map(render).join('');
  return value.html;
}

function isList(value: Part): value is readonly Part[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Marks that turn the direction of text and could make a line read as another one. */
const BIDI = /[\u202A-\u202E\u2066-\u2069]/g;

/** Escapes text for HTML and shows direction controls as what they are. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
    .replace(BIDI, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);
}
