import type { Finding, Observation } from '../core/finding.ts';
import type { Incident, Report } from '../core/report.ts';
import { compareOn, type Mode, SEVERITIES } from '../core/scale.ts';
import type { Settings } from '../core/settings.ts';
import type { Project } from '../documents/project.ts';
import type { Listed } from '../kit/index.ts';
import { type AllowComment, allowanceFor, allowComments } from './allow.ts';
import { type Dated, dateAll, identityOf } from './identity.ts';
import { type ChangeIndex, lineageOf, placementOf } from './place.ts';
import { type Run, runCheck, type Scene } from './run.ts';
import { judge } from './severity.ts';

/** What all checks together said, as findings. */
export interface Harvest {
  readonly findings: readonly Finding[];
  readonly notEvaluated: Report['notEvaluated'];
  readonly incidents: readonly Incident[];
}

export interface Rules {
  readonly settings: Settings;
  /** ISO date that waivers are held against. */
  readonly today: string;
  readonly matches: (glob: string, path: string) => boolean;
  readonly docsUrl: (listed: Listed) => string;
}

/** How often each identity stood at base, asked of the base side alone; run only when something was found at head. */
function countsAtBase(listed: Listed, scene: Scene): (identity: string) => number {
  if ('compares' in listed.check || scene.before.tree.size === 0) return () => 0;
  const changes = scene.changes
    .filter((change) => change.kind !== 'added' && change.kind !== 'copied')
    .map((change) => ({ ...change, kind: 'modified' as const, path: change.from ?? change.path }));
  const { observations } = runCheck(listed, { before: scene.before, after: scene.before, changes });
  const counts = new Map<string, number>();
  for (const { place, flagged } of observations) {
    const identity = identityOf(listed.id, place.path, flagged);
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return (identity) => counts.get(identity) ?? 0;
}

function modeOf({ id, check }: Listed, settings: Settings): Mode {
  return settings.checks[id]?.mode ?? check.mode ?? 'comment';
}

function commentsOf(project: Project, path: Observation['place']['path']): readonly AllowComment[] {
  const content = project.content(path);
  return content?.kind === 'text' ? allowComments(path, content.text) : [];
}

function toFinding(listed: Listed, dated: Dated, scene: Scene, index: ChangeIndex, rules: Rules): Finding | undefined {
  const { observation, fingerprint, introduced } = dated;
  const { place, side, message, evidence, suggestion } = observation;
  const production = (path: string): boolean =>
    rules.settings.paths.production.some((glob) => rules.matches(glob, path));
  const judged = judge(listed, observation, rules.settings, production);
  const mode = modeOf(listed, rules.settings);
  if (judged === undefined || mode === 'off') return undefined;
  const { check } = listed;
  const { startLine, endLine } = place;
  const allowed = allowanceFor(
    { check: listed.id, path: place.path, startLine, endLine, fingerprint, runsCodeOf: observation.runsCodeOf },
    rules.settings,
    side === 'head' ? commentsOf(scene.after, place.path) : [],
    rules.today,
    rules.matches,
  );
  return {
    check: listed.id,
    persona: listed.persona,
    alsoRaisedBy: [],
    sources: ['ml-review'],
    severity: judged.severity,
    ...(judged.reason === undefined ? {} : { severityReason: judged.reason }),
    confidence: check.confidence,
    stage: check.stage,
    mode,
    concern: check.evaluates,
    title: check.title,
    message,
    remedy: check.fix,
    docs: rules.docsUrl(listed),
    ...place,
    side,
    evidence,
    ...(suggestion === undefined || side === 'base' ? {} : { suggestion }),
    placement: placementOf(index, observation),
    introduced,
    fingerprint,
    ...(allowed === undefined ? {} : { allowed }),
  };
}

function isIgnored(path: string, rules: Rules): boolean {
  return rules.settings.paths.ignore.some((glob) => rules.matches(glob, path));
}

/** One check over the scene, its observations dated and judged. */
export function findingsOf(
  listed: Listed,
  scene: Scene,
  index: ChangeIndex,
  rules: Rules,
): Run & { readonly findings: readonly Finding[] } {
  const run = runCheck(listed, scene);
  const found = run.observations
    .filter(({ place }) => !isIgnored(place.path, rules))
    .map((observation) => ({
      observation,
      identity: identityOf(listed.id, lineageOf(index, observation.place.path), observation.flagged),
      touched: placementOf(index, observation) === 'added-line',
    }));
  const count = found.length === 0 ? () => 0 : countsAtBase(listed, scene);
  const findings: Finding[] = [];
  for (const dated of dateAll(found, count)) {
    const finding = toFinding(listed, dated, scene, index, rules);
    if (finding !== undefined) findings.push(finding);
  }
  return { ...run, findings: findings.sort((a, b) => compareOn(SEVERITIES, a.severity, b.severity)) };
}

/** Every check of the panel over the scene. */
export function harvest(checks: readonly Listed[], scene: Scene, index: ChangeIndex, rules: Rules): Harvest {
  const findings: Finding[] = [];
  const notEvaluated: Harvest['notEvaluated'][number][] = [];
  const incidents: Incident[] = [];
  for (const listed of checks) {
    if (modeOf(listed, rules.settings) === 'off') continue;
    const run = findingsOf(listed, scene, index, rules);
    findings.push(...run.findings);
    incidents.push(...run.incidents);
    for (const { path, reason } of run.notEvaluated) notEvaluated.push({ path, reason, check: listed.id });
  }
  return { findings, notEvaluated, incidents };
}
