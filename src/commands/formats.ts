import type { RepoPath } from '../core/location.ts';
import type { Report } from '../core/report.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { Engine } from '../engine.ts';
import { renderWorkflow } from '../report/annotations.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import { renderTerminal } from '../report/terminal.ts';
import { ConfigurationError } from './errors.ts';

export const FORMATS = ['terminal', 'json', 'sarif', 'markdown', 'html', 'github'] as const;
export type Format = (typeof FORMATS)[number];

export function formatNamed(name: string): Format {
  const format = FORMATS.find((each) => each === name);
  if (format === undefined)
    throw new ConfigurationError(`there is no format ${name}; use one of ${FORMATS.join(', ')}`);
  return format;
}

/** Texts at head, for code frames. */
function sourcesOf(snapshot: PullRequestSnapshot): ReadonlyMap<RepoPath, string> {
  const sources = new Map<RepoPath, string>();
  for (const side of [snapshot.base, snapshot.head]) {
    for (const [path, { blob }] of side.tree) {
      const content = snapshot.contents.get(blob);
      if (content?.kind === 'text') sources.set(path, content.text);
    }
  }
  return sources;
}

/** A report without the sources it speaks of. */
export function renderReport(format: Format, report: Report, engine: Engine, colour: boolean): string {
  return renderWith(format, report, engine, colour, new Map());
}

/** A report as the user asked for it, with code frames out of the snapshot. */
export function render(
  format: Format,
  report: Report,
  snapshot: PullRequestSnapshot,
  engine: Engine,
  colour: boolean,
): string {
  return renderWith(format, report, engine, colour, sourcesOf(snapshot));
}

function renderWith(
  format: Format,
  report: Report,
  engine: Engine,
  colour: boolean,
  sources: ReadonlyMap<RepoPath, string>,
): string {
  switch (format) {
    case 'json':
      return renderJson(report);
    case 'sarif':
      return renderSarif(report, engine.panel.checks);
    case 'markdown':
      return renderMarkdown(report);
    case 'html':
      return renderHtml(report, sources);
    case 'github':
      return renderWorkflow(report);
    case 'terminal':
      return renderTerminal(report, { colour, sources });
  }
}
