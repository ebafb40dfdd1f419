import type { Report } from '../core/report.ts';
import { codeSpan } from './escape.ts';
import { renderWithin } from './summary.ts';
import { isHealthy } from './words.ts';

/** The whole report as Markdown, nothing left out; one line where all is well. */
export function renderMarkdown(report: Report): string {
  const body = renderWithin(report, { commented: () => false }, Number.POSITIVE_INFINITY);
  if (isHealthy(report)) return body;
  const range = `${codeSpan(report.base.slice(0, 12))} to ${codeSpan(report.head.slice(0, 12))}`;
  return `# ML review\n\n${body}\n${range} · ml-review ${report.version.replace(/[^\w.+-]/g, '')}\n`;
}
