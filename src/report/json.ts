import type { Report } from '../core/report.ts';
import { escapeInvisible } from './escape.ts';
import { maskSecrets } from './secrets.ts';

/** The report as JSON, as `docs/report.schema.json` says. Secrets are masked, hidden characters are escaped. */
export function renderJson(report: Report): string {
  const { consolidation } = report;
  const { lifecycle } = consolidation;
  // Five stages for whoever counts stages: as one, monitoring is what it is about models, for health never stands in.
  const stages = { ...lifecycle, monitoring: lifecycle['monitoring-drift'] };
  return printJson({ ...report, consolidation: { ...consolidation, lifecycle: stages } });
}

/** Any plain value as JSON with two spaces and a last line feed. */
export function printJson(value: unknown): string {
  const masked = (_key: string, each: unknown): unknown => (typeof each === 'string' ? maskSecrets(each) : each);
  return `${escapeInvisible(JSON.stringify(value, masked, 2))}\n`;
}
