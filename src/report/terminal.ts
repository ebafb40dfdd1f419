import picocolors from 'picocolors';
import type { Finding } from '../core/finding.ts';
import type { LifecycleRow, Report } from '../core/report.ts';
import type { Severity } from '../core/scale.ts';
import { uniqueTools } from './closing.ts';
import { clip, plain, reveal } from './escape.ts';
import { type FrameLine, frameOf } from './frame.ts';
import { maskSecrets } from './secrets.ts';
import {
  capital,
  countBySeverity,
  coverageText,
  healthyLine,
  incidentPlace,
  isHealthy,
  isOpen,
  LIFECYCLE_ROWS,
  personaName,
  ROW_NAMES,
  sentence,
  VERDICT_NAMES,
  voices,
  whereOf,
} from './words.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** Texts by path, for the code around a finding; what is not here is shown without code. */
  readonly sources: ReadonlyMap<string, string>;
}

type Paint = ReturnType<typeof picocolors.createColors>;

const MOST = 1_000;

/** The report for people at a terminal, the verdict last; one line where all is well. */
export function renderTerminal(report: Report, { colour, sources }: TerminalOptions): string {
  const paint = picocolors.createColors(colour);
  if (isHealthy(report)) return `${paint.green('✓')} ${healthyLine(report)}\n`;
  const open = report.findings.filter(isOpen);
  const parts = [
    ...open.map((each) => findingText(each, report, sources, paint)),
    allowedText(report, paint),
    constraintText(report, paint),
    conflictText(report, paint),
    readinessText(report, paint),
    gapsText(report, paint),
    toolsText(report, paint),
    verdictText(report, open, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function tint(paint: Paint, severity: Severity): (text: string) => string {
  const tints = {
    critical: (text: string) => paint.bold(paint.red(text)),
    high: paint.red,
    medium: paint.yellow,
    low: paint.blue,
  };
  return tints[severity];
}

/** Code in colour stands without its backticks. */
function prose(text: string, paint: Paint): string {
  const shown = plain(clip(text, MOST));
  if (!paint.isColorSupported) return shown;
  return shown.split('`').reduce((line, part, index) => line + (index % 2 === 1 ? paint.cyan(part) : part), '');
}

function findingText(finding: Finding, report: Report, sources: TerminalOptions['sources'], paint: Paint): string {
  const { severity, check, message, remedy, evidence, suggestion } = finding;
  const tags = [voices(report.participants, finding), check, ...(finding.mode === 'monitor' ? ['watched only'] : [])];
  const source = sources.get(finding.path);
  const label = (name: string, text: string) => `  ${paint.dim(name.padEnd(8))} ${text}`;
  return [
    `${tint(paint, severity)(severity.padEnd(8))} ${paint.bold(`${plain(whereOf(finding))}${finding.cell === undefined ? `:${finding.startColumn}` : ''}`)} ${paint.dim(tags.map(plain).join(' · '))}`,
    `  ${sentence(prose(message, paint))}`,
    ...(source === undefined ? [] : frameText(frameOf(source, finding), tint(paint, severity), paint)),
    ...evidence
      .slice(0, 4)
      .map((each) => label('evidence', `${plain(`${each.path}:${each.line}`)} ${prose(each.note, paint)}`.trim())),
    label('fix', prose(remedy, paint)),
    ...(suggestion === undefined
      ? []
      : suggestion.text
          .split('\n')
          .slice(0, 6)
          .map((line) => `  ${paint.green(`         + ${reveal(maskSecrets(line))}`)}`)),
    ...(finding.severityReason === undefined
      ? []
      : [label('rated', `${severity} because ${prose(finding.severityReason, paint)}`)]),
  ].join('\n');
}

function frameText(frame: readonly FrameLine[], tinted: (text: string) => string, paint: Paint): readonly string[] {
  const width = Math.max(...frame.map(({ number }) => String(number).length), 1);
  return frame.flatMap(({ number, text, flagged, mark }) => {
    const gutter = `  ${flagged ? tinted('▸') : ' '} ${paint.dim(`${String(number).padStart(width)} │`)}`;
    const line = `${gutter} ${flagged ? text : paint.dim(text)}`.trimEnd();
    if (mark === undefined) return [line];
    const under = ' '.repeat(mark.start) + tinted('^'.repeat(Math.max(1, mark.end - mark.start)));
    return [line, `    ${' '.repeat(width)} ${paint.dim('│')} ${under}`];
  });
}

function allowedText(report: Report, paint: Paint): string {
  const allowed = report.findings.filter((each) => each.introduced && each.allowed !== undefined);
  if (allowed.length === 0) return '';
  const rows = allowed.map(
    (each) =>
      `  ${each.severity.padEnd(8)} ${plain(whereOf(each))} ${each.check} by ${each.allowed?.by}: ${prose(each.allowed?.reason ?? '', paint)}`,
  );
  return [paint.bold('Allowed'), ...rows].join('\n');
}

const STATE_MARKS = { evidenced: '✓', contradicted: '✗', 'not evidenced': '–', 'not applicable': '·' } as const;

function constraintText(report: Report, paint: Paint): string {
  const tints = {
    evidenced: paint.green,
    contradicted: paint.red,
    'not evidenced': paint.yellow,
    'not applicable': paint.dim,
  } as const;
  const { lifecycle, constraints } = report.consolidation;
  const rows = constraints.map(({ question, status, answer, evidence }) => {
    const where = evidence.slice(0, 2).map(({ path, line }) => plain(`${path}:${line}`));
    return `  ${tints[status](STATE_MARKS[status])} ${prose(question, paint)} ${sentence(capital(prose(answer, paint)))} ${paint.dim(where.join(', '))}`.trimEnd();
  });
  const stage = (row: LifecycleRow) =>
    `${tints[lifecycle[row].status](STATE_MARKS[lifecycle[row].status])} ${ROW_NAMES[row].toLowerCase()}`;
  return [paint.bold('Lifecycle'), `  ${LIFECYCLE_ROWS.map(stage).join('   ')}`, ...rows].join('\n');
}

function conflictText(report: Report, paint: Paint): string {
  return report.consolidation.conflicts
    .map(({ tradeOff, positions, resolution, why, escalate, decided }) => {
      const told = positions.map(({ persona, says, evidence }) =>
        `  ${plain(personaName(report.participants, persona))}: ${prose(says, paint)} ${paint.dim(evidence.map(({ path, line }) => plain(`${path}:${line}`)).join(', '))}`.trimEnd(),
      );
      const end =
        decided === undefined
          ? `  → ${sentence(prose(resolution, paint))} Because ${sentence(prose(why, paint))}`
          : `  → decided by you: ${sentence(prose(decided, paint))}`;
      const ask =
        escalate === undefined || decided !== undefined
          ? []
          : [
              `  ? ${prose(escalate.question, paint)} ${escalate.options.map((each) => prose(each, paint)).join(' / ')}`,
            ];
      return [`${paint.bold('Conflict')} ${prose(tradeOff, paint)}`, ...told, end, ...ask].join('\n');
    })
    .join('\n\n');
}

function readinessText(report: Report, paint: Paint): string {
  const { confidence, before, why, wouldRaise } = report.consolidation.readiness;
  const level = before === undefined || before === confidence ? confidence : `${before} → ${confidence}`;
  const raise = wouldRaise.slice(0, 3).map((each) => `  + ${prose(each, paint)}`);
  return [`${paint.bold('Readiness')} ${level}: ${sentence(prose(why, paint))}`, ...raise].join('\n');
}

function gapsText(report: Report, paint: Paint): string {
  const incidents = report.incidents
    .filter((each) => each.clouds)
    .map((each) => `  ${plain(incidentPlace(each))} ${sentence(prose(each.message, paint))}`.replace(/^ {3}/, '  '));
  const unknown = report.notEvaluated.map(
    ({ path, reason, check }) =>
      `  ${plain(path)}${check === undefined ? '' : ` ${paint.dim(plain(check))}`} ${sentence(prose(reason, paint))}`,
  );
  const rows = [...incidents, ...unknown];
  if (rows.length === 0) return '';
  const shown = rows.slice(0, 20);
  const more = rows.length > shown.length ? [`  and ${rows.length - shown.length} more`] : [];
  return [paint.bold('Not known'), ...shown, ...more].join('\n');
}

function toolsText(report: Report, paint: Paint): string {
  const away = uniqueTools(report.participants).filter(({ status }) => status === 'missing' || status === 'failed');
  const degraded = report.participants.filter((each) => each.degraded).map((each) => plain(each.name));
  if (away.length === 0) return '';
  const listed = away.map(
    ({ name, status, note }) => `  ${plain(name)} ${status}${note === '' ? '' : `: ${prose(note, paint)}`}`,
  );
  return [
    `${paint.bold('Tools')}${degraded.length === 0 ? '' : ` ${paint.yellow(`${degraded.join(', ')} degraded`)}`}`,
    ...listed,
  ].join('\n');
}

function verdictText(report: Report, open: readonly Finding[], paint: Paint): string {
  const tints = { pass: paint.green, advise: paint.yellow, block: paint.red, incomplete: paint.yellow } as const;
  const older = report.findings.filter((each) => !each.introduced).length;
  const counts = [
    ...(open.length === 0 ? [] : [`${countBySeverity(open)} introduced`]),
    ...(older === 0 ? [] : [`${older} older`]),
    coverageText(report.coverage),
  ];
  const name = paint.bold(tints[report.verdict](VERDICT_NAMES[report.verdict]));
  return `${name}: ${sentence(prose(report.why, paint))}\n${paint.dim(counts.join(' · '))}`;
}
