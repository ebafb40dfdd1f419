import type { Allowance, Finding } from '../core/finding.ts';
import type { RepoPath } from '../core/location.ts';
import type { Settings, Waiver } from '../core/settings.ts';

/** `# ml-review: allow[leak-fit-on-test] final refit, scored on a later month`, in any comment syntax. */
export interface AllowComment {
  readonly path: RepoPath;
  /** 1-based line of the comment. */
  readonly line: number;
  readonly ids: readonly string[];
  /** Empty when the author gave none; then it allows nothing. */
  readonly reason: string;
  /** From `ml-review:` to the bracket, as written. */
  readonly flagged: string;
  /** 1-based. */
  readonly column: number;
}

const ALLOW = /(ml-review:\s{0,9}allow\s{0,9}\[([^\]\n]{0,400})\])([^\n]{0,400})/;

/** Ends of a comment that are not part of the reason: a JSON string's tail, a closing comment mark. */
const TAIL = /(\s*(\*\/|-->|%\}|#\})|(\\n)?",?)\s*$/;

/** All allow comments of a text, by line. */
export function allowComments(path: RepoPath, text: string): readonly AllowComment[] {
  if (!text.includes('ml-review:')) return [];
  const found: AllowComment[] = [];
  text.split('\n').forEach((content, index) => {
    const match = content.length > 5_000 ? null : ALLOW.exec(content);
    if (match === null) return;
    const ids = (match[2] ?? '')
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '');
    const reason = (match[3] ?? '')
      .replace(/^[\s:-]+/, '')
      .replace(TAIL, '')
      .trim();
    found.push({ path, line: index + 1, ids, reason, flagged: match[1] ?? '', column: match.index + 1 });
  });
  return found;
}

/** The comment that covers a finding: on its first line, its last line, or alone on the line above. */
export function coveringComment(
  finding: Pick<Finding, 'check' | 'startLine' | 'endLine'>,
  comments: readonly AllowComment[],
): AllowComment | undefined {
  const { startLine, endLine, check } = finding;
  return comments.find(
    ({ line, ids, reason }) =>
      reason !== '' && ids.includes(check) && ((line >= startLine - 1 && line <= startLine) || line === endLine),
  );
}

type Matches = (glob: string, path: string) => boolean;

function waives(waiver: Waiver, finding: Pick<Finding, 'check' | 'path'>, today: string, matches: Matches): boolean {
  return waiver.check === finding.check && waiver.expires >= today && matches(waiver.path, finding.path);
}

/** What the files cannot show, and where a declaration says that it is kept elsewhere. */
const DECLARED: Readonly<Record<string, 'monitoring' | 'slo'>> = {
  'served-model-without-drift-monitor': 'monitoring',
  'online-endpoint-without-slo': 'slo',
};

interface Claim extends Pick<Finding, 'check' | 'path' | 'startLine' | 'endLine' | 'fingerprint'> {
  readonly runsCodeOf?: string | undefined;
}

function declared({ check, runsCodeOf }: Claim, { declare }: Settings): Allowance | undefined {
  const organisation = /^([^/]+)\/[^/]+$/.exec(runsCodeOf ?? '')?.[1]?.toLowerCase();
  if (declare.trustedOrganisations.some((each) => each.toLowerCase() === organisation))
    return { by: 'waiver', reason: `the configuration declares \`trusted-organisations\`: ${organisation}` };
  const key = DECLARED[check];
  const where = key === undefined ? undefined : declare[key];
  return where === undefined ? undefined : { by: 'waiver', reason: `the configuration declares \`${key}\`: ${where}` };
}

/** Why a finding does not count, in order of authority: what the base branch says, then the author's comment. */
export function allowanceFor(
  finding: Claim,
  settings: Settings,
  comments: readonly AllowComment[],
  today: string,
  matches: Matches,
): Allowance | undefined {
  const waiver = settings.waivers.find((each) => waives(each, finding, today, matches));
  if (waiver !== undefined)
    return { by: 'waiver', reason: `${waiver.reason} (${waiver.owner}, until ${waiver.expires})` };
  const elsewhere = declared(finding, settings);
  if (elsewhere !== undefined) return elsewhere;
  if (settings.baseline.includes(finding.fingerprint)) return { by: 'baseline', reason: 'accepted as baseline' };
  const comment = coveringComment(finding, comments);
  return comment === undefined ? undefined : { by: 'comment', reason: comment.reason };
}
