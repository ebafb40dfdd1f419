import MarkdownIt from 'markdown-it';

const reader = new MarkdownIt({ html: true, linkify: true, breaks: true });

/** Types of everything that a reader of the Markdown would see as markup, flattened. */
export function tokensOf(markdown: string): readonly { readonly type: string; readonly content: string }[] {
  return reader.parse(markdown, {}).flatMap((token) => [token, ...(token.children ?? [])]);
}

/** The text of all code, and the text of all else, as a reader sees them. */
export function shown(markdown: string): { readonly code: readonly string[]; readonly text: string } {
  const tokens = tokensOf(markdown);
  return {
    code: tokens.filter(({ type }) => type === 'code_inline' || type === 'fence').map(({ content }) => content),
    text: tokens
      .filter(({ type }) => type === 'text' || type === 'text_special')
      .map(({ content }) => content)
      .join(' '),
  };
}
