import type { Incident, Opinion, Report, ToolStatus } from '../core/report.ts';
import type { Block } from './budget.ts';
import { advice, cell, cellCode, clip, codeSpan, prose } from './escape.ts';
import { allowance, evidenceList, left, listed, MOST, placeOf, type Surroundings } from './sections.ts';
import { capital, coverageText, incidentPlace, isOpen, MARKS, plural, sentence } from './words.ts';

export function readinessBlock(report: Report): Block {
  const { confidence, before, why, score, coverage, wouldRaise } = report.consolidation.readiness;
  const level = before === undefined || before === confidence ? `**${confidence}**` : `${before} → **${confidence}**`;
  const sums = (['data', 'model', 'infrastructure', 'monitoring'] as const).map(
    (part) => `${part} ${score[part].toFixed(1)}`,
  );
  const measured =
    coverage === 0
      ? ''
      : ` Score at least ${score.total.toFixed(1)} (${sums.join(', ')}), from ${Math.round(coverage * 100)} % of what a repository can show.`;
  const head = [
    `### Readiness: ${level}`,
    '',
    `${sentence(capital(prose(clip(why, MOST.message))))}${measured}`,
    ...(wouldRaise.length === 0 ? [] : ['', 'What would raise it:']),
  ].join('\n');
  return {
    head,
    rows: wouldRaise.slice(0, 3).map((each) => `- ${prose(clip(each, MOST.note))}`),
    tail: '',
    left: left('facts'),
  };
}

/** `shown` holds the remedies that stand elsewhere in the report already. */
export function participantsBlock(report: Report, shown: ReadonlySet<string>): Block {
  const voicesOf = report.participants.filter((each) => each.risk.level !== 'none');
  const silent = report.participants.filter((each) => each.risk.level === 'none').map((each) => prose(each.name));
  const rows = [
    ...voicesOf.map((each) => opinionRow(each, shown)),
    ...(silent.length === 0 ? [] : [`- **${silent.join(', ')}**: no concern.`]),
    ...toolsRow(report.participants),
    ...notAssessedRow(report.participants),
  ];
  return { head: '<details><summary>Participants</summary>\n', rows, tail: '</details>', left: left('participants') };
}

function opinionRow({ name, concerns, risk, recommendations }: Opinion, shown: ReadonlySet<string>): string {
  const advised = recommendations.filter((each) => !shown.has(each)).slice(0, 6);
  const mark = risk.level === 'none' ? '' : `${MARKS[risk.level]} `;
  return [
    `- **${prose(name)}**: ${mark}${risk.level}: ${sentence(prose(clip(risk.why, MOST.message)))}`,
    `  - Concerns: ${concerns.map((each) => `${prose(each.title)} (${each.severity}, ${each.findings})`).join(', ')}`,
    ...advised.map((each) => `  - ${advice(clip(each, MOST.remedy))}`),
  ].join('\n');
}

/** Every tool once, however many participants name it; the ones that never run here only by name. */
function toolsRow(participants: readonly Opinion[]): readonly string[] {
  const tools = uniqueTools(participants);
  const away = tools
    .filter((each) => each.status === 'missing' || each.status === 'failed')
    .map((each) => describeTool(each));
  const ran = tools.filter((each) => each.status === 'ok').map((each) => describeTool(each));
  const idle = tools.filter((each) => each.status === 'not-run').map((each) => prose(each.name));
  const parts = [
    ...(ran.length === 0 ? [] : [`ran ${ran.join(', ')}`]),
    ...(away.length === 0 ? [] : [away.join(', ')]),
    ...(idle.length === 0 ? [] : [`not run here: ${idle.join(', ')}`]),
  ];
  return parts.length === 0 ? [] : [`- Tools: ${parts.join('; ')}.`];
}

/** Each tool of the report once, by name. */
export function uniqueTools(participants: readonly Opinion[]): readonly ToolStatus[] {
  return [...new Map(participants.flatMap((each) => each.tools).map((tool) => [tool.name, tool])).values()];
}

