import type { Finding } from '../../src/core/finding.ts';
import { repoPath } from '../../src/core/location.ts';
import { bytesOf } from '../../src/report/budget.ts';
import { allowSyntax, type CommentContext, renderComment, renderGroupComment } from '../../src/report/comment.ts';
import { readMarker, writeMarker } from '../../src/report/marker.ts';
import { finding, report } from './fixtures.ts';
import { tokensOf } from './markdown.ts';
import { dice, hostileText } from './random.ts';

const context: CommentContext = { participants: report().participants, version: '0.1.0', suggest: true };

describe('an inline comment', () => {
  test('says what, by what evidence, what to do and how to say no', () => {
    expect(renderComment(finding(), context)).toBe(`**🟠 High · ML Engineer · Data leakage**
\`scaler.fit_transform(X_test)\` learns from the test rows, so the score below it is optimistic.

**Evidence** \`src/train.py:7\` splits; \`src/train.py:11\` reports this score.
**Fix** Fit on the training rows only, and transform the test rows with what was learned there.
\`\`\`suggestion
X_test = scaler.transform(X_test)
\`\`\`
<details><summary>Why, and how to say no</summary>

[leak-fit-on-test](https://example.com/checks/leak-fit-on-test) · \`# ml-review: allow[leak-fit-on-test] reason\` or reply \`/ml-review accept <reason>\`

</details>
<!-- ml-review fingerprint=000000000000000000000001 version=0.1.0 -->`);
  });

  test('leaves out what there is not', () => {
    const bare = finding({ evidence: [], path: repoPath('conf/a.json'), docs: '' });
    const body = renderComment(bare, { ...context, suggest: false });
    expect(body).not.toContain('**Evidence**');
    expect(body).not.toContain('suggestion');
    expect(body).not.toContain('allow[');
    expect(body).toContain('reply `/ml-review accept <reason>`');
  });

  test('notes a severity of its own, doubt and second sources', () => {
    const body = renderComment(
      finding({
        confidence: 'low',
        severityReason: 'the route is public',
        sources: ['ml-review', 'bandit:B301'],
        alsoRaisedBy: ['sre'],
      }),
      context,
    );
    expect(body).toContain('ML Engineer with SRE');
    expect(body).toContain(
      '**Note** Rated high because the route is public; the panel is not sure of this one; also reported by `bandit:B301`.',
    );
  });

  test.each([
    ['a hidden character', 'x = 1 # \u202e'],
    ['a secret', 'key = "ghp_0123456789012345678901234567890123"'],
    ['an endless text', 'x'.repeat(20_000)],
  ])('offers no suggestion with %s', (_, text) => {
    expect(renderComment(finding({ suggestion: { startLine: 1, endLine: 1, text } }), context)).not.toContain(
      '```suggestion',
    );
  });

  test('keeps its form under hostile text', () => {
    for (let seed = 0; seed < 1_000; seed += 1) {
      const body = renderComment(hostile(seed), context);
      expect(bytesOf(body)).toBeLessThan(60_000);
      expect(readMarker(body)?.fingerprints).toEqual(['000000000000000000000001']);
      const tokens = tokensOf(body);
      expect({
        seed,
        fences: tokens.filter(({ type, content }) => type === 'fence' && content !== '').length <= 1,
      }).toEqual({ seed, fences: true });
      const markup = tokens
        .filter(({ type }) => type === 'html_block' || type === 'html_inline')
        .map(({ content }) => content.trim());
      expect(markup).toEqual([
        '<details><summary>Why, and how to say no</summary>',
        expect.stringMatching(/^<\/details>\n<!-- ml-review fingerprint=000000000000000000000001 version=0\.1\.0 -->$/),
      ]);
    }
  });

  test('stays small when everything is large', () => {
    const long = '`|@a` *'.repeat(20_000);
    const evidence = Array.from({ length: 500 }, () => ({ path: repoPath('a'.repeat(4_000)), line: 1, note: long }));
    const huge = finding({ message: long, remedy: long, evidence, severityReason: long, title: long });
    expect(bytesOf(renderComment(huge, context))).toBeLessThan(60_000);
    expect(bytesOf(renderGroupComment([huge, ...Array.from({ length: 400 }, () => huge)], context))).toBeLessThan(
      60_000,
    );
  });
});

describe('a comment for many places', () => {
  test('lists them and carries every fingerprint', () => {
    const second = finding({
      startLine: 20,
      path: repoPath('notebooks/a.ipynb'),
      cell: 2,
      cellLine: 4,
      fingerprint: finding({}).fingerprint,
    });
    const body = renderGroupComment([finding(), second], context);
    expect(body).toContain(
      '**🟠 High · ML Engineer · Data leakage** · 2 places\n- `src/train.py:10` `scaler.fit_transform(X_test)` learns',
    );
    expect(body).toContain('- `notebooks/a.ipynb cell 2:4` ');
    expect(readMarker(body)?.fingerprints).toHaveLength(2);
  });
});

describe('the marker', () => {
  const marker = { fingerprints: [finding().fingerprint], version: '1.2.3-beta.1' };

  test('reads what it wrote', () => {
    expect(readMarker(`text\n${writeMarker(marker)}`)).toEqual(marker);
  });

  test.each([
    '',
    'no marker',
    '<!-- ml-review fingerprint=zz version=1 -->',
    '<!-- ml-review fingerprint=0123456789 -->',
  ])('is absent in %j', (body) => {
    expect(readMarker(body)).toBeUndefined();
  });

  test('the last one counts, because what stands above may quote another', () => {
    const other = writeMarker({ ...marker, version: '0.0.1' });
    expect(readMarker(`${other}\n${writeMarker(marker)}`)?.version).toBe('1.2.3-beta.1');
  });
});

test.each([
  ['src/a.py', '# ml-review: allow[x-y] reason'],
  ['Dockerfile', '# ml-review: allow[x-y] reason'],
  ['db/1.SQL', '-- ml-review: allow[x-y] reason'],
  ['MODEL_CARD.md', '<!-- ml-review: allow[x-y] reason -->'],
  ['a/model.json', undefined],
  ['a/model.pt', undefined],
])('saying no in %s', (path, syntax) => {
  expect(allowSyntax(path, 'x-y')).toBe(syntax);
});

function hostile(seed: number): Finding {
  const roll = dice(seed);
  const path = repoPath(`src/${hostileText(roll, 4).replaceAll('\u0000', '').replaceAll('/', '.')}x.py`);
  return finding({
    path,
    message: hostileText(roll, 10),
    remedy: 'Do the other thing.',
    severityReason: hostileText(roll, 5),
    docs: hostileText(roll, 3),
    evidence: [{ path, line: 1, note: hostileText(roll, 6) }],
    suggestion: { startLine: 1, endLine: 1, text: hostileText(roll, 6) },
  });
}
