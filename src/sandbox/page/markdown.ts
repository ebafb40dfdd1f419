import markdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import { escaped, type Html, trusted } from './html.ts';

const INLINE = [
  'a',
  'b',
  'strong',
  'i',
  'em',
  's',
  'del',
  'ins',
  'code',
  'kbd',
  'sub',
  'sup',
  'br',
  'span',
  'img',
  'samp',
  'var',
  'q',
];
const BLOCKS = [
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'hr',
  'div',
  'details',
  'summary',
  'dl',
  'dt',
  'dd',
];
const TABLES = ['table', 'thead', 'tbody', 'tr', 'th', 'td'];

const RULES: sanitizeHtml.IOptions = {
  allowedTags: [...INLINE, ...BLOCKS, ...TABLES],
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    th: ['align', 'colspan', 'rowspan', 'scope'],
    td: ['align', 'colspan', 'rowspan'],
    details: ['open'],
    ol: ['start'],
    div: ['class', 'aria-label', 'role'],
    code: ['class'],
    span: ['class', 'role', 'aria-label'],
  },
  allowedClasses: {
    div: ['suggestion'],
    span: ['del', 'ins', 'label', 'dot', 'red', 'orange', 'yellow', 'blue', 'green', 'white'],
    code: [/^language-[\w-]{1,40}$/],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'nofollow noreferrer' }), b: 'strong', i: 'em' },
};

/** What a `suggestion` block would replace. */
export interface Replaced {
  readonly lines: readonly string[];
}

/** Round signs are drawn, since not every reader has a font for them. */
const DOTS: Readonly<Record<string, string>> = {
  '🔴': 'red',
  '🟠': 'orange',
  '🟡': 'yellow',
  '🔵': 'blue',
  '🟢': 'green',
  '⚪': 'white',
};
const DOT = /🔴|🟠|🟡|🔵|🟢|⚪/gu;

function drawn(text: string): string {
  return text.replace(DOT, (sign) => `<span class="dot ${DOTS[sign]}" role="img" aria-label="${DOTS[sign]}"></span>`);
}

function renderer(breaks: boolean) {
  const markdown = markdownIt({ html: true, linkify: true, breaks });
  markdown.renderer.rules.text = (tokens, at) => drawn(escaped(tokens[at]?.content ?? ''));
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const { lines } = (env ?? {}) as Partial<Replaced>;
    if (token?.info.trim() === 'suggestion' && lines !== undefined) return suggestion(lines, token.content);
    return fence?.(tokens, at, options, env, self) ?? '';
  };
  return markdown;
}

const comments = renderer(true);
const documents = renderer(false);

function suggestion(before: readonly string[], content: string): string {
  const after = content.endsWith('\n') ? content.slice(0, -1).split('\n') : content === '' ? [] : content.split('\n');
  const line = (kind: string, sign: string) => (text: string) =>
    `<span class="${kind}">${sign} ${escaped(text)}</span>`;
  const rows = [...before.map(line('del', '-')), ...after.map(line('ins', '+'))].join('');
  return `<div class="suggestion" role="group" aria-label="Suggested change"><span class="label">Suggested change</span><pre>${rows}</pre></div>`;
}

/** A comment as people see it: line ends are breaks, `suggestion` blocks are small diffs, everything harmful is gone. */
export function renderComment(text: string, replaced?: Replaced): Html {
  return trusted(sanitizeHtml(comments.render(text, { ...replaced }), RULES));
}

/** The summary or text of a check run. */
export function renderDocument(text: string): Html {
  return trusted(sanitizeHtml(documents.render(text), RULES));
}
