import type { Evidence, Finding } from '../core/finding.ts';
import type { Conflict, Constraint, LifecycleGap, Report } from '../core/report.ts';
import { SEVERITIES, type Severity } from '../core/scale.ts';
import type { Block } from './budget.ts';
import { advice, cell, cellCode, clip, codeSpan, isPlainUrl, prose } from './escape.ts';
import {
  capital,
  isOpen,
  LIFECYCLE_ROWS,
  MARKS,
  personaName,
  ROW_NAMES,
  SEVERITY_NAMES,
  STATE_MARKS,
  sentence,
  VERDICT_NAMES,
  voices,
  whereOf,
} from './words.ts';

/** What the place of publication adds. */
export interface Surroundings {
  /** Address of a line of a file at head; absent where there is none to give. */
  readonly fileUrl?: (path: string, line: number) => string;
  /** True where the finding's remedy already stands in a comment on its line. */
  readonly commented: (finding: Finding) => boolean;
}

export const MOST = { message: 600, note: 240, remedy: 600 } as const;

const NO_ROWS = { rows: [], tail: '', left: () => '' } as const;

export function verdictBlock(report: Report): Block {
  const degraded = report.participants.filter((each) => each.degraded).map((each) => prose(each.name));
  const lines = [
    `**${VERDICT_NAMES[report.verdict]}** · ${sentence(capital(prose(clip(report.why, MOST.message))))}`,
    ...(degraded.length === 0 ? [] : [`⚠️ Degraded for want of required tools: ${degraded.join(', ')}.`]),
  ];
  return { ...NO_ROWS, head: lines.join('\n') };
}

/** What the author alone allowed, first, because nobody else has looked at it. */
export function allowedByAuthorBlock(report: Report): Block | undefined {
  const rows = report.findings
    .filter(
      (each) =>
        each.introduced && each.allowed?.by === 'comment' && (each.severity === 'critical' || each.severity === 'high'),
    )
    .map(
      (each) =>
        `- ${MARKS[each.severity]} ${placeOf(each)} ${prose(clip(each.message, MOST.note))} — ${allowance(each)}`,
    );
  return listed('**Allowed by the author alone**', rows, 'allowed findings');
}

export function severityBlocks(report: Report, around: Surroundings): readonly Block[] {
  const open = report.findings.filter(isOpen);
  return SEVERITIES.flatMap((severity) => severityBlock(open, severity, report, around) ?? []);
}

function severityBlock(
  open: readonly Finding[],
  severity: Severity,
  report: Report,
  around: Surroundings,
): Block | undefined {
  const mine = open.filter((each) => each.severity === severity);
  return listed(
    `### ${MARKS[severity]} ${SEVERITY_NAMES[severity]}: ${mine.length}`,
    mine.map((each) => findingRow(each, report, around)),
    `${severity} findings`,
  );
}

function findingRow(finding: Finding, report: Report, around: Surroundings): string {
  const who = prose(voices(report.participants, finding));
  const tags = [
    who,
    ...(finding.confidence === 'low' ? ['not sure'] : []),
    ...(finding.mode === 'monitor' ? ['watched only'] : []),
    docsLink(finding),
  ];
  const fix = around.commented(finding)
    ? ''
    : `${proofOf(finding, around)} **Fix** ${advice(clip(finding.remedy, MOST.remedy))}`;
  return `- ${placeOf(finding, around)} ${sentence(prose(clip(finding.message, MOST.message)))}${fix} (${tags.join(' · ')})`;
}

function proofOf({ evidence }: Finding, around: Surroundings): string {
  if (evidence.length === 0) return '';
  const shown = evidence
    .slice(0, 3)
    .map((each) => `${linkTo(each, codeSpan, around)} ${prose(clip(each.note, MOST.note))}`.trim());
  const more = evidence.length - shown.length;
  return ` **Evidence** ${sentence([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; '))}`;
}

export function lifecycleBlock(report: Report, around: Surroundings): Block {
  const { lifecycle } = report.consolidation;
  const told = new Set(report.findings.filter(isOpen).map((each) => each.message));
  const rows = LIFECYCLE_ROWS.map((row) => {
    const gap = lifecycle[row];
    return `| ${ROW_NAMES[row]} | ${STATE_MARKS[gap.status]} ${gap.status} | ${gapText(gap, told, around)} |`;
  });
  return {
    head: '### Lifecycle\n\n| Stage | State | By what |\n| --- | --- | --- |',
    rows,
    tail: '',
    left: left('stages'),
  };
}

