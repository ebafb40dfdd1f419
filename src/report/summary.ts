import type { Report } from '../core/report.ts';
import { type Block, fit } from './budget.ts';
import {
  allowedBlock,
  coverageBlock,
  olderBlock,
  participantsBlock,
  readinessBlock,
  readinessTestsBlock,
} from './closing.ts';
import { clip } from './escape.ts';
import {
  allowedByAuthorBlock,
  conflictBlock,
  constraintBlock,
  lifecycleBlock,
  type Surroundings,
  severityBlocks,
  verdictBlock,
} from './sections.ts';
import { capital, countBySeverity, healthyLine, isHealthy, isOpen, sentence } from './words.ts';

/** GitHub takes 65,535 characters; this leaves room for what the App adds. */
export const SUMMARY_BYTES = 60_000;

const MOST_TITLE = 200;

/** The verdict in one line without markup, for the title of a check run. */
export function renderTitle(report: Report): string {
  const open = report.findings.filter(isOpen);
  const { confidence, before } = report.consolidation.readiness;
  const parts = [
    open.length > 0 ? `${countBySeverity(open)} introduced` : '',
    report.verdict === 'incomplete' ? 'not everything could be judged' : '',
    before !== undefined && before !== confidence ? `readiness ${before} → ${confidence}` : '',
  ].filter((part) => part !== '');
  const line = parts.length === 0 ? healthyLine(report) : parts.join(' · ');
  return clip(capital(line), MOST_TITLE);
}

/** The summary of a check run: Markdown of at most `SUMMARY_BYTES` bytes, worst first; one line where all is well. */
export function renderSummary(report: Report, around: Surroundings): string {
  return renderWithin(report, around, SUMMARY_BYTES);
}

/** The summary within a number of bytes; whole rows are left out, and how many is said. */
export function renderWithin(report: Report, around: Surroundings, bytes: number): string {
  if (isHealthy(report)) {
    return `${sentence(capital(healthyLine(report)))}\n`;
  }
  return `${fit(blocksOf(report, around), bytes - 1)}\n`;
}

function blocksOf(report: Report, around: Surroundings): readonly Block[] {
  const shown = new Set(
    report.findings.filter((each) => isOpen(each) && !around.commented(each)).map((each) => each.remedy),
  );
  return [
    verdictBlock(report),
    allowedByAuthorBlock(report),
    ...severityBlocks(report, around),
    lifecycleBlock(report, around),
    constraintBlock(report, around),
    conflictBlock(report, around),
    readinessBlock(report),
    coverageBlock(report),
    participantsBlock(report, shown),
    allowedBlock(report),
    olderBlock(report),
    readinessTestsBlock(report, around),
  ].filter((block) => block !== undefined);
}
