import { compareVersions, isVersion, pinOf, specifierHolds, specifierIsBelow } from '../../src/documents/versions.ts';

describe('versions', () => {
  test.each([
    ['==2.5.1', '2.6', 'yes'],
    ['==2.6.0', '2.6', 'no'],
    ['==2.6.0+cu118', '2.6', 'no'],
    ['==2.6.0rc1', '2.6', 'yes'],
    ['==2.*', '2.6', 'unknown'],
    ['==2.5.*', '2.6', 'yes'],
    ['>=2.0', '2.6', 'unknown'],
    ['>=2.6', '2.6', 'no'],
    ['>2.6', '2.6', 'no'],
    ['<2.6', '2.6', 'yes'],
    ['<=2.6', '2.6', 'unknown'],
    ['>=1.13,<2.1', '2.6', 'yes'],
    ['~=2.5.0', '2.6', 'yes'],
    ['~=2.5', '2.6', 'unknown'],
    ['!=2.5', '2.6', 'unknown'],
    ['', '2.6', 'unknown'],
    ['==nonsense', '2.6', 'unknown'],
    ['>=3,<4', 'x', 'unknown'],
  ])('%s is below %s: %s', (specifier, version, answer) => {
    expect(specifierIsBelow(specifier, version)).toBe(answer);
  });

  test('pins, order and membership', () => {
    expect(['==1.0', '===1.0', '==1.*', '>=1', '==1,<2'].map(pinOf)).toEqual([
      '1.0',
      '1.0',
      undefined,
      undefined,
      undefined,
    ]);
    expect(compareVersions('1.10', '1.9')).toBeGreaterThan(0);
    expect(() => compareVersions('x', '1')).toThrow(RangeError);
    expect(isVersion('1.0.post1')).toBe(true);
    expect(isVersion('9'.repeat(300))).toBe(false);
    expect([
      specifierHolds('>=1,<2', '1.5'),
      specifierHolds('>=1,<2', '2.1'),
      specifierHolds('^1', '1'),
      specifierHolds('', '1'),
    ]).toEqual(['yes', 'no', 'unknown', 'yes']);
  });
});
