import type { Persona } from '../core/persona.ts';
import type { Assessment, Incident, Report, SystemEdge, SystemNode, ToolStatus } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Change, PullRequestSnapshot } from '../core/snapshot.ts';
import type { ToolObservation } from '../core/tool.ts';
import { createProject, type DocumentCache, type Project } from '../documents/project.ts';
import type { Listed, ListedConflict } from '../kit/index.ts';
import type { Case } from '../readiness/assess.ts';
import { conflictsOf } from './conflicts.ts';
import { consolidate } from './consolidate.ts';
import { type Decision, withDecisions } from './decisions.ts';
import { harvest, type Rules } from './findings.ts';
import { readingIncidents } from './incidents.ts';
import { mergeOverlaps } from './merge.ts';
import { opinionOf } from './opinions.ts';
import { indexChanges } from './place.ts';
import { joinTools } from './tool-findings.ts';
import { verdictOf } from './verdict.ts';

/** What the product is made of: content, not code. */
export interface Panel {
  readonly checks: readonly Listed[];
  readonly personas: readonly Persona[];
  readonly conflicts: readonly ListedConflict[];
}

/** What the tools of the participants said, brought in from outside. */
export interface ToolResults {
  readonly statuses: Readonly<Record<string, readonly ToolStatus[]>>;
  readonly observations: readonly ToolObservation[];
  readonly incidents: readonly Incident[];
  /** What a service that was asked could not tell; listed beside what the checks could not judge. */
  readonly notEvaluated?: Report['notEvaluated'];
}

export interface SystemView {
  readonly nodes: readonly SystemNode[];
  readonly edges: readonly SystemEdge[];
}

/** Judges the project beyond single findings; floor 3's rooms, handed in by the catalogue. */
export interface Assessors {
  readonly system: (project: Project) => SystemView;
  readonly assess: (input: Case) => Assessment;
}

export interface ReviewRequest {
  readonly snapshot: PullRequestSnapshot;
  readonly panel: Panel;
  readonly settings: Settings;
  readonly assessors: Assessors;
  readonly rules: Omit<Rules, 'settings'>;
  readonly version: string;
  readonly tools?: ToolResults;
  /** What people decided in the conversation about findings of this change. */
  readonly decisions?: readonly Decision[];
  /** Incidents of reading the snapshot and the configuration. */
  readonly incidents?: readonly Incident[];
  readonly cache?: DocumentCache;
}

function projectsOf({ snapshot, cache }: ReviewRequest): { readonly before: Project; readonly after: Project } {
  const { base, head, changes, contents } = snapshot;
  const atHead = new Set(changes.filter((change) => change.kind !== 'deleted').map((change) => change.path));
  const atBase = new Set(
    changes.filter((change) => change.kind !== 'added').map((change) => change.from ?? change.path),
  );
  const shared = cache === undefined ? {} : { cache };
  return {
    before: createProject({ side: base, contents, changed: atBase, ...shared }),
    after: createProject({ side: head, contents, changed: atHead, ...shared }),
  };
}

function coverageOf(changes: readonly Change[], after: Project): Report['coverage'] {
  const readable = changes.filter((change) => change.kind !== 'deleted');
  const read = readable.filter(({ path }) => {
    const content = after.content(path);
    return content !== undefined && content.kind !== 'withheld';
  });
  return { files: readable.length, read: read.length };
}

function seatedPersonas(panel: Panel, settings: Settings): readonly Persona[] {
  return panel.personas.filter((persona) => settings.panel.participants.includes(persona.id));
}

/** The whole product: a change in, a report out. Pure; two calls with equal arguments give equal reports. */
export function review(request: ReviewRequest): Report {
  const { snapshot, panel, settings, tools } = request;
  const personas = seatedPersonas(panel, settings);
  const checks = panel.checks.filter((listed) => personas.some((persona) => persona.id === listed.persona));
  const { before, after } = projectsOf(request);
  const index = indexChanges(snapshot.changes);
  const said = harvest(checks, { before, after, changes: snapshot.changes }, index, { ...request.rules, settings });
  const all = joinTools(said.findings, tools?.observations ?? [], after, index, settings);
  const nameOf = (id: string): string => personas.find((persona) => persona.id === id)?.title ?? id;
  const findings = withDecisions(mergeOverlaps(all, nameOf), request.decisions ?? []);
  const incidents = [
    ...(request.incidents ?? []),
    ...readingIncidents(snapshot, after),
    ...said.incidents,
    ...(tools?.incidents ?? []),
  ];
  const opinions = personas.map((persona) => opinionOf(persona, findings, tools?.statuses[persona.id] ?? []));
  const { conversation } = snapshot;
  const conflicts = conflictsOf(panel.conflicts, { findings, project: after, conversation, settings });
  const notEvaluated = [...said.notEvaluated, ...(tools?.notEvaluated ?? [])];
  const assessment = request.assessors.assess({
    before,
    after,
    findings,
    incidents,
    notEvaluated,
    settings,
    conflicts,
  });
  return {
    schemaVersion: 1,
    version: request.version,
    base: snapshot.base.commit,
    head: snapshot.head.commit,
    ...verdictOf(findings, incidents, settings),
    findings,
    participants: opinions,
    consolidation: consolidate(findings, opinions, assessment),
    system: request.assessors.system(after),
    incidents,
    notEvaluated,
    coverage: coverageOf(snapshot.changes, after),
  };
}
