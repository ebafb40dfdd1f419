import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import type { Change } from '../core/snapshot.ts';
import { renderComment, renderGroupComment } from '../report/comment.ts';
import type { Effect } from './effect.ts';
import { readAcceptance, withoutMarkers, writeAcceptance, writeMarker } from './marker.ts';
import type { Posted, PostedComment } from './posted.ts';

/** What was read this time. */
export interface Reading {
  readonly report: Report;
  readonly changes: readonly Change[];
}

/** A vanished finding is fixed only when its file was read this time: what could not be read proves nothing. */
function wasRead({ report, changes }: Reading, path: string): boolean {
  if (changes.some((change) => change.binary && change.path === path)) return false;
  const clouded = report.incidents.some(
    (incident) => incident.clouds && (incident.path === undefined || incident.path === path),
  );
  return !clouded && !report.notEvaluated.some((each) => each.path === path);
}

function folded(head: string, comment: PostedComment, state: 'fixed' | 'allowed'): string {
  const text = withoutMarkers(comment.body);
  const acceptance = readAcceptance(comment.body);
  const markers = [
    ...(acceptance === undefined ? [] : [writeAcceptance(acceptance)]),
    writeMarker({ ...comment.marker, state }),
  ];
  return `${head}\n\n<details><summary>What it was about</summary>\n\n${text}\n\n</details>\n${markers.join('\n')}`;
}

function settled(comment: PostedComment, found: readonly Finding[], reading: Reading): string | undefined {
  if (found.length === 0) {
    if (!wasRead(reading, comment.path)) return undefined;
    return folded(`✅ Fixed in ${reading.report.head.slice(0, 7)}`, comment, 'fixed');
  }
  const [first] = found;
  const byAuthor = found.every(({ allowed }) => allowed !== undefined && allowed.by !== 'reply');
  if (!byAuthor || first?.allowed === undefined) return undefined;
  return folded(`☑️ No longer counted: allowed by a ${first.allowed.by}`, comment, 'allowed');
}

function reopened(found: readonly Finding[], { participants, version }: Report): string | undefined {
  const [first, ...rest] = found.filter(({ allowed }) => allowed === undefined);
  if (first === undefined) return undefined;
  const context = { participants, version, suggest: false };
  return rest.length === 0 ? renderComment(first, context) : renderGroupComment([first, ...rest], context);
}

function settleOne(comment: PostedComment, byPrint: ReadonlyMap<string, Finding>, reading: Reading): readonly Effect[] {
  if (comment.answered) return [];
  const found = comment.marker.fingerprints.flatMap((print) => byPrint.get(print) ?? []);
  const body = comment.marker.state === 'open' ? settled(comment, found, reading) : reopened(found, reading.report);
  if (body === undefined) return [];
  const edit: Effect = { kind: 'edit-comment', comment: comment.id, body };
  const close = comment.marker.state === 'open' && !comment.resolved && comment.resolvable !== undefined;
  return close ? [edit, { kind: 'resolve-thread', thread: comment.resolvable }] : [edit];
}

/**
 * Edits of our comments whose findings are gone, allowed or back again. A thread in which somebody else wrote is left
 * alone, and so is one that says already what is true.
 */
export function settle(reading: Reading, posted: Posted): readonly Effect[] {
  const byPrint = new Map<string, Finding>(reading.report.findings.map((finding) => [finding.fingerprint, finding]));
  return posted.comments.flatMap((comment) => settleOne(comment, byPrint, reading));
}
