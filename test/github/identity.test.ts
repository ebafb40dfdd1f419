import { checkNameFor, externalIdOf, readExternalId } from '../../src/github/identity.ts';

const identity = { pull: 12, base: 'b'.repeat(40), head: 'a'.repeat(40), config: 'abc123' };

describe('identity of a run', () => {
  test('is read as written', () => {
    expect(readExternalId(externalIdOf(identity))).toEqual(identity);
  });

  test.each([undefined, null, '', '12', 'ml-review:x:y:z:w', `${externalIdOf(identity)} `])('%j is none', (text) => {
    expect(readExternalId(text)).toBeUndefined();
  });

  test('only the default branch has the bare name', () => {
    expect(checkNameFor('main', 'main')).toBe('ML Review Panel');
    expect(checkNameFor('lax', 'main')).toBe('ML Review Panel (lax)');
  });
});
