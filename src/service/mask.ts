/**
 * What must never be read by others, by its shape. Every pattern begins at a boundary or consumes what it scans, so
 * that none takes more than linear time on hostile text.
 */
const SHAPES: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // GitHub tokens of every kind and length, also the stateless `ghs_APP_JWT`.
  [/(?<![A-Za-z0-9_])(?:gh[a-z]|github_pat)_[A-Za-z0-9_.-]{8,}/g, '[token]'],
  [/(?<![A-Za-z0-9_])v1\.[0-9a-f]{40,}/g, '[token]'],
  [/(?<![A-Za-z0-9_-])ey[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g, '[token]'],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, '[private key]'],
  [/:\/\/[^\s/@"'\\]+@/g, '://[credentials]@'],
  [/\b(bearer|basic|token) [A-Za-z0-9+/=_.~-]{12,}/gi, '$1 [token]'],
  [/(?<![A-Za-z0-9_])(?:hf_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|xox[a-z]-[A-Za-z0-9-]{10,})/g, '[token]'],
];

/** Shorter secrets would mask half of every text; the start-up guards refuse them. */
const SHORTEST_SECRET = 8;

/** Replaces tokens, keys and credentials by their shape, and the given secrets by their value. */
export function createMask(secrets: readonly string[] = []): (text: string) => string {
  const known = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // A secret may stand in JSON, where its line breaks are escaped.
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (text) => {
    let masked = text;
    for (const secret of known) masked = masked.replaceAll(secret, '[secret]');
    for (const [pattern, instead] of SHAPES) masked = masked.replace(pattern, instead);
    return masked;
  };
}
