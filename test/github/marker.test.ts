import type { Fingerprint } from '../../src/core/finding.ts';
import { readAcceptance, readMarker, withoutMarkers, writeAcceptance, writeMarker } from '../../src/github/marker.ts';

const prints = ['0123456789abcdef', 'fedcba9876543210'] as unknown as readonly Fingerprint[];
const marker = { fingerprints: prints, version: '1.2.3', state: 'open', closed: false, left: 2 } as const;

describe('markers', () => {
  test.each(['open', 'fixed', 'allowed'] as const)('state %s is read as written', (state) => {
    expect(readMarker(`text\n${writeMarker({ ...marker, state })}`)).toEqual({ ...marker, state });
  });

  test('a thread that we resolved ourselves is known again', () => {
    const own = { ...marker, state: 'fixed', closed: true } as const;
    expect(readMarker(`text\n${writeMarker(own)}`)).toEqual(own);
  });

  test('how many are left is read as written', () => {
    expect(readMarker(`text\n${writeMarker({ ...marker, left: 1 })}`)).toEqual({ ...marker, left: 1 });
  });

  test('only the last lines count: what the text quotes is no marker', () => {
    expect(readMarker(`${writeMarker(marker)}\nsaid a person`)).toBeUndefined();
    expect(readMarker('plain text')).toBeUndefined();
    expect(readMarker(`\`<!-- ml-review state=fixed -->\`\n${writeMarker(marker)}`)?.state).toBe('open');
  });

  test('a decision keeps its reason, whatever is in it', () => {
    const decision = { fingerprints: prints, login: 'ana', reason: '--> <!-- "ü" \n@all' };
    expect(readAcceptance(`text\n${writeAcceptance(decision)}\n${writeMarker(marker)}`)).toEqual(decision);
  });

  test('texts come back without their markers', () => {
    const body = `first\n\nsecond\n${writeAcceptance({ fingerprints: prints, login: 'a', reason: 'b' })}\n${writeMarker({ ...marker, state: 'fixed' })}`;
    expect(withoutMarkers(body)).toBe('first\n\nsecond');
  });
});
