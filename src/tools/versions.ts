/** Versions of a program that an adapter knows, and how that is known. */
export interface KnownVersions {
  readonly from: string;
  /** The first that is no longer known. */
  readonly below: string;
  /** The version against which the tests run the program itself; absent where it was never run. */
  readonly tested?: string;
}

const numbersOf = (version: string): readonly number[] =>
  (/^\d+(?:\.\d+){0,3}/.exec(version)?.[0] ?? '').split('.').map(Number);

function compare(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True where the installed version lies outside of what is known. */
export function isOutside(version: string, { from, below }: KnownVersions): boolean {
  return compare(version, from) < 0 || compare(version, below) >= 0;
}

/** What is known of an installed version, for the status table. One sentence without full stop. */
export function versionNote(version: string | undefined, known: KnownVersions): string {
  const range = `${known.from} up to, not including, ${known.below}`;
  const proof =
    known.tested === undefined
      ? 'proved on output written after the documentation, never on the program'
      : `proved on ${known.tested}`;
  if (version === undefined) return `says no version; its adapter knows ${range} (${proof})`;
  if (isOutside(version, known))
    return `${version} is outside of the versions that its adapter knows: ${range} (${proof})`;
  return known.tested === version ? 'ready' : `ready; ${proof}`;
}
