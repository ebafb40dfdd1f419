import type { Finding } from '../core/finding.ts';
import type { Settings } from '../core/settings.ts';
import type { ToolObservation } from '../core/tool.ts';
import type { Project } from '../documents/project.ts';
import { pathClassOf } from '../facts/paths.ts';
import { fingerprintOf, identityOf } from './identity.ts';
import { type ChangeIndex, lineageOf, placementOf } from './place.ts';
import { DEFAULT_TREATMENT } from './severity.ts';

/** A finding of ours and an observation of a tool that say the same about a line. */
function twinOf(observation: ToolObservation, findings: readonly Finding[]): number {
  const { path, startLine, endLine, sameAs } = observation;
  return findings.findIndex(
    (finding) =>
      sameAs.includes(finding.check) &&
      finding.path === path &&
      finding.side === 'head' &&
      finding.startLine <= endLine &&
      startLine <= finding.endLine,
  );
}

function lineAt(project: Project, { path, startLine }: ToolObservation): string {
  const content = project.content(path);
  return content?.kind === 'text' ? (content.text.split('\n')[startLine - 1] ?? '') : '';
}

function toFinding(observation: ToolObservation, ordinal: number, project: Project, index: ChangeIndex): Finding {
  const { path, startLine, endLine, startColumn, endColumn, tool, rule, silencedBy, severity } = observation;
  const check = `${tool}:${rule}`;
  const identity = identityOf(check, lineageOf(index, path), lineAt(project, observation));
  const placement = placementOf(index, { place: { path, startLine, endLine, startColumn, endColumn }, side: 'head' });
  return {
    check,
    persona: observation.persona,
    alsoRaisedBy: [],
    sources: [check],
    severity: DEFAULT_TREATMENT[pathClassOf(path)] === 'full' ? severity : 'low',
    confidence: observation.confidence,
    stage: observation.stage,
    // A tool's opinion is a comment at most: its precision on ML code is not ours to vouch for.
    mode: 'comment',
    concern: observation.concern,
    title: observation.title,
    message: observation.message,
    remedy: `See the tool's own page on ${rule}.`,
    docs: observation.docs,
    path,
    startLine,
    endLine,
    startColumn,
    endColumn,
    side: 'head',
    evidence: [],
    placement,
    introduced: placement === 'added-line',
    fingerprint: fingerprintOf(identity, ordinal),
    ...(silencedBy === undefined ? {} : { allowed: { by: 'comment', reason: `${silencedBy} by the author` } }),
  };
}

/**
 * Joins what the tools said to our own findings: the same defect on the same line becomes a further source, the rest
 * findings of their own. Two tools that say the same are one finding as well.
 */
export function joinTools(
  findings: readonly Finding[],
  observations: readonly ToolObservation[],
  project: Project,
  index: ChangeIndex,
  settings: Settings,
): readonly Finding[] {
  const joined = [...findings];
  const own: ToolObservation[] = [];
  const ordinals = new Map<string, number>();
  for (const observation of observations) {
    const { tool, rule, path } = observation;
    if (settings.checks[`${tool}:${rule}`]?.mode === 'off' || !project.changed.has(path)) continue;
    const twin = twinOf(observation, joined);
    const partner = joined[twin];
    if (partner !== undefined) {
      joined[twin] = { ...partner, sources: [...new Set([...partner.sources, `${tool}:${rule}`])] };
      continue;
    }
    const echo = own.some(
      (each) =>
        each.path === path &&
        each.startLine === observation.startLine &&
        each.sameAs.some((id) => observation.sameAs.includes(id)),
    );
    if (echo || DEFAULT_TREATMENT[pathClassOf(path)] === 'skip') continue;
    own.push(observation);
    const key = `${tool}:${rule}\0${path}\0${lineAt(project, observation)}`;
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    joined.push(toFinding(observation, ordinal, project, index));
  }
  return joined;
}
