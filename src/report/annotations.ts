import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { compareOn, SEVERITIES, type Severity } from '../core/scale.ts';
import { clip, plain, reveal } from './escape.ts';
import { concernName, isOpen, type Participants, plural, SEVERITY_NAMES, sentence, voices } from './words.ts';

/** As the checks API of GitHub takes it. Lines and columns are 1-based, both ends inclusive. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  /** Only where the annotation lies on one line. */
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

const LEVELS: Readonly<Record<Severity, Annotation['annotation_level']>> = {
  critical: 'failure',
  high: 'failure',
  medium: 'warning',
  low: 'notice',
};

/** Command of a workflow for each level, and how many of one command a step may give. */
const COMMANDS = { failure: 'error', warning: 'warning', notice: 'notice' } as const;
const MOST_COMMANDS = 10;

/** Annotations for these findings, in their order, without those that have no line at head. */
export function toAnnotations(findings: readonly Finding[], participants: Participants): readonly Annotation[] {
  return findings.filter((each) => each.side === 'head').map((each) => annotationOf(each, participants));
}

function annotationOf(finding: Finding, participants: Participants): Annotation {
  const { path, startLine, endLine, startColumn, endColumn } = finding;
  const columns =
    startLine === endLine && finding.cell === undefined
      ? { start_column: startColumn, end_column: Math.max(startColumn, endColumn - 1) }
      : {};
  const heading = [SEVERITY_NAMES[finding.severity], voices(participants, finding), concernName(participants, finding)];
  const cell = finding.cell === undefined ? '' : `Cell ${finding.cell}, line ${finding.cellLine ?? 1}: `;
  return {
    path,
    start_line: startLine,
    end_line: endLine,
    ...columns,
    annotation_level: LEVELS[finding.severity],
    title: clip(plain(heading.join(' · ')), 200),
    message: `${cell}${sentence(plain(clip(finding.message, 2_000)))}\n${plain(clip(finding.remedy, 4_000))} (${finding.check})`,
  };
}

/** Workflow commands that annotate the run of a GitHub Action; the worst of each level, as many as a step may give. */
export function renderWorkflow(report: Report): string {
  const open = report.findings.filter((each) => isOpen(each) && each.mode !== 'monitor');
  const sorted = [...open].sort((a, b) => compareOn(SEVERITIES, a.severity, b.severity));
  const annotations = toAnnotations(sorted, report.participants);
  const levels = ['failure', 'warning', 'notice'] as const;
  const given = levels.flatMap((level) =>
    annotations.filter((each) => each.annotation_level === level).slice(0, MOST_COMMANDS),
  );
  const more = open.length - given.length;
  const lines = given.map(commandOf);
  if (more > 0) lines.push(`${plural(more, 'more finding stands', 'more findings stand')} in the summary of this job.`);
  return lines.map((line) => `${line}\n`).join('');
}

function commandOf(annotation: Annotation): string {
  const { path, start_line, end_line, start_column, end_column, annotation_level, title, message } = annotation;
  const properties = Object.entries({
    file: reveal(path),
    line: start_line,
    endLine: end_line,
    col: start_column,
    endColumn: end_column,
    title,
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${COMMANDS[annotation_level]} ${properties.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