/** `told` holds what stands above already; of that only the place is named. */
function gapText(gap: LifecycleGap, told: ReadonlySet<string>, around: Surroundings): string {
  const shown = gap.status === 'contradicted' ? gap.contradictions : gap.evidence;
  if (shown.length > 0) return evidenceCells(shown, told, around);
  if (gap.wouldCount.length === 0) return '';
  return `would count: ${gap.wouldCount
    .slice(0, 3)
    .map((each) => cell(clip(each, MOST.note)))
    .join('; ')}`;
}

function evidenceCells(evidence: readonly Evidence[], told: ReadonlySet<string>, around: Surroundings): string {
  const shown = evidence.slice(0, 2).map((each) => {
    const note = told.has(each.note) ? '' : cell(clip(each.note, MOST.note));
    return `${linkTo(each, cellCode, around)} ${note}`.trim();
  });
  const more = evidence.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export function constraintBlock(report: Report, around: Surroundings): Block | undefined {
  return listed(
    '### Constraints',
    report.consolidation.constraints.map((each) => constraintRow(each, around)),
    'constraints',
  );
}

function constraintRow({ question, status, answer, evidence }: Constraint, around: Surroundings): string {
  return `- ${STATE_MARKS[status]} **${prose(question)}** ${sentence(capital(prose(clip(answer, MOST.message))))}${evidenceList(evidence, around, codeSpan)}`;
}

/** ` (`a:1`, `b:2`)`, or nothing. */
export function evidenceList(
  evidence: readonly Evidence[],
  around: Surroundings,
  code: (text: string) => string,
): string {
  if (evidence.length === 0) return '';
  const more = evidence.length > 4 ? `, and ${evidence.length - 4} more` : '';
  return ` (${evidence
    .slice(0, 4)
    .map((each) => linkTo(each, code, around))
    .join(', ')}${more})`;
}

export function conflictBlock(report: Report, around: Surroundings): Block | undefined {
  return listed(
    '### Conflicts',
    report.consolidation.conflicts.map((each) => conflictRow(each, report, around)),
    'conflicts',
  );
}

function conflictRow(conflict: Conflict, report: Report, around: Surroundings): string {
  const positions = conflict.positions.map(
    ({ persona, says, evidence }) =>
      `  - ${prose(personaName(report.participants, persona))}: ${prose(clip(says, MOST.message))}${evidenceList(evidence, around, codeSpan)}`,
  );
  const ask = conflict.escalate;
  const end =
    conflict.decided !== undefined
      ? `  - **Decided by you** ${sentence(prose(clip(conflict.decided, MOST.message)))}`
      : `  - **Recommended** ${sentence(prose(clip(conflict.resolution, MOST.message)))} Because ${sentence(prose(clip(conflict.why, MOST.message)))}`;
  const question =
    ask === undefined || conflict.decided !== undefined
      ? []
      : [
          `  - **For you to decide** ${prose(clip(ask.question, MOST.message))} ${ask.options.map((each) => prose(clip(each, MOST.note))).join(' / ')}`,
        ];
  return [
    `- **${prose(clip(conflict.tradeOff, MOST.note))}** (${codeSpan(conflict.id)})`,
    ...positions,
    end,
    ...question,
  ].join('\n');
}

/** A block of rows under a heading; undefined where there are none. */
export function listed(head: string, rows: readonly string[], what: string): Block | undefined {
  return rows.length === 0 ? undefined : { head: `${head}\n`, rows, tail: '', left: left(what) };
}

export function left(what: string): (count: number) => string {
  return (count) => `_${count} more ${what} left out for length._`;
}

export function placeOf(finding: Finding, around?: Surroundings): string {
  const text = codeSpan(clip(whereOf(finding), MOST.note));
  const url = finding.side === 'head' ? around?.fileUrl?.(finding.path, finding.startLine) : undefined;
  return url === undefined ? text : `[${text}](${url})`;
}

export function allowance({ allowed }: Finding): string {
  return allowed === undefined ? '' : `${allowed.by}: ${prose(clip(allowed.reason, MOST.note))}`;
}

function linkTo({ path, line }: Evidence, code: (text: string) => string, around: Surroundings): string {
  const text = code(clip(`${path}:${line}`, MOST.note));
  const url = around.fileUrl?.(path, line);
  return url === undefined ? text : `[${text}](${url})`;
}

function docsLink({ check, docs }: Finding): string {
  return isPlainUrl(docs) ? `[${prose(check)}](${docs})` : codeSpan(check);
}
