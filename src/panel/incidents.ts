import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { Change, Content, PullRequestSnapshot } from '../core/snapshot.ts';
import { placeOf } from '../documents/document.ts';
import type { Project } from '../documents/project.ts';
import { misfitsOf } from '../facts/formats/shapes.ts';
import { pathClassOf } from '../facts/paths.ts';

const REASONS = {
  'too-large': 'is larger than the panel reads',
  unreadable: 'could not be read from the repository',
  'over-budget': 'was left out because the change is larger than the panel reads in one review',
} as const;

function withheld(path: RepoPath, content: Content | undefined): Incident | undefined {
  if (content?.kind !== 'withheld') return undefined;
  const size = content.size === undefined ? '' : ` (${content.size} bytes)`;
  return {
    kind: 'withheld',
    path,
    clouds: true,
    message: `${JSON.stringify(path)} ${REASONS[content.reason]}${size}; nothing is known about it`,
  };
}

/** A damaged file that is expected to be damaged (a fixture) does not cloud the verdict. */
function damage(path: RepoPath, project: Project): Incident | undefined {
  const document = project.document(path);
  const first = document?.damage[0];
  if (document === undefined || first === undefined) return undefined;
  const more = document.damage.length > 1 ? ` (and ${document.damage.length - 1} more places)` : '';
  return {
    kind: 'unparsable',
    path,
    line: placeOf(document, first.span).startLine,
    clouds: pathClassOf(path) !== 'test',
    message: `${first.message}${more}; the rest of the file was read around it`,
  };
}

/** Fields that a recognised format has no use for; one incident for each file. */
function misfit(path: RepoPath, project: Project): Incident | undefined {
  const document = project.document(path);
  if (document === undefined || !('roots' in document)) return undefined;
  const [first, ...others] = misfitsOf(document);
  if (first === undefined) return undefined;
  const more = others.length > 0 ? ` (and ${others.length} more ${others.length === 1 ? 'place' : 'places'})` : '';
  return {
    kind: 'unparsable',
    path,
    line: placeOf(document, first.node.span).startLine,
    clouds: pathClassOf(path) !== 'test',
    message: `${first.message}${more}`,
  };
}

function unread(change: Change, project: Project): Incident | undefined {
  const entry = project.tree.get(change.path);
  if (entry === undefined || entry.mode === 'symlink' || entry.mode === 'submodule') return undefined;
  if (project.content(change.path) !== undefined) return undefined;
  return {
    kind: 'unread',
    path: change.path,
    clouds: true,
    message: `${JSON.stringify(change.path)} was not read; nothing is known about it`,
  };
}

function crashed(path: RepoPath, error: unknown): Incident {
  const what = error instanceof Error ? error.message : String(error);
  return {
    kind: 'unparsable',
    path,
    clouds: true,
    message: `the file could not be parsed (${what}); please report it`,
  };
}

/** What the panel could not read of the changed files. */
export function readingIncidents(snapshot: PullRequestSnapshot, after: Project): readonly Incident[] {
  return snapshot.changes.flatMap((change) => {
    if (change.kind === 'deleted') return [];
    try {
      const incident =
        withheld(change.path, after.content(change.path)) ??
        unread(change, after) ??
        damage(change.path, after) ??
        misfit(change.path, after);
      return incident === undefined ? [] : [incident];
    } catch (error) {
      return [crashed(change.path, error)];
    }
  });
}
