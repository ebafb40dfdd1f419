import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Change } from '../core/snapshot.ts';
import { renderComment, renderGroupComment } from '../report/comment.ts';
import type { Effect } from './effect.ts';
import { type Marker, readAcceptance, withoutMarkers, writeAcceptance, writeMarker } from './marker.ts';
import type { Posted, PostedComment } from './posted.ts';

/** What was read this time. */
export interface Reading {
  readonly report: Report;
  readonly changes: readonly Change[];
  readonly settings: Pick<Settings, 'review'>;
}

/**
 * A vanished finding is fixed only when its file was read this time: what could not be read proves nothing. A comment on
 * several findings may be about several files, so none may be in doubt.
 */
function wasRead({ report, changes }: Reading, { path, marker }: PostedComment): boolean {
  const many = marker.fingerprints.length > 1;
  const unreadable = changes.filter(({ binary }) => binary);
  if (unreadable.some((change) => change.path === path || (many && change.kind !== 'added'))) return false;
  const clouded = report.incidents.some(
    (incident) => incident.clouds && (many || incident.path === undefined || incident.path === path),
  );
  return !clouded && !report.notEvaluated.some((each) => each.path === path);
}

type Settled = Exclude<Marker['state'], 'open'>;

/** We may close a thread that nobody closed. */
const closes = ({ resolved, thread }: PostedComment): boolean => !resolved && thread !== undefined;

function folded(head: string, comment: PostedComment, state: Settled): readonly Effect[] {
  const text = withoutMarkers(comment.body);
  const acceptance = readAcceptance(comment.body);
  const { id, marker, thread } = comment;
  const closed = closes(comment);
  const markers = [
    ...(acceptance === undefined ? [] : [writeAcceptance(acceptance)]),
    writeMarker({ ...marker, state, closed }),
  ];
  const body = `${head}\n\n<details><summary>What it was about</summary>\n\n${text}\n\n</details>\n${markers.join('\n')}`;
  const edit: Effect = { kind: 'edit-comment', comment: id, body };
  return closed && thread !== undefined ? [edit, { kind: 'resolve-thread', comment: id, thread }] : [edit];
}

/** What a person decided about a comment is kept with it, so only one that nobody touched may go. */
function fixed(comment: PostedComment, { report, settings }: Reading): readonly Effect[] {
  const untouched = !comment.resolved && readAcceptance(comment.body) === undefined;
  if (settings.review.fixed === 'delete' && untouched) return [{ kind: 'delete-comment', comment: comment.id }];
  return folded(`✅ Fixed in ${report.head.slice(0, 7)}`, comment, 'fixed');
}

function rendered([first, ...rest]: readonly [Finding, ...Finding[]], { participants, version }: Report): string {
  const context = { participants, version, suggest: false };
  return rest.length === 0 ? renderComment(first, context) : renderGroupComment([first, ...rest], context);
}

const isOpen = ({ allowed }: Finding): boolean => allowed === undefined;

/** A list of which a part is settled names what is left; it keeps all marks, so that nothing is said anew. */
function shortened({ id, marker, body }: PostedComment, found: readonly Finding[], { report }: Reading) {
  const [first, ...rest] = found.filter(isOpen);
  const left = rest.length + 1;
  if (first === undefined || left === marker.left) return [];
  const all = marker.fingerprints.length;
  const gone = left === all ? '' : `\n\n✅ ${all - left} of ${all} no longer count as of ${report.head.slice(0, 7)}.`;
  const acceptance = readAcceptance(body);
  const accepted = acceptance === undefined ? '' : `\n${writeAcceptance(acceptance)}`;
  const text = `${withoutMarkers(rendered([first, ...rest], report))}${gone}${accepted}`;
  const edit: Effect = { kind: 'edit-comment', comment: id, body: `${text}\n${writeMarker({ ...marker, left })}` };
  return [edit];
}

function settled(comment: PostedComment, found: readonly Finding[], reading: Reading): readonly Effect[] {
  if (found.length === 0) return wasRead(reading, comment) ? fixed(comment, reading) : [];
  if (found.some(isOpen)) return wasRead(reading, comment) ? shortened(comment, found, reading) : [];
  const [first] = found;
  const byAuthor = found.every(({ allowed }) => allowed !== undefined && allowed.by !== 'reply');
  if (!byAuthor || first?.allowed === undefined) return [];
  return folded(`☑️ No longer counted: allowed by a ${first.allowed.by}`, comment, 'allowed');
}

function reopened({ id, marker, resolved, thread }: PostedComment, found: readonly Finding[], report: Report) {
  const [first, ...rest] = found.filter(isOpen);
  if (first === undefined) return [];
  const open: Marker = { ...marker, state: 'open', closed: false, left: rest.length + 1 };
  const body = `${withoutMarkers(rendered([first, ...rest], report))}\n${writeMarker(open)}`;
  const effects: Effect[] = [{ kind: 'edit-comment', comment: id, body }];
  if (marker.closed && resolved && thread !== undefined) effects.push({ kind: 'reopen-thread', comment: id, thread });
  return effects;
}

function settleOne(comment: PostedComment, byPrint: ReadonlyMap<string, Finding>, reading: Reading): readonly Effect[] {
  if (comment.answered) return [];
  const found = comment.marker.fingerprints.flatMap((print) => byPrint.get(print) ?? []);
  return comment.marker.state === 'open' ? settled(comment, found, reading) : reopened(comment, found, reading.report);
}

/**
 * What becomes of our comments whose findings are gone, allowed or back again. A thread in which somebody else wrote is
 * left alone, and so is one that says already what is true.
 */
export function settle(reading: Reading, posted: Posted): readonly Effect[] {
  const byPrint = new Map<string, Finding>(reading.report.findings.map((finding) => [finding.fingerprint, finding]));
  return posted.comments.flatMap((comment) => settleOne(comment, byPrint, reading));
}
