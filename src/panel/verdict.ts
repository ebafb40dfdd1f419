import type { Finding } from '../core/finding.ts';
import type { Incident, Verdict } from '../core/report.ts';
import { atLeast } from '../core/scale.ts';
import type { Settings } from '../core/settings.ts';

/** True when this finding alone shuts the gate. */
export function shutsGate(finding: Finding, failOn: Settings['gate']['failOn']): boolean {
  return (
    failOn !== 'never' &&
    finding.introduced &&
    finding.mode === 'block' &&
    finding.allowed === undefined &&
    atLeast(finding.severity, failOn)
  );
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Silence is not assent: with an incident that clouds the change the verdict is never `pass` or `advise`. */
export function verdictOf(
  findings: readonly Finding[],
  incidents: readonly Incident[],
  settings: Settings,
): { readonly verdict: Verdict; readonly why: string } {
  const { failOn } = settings.gate;
  const blocking = findings.filter((finding) => shutsGate(finding, failOn));
  if (blocking.length > 0) {
    return {
      verdict: 'block',
      why: `${plural(blocking.length, 'introduced finding')} at or above ${failOn} must be fixed before merge`,
    };
  }
  const clouds = incidents.filter((incident) => incident.clouds);
  if (clouds.length > 0) {
    return { verdict: 'incomplete', why: `${plural(clouds.length, 'part')} of the change could not be judged` };
  }
  const open = findings.filter(
    (finding) => finding.introduced && finding.allowed === undefined && finding.mode !== 'monitor',
  );
  if (open.length > 0)
    return { verdict: 'advise', why: `${plural(open.length, 'introduced finding')} to consider, none of which blocks` };
  return { verdict: 'pass', why: 'nothing to say about this change' };
}
