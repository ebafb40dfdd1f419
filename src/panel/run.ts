import { fact } from '../core/fact.ts';
import type { NotEvaluated, Observation, Outcome } from '../core/finding.ts';
import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { Change } from '../core/snapshot.ts';
import { type Document, type DocumentKind, kindOfPath } from '../documents/kinds.ts';
import type { Project } from '../documents/project.ts';
import { type Check, kindsOf, type Listed, mayMention } from '../kit/index.ts';

/** What one check said about a change. */
export interface Run {
  readonly observations: readonly Observation[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly incidents: readonly Incident[];
}

/** Both sides and what changed between them; with `before === after` a check says what was there already. */
export interface Scene {
  readonly before: Project;
  readonly after: Project;
  readonly changes: readonly Change[];
}

/** More than this from one check on one document is noise or an attack; the rest is counted in an incident. */
const MOST_PER_DOCUMENT = 200;

/** The views of a document that a check of these kinds may read: a notebook is also its joined Python. */
export function viewsOf(document: Document, kinds: readonly DocumentKind[]): readonly Document[] {
  const views: Document[] = kinds.includes(document.kind) ? [document] : [];
  if (document.kind === 'notebook' && document.python !== undefined && kinds.includes('python'))
    views.push(document.python);
  return views;
}

function crash(listed: Listed, path: RepoPath | undefined, error: unknown): Incident {
  const what = error instanceof Error ? error.message : String(error);
  return {
    kind: 'check-crashed',
    check: listed.id,
    clouds: true,
    message: `the check ${listed.id} failed on this file (${what}); its answer is missing, please report it`,
    ...(path === undefined ? {} : { path }),
  };
}

interface Tally {
  readonly observations: Observation[];
  readonly notEvaluated: NotEvaluated[];
  readonly incidents: Incident[];
}

function collect(listed: Listed, path: RepoPath | undefined, tally: Tally, inspect: () => Iterable<Outcome>): void {
  let count = 0;
  try {
    for (const outcome of inspect()) {
      if (outcome.outcome === 'not-evaluated') {
        tally.notEvaluated.push(outcome);
        continue;
      }
      count += 1;
      if (count > MOST_PER_DOCUMENT) break;
      tally.observations.push(outcome);
    }
  } catch (error) {
    tally.incidents.push(crash(listed, path, error));
  }
  if (count <= MOST_PER_DOCUMENT) return;
  tally.incidents.push({
    kind: 'budget-exceeded',
    check: listed.id,
    clouds: false,
    message: `${listed.id} found more than ${MOST_PER_DOCUMENT} places here; the rest is not listed`,
    ...(path === undefined ? {} : { path }),
  });
}

/** Every check asks about every changed path. */
const kindsByPath = fact((_: Project) => new Map<RepoPath, DocumentKind>());

function proposedKind(project: Project, path: RepoPath): DocumentKind {
  const known = kindsByPath(project);
  let kind = known.get(path);
  if (kind === undefined) {
    kind = kindOfPath(path);
    known.set(path, kind);
  }
  return kind;
}

/** A look at path and text that is cheaper than parsing: false when the check can have nothing to say about the file. */
function mayInterest(check: Check, project: Project, path: RepoPath): boolean {
  const kinds = kindsOf(check);
  const kind = proposedKind(project, path);
  const content = project.content(path);
  // What a file of bytes or an odd name holds is known only from inside.
  if (kinds.includes('model-file') && (kind === 'model-file' || content?.kind !== 'text')) return true;
  if (!kinds.includes(kind) && !(kind === 'notebook' && kinds.includes('python'))) return false;
  return content?.kind !== 'text' || mayMention(check, content);
}

function runOnFile(
  listed: Listed,
  check: Extract<Check, { reads: unknown }>,
  scene: Scene,
  path: RepoPath,
  tally: Tally,
): void {
  if (!mayInterest(check, scene.after, path)) return;
  const document = scene.after.document(path);
  if (document === undefined) return;
  const content = scene.after.content(path);
  for (const view of viewsOf(document, kindsOf(check))) {
    // A view with the text of its file was looked at above.
    if ((content?.kind !== 'text' || view.text !== content.text) && !mayMention(check, view)) continue;
    // `kindsOf` matched the view to what the check reads.
    collect(listed, path, tally, () => check.inspect(view as never, scene.after));
  }
}

function runOnChange(
  listed: Listed,
  check: Extract<Check, { compares: unknown }>,
  scene: Scene,
  change: Change,
  tally: Tally,
): void {
  if (change.kind === 'added' || change.kind === 'copied') return;
  const before = change.from ?? change.path;
  const interesting =
    mayInterest(check, scene.before, before) ||
    (change.kind !== 'deleted' && mayInterest(check, scene.after, change.path));
  if (!interesting) return;
  const base = scene.before.document(before);
  if (base === undefined) return;
  const head = change.kind === 'deleted' ? undefined : scene.after.document(change.path);
  if (change.kind !== 'deleted' && head === undefined) return;
  const kinds = kindsOf(check);
  const heads = head === undefined ? [] : viewsOf(head, kinds);
  for (const view of viewsOf(base, kinds)) {
    const partner = heads.find((candidate) => candidate.kind === view.kind);
    if (head !== undefined && partner === undefined) continue;
    if (!mayMention(check, view) && (partner === undefined || !mayMention(check, partner))) continue;
    collect(listed, change.path, tally, () =>
      check.inspect({ base: view as never, head: partner as never, before: scene.before, after: scene.after }),
    );
  }
}

/** Runs one check over a scene. Never throws: a failing check is an incident. */
export function runCheck(listed: Listed, scene: Scene): Run {
  const tally: Tally = { observations: [], notEvaluated: [], incidents: [] };
  const { check } = listed;
  if ('spans' in check) collect(listed, undefined, tally, () => check.inspect(scene.after, scene.before));
  for (const change of scene.changes) {
    if ('reads' in check && change.kind !== 'deleted') runOnFile(listed, check, scene, change.path, tally);
    if ('compares' in check) runOnChange(listed, check, scene, change, tally);
  }
  return tally;
}
