import type { Finding } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { LIFECYCLE_STAGES, SEVERITIES } from '../core/scale.ts';
import { html, isPlainUrl } from './escape.ts';
import { type FrameLine, frameOf } from './frame.ts';
import { adviceHtml, evidenceItems, NOTHING_TOLD, rich } from './page-text.ts';
import { capital, concernName, isOpen, personaName, plural, SEVERITY_NAMES, voices, whereOf } from './words.ts';

export type Sources = ReadonlyMap<string, string>;

/** All findings with their code, and the controls that narrow them down; nothing when there are none. */
export function findingsSection(report: Report, sources: Sources): string {
  const { findings } = report;
  if (findings.length === 0) return '';
  const count = plural(findings.length, 'finding', 'findings');
  return `<section aria-labelledby="findings-heading">
<h2 id="findings-heading">Findings</h2>
${filters(report)}
<p class="quiet" id="shown" role="status" aria-live="polite">${count}</p>
<div id="findings">${findings.map((each) => card(each, report, sources)).join('\n')}</div>
</section>`;
}

function filters(report: Report): string {
  const { findings, participants } = report;
  const severities = SEVERITIES.filter((each) => findings.some((finding) => finding.severity === each));
  const stages = LIFECYCLE_STAGES.filter((each) => findings.some((finding) => finding.stage === each));
  const personas = [...new Set(findings.flatMap((each) => [each.persona, ...each.alsoRaisedBy]))];
  const standings = [...new Set(findings.map(standingOf))];
  const group = (name: string, legend: string, values: readonly (readonly [string, string])[]) =>
    values.length < 2
      ? ''
      : `<fieldset><legend>${legend}</legend>${values.map(([value, label]) => `<label class="chip ${name}-${html(value)}"><input type="checkbox" name="${name}" value="${html(value)}"><span>${html(label)}</span></label>`).join('')}</fieldset>`;
  return `<form id="filters" class="filters" hidden>
${group(
  'severity',
  'Severity',
  severities.map((each) => [each, SEVERITY_NAMES[each]]),
)}
${group(
  'persona',
  'Participant',
  personas.map((each) => [each, personaName(participants, each)]),
)}
${group(
  'stage',
  'Stage',
  stages.map((each) => [each, capital(each)]),
)}
${group(
  'standing',
  'Standing',
  standings.map((each) => [each, STANDINGS[each]]),
)}
<div class="tail"><label class="search">Search <input type="search" name="text" autocomplete="off"></label><button type="button">Show all</button></div>
</form>`;
}

const STANDINGS = { open: 'Introduced', older: 'Older', allowed: 'Allowed' } as const;

function standingOf(finding: Finding): keyof typeof STANDINGS {
  if (finding.allowed !== undefined) return 'allowed';
  return isOpen(finding) ? 'open' : 'older';
}

function card(finding: Finding, report: Report, sources: Sources): string {
  const { severity, stage, check, docs, suggestion } = finding;
  const source = sources.get(finding.path);
  const frame = source === undefined ? [] : frameOf(source, finding);
  const personas = [finding.persona, ...finding.alsoRaisedBy].map(html).join(' ');
  const link = isPlainUrl(docs) ? `<a href="${html(docs)}" rel="noreferrer">${html(check)}</a>` : html(check);
  const tags = [voices(report.participants, finding), concernName(report.participants, finding), capital(stage)];
  return `<article class="finding ${severity}" id="f-${html(finding.fingerprint)}" data-severity="${severity}" data-stage="${stage}" data-persona="${personas}" data-standing="${standingOf(finding)}">
<header><span class="badge ${severity}">${SEVERITY_NAMES[severity]}</span>${noteOf(finding)}<span class="tags">${tags.map(html).join(' · ')}</span></header>
<h3>${capital(rich(finding.message))}</h3>
<p class="where"><code class="place">${html(whereOf(finding))}</code> <span class="check">${link}</span></p>
${codeBlock(frame)}${evidenceItems(finding.evidence, 8, NOTHING_TOLD)}
<div class="fix"><strong>Fix</strong>${adviceHtml(finding.remedy)}${suggestion === undefined ? '' : `<pre class="suggestion"><code>${html(suggestion.text)}</code></pre>`}</div>
${reasonsOf(finding)}</article>`;
}

function noteOf(finding: Finding): string {
  const standing = standingOf(finding);
  const notes = [
    ...(standing === 'open' ? [] : [STANDINGS[standing].toLowerCase()]),
    ...(finding.mode === 'monitor' ? ['watched only'] : []),
    ...(finding.confidence === 'low' ? ['not sure'] : []),
  ];
  return notes.map((each) => `<span class="badge plain">${each}</span>`).join('');
}

function reasonsOf({ allowed, severityReason, severity, sources }: Finding): string {
  const tools = sources.filter((each) => each !== 'ml-review').map((each) => `<code>${html(each)}</code>`);
  const parts = [
    ...(severityReason === undefined ? [] : [`Rated ${severity} because ${rich(severityReason)}.`]),
    ...(tools.length === 0 ? [] : [`Also reported by ${tools.join(', ')}.`]),
    ...(allowed === undefined ? [] : [`Allowed by ${allowed.by}: ${rich(allowed.reason)}`]),
  ];
  return parts.length === 0 ? '' : `<p class="quiet">${parts.join(' ')}</p>`;
}

function codeBlock(frame: readonly FrameLine[]): string {
  if (frame.length === 0) return '';
  const lines = frame.map(({ number, text, flagged, mark }) => {
    const code =
      mark === undefined
        ? html(text)
        : `${html(text.slice(0, mark.start))}<mark>${html(text.slice(mark.start, mark.end))}</mark>${html(text.slice(mark.end))}`;
    return `<span class="line${flagged ? ' flagged' : ''}"><span class="number">${number}</span><span class="code">${code}</span></span>`;
  });
  return `<pre class="frame" tabindex="0" aria-label="Code"><code>${lines.join('\n')}</code></pre>`;
}

/** Rows of participants and columns of stages with what is open, each cell a way to the findings behind it. */
export function matrix(report: Report): string {
  const open = report.findings.filter(isOpen);
  const speakers = report.participants.filter(({ persona }) => open.some((each) => raises(each, persona)));
  if (speakers.length === 0) return '';
  const head = LIFECYCLE_STAGES.map((stage) => `<th scope="col">${capital(stage)}</th>`).join('');
  const rows = speakers.map(({ persona, name }) => {
    const cells = LIFECYCLE_STAGES.map((stage) =>
      matrixCell(
        open.filter((each) => each.stage === stage && raises(each, persona)),
        persona,
        name,
        stage,
      ),
    );
    return `<tr><th scope="row">${html(name)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Open findings by participant and stage"><table class="matrix"><caption>Open findings by participant and stage</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function raises(finding: Finding, persona: string): boolean {
  return finding.persona === persona || finding.alsoRaisedBy.includes(persona);
}

function matrixCell(findings: readonly Finding[], persona: string, name: string, stage: string): string {
  const worst = SEVERITIES.find((severity) => findings.some((each) => each.severity === severity));
  if (worst === undefined) return '<td class="none"><span aria-label="none">·</span></td>';
  const label = `${plural(findings.length, 'finding', 'findings')} of ${name} on ${stage}, the worst ${worst}`;
  return `<td><a class="cell ${worst}" href="#findings-heading" data-persona="${html(persona)}" data-stage="${stage}" aria-label="${html(label)}">${findings.length}<small>${worst}</small></a></td>`;
}
