import pep440 from '@renovatebot/pep440';

export type Certainty = 'yes' | 'no' | 'unknown';

/** Whether a text is one version as PEP 440 writes it. */
export function isVersion(text: string): boolean {
  return text.length < 200 && pep440.valid(text) !== null;
}

/** Negative, zero or positive. Throws a RangeError where one of the two is no version. */
export function compareVersions(one: string, other: string): number {
  if (!isVersion(one) || !isVersion(other)) throw new RangeError(`not versions: ${one}, ${other}`);
  return pep440.compare(one, other);
}

/** The lowest and highest version that a specifier lets in; undefined is without end. */
interface Bounds {
  low: { version: string; inclusive: boolean } | undefined;
  high: { version: string; inclusive: boolean } | undefined;
}

const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)(.+)$/;

/** `1.4.2` -> `1.5`: the first version after all that start with the release without its last part. */
function after(release: readonly string[]): string | undefined {
  const last = release.at(-1);
  if (last === undefined || !/^\d{1,9}$/.test(last)) return undefined;
  return [...release.slice(0, -1), String(Number(last) + 1)].join('.');
}

function clauseBounds(operator: string, version: string): Bounds | undefined {
  if (operator === '!=') return { low: undefined, high: undefined };
  const prefix = version.endsWith('.*') ? version.slice(0, -2) : undefined;
  if (prefix !== undefined || operator === '~=') {
    const base = prefix ?? version;
    const release = base.replace(/^v|^\d+!|[^\d.].*$/g, '').split('.');
    const end = after(prefix === undefined ? release.slice(0, -1) : release);
    if (end === undefined || !isVersion(base) || (prefix !== undefined && operator !== '==')) return undefined;
    return { low: { version: base, inclusive: true }, high: { version: `${end}.dev0`, inclusive: false } };
  }
  if (!isVersion(version)) return undefined;
  const exact = { version, inclusive: operator.includes('=') };
  if (operator === '<' || operator === '<=') return { low: undefined, high: exact };
  if (operator === '>' || operator === '>=') return { low: exact, high: undefined };
  return { low: exact, high: exact };
}

function tighter(one: Bounds['low'], other: Bounds['low'], sign: 1 | -1): Bounds['low'] {
  if (one === undefined || other === undefined) return one ?? other;
  const order = compareVersions(one.version, other.version) * sign;
  if (order === 0) return one.inclusive ? other : one;
  return order > 0 ? one : other;
}

/** Undefined where a clause is not understood. */
function boundsOf(specifier: string): Bounds | undefined {
  const all: Bounds = { low: undefined, high: undefined };
  for (const clause of specifier.split(',')) {
    if (clause.trim() === '') continue;
    const [, operator, version] = CLAUSE.exec(clause.trim()) ?? [];
    const bounds = operator === undefined ? undefined : clauseBounds(operator, (version ?? '').trim());
    if (bounds === undefined) return undefined;
    all.low = tighter(all.low, bounds.low, 1);
    all.high = tighter(all.high, bounds.high, -1);
  }
  return all;
}

/**
 * Whether every version that a PEP 440 specifier lets in is lower than `version`: `no` where every one is at least that,
 * `unknown` where both can be, and where the specifier is not understood.
 */
export function specifierIsBelow(specifier: string, version: string): Certainty {
  const bounds = boundsOf(specifier);
  if (bounds === undefined || !isVersion(version)) return 'unknown';
  const { low, high } = bounds;
  if (low !== undefined && compareVersions(low.version, version) >= 0) return 'no';
  if (high === undefined) return 'unknown';
  const order = compareVersions(high.version, version);
  return order < 0 || (order === 0 && !high.inclusive) ? 'yes' : 'unknown';
}

/** The version that a specifier pins: `==2.1.0` and `===2.1.0`, not `==2.*`. */
export function pinOf(specifier: string): string | undefined {
  const version = /^={2,3}([^,*]+)$/.exec(specifier)?.[1];
  return version !== undefined && isVersion(version) ? version : undefined;
}

/** Whether a version is among those that a specifier lets in; unknown where one of the two is not understood. */
export function specifierHolds(specifier: string, version: string): Certainty {
  if (!isVersion(version) || (specifier !== '' && !pep440.validRange(specifier))) return 'unknown';
  return specifier === '' || pep440.satisfies(version, specifier, { prereleases: true }) ? 'yes' : 'no';
}
