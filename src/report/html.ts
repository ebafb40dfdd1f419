import { createHash } from 'node:crypto';
import type { Report } from '../core/report.ts';
import { html } from './escape.ts';
import { findingsSection, type Sources } from './page-findings.ts';
import { mapSection } from './page-map.ts';
import { SCRIPT } from './page-script.ts';
import {
  conflictsSection,
  constraintsSection,
  footer,
  header,
  lifecycleSection,
  participantsSection,
  readinessSection,
  unknownSection,
} from './page-sections.ts';
import { STYLE } from './page-style.ts';
import { isHealthy, VERDICT_NAMES } from './words.ts';

/**
 * The report as one page that needs nothing else: style and script are inside and named by their hashes in its policy,
 * which forbids everything that is not. `sources` are texts by path, for the code around a finding.
 */
export function renderHtml(report: Report, sources: Sources): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html(`${VERDICT_NAMES[report.verdict]} · ML Review Panel`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${header(report)}
${isHealthy(report) ? healthy(report, sources) : whole(report, sources)}
${footer(report)}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function whole(report: Report, sources: Sources): string {
  return [
    constraintsSection(report),
    findingsSection(report, sources),
    conflictsSection(report),
    lifecycleSection(report),
    mapSection(report),
    readinessSection(report),
    participantsSection(report),
    unknownSection(report),
  ].join('\n');
}

/** A healthy change is told in the heading; the system behind it is there for those who ask. */
function healthy(report: Report, sources: Sources): string {
  const system = [
    constraintsSection(report),
    lifecycleSection(report),
    mapSection(report),
    readinessSection(report),
    findingsSection(report, sources),
  ];
  return `<details class="fold"><summary>The system as it stands</summary>${system.join('\n')}</details>`;
}

/** As a content security policy names an inline part. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
