import type { Finding } from '../core/finding.ts';
import { compareOn, PLACEMENTS, SEVERITIES } from '../core/scale.ts';

/** Worst first; introduced before what was there; then by place. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    Number(b.introduced) - Number(a.introduced) ||
    compareOn(SEVERITIES, a.severity, b.severity) ||
    compareOn(PLACEMENTS, a.placement, b.placement) ||
    (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
    a.startLine - b.startLine ||
    (a.check < b.check ? -1 : 1)
  );
}

const SAME_DEFECT: readonly (readonly string[])[] = [
  ['sec-trust-remote-code', 'trust-remote-code'],
  ['sec-hf-revision-unpinned', 'llm-revision-unpinned'],
  ['sec-hardcoded-secret', 'credential-in-ml-config'],
  ['registry-stage-deprecated', 'mlflow-stage-reference'],
  ['registry-load-latest', 'model-version-floating'],
  ['feature-column-dropped', 'destructive-ml-table-change', 'sql-destructive-without-where'],
  ['monitor-defined-not-deployed', 'monitor-no-schedule'],
  ['scale-to-zero-online', 'min-capacity-lowered'],
];

const family = new Map(SAME_DEFECT.flatMap((ids) => ids.map((id) => [id, ids[0] ?? id] as const)));

const nameOf = (check: string): string => family.get(check) ?? check;

/** Two findings say one thing when they are of one family of checks and touch on the same line of the same side. */
function samePlace(a: Finding, b: Finding): boolean {
  return a.path === b.path && a.side === b.side && a.startLine <= b.endLine && b.startLine <= a.endLine;
}

function join(kept: Finding, other: Finding, nameOfPersona: (persona: string) => string): Finding {
  const voices = [...kept.alsoRaisedBy, other.persona, ...other.alsoRaisedBy].filter((voice) => voice !== kept.persona);
  const worse = compareOn(SEVERITIES, kept.severity, other.severity) <= 0 ? kept : other;
  const disagreed =
    kept.severity === other.severity || kept.persona === other.persona
      ? {}
      : {
          severityReason: `the ${nameOfPersona(worse.persona)} rates it ${worse.severity}, and the worse rating stands`,
        };
  return {
    ...kept,
    severity: worse.severity,
    ...disagreed,
    alsoRaisedBy: [...new Set(voices)],
    sources: [...new Set([...kept.sources, ...other.sources])],
    introduced: kept.introduced || other.introduced,
  };
}

/** One finding with several voices where several checks saw the same defect in the same place. Input and output are sorted. */
export function mergeOverlaps(
  findings: readonly Finding[],
  nameOfPersona: (persona: string) => string = (persona) => persona,
): readonly Finding[] {
  const kept: Finding[] = [];
  const byFamily = new Map<string, number[]>();
  for (const finding of [...findings].sort(byWeight)) {
    const key = `${nameOf(finding.check)}\0${finding.path}`;
    const rivals = byFamily.get(key) ?? [];
    const twin = rivals.find(
      (index) => kept[index] !== undefined && kept[index].check !== finding.check && samePlace(kept[index], finding),
    );
    const partner = twin === undefined ? undefined : kept[twin];
    if (twin !== undefined && partner !== undefined) {
      kept[twin] = join(partner, finding, nameOfPersona);
      continue;
    }
    rivals.push(kept.length);
    byFamily.set(key, rivals);
    kept.push(finding);
  }
  return kept.sort(byWeight);
}
