import {
  advice,
  cell,
  clip,
  codeSpan,
  fenced,
  guidance,
  html,
  plain,
  prose,
  rawFence,
  reveal,
} from '../../src/report/escape.ts';
import { holdsSecret, maskSecrets } from '../../src/report/secrets.ts';
import { shown, tokensOf } from './markdown.ts';
import { dice, hostileText } from './random.ts';

const LIVE = /@[\p{L}\p{N}_]|:\/\/|www\.|#\d|GH-\d/iu;

describe('text from the change', () => {
  test('is prose with its code kept', () => {
    expect(prose('`scaler.fit(X)` learns from X_test')).toBe('`scaler.fit(X)` learns from X\\_test');
  });

  test.each([
    '@octocat',
    'acme/ml#9',
    '#12',
    'GH-7',
    'https://evil.example',
    'www.evil.example',
    'a@b.example',
    '1a2b3c4d',
  ])('%s becomes code, where GitHub leaves it alone', (word) => {
    expect(shown(prose(`see ${word} now`)).code).toEqual([word]);
  });

  test('a word that only looks like a number or a name stays a word', () => {
    expect(prose('defaced 20240101')).toBe('defaced 20240101');
  });

  test('never becomes markup, whatever it holds', () => {
    for (let seed = 0; seed < 3_000; seed += 1) {
      const text = hostileText(dice(seed), 12);
      const markdown = prose(text);
      const kinds = new Set(tokensOf(markdown).map(({ type }) => type));
      const allowed = ['paragraph_open', 'paragraph_close', 'inline', 'text', 'text_special', 'code_inline'];
      expect({ text, kinds: [...kinds].filter((kind) => !allowed.includes(kind)) }).toEqual({ text, kinds: [] });
      expect(shown(markdown).text).not.toMatch(LIVE);
      expect(reveal(markdown)).toBe(markdown);
    }
  });

  test('never leaves its cell of a table', () => {
    for (let seed = 0; seed < 2_000; seed += 1) {
      const row = `| a | b | c |\n| --- | --- | --- |\n| ${cell(hostileText(dice(seed), 8))} | ${cell(hostileText(dice(seed + 9_999), 8))} | end |`;
      const tokens = tokensOf(row);
      expect({ seed, cells: tokens.filter(({ type }) => type === 'td_open').length }).toEqual({ seed, cells: 3 });
      expect(tokens.filter(({ type, content }) => type === 'html_inline' && !/^<\/?code>$/.test(content))).toEqual([]);
      expect(tokens.some(({ type, content }) => type === 'inline' && content === 'end')).toBe(true);
    }
  });

  test('keeps every character that can be seen', () => {
    const text = 'a `b|c` \\d [e](f) <g> *h* ~i~ $j$ & `k';
    const { code, text: rest } = shown(prose(text));
    expect(code).toEqual(['b|c']);
    expect(rest.replaceAll(' ', '')).toBe('a\\d[e](f)<g>*h*~i~$j$&`k'.replaceAll(' ', ''));
  });
});

describe('code', () => {
  test('a span outlives the backticks inside', () => {
    for (const text of ['a', '`', '``', 'a`b', '`a`', 'a``b`c']) expect(shown(codeSpan(text)).code).toEqual([text]);
    expect(codeSpan('')).toBe('');
  });

  test('a fence outlives the fences inside', () => {
    for (let seed = 0; seed < 500; seed += 1) {
      const text = hostileText(dice(seed), 10);
      for (const block of [fenced(text, 'text'), rawFence(text, 'suggestion')]) {
        const tokens = tokensOf(`${block}\n\nafter`);
        expect({ seed, fences: tokens.filter(({ type }) => type === 'fence').length }).toEqual({ seed, fences: 1 });
        expect(tokens.at(-2)?.content ?? '').toBe('after');
      }
    }
  });

  test('a suggestion is given as it stands', () => {
    expect(rawFence('a\n  b\u00ad\n', 'suggestion')).toBe('```suggestion\na\n  b\u00ad\n```');
  });
});

describe('advice of a check', () => {
  test('keeps code, lists and https links', () => {
    const text = 'Use `a`:\n- see [the page](https://example.com/a_b)\n- or\n```python\nx = 1\n```\nThen *stop*.';
    expect(guidance(text)).toBe(
      'Use `a`:\n- see [the page](https://example.com/a_b)\n- or\n\n```text\nx = 1\n```\n\nThen \\*stop\\*.',
    );
  });

  test('has no other links and no HTML', () => {
    for (let seed = 0; seed < 2_000; seed += 1) {
      const kinds = tokensOf(guidance(hostileText(dice(seed), 14))).map(({ type }) => type);
      expect(kinds.filter((kind) => kind.startsWith('html') || kind === 'image' || kind.startsWith('heading'))).toEqual(
        [],
      );
    }
  });

  test('is one line where it has to be', () => {
    expect(advice('Pin it,\nthen [read](https://example.com).\n\nMore.')).toBe(
      'Pin it, then [read](https://example.com).',
    );
  });
});

describe('what must not be seen, or must be', () => {
  test('hidden characters show their code point', () => {
    expect(reveal(`a\u202eb\u0000c${String.fromCharCode(0xd800)}${String.fromCodePoint(0xe0041)}`)).toBe(
      'a[U+202E]b[U+0000]c[U+D800][U+E0041]',
    );
    expect(reveal('tab\tand\nemoji \u{1F600}')).toBe('tab\tand\nemoji \u{1F600}');
  });

  test.each([
    ['AKIAIOSFODNN7EXAMPLE', 'AKIA****'],
    ['key = ghp_0123456789012345678901234567890123', 'key = ghp_****'],
    ['hf_abcdefghijklmnopqrstuvwxyzabcdefgh', 'hf_****'],
    ['postgresql://user:hunter2@db/x', 'postgresql://user:****@db/x'],
    ['password = "correct horse"', 'password = "correct horse"'],
    ['API_KEY: "abcdef123456"', 'API_KEY: "****"'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----****-----END RSA PRIVATE KEY-----',
    ],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', '-----BEGIN PRIVATE KEY-----****'],
    ['-----BEGIN CERTIFICATE-----\nMIIE', '-----BEGIN CERTIFICATE-----\nMIIE'],
    ['token = load("x")', 'token = load("x")'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
    expect(holdsSecret(text)).toBe(text !== masked);
  });

  test('a secret is masked in every form of output', () => {
    const secret = 'ghp_0123456789012345678901234567890123';
    for (const form of [prose, cell, plain, html, codeSpan, guidance, advice, (text: string) => fenced(text, '')]) {
      expect(form(`token \`${secret}\` and ${secret}`)).not.toContain(secret.slice(4));
    }
  });

  test('HTML is text', () => {
    expect(html('<a href="x">&\'')).toBe('&#60;a href=&#34;x&#34;&#62;&#38;&#39;');
  });

  test('clipping keeps whole characters', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('ab…');
    expect(clip('a\u{1F600}b', 3)).toBe('a…');
  });
});
