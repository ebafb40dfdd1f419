import { mentionsAny } from '../../src/documents/mentions.ts';

const TEXTS = [
  '',
  'a',
  'ab',
  'import torch\n',
  `${'x'.repeat(5000)}model.fit(X)${'é😀'.repeat(300)}`,
  Array.from({ length: 4000 }, (_, n) => `value_${n} = ${n * 7919}\n`).join(''),
];
const WORDS = [
  '',
  'a',
  'ab',
  'abc',
  'torch',
  'Torch',
  'import torch',
  'model.fit(',
  'value_3999',
  'value_4000',
  '😀',
  'xxxx',
  'zz',
];

describe('mentionsAny', () => {
  it.each(TEXTS.map((text, n) => [n, text] as const))(
    'agrees with a plain look at text %i, asked once or again',
    (_, text) => {
      const subject = { text };
      for (const word of [...WORDS, ...WORDS]) expect(mentionsAny(subject, [word])).toBe(text.includes(word));
    },
  );

  it('finds every piece of a long text', () => {
    const text = TEXTS[5] ?? '';
    const subject = { text };
    for (let at = 0; at < text.length; at += 97) expect(mentionsAny(subject, [text.slice(at, at + 11)])).toBe(true);
  });

  it('holds for any one of the words, and for none of no words', () => {
    const subject = { text: 'import torch' };
    expect(mentionsAny(subject, ['jax', 'torch'])).toBe(true);
    expect(mentionsAny(subject, ['jax', 'flax'])).toBe(false);
    expect(mentionsAny(subject, [])).toBe(false);
  });
});
