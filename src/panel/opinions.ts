import type { Finding } from '../core/finding.ts';
import type { Persona } from '../core/persona.ts';
import type { Opinion, ToolStatus } from '../core/report.ts';
import { compareOn, SEVERITIES } from '../core/scale.ts';

const open = (finding: Finding): boolean => finding.introduced && finding.allowed === undefined;

function concernsOf(persona: Persona, findings: readonly Finding[]): Opinion['concerns'] {
  return persona.evaluateFor
    .map(({ id, title }) => {
      const mine = findings.filter((finding) => finding.concern === id);
      const severity = mine.map((finding) => finding.severity).sort((a, b) => compareOn(SEVERITIES, a, b))[0];
      return severity === undefined ? undefined : { concern: id, title, severity, findings: mine.length };
    })
    .filter((row) => row !== undefined)
    .sort((a, b) => compareOn(SEVERITIES, a.severity, b.severity));
}

/** The level is that of the worst open finding; the reason names it and where it bites. */
function riskOf(findings: readonly Finding[]): Opinion['risk'] {
  const worst = findings[0];
  if (worst === undefined) return { level: 'none', why: 'nothing in this change concerns this participant' };
  const stages = [...new Set(findings.map((finding) => finding.stage))];
  return {
    level: worst.severity,
    why: `${worst.message} (\`${worst.path}:${worst.startLine}\`)${stages.length > 1 ? `; touches ${stages.join(', ')}` : ''}`,
  };
}

/** Required tools that only their absence took away; a participant with more than half of them missing is degraded. */
export function isDegraded(tools: readonly ToolStatus[]): boolean {
  const required = tools.filter((tool) => tool.required && tool.status !== 'not-run');
  const away = required.filter((tool) => tool.status === 'missing' || tool.status === 'failed');
  return required.length > 0 && away.length * 2 > required.length;
}

/** One participant's view of the findings; the remedies of the worst come first and none stands twice. */
export function opinionOf(persona: Persona, all: readonly Finding[], tools: readonly ToolStatus[]): Opinion {
  const mine = all.filter(
    (finding) => open(finding) && (finding.persona === persona.id || finding.alsoRaisedBy.includes(persona.id)),
  );
  return {
    persona: persona.id,
    name: persona.title,
    concerns: concernsOf(persona, mine),
    risk: riskOf(mine),
    recommendations: [
      ...new Set(mine.filter((finding) => finding.severity !== 'low').map((finding) => finding.remedy)),
    ],
    notAssessed: persona.evaluateFor
      .filter((entry) => entry.notStatically !== undefined)
      .map((entry) => ({ concern: entry.id, why: entry.notStatically ?? '' })),
    tools,
    degraded: isDegraded(tools),
  };
}
