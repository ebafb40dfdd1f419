import type { Fingerprint } from '../core/finding.ts';
import { readMarker as readPrints, writeMarker as writePrints } from '../report/marker.ts';

/** What our own comments carry, invisibly, at their end. It is the only memory between runs. */
export interface Marker {
  readonly fingerprints: readonly Fingerprint[];
  readonly version: string;
  readonly state: 'open' | 'fixed' | 'allowed';
  /** How many of the findings were open when the comment was last written. */
  readonly left: number;
  /** True when we resolved its thread ourselves, so that we may open it again. */
  readonly closed: boolean;
}

/** A decision that a person with write access took in the conversation of one pull request. */
export interface Acceptance {
  readonly fingerprints: readonly string[];
  readonly login: string;
  readonly reason: string;
}

const OURS = /^<!-- ml-review (fingerprint|state|left|accepted)=/;
const STATE = /^<!-- ml-review state=(fixed|allowed)( closed)? -->$/;
const LEFT = /^<!-- ml-review left=(\d{1,4}) -->$/;
const ACCEPTED =
  /^<!-- ml-review accepted=([0-9a-f]{8,64}(?:,[0-9a-f]{8,64}){0,999}) by=([\w[\]-]{1,60}) reason=([\w-]{0,4000}) -->$/;

/** Markers are the last lines of a body, each on its own, so that nothing inside the text can pass for one. */
function lastLines(body: string): readonly string[] {
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  const text = lines.findLastIndex((line) => !OURS.test(line));
  return lines.slice(text + 1);
}

/** The marker of one of our comments; undefined when the text is not one. */
export function readMarker(body: string): Marker | undefined {
  const lines = lastLines(body);
  const prints = readPrints(lines.join('\n'));
  if (prints === undefined) return undefined;
  const match = lines.map((line) => STATE.exec(line)).find((found) => found !== null);
  const state = match?.[1] === 'fixed' || match?.[1] === 'allowed' ? match[1] : 'open';
  const left = lines.flatMap((line) => LEFT.exec(line)?.[1] ?? [])[0];
  const all = prints.fingerprints.length;
  return { ...prints, state, left: left === undefined ? all : Number(left), closed: match?.[2] !== undefined };
}

export function writeMarker(marker: Marker): string {
  const state =
    marker.state === 'open' ? '' : `\n<!-- ml-review state=${marker.state}${marker.closed ? ' closed' : ''} -->`;
  const left = marker.left === marker.fingerprints.length ? '' : `\n<!-- ml-review left=${marker.left} -->`;
  return writePrints(marker) + left + state;
}

export function writeAcceptance({ fingerprints, login, reason }: Acceptance): string {
  const packed = Buffer.from(reason.slice(0, 1_000)).toString('base64url');
  return `<!-- ml-review accepted=${fingerprints.join(',')} by=${login} reason=${packed} -->`;
}

/** The decision recorded at the end of one of our comments or reviews. */
export function readAcceptance(body: string): Acceptance | undefined {
  for (const line of lastLines(body)) {
    const match = ACCEPTED.exec(line);
    if (match === null) continue;
    const reason = Buffer.from(match[3] ?? '', 'base64url').toString();
    return { fingerprints: (match[1] ?? '').split(','), login: match[2] ?? '', reason };
  }
  return undefined;
}

/** The text of a comment without the markers at its end. */
export function withoutMarkers(body: string): string {
  const lines = body.trimEnd().split('\n');
  while (OURS.test(lines.at(-1)?.trim() ?? '')) lines.pop();
  return lines.join('\n').trimEnd();
}
