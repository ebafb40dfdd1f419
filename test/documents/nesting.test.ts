import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import { nestsDeeper } from '../../src/documents/nesting.ts';
import { parseToml } from '../../src/documents/toml.ts';
import { parseYaml } from '../../src/documents/yaml.ts';

const source = (name: string, text: string) => ({ path: repoPath(name), blob: 'b'.repeat(40) as BlobId, text });

const DEEP: readonly (readonly [string, string])[] = [
  ['flow sequences', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['unclosed flow maps', '{a: '.repeat(20_000)],
  ['indented maps', Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['sequences in one line', `${'- '.repeat(20_000)}x`],
  ['explicit keys in one line', `${'? '.repeat(20_000)}x`],
];

test.each(DEEP)('%s are refused before a recursive parser sees them', (_name, text) => {
  expect(nestsDeeper(text)).toBe(true);
  const document = parseYaml(source('a.yaml', text));
  expect(document.roots).toEqual([]);
  expect(document.damage[0]?.message).toMatch(/nests too deeply/);
});

test('deep arrays of TOML are refused as well', () => {
  const document = parseToml(source('a.toml', `x = ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`));
  expect(document.damage[0]?.message).toMatch(/nests too deeply/);
});

test('ordinary files are not deep', () => {
  const list = Array.from({ length: 5_000 }, (_, index) => `- name: x${index}\n  value: [1, [2, 3], {a: b}]`).join(
    '\n',
  );
  expect(nestsDeeper(list)).toBe(false);
  expect(nestsDeeper(`text: ${'- '.repeat(5)}x`)).toBe(false);
  expect(parseYaml(source('a.yaml', list)).roots).toHaveLength(1);
});
