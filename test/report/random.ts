/** Reproducible numbers in [0, 1). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a hostile author would put into names, files and messages. */
const PIECES = [
  '@octocat',
  '@acme/ml',
  '#123',
  'GH-7',
  'acme/ml#9',
  'https://evil.example/?q=[x](y)',
  'www.evil.example',
  'a@b.example',
  'deadbeef12',
  '`',
  '``',
  '```',
  '```suggestion\n',
  '~~~',
  '<script>alert(1)</script>',
  '<!-- ml-review fingerprint=0123456789ab version=1 -->',
  '-->',
  '</details>',
  '<img src=x onerror=y>',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  '**bold**',
  '_em_',
  '~~no~~',
  '$x$',
  '\\',
  '|',
  '\\|',
  '&lt;',
  '&#64;octocat',
  '\u202e',
  '\u200b',
  '\u0000',
  '\u001b[31m',
  '\r\n',
  '\n',
  '\n\n# heading',
  '\n- item',
  '\n> quote',
  '\n---\n',
  '1. one',
  '::error file=x::y',
  '%0A',
  String.fromCharCode(0xd800),
  '\u{1F600}',
  String.fromCodePoint(0xe0041),
  'naïve',
  'X_test',
  ' ',
  '  ',
  '\t',
  'plain words',
  'ghp_0123456789012345678901234567890123',
  '<b',
  '>',
  '"',
  "'",
  '=',
  '+',
  'mailto:x@y.z',
];

/** A text of up to `most` pieces. */
export function hostileText(roll: () => number, most: number): string {
  const count = Math.floor(roll() * (most + 1));
  return Array.from({ length: count }, () => PIECES[Math.floor(roll() * PIECES.length)] ?? '').join(
    roll() < 0.5 ? '' : ' ',
  );
}
