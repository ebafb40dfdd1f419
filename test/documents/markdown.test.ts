import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import { get, text } from '../../src/documents/data.ts';
import { type MarkdownDocument, parseMarkdown } from '../../src/documents/markdown.ts';

const markdown = (source: string): MarkdownDocument =>
  parseMarkdown({ path: repoPath('README.md'), blob: 'blob' as BlobId, text: source });
const written = (document: MarkdownDocument, { start, end }: { start: number; end: number }): string =>
  document.text.slice(start, end);

const CARD = `---
license: "mit"
base_model: org/é𝄞
---
# Model Card #

Intro

Intended use
------------
Nothing.

\`\`\`python title
# no heading
\`\`\`
## Limits
- a
---
`;

describe('the Markdown reader', () => {
  const document = markdown(CARD);

  test('front matter with spans of the whole file', () => {
    const license = get(document.frontMatter, 'license');
    expect(text(license)).toBe('mit');
    expect(license && written(document, license.span)).toBe('"mit"');
    const model = get(document.frontMatter, 'base_model');
    expect(model && written(document, model.span)).toBe('org/é𝄞');
    expect(document.damage).toEqual([]);
  });

  test('headings, sections and fences', () => {
    expect(document.headings.map(({ level, text: title }) => [level, title])).toEqual([
      [1, 'Model Card'],
      [2, 'Intended use'],
      [2, 'Limits'],
    ]);
    expect(document.headings.map((heading) => written(document, heading.span))).toEqual([
      '# Model Card #',
      'Intended use\n------------',
      '## Limits',
    ]);
    expect(document.sections.map((section) => section.text)).toEqual([
      'Intro',
      'Nothing.\n\n```python title\n# no heading\n```',
      '- a\n---',
    ]);
    expect(document.fences).toMatchObject([{ language: 'python', text: '# no heading\n' }]);
  });

  test('front matter is never evaluated, and its damage has its place', () => {
    expect(markdown('---js\n{ run: process.exit() }\n---\n# A\n').frontMatter).toBeUndefined();
    expect(get(markdown('---\na: !!js/function "f"\n---\n').frontMatter, 'a')?.open).toBe(true);
    const broken = markdown('---\r\na: [1\r\nb: 2\r\n---\r\n# A\r\n');
    expect(broken.damage.length).toBeGreaterThan(0);
    expect(broken.headings.map((heading) => heading.text)).toEqual(['A']);
    expect(markdown('---\na: 1\n').frontMatter).toBeUndefined();
    expect(get(markdown('\uFEFF---\r\na: 1\r\n---\r\n').frontMatter, 'a')).toBeDefined();
  });

  test('hostile text ends', () => {
    expect(markdown('#'.repeat(5_000_000)).headings).toEqual([]);
    expect(markdown(`# ${'x'.repeat(5_000_000)}`).headings).toHaveLength(1);
    expect(markdown('```\n'.repeat(20_001)).fences).toHaveLength(10_001);
    expect(markdown('> '.repeat(20_000)).headings).toEqual([]);
    expect(markdown('---\n'.repeat(20_000)).headings.length).toBe(0);
    expect(markdown('').sections).toEqual([]);
  });
});
