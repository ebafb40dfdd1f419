import type { Report } from '../core/report.ts';

/** What "Accept as baseline" accepts is what the check run itself shows; more than this is not accepted by one click. */
const MOST = 300;

const SHAPE = /<!-- ml-review open=([0-9a-f]{8,64}(?:,[0-9a-f]{8,64}){0,299}) -->/;
const OPENING = '<!-- ml-review open=';

/** Invisible list of the findings that count now, for the end of a summary. */
export function openList({ findings }: Report): string {
  const open = findings.filter(
    ({ introduced, allowed, mode }) => introduced && allowed === undefined && mode !== 'monitor',
  );
  if (open.length === 0) return '';
  const prints = open.slice(0, MOST).map(({ fingerprint }) => fingerprint);
  return `\n${OPENING}${prints.join(',')} -->`;
}

/** Reads what {@link openList} wrote. */
export function openFingerprints(summary: string): readonly string[] {
  const start = summary.lastIndexOf(OPENING);
  const match = start === -1 ? null : SHAPE.exec(summary.slice(start));
  return match?.[1]?.split(',') ?? [];
}