function describeTool({ name, status, version, outside, note }: ToolStatus): string {
  const which = version === undefined ? prose(name) : `${prose(name)} ${prose(clip(version, 40))}`;
  if (status === 'ok') return outside === true ? `${which} (a version its adapter does not know)` : which;
  return `${which} ${status}${note === '' ? '' : ` (${prose(clip(note, MOST.note))})`}`;
}

function notAssessedRow(participants: readonly Opinion[]): readonly string[] {
  const concerns = participants.flatMap((each) =>
    each.notAssessed.map(({ concern }) => prose(concern.replaceAll('-', ' '))),
  );
  return concerns.length === 0
    ? []
    : [`- Not assessed, because no file can show it: ${[...new Set(concerns)].join(', ')}.`];
}

export function readinessTestsBlock(report: Report, around: Surroundings): Block | undefined {
  const rows = report.consolidation.readiness.tests
    .filter((test) => test.evidence.length > 0)
    .map(({ id, title, state, score, reason, evidence }) => {
      const place = evidenceList(evidence, around, cellCode);
      return `| ${cell(id)} | ${cell(title)} | ${state} | ${score.toFixed(1)} | ${cell(clip(reason, MOST.note))}${place} |`;
    });
  if (rows.length === 0) return undefined;
  const head =
    '<details><summary>Readiness tests with evidence</summary>\n\n| Test | | State | Score | Why |\n| --- | --- | --- | --- | --- |';
  return { head, rows, tail: '</details>', left: left('tests') };
}

/** Everything that the panel does not know; undefined where it knows all it was asked. */
export function coverageBlock(report: Report): Block | undefined {
  const { files, read } = report.coverage;
  const rows = [
    ...report.incidents.filter((each) => each.clouds).map((each) => `- ${incidentText(each)}`),
    ...report.notEvaluated.map(({ path, reason, check }) => {
      const what = check === undefined ? '' : ` for ${codeSpan(check)}`;
      return `- ${codeSpan(clip(path, MOST.note))} not evaluated${what}: ${sentence(prose(clip(reason, MOST.note)))}`;
    }),
  ];
  const aside = report.incidents.filter((each) => !each.clouds).length;
  if (rows.length === 0 && aside === 0 && read === files) return undefined;
  const apart = aside === 0 ? '' : ` ${plural(aside, 'file', 'files')} outside the change could not be read.`;
  const head = `### Coverage\n\n${coverageText(report.coverage)}.${apart}`;
  return { head: rows.length === 0 ? head : `${head}\n`, rows, tail: '', left: left('gaps') };
}

function incidentText(incident: Incident): string {
  const where = incidentPlace(incident);
  const place = where === '' ? '' : `${codeSpan(clip(where, MOST.note))} `;
  return `${place}${sentence(prose(clip(incident.message, MOST.message)))}`;
}

export function allowedBlock(report: Report): Block | undefined {
  const rows = report.findings
    .filter((each) => each.introduced && each.allowed !== undefined)
    .filter((each) => each.allowed?.by !== 'comment' || each.severity === 'medium' || each.severity === 'low')
    .map((each) => `- ${MARKS[each.severity]} ${placeOf(each)} ${codeSpan(each.check)} — ${allowance(each)}`);
  return folded('Allowed', rows, 'allowed findings');
}

export function olderBlock(report: Report): Block | undefined {
  const rows = report.findings
    .filter((each) => !each.introduced && !isOpen(each))
    .map(
      (each) =>
        `- ${MARKS[each.severity]} ${placeOf(each)} ${prose(clip(each.message, MOST.note))} (${codeSpan(each.check)})`,
    );
  return folded('Older than this change', rows, 'older findings');
}

function folded(title: string, rows: readonly string[], what: string): Block | undefined {
  const block = listed(`<details><summary>${title}: ${rows.length}</summary>`, rows, what);
  return block === undefined ? undefined : { ...block, tail: '</details>' };
}
