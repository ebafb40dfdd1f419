import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { atLeast, compareOn, SEVERITIES } from '../core/scale.ts';
import type { Settings } from '../core/settings.ts';
import type { Change } from '../core/snapshot.ts';
import { kindOfPath } from '../documents/kinds.ts';
import { type Annotation, toAnnotations } from '../report/annotations.ts';
import { renderComment, renderGroupComment } from '../report/comment.ts';
import { renderTitle, renderWithin } from '../report/summary.ts';
import { anchorOf, diffLinesOf, suggestible, suggestionAnchor } from './anchor.ts';
import { MOST_ANNOTATIONS } from './annotate.ts';
import { conclusionOf } from './conclusion.ts';
import type { Draft, Effect } from './effect.ts';
import { openList } from './openlist.ts';
import type { Posted } from './posted.ts';
import { settle } from './settle.ts';

/** Several findings of one check become one comment from this number on, wherever they are. */
const GROUP_FROM = 5;
/** The same in configuration, where one defect is often repeated from block to block. */
const GROUP_CONFIGURATION_FROM = 4;

/** GitHub's limit is 65,535 characters; the rest is left for what is added while performing. */
export const SUMMARY_BUDGET = 60_000;

export interface PlanInput {
  readonly report: Report;
  readonly settings: Settings;
  readonly changes: readonly Change[];
  readonly posted: Posted;
  /** Address of a line of a file at head. */
  readonly fileUrl: (path: string, line: number) => string;
  /** False for a draft that is only checked: everything is in the check run, nothing in the conversation. */
  readonly comments: boolean;
  /** Markdown below the summary: run id, what the configuration says. */
  readonly footer: string;
  /** Annotations about the configuration. */
  readonly notices: readonly Annotation[];
}

/** What speaks up beyond the summary: introduced, not allowed, not merely monitored, severe enough. */
function spoken(report: Report, settings: Settings): readonly Finding[] {
  return report.findings.filter(
    ({ introduced, allowed, mode, severity }) =>
      introduced && allowed === undefined && mode !== 'monitor' && atLeast(severity, settings.review.commentOn),
  );
}

function draftOf(group: readonly Finding[], input: PlanInput): Draft | undefined {
  const [first, ...rest] = group;
  if (first === undefined || first.placement !== 'added-line') return undefined;
  const anchor =
    (rest.length === 0 ? suggestionAnchor(first, input.changes) : undefined) ?? anchorOf(first, input.changes);
  if (anchor === undefined) return undefined;
  const fingerprints = group.map(({ fingerprint }) => fingerprint);
  const { participants, version } = input.report;
  const context = { participants, version, suggest: suggestible(first, anchor) };
  const body = rest.length === 0 ? renderComment(first, context) : renderGroupComment([first, ...rest], context);
  const file = input.changes.find(({ path }) => path === anchor.path);
  const diffLines = file === undefined ? 0 : diffLinesOf(file);
  return { anchor, body, fingerprints, diffLines, fallback: toAnnotations(group, participants) };
}

const isCode = ({ path }: Finding): boolean => ['python', 'notebook'].includes(kindOfPath(path));

/**
 * Which findings share a comment: in code those of one check on one line, or all of a check from `GROUP_FROM`; in
 * configuration those of one check in one file, or all of a check from `GROUP_CONFIGURATION_FROM`. Order is kept.
 */
function grouped(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const keyed = (key: (finding: Finding) => string): ReadonlyMap<string, readonly Finding[]> => {
    const groups = new Map<string, Finding[]>();
    for (const finding of findings) groups.set(key(finding), [...(groups.get(key(finding)) ?? []), finding]);
    return groups;
  };
  const wide = (finding: Finding): string => `${finding.check} ${isCode(finding) ? 'code' : 'configuration'}`;
  const narrow = (finding: Finding): string =>
    `${finding.check} ${finding.path}${isCode(finding) ? `:${finding.startLine}` : ''}`;
  const [all, near] = [keyed(wide), keyed(narrow)];
  const groups = findings.map((finding) => {
    const many = all.get(wide(finding)) ?? [];
    const enough = isCode(finding) ? GROUP_FROM : GROUP_CONFIGURATION_FROM;
    return many.length >= enough ? many : (near.get(narrow(finding)) ?? []);
  });
  return [...new Set(groups)];
}

