import type { Conflict, Opinion, Readiness, Report, ToolStatus } from '../core/report.ts';
import { READINESS_LEVELS } from '../core/report.ts';
import { SEVERITIES } from '../core/scale.ts';
import { clip, html } from './escape.ts';
import { matrix } from './page-findings.ts';
import { adviceHtml, evidenceItems, list, NOTHING_TOLD, rich, section } from './page-text.ts';
import {
  capital,
  coverageText,
  healthyLine,
  incidentPlace,
  isHealthy,
  isOpen,
  LIFECYCLE_ROWS,
  personaName,
  plural,
  ROW_NAMES,
  SEVERITY_NAMES,
  sentence,
  VERDICT_NAMES,
} from './words.ts';

export function header(report: Report): string {
  const { verdict, base, head, coverage } = report;
  const open = report.findings.filter(isOpen);
  const tiles = SEVERITIES.map(
    (severity) => [severity, open.filter((each) => each.severity === severity).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `<li class="tile ${severity}"><b>${count}</b> ${SEVERITY_NAMES[severity]}</li>`);
  const degraded = report.participants.filter((each) => each.degraded).map((each) => html(each.name));
  const { confidence, before } = report.consolidation.readiness;
  const facts = [
    ...(before !== undefined && before !== confidence ? [`Readiness ${before} → ${confidence}.`] : []),
    `${coverageText(coverage)}.`,
  ];
  const line = isHealthy(report) ? html(capital(healthyLine(report))) : capital(rich(report.why));
  return `<header class="page">
<p class="eyebrow">ML Review Panel <span><code>${html(base.slice(0, 12))}</code> to <code>${html(head.slice(0, 12))}</code></span></p>
<h1><span class="verdict ${verdict}">${VERDICT_NAMES[verdict]}</span> ${line}</h1>
${isHealthy(report) ? '' : `<p class="why">${facts.join(' ')}</p>`}
${degraded.length === 0 || isHealthy(report) ? '' : `<p class="warn">Degraded for want of required tools: ${degraded.join(', ')}.</p>`}
${tiles.length === 0 ? '' : `<ul class="tiles">${tiles.join('')}</ul>`}
</header>`;
}

export function constraintsSection({ consolidation }: Report): string {
  const cards = consolidation.constraints.map(
    ({ question, status, answer, evidence }) =>
      `<li class="card"><span class="state ${stateClass(status)}">${status}</span><h3>${rich(question)}</h3><p>${sentence(capital(rich(answer)))}</p>${evidenceItems(evidence, 4, NOTHING_TOLD)}</li>`,
  );
  return section(
    'constraints',
    'Constraints',
    cards.length === 0 ? '' : `<ul class="cards four">${cards.join('')}</ul>`,
  );
}

export function lifecycleSection(report: Report): string {
  const told = new Map(report.findings.filter(isOpen).map((each) => [each.message, `#f-${each.fingerprint}`]));
  const rows = LIFECYCLE_ROWS.map((row) => {
    const { status, evidence, contradictions, wouldCount } = report.consolidation.lifecycle[row];
    const would = status === 'evidenced' ? '' : list(wouldCount.map(rich), 'plainlist');
    return `<tr><th scope="row">${ROW_NAMES[row]}</th><td><span class="state ${stateClass(status)}">${status}</span></td><td>${evidenceItems(evidence, 4, NOTHING_TOLD)}</td><td>${evidenceItems(contradictions, 4, told)}</td><td>${would}</td></tr>`;
  });
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Lifecycle by stage"><table class="stages"><thead><tr><th scope="col">Stage</th><th scope="col">State</th><th scope="col">Evidence</th><th scope="col">Against</th><th scope="col">Would count</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  return section('lifecycle', 'Lifecycle', `${matrix(report)}${table}`);
}

export function conflictsSection(report: Report): string {
  return section(
    'conflicts',
    'Conflicts',
    report.consolidation.conflicts.map((each) => conflictCard(each, report)).join(''),
  );
}

function conflictCard(
  { id, positions, tradeOff, resolution, why, escalate, decided }: Conflict,
  report: Report,
): string {
  const sides = positions.map(
    ({ persona, says, evidence }) =>
      `<div class="side"><h4>${html(personaName(report.participants, persona))}</h4><p>${sentence(capital(rich(says)))}</p>${evidenceItems(evidence, 4, NOTHING_TOLD)}</div>`,
  );
  const end =
    decided === undefined
      ? `<p class="resolution"><strong>Recommended</strong> ${sentence(rich(resolution))} Because ${sentence(rich(why))}</p>`
      : `<p class="resolution"><strong>Decided by you</strong> ${sentence(rich(decided))}</p>`;
  const ask =
    escalate === undefined || decided !== undefined
      ? ''
      : `<div class="ask"><strong>For you to decide</strong> ${rich(escalate.question)}${list(escalate.options.map(rich), 'options')}</div>`;
  return `<article class="card conflict"><h3>${capital(rich(tradeOff))} <code>${html(id)}</code></h3><div class="versus">${sides.join('<span aria-hidden="true">vs</span>')}</div>${end}${ask}</article>`;
}

const SECTIONS = ['data', 'model', 'infrastructure', 'monitoring'] as const;
/** Tests in each section of the score. */
const TESTS = 7;

export function readinessSection({ consolidation }: Report): string {
  const { confidence, before, why, score, coverage, tests, wouldRaise } = consolidation.readiness;
  const scale = READINESS_LEVELS.map((level) => {
    const now = level === confidence ? ` class="now" aria-current="true"` : level === before ? ' class="before"' : '';
    const note =
      level === before && before !== confidence
        ? '<small>before</small>'
        : level === confidence && before !== undefined && before !== confidence
          ? '<small>now</small>'
          : '';
    return `<li${now}>${level}${note}</li>`;
  });
  const sums = SECTIONS.map(
    (part) =>
      `<tr${score[part] === score.total ? ' class="least"' : ''}><th scope="row">${capital(part)}</th><td>${pips(score[part])}</td><td>${score[part].toFixed(1)}</td></tr>`,
  );
  const raise =
    wouldRaise.length === 0
      ? ''
      : `<h3>What would raise it</h3><ol>${wouldRaise
          .slice(0, 3)
          .map((each) => `<li>${rich(each)}</li>`)
          .join('')}</ol>`;
  return section(
    'readiness',
    'Production readiness',
    `<ol class="levels">${scale.join('')}</ol><p>${sentence(capital(rich(why)))}</p>
<div class="two"><div><table class="score"><caption>Score at least ${score.total.toFixed(1)}, the least of four; ${Math.round(coverage * 100)} % of what a repository can show</caption><tbody>${sums.join('')}</tbody></table></div><div>${raise}</div></div>${testTable(tests)}`,
  );
}

function pips(score: number): string {
  const pip = (index: number) => {
    const part = Math.max(0, Math.min(1, score - index));
    return `<rect class="pip" x="${index * 18}" y="1" width="14" height="10" rx="2.5"/>${part > 0 ? `<rect class="pip full" x="${index * 18}" y="1" width="${(14 * part).toFixed(1)}" height="10" rx="2.5"/>` : ''}`;
  };
  return `<svg class="pips" viewBox="0 0 ${TESTS * 18} 12" width="${TESTS * 18}" height="12" role="img" aria-label="${score.toFixed(1)} of ${TESTS}">${Array.from({ length: TESTS }, (_, index) => pip(index)).join('')}</svg>`;
}

function testTable(tests: Readiness['tests']): string {
  const rows = tests.map(
    ({ id, title, state, score, evidence, reason }) =>
      `<tr><td>${html(id)}</td><th scope="row">${html(title)}</th><td><span class="state ${state}">${state.replace('-', ' ')}</span></td><td>${score.toFixed(1)}</td><td>${sentence(capital(rich(reason)))}${evidenceItems(evidence, 3, NOTHING_TOLD)}</td></tr>`,
  );
  return rows.length === 0
    ? ''
    : `<details class="fold"><summary>${plural(rows.length, 'test', 'tests')}</summary><table><thead><tr><th scope="col">Test</th><th scope="col">Asks for</th><th scope="col">State</th><th scope="col">Score</th><th scope="col">Why</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

export function participantsSection(report: Report): string {
  const silent = report.participants.filter(isSilent).map((each) => html(each.name));
  const cards = report.participants.filter((each) => !isSilent(each)).map((each) => participantCard(each, report));
  const rest = silent.length === 0 ? '' : `<p class="quiet">No concern: ${silent.join(', ')}.</p>`;
  return section(
    'participants',
    'Participants',
    `${cards.length === 0 ? '' : `<div class="columns">${cards.join('')}</div>`}${rest}`,
  );
}

function isSilent({ risk, notAssessed, tools }: Opinion): boolean {
  return risk.level === 'none' && notAssessed.length === 0 && tools.length === 0;
}

function participantCard(opinion: Opinion, report: Report): string {
  const { name, risk, concerns, recommendations, notAssessed, tools, degraded } = opinion;
  const raised = concerns.map(
    (each) =>
      `<span class="badge ${each.severity}">${each.severity}</span> ${html(each.title)}${each.findings > 1 ? ` (${each.findings})` : ''}`,
  );
  const skipped = notAssessed.map(({ concern, why }) => `${html(capital(concern.replaceAll('-', ' ')))}: ${rich(why)}`);
  const advised = recommendations.slice(0, 8).map((each) => recommendation(each, report));
  return `<article class="card"><header><h3>${html(name)}</h3><span class="badge ${risk.level}">${risk.level === 'none' ? 'no concern' : `${risk.level} risk`}</span>${degraded ? '<span class="badge plain">degraded</span>' : ''}</header>
${risk.level === 'none' ? '' : `<p>${sentence(capital(rich(risk.why)))}</p>`}${list(raised, 'plainlist')}
${titled('Recommends', list(advised, 'plainlist'))}${titled('Tools', list(tools.map(toolText), 'plainlist small'))}${titled('Not assessed', list(skipped, 'plainlist small'))}</article>`;
}

function titled(title: string, body: string): string {
  return body === '' ? '' : `<h4>${title}</h4>${body}`;
}

/** What stands with a finding in full is only pointed to. */
function recommendation(advice: string, { findings }: Report): string {
  const finding = findings.find((each) => each.remedy === advice);
  if (finding === undefined) return adviceHtml(advice);
  const start = advice.split(/(?<=[.:])\s/, 1)[0] ?? advice;
  return `<a href="#f-${html(finding.fingerprint)}">${rich(clip(start, 110))}</a>`;
}

function toolText({ name, status, version, required, note }: ToolStatus): string {
  const state = { ok: 'evidenced', missing: 'contradicted', failed: 'contradicted', 'not-run': 'quiet' }[status];
  return `${html(name)}${version === undefined ? '' : ` ${html(version)}`} <span class="state ${state}">${status.replace('-', ' ')}</span>${required ? '' : ' supplementary'}${note === '' ? '' : `: ${rich(note)}`}`;
}

/** What the panel does not know. */
export function unknownSection({ incidents, notEvaluated }: Report): string {
  const told = incidents.map((each) => {
    const where = incidentPlace(each);
    return `${where === '' ? '' : `<code class="place">${html(where)}</code> `}${sentence(rich(each.message))}${each.clouds ? '' : ' <span class="quiet">(outside the change)</span>'}`;
  });
  const skipped = notEvaluated.map(
    ({ path, reason, check }) =>
      `<code class="place">${html(path)}</code> ${check === undefined ? '' : `<code>${html(check)}</code> `}${sentence(rich(reason))}`,
  );
  const parts = [
    told.length === 0 ? '' : list(told, 'plainlist'),
    skipped.length === 0 ? '' : `<h3>Not evaluated</h3>${list(skipped, 'plainlist')}`,
  ];
  return section('unknown', 'Incidents and gaps', parts.join(''));
}

function stateClass(status: string): string {
  return status.replaceAll(' ', '-');
}

export function footer({ version }: Report): string {
  return `<footer>ml-review ${html(version)}</footer>`;
}
