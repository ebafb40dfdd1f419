import MarkdownIt from 'markdown-it';
import type { Evidence } from '../core/finding.ts';
import { clip, html, isPlainUrl, reveal } from './escape.ts';
import { maskSecrets } from './secrets.ts';

const reader = new MarkdownIt({ html: false, linkify: false }).disable('image');
reader.validateLink = isPlainUrl;

/** Text from the change as HTML, with its code spans as code. */
export function rich(text: string): string {
  const parts = clip(text, 4_000).split('`');
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return html(part);
      return index < parts.length - 1 ? `<code>${html(part)}</code>` : `&#96;${html(part)}`;
    })
    .join('');
}

/** Advice of a check, which is Markdown, as HTML; without raw HTML, images, and links other than to https addresses. */
export function adviceHtml(markdown: string): string {
  return reader.render(reveal(maskSecrets(clip(markdown, 8_000))));
}

/** `path:line` as code. */
export function place({ path, line }: { readonly path: string; readonly line: number }): string {
  return `<code class="place">${html(`${path}:${line}`)}</code>`;
}

export const NOTHING_TOLD: ReadonlyMap<string, string> = new Map();

/** `told` leads from a note that stands elsewhere on the page to its place; such a note is not repeated. */
export function evidenceItems(evidence: readonly Evidence[], most: number, told: ReadonlyMap<string, string>): string {
  if (evidence.length === 0) return '';
  const rows = evidence.slice(0, most).map((each) => {
    const target = told.get(each.note);
    return `<li>${target === undefined ? `${place(each)} ${rich(each.note)}` : `<a href="${html(target)}">${place(each)}</a>`}</li>`;
  });
  const more = evidence.length - rows.length;
  return `<ul class="evidence">${rows.join('')}${more > 0 ? `<li>and ${more} more</li>` : ''}</ul>`;
}

export function list(items: readonly string[], name: string): string {
  return items.length === 0 ? '' : `<ul class="${name}">${items.map((each) => `<li>${each}</li>`).join('')}</ul>`;
}

/** A section with a heading; nothing when it would be empty. */
export function section(id: string, heading: string, body: string): string {
  return body === ''
    ? ''
    : `<section aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>${body}</section>`;
}
