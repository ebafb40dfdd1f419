import type { Fingerprint } from '../core/finding.ts';

/** What a comment of ours carries so that a later run knows it again. */
export interface Marker {
  readonly fingerprints: readonly Fingerprint[];
  /** Version of the product that wrote the comment. */
  readonly version: string;
}

const OPENING = '<!-- ml-review fingerprint=';
const SHAPE = /<!-- ml-review fingerprint=([0-9a-f]{8,64}(?:,[0-9a-f]{8,64}){0,500}) version=([\w.+-]{1,64}) -->/;

/** An HTML comment, invisible where Markdown is shown. */
export function writeMarker({ fingerprints, version }: Marker): string {
  return `${OPENING}${fingerprints.join(',')} version=${version.replace(/[^\w.+-]/g, '')} -->`;
}

/** The last marker of a body, because what stands above it may quote another; undefined where there is none. */
export function readMarker(body: string): Marker | undefined {
  const start = body.lastIndexOf(OPENING);
  const match = start === -1 ? null : SHAPE.exec(body.slice(start));
  if (match === null || match.index !== 0) return undefined;
  const [, fingerprints = '', version = ''] = match;
  // The shape above is the shape of a fingerprint.
  return { fingerprints: fingerprints.split(',') as Fingerprint[], version };
}