/** Comments already open leave less room for milder ones; what must be fixed before merge always finds room. */
function roomFor(severity: Finding['severity'], input: PlanInput): number {
  const most = input.settings.review.maxComments;
  if (atLeast(severity, 'high')) return most;
  return most - input.posted.comments.filter(({ marker }) => marker.state === 'open').length;
}

interface Said {
  readonly drafts: readonly Draft[];
  /** Findings without a comment of their own. */
  readonly rest: readonly Finding[];
}

function sayNew(fresh: readonly Finding[], input: PlanInput): Said {
  if (!input.comments) return { drafts: [], rest: fresh };
  const commentable = fresh.filter((finding) => draftOf([finding], input) !== undefined);
  const drafts: Draft[] = [];
  const said = new Set<Finding>();
  for (const group of grouped(commentable)) {
    const [first] = group;
    const draft = draftOf(group, input);
    if (first === undefined || draft === undefined || drafts.length >= roomFor(first.severity, input)) continue;
    drafts.push(draft);
    for (const finding of group) said.add(finding);
  }
  return { drafts, rest: fresh.filter((finding) => !said.has(finding)) };
}

function reviewBody(drafts: readonly Draft[]): string {
  const places = drafts.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0);
  return `${places} finding${places === 1 ? '' : 's'} on changed lines. The whole picture is in the check run of this commit.`;
}

/** An annotation stands on a line of the head commit; what was removed is in the summary. */
function annotationsFor(rest: readonly Finding[], { notices, report }: PlanInput): readonly Annotation[] {
  const ordered = [...rest].sort((a, b) => compareOn(SEVERITIES, a.severity, b.severity));
  return [...notices, ...toAnnotations(ordered, report.participants)];
}

function leftOut(annotations: readonly Annotation[]): string {
  const more = annotations.length - MOST_ANNOTATIONS;
  return more > 0 ? `\n\n${more} more places are listed above and not marked in the files.` : '';
}

/**
 * What to write so that GitHub shows this report: the new comments in one review, edits of what is settled, and the end
 * of the check run. Pure; where everything is already said, nothing but the end of the check run is left.
 */
export function plan(input: PlanInput): readonly Effect[] {
  const { report, settings, posted, fileUrl } = input;
  const known = new Set<string>(posted.comments.flatMap(({ marker }) => marker.fingerprints));
  const fresh = spoken(report, settings).filter(({ fingerprint }) => !known.has(fingerprint));
  const { drafts, rest } = sayNew(fresh, input);
  const annotations = annotationsFor(rest, input);
  const footer = `${leftOut(annotations)}\n\n${input.footer}${openList(report)}`;
  const drafted = new Set<string>(drafts.flatMap(({ fingerprints }) => fingerprints));
  const commented = ({ fingerprint }: Finding): boolean => known.has(fingerprint) || drafted.has(fingerprint);
  const effects: Effect[] = [];
  if (drafts.length > 0) effects.push({ kind: 'post-review', commit: report.head, body: reviewBody(drafts), drafts });
  if (input.comments) effects.push(...settle(input, posted));
  effects.push({
    kind: 'complete-check',
    conclusion: conclusionOf(report),
    title: renderTitle(report),
    summary: renderWithin(report, { fileUrl, commented }, SUMMARY_BUDGET - Buffer.byteLength(footer)) + footer,
    annotations: annotations.slice(0, MOST_ANNOTATIONS),
    buttons: true,
  });
  return effects;
}
