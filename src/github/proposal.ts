import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { codeSpan } from '../report/escape.ts';
import { isOpen, plural } from '../report/words.ts';
import { conclusionOf } from './conclusion.ts';
import type { Decision } from './decide.ts';
import type { Configuration } from './ports.ts';

/** The configuration that a pull request proposes, and what it would make of this very pull request. */
export interface Proposal {
  readonly configuration: Configuration;
  /** Whether it would be reviewed at all. */
  readonly decision: Decision;
  /** The review under the proposed settings; absent where there is none or it would be the same. */
  readonly report?: Report;
}

/** More names than this hide the sentence they stand in. */
const MOST_NAMES = 5;

function named(findings: readonly Finding[]): string {
  const ids = [...new Set(findings.map(({ check }) => check))];
  const shown = ids.slice(0, MOST_NAMES).map((id) => codeSpan(id));
  return ids.length > MOST_NAMES ? `${shown.join(', ')} and ${ids.length - MOST_NAMES} more` : shown.join(', ');
}

function counted({ findings }: Report): ReadonlyMap<string, Finding> {
  const counting = findings.filter((finding) => isOpen(finding) && finding.mode !== 'monitor');
  return new Map(counting.map((finding) => [finding.fingerprint, finding]));
}

function differences(now: Report, then: Report): readonly string[] {
  const before = counted(now);
  const after = counted(then);
  const gone = [...before.values()].filter(({ fingerprint }) => !after.has(fingerprint));
  const come = [...after.values()].filter(({ fingerprint }) => !before.has(fingerprint));
  const otherwise = [...after.values()].filter(({ fingerprint, severity, mode }) => {
    const was = before.get(fingerprint);
    return was !== undefined && (was.severity !== severity || was.mode !== mode);
  });
  const said = [
    [gone, `${plural(gone.length, 'finding', 'findings')} fewer`],
    [come, `${plural(come.length, 'finding', 'findings')} more`],
    [otherwise, `${plural(otherwise.length, 'finding', 'findings')} rated otherwise`],
  ] as const;
  return said.flatMap(([findings, text]) => (findings.length === 0 ? [] : [`${text} (${named(findings)})`]));
}

const unread = ({ incidents }: Report): number => incidents.filter(({ clouds }) => clouds).length;

/** One sentence: what this pull request would get if its own configuration were in force. */
export function effectOf(now: Report, { decision, report: then }: Proposal): string {
  const current = conclusionOf(now);
  if (decision.kind === 'no-review') {
    const { title, conclusion } = decision.outcome;
    return `With the proposed configuration: no review of this pull request (${title}), conclusion ${conclusion} instead of ${current}.`;
  }
  if (then === undefined) return 'With the proposed configuration nothing changes for this pull request.';
  if (unread(then) > unread(now)) return 'What the proposed configuration does to this pull request could not be told.';
  const conclusion = conclusionOf(then);
  const said = [
    ...differences(now, then),
    ...(conclusion === current ? [] : [`conclusion ${conclusion} instead of ${current}`]),
  ];
  if (said.length === 0) return 'With the proposed configuration nothing changes for this pull request.';
  return `With the proposed configuration: ${said.join(', ')}.`;
}
