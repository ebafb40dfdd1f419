import { type Anchor, anchorOf, diffOfPull } from '../anchor.ts';
import type { Context } from '../context.ts';
import type { DiffFile } from '../diff.ts';
import type { Answer } from '../http.ts';
import { type Hunk, type HunkLine, parsePatch } from '../hunks.ts';
import type { PullRequest, ReviewComment } from '../state.ts';
import { firstOf, published } from '../threads.ts';
import type { SeenAnnotation } from '../types.ts';
import { type Html, html } from './html.ts';
import { latestRuns, pullPage } from './pull.ts';
import { threadCard } from './thread.ts';

interface Placed {
  readonly first: ReviewComment;
  readonly anchor: Anchor;
}

/** Everything that is shown inside the diff of one file. */
interface Notes {
  readonly threads: readonly Placed[];
  readonly annotations: readonly SeenAnnotation[];
}

/** The changed files with their diffs, the comments at their lines and the annotations of the newest check runs. */
export async function filesPage(context: Context, pull: PullRequest): Promise<Answer> {
  const { files } = await diffOfPull(pull, context.limits);
  const firsts = published(pull).filter((comment) => firstOf(comment) === comment);
  const threads = await Promise.all(
    firsts.map(async (first) => ({ first, anchor: await anchorOf(first, context.limits) })),
  );
  const annotations = latestRuns(pull).flatMap((run) => run.annotations);
  const cards = files.map((file) =>
    fileCard(file, {
      threads: threads.filter(({ anchor }) => !anchor.outdated && anchor.path === file.path),
      annotations: annotations.filter(({ path }) => path === file.path),
    }),
  );
  const added = files.reduce((sum, file) => sum + file.additions, 0);
  const removed = files.reduce((sum, file) => sum + file.deletions, 0);
  return pullPage(
    context,
    pull,
    'files',
    html`<p class="quiet">${files.length} files changed, ${added} lines added, ${removed} removed</p>${cards}`,
  );
}

function fileCard(file: DiffFile, notes: Notes): Html {
  const name = file.previousPath === undefined ? file.path : `${file.previousPath} → ${file.path}`;
  const whole = notes.threads
    .filter(({ first }) => first.subject === 'file')
    .map(({ first, anchor }) => threadCard(first, anchor, false));
  const body =
    file.patch === undefined
      ? html`<p class="body quiet">${absence(file)}</p>`
      : diffTable(parsePatch(file.patch), notes, file.path);
  return html`<section class="card" aria-label="${file.path}">
<header><h3 class="mono">${name}</h3> <span class="badge small">${file.status}</span> <span class="quiet">+${file.additions} −${file.deletions}</span></header>
${whole}${body}
</section>`;
}

function absence(file: DiffFile): string {
  if (file.tooLarge) return 'The diff of this file is too large to be shown.';
  return file.status === 'renamed' ? 'Renamed without changes.' : 'Binary file or nothing to show.';
}

function diffTable(hunks: readonly Hunk[], notes: Notes, path: string): Html {
  return html`<table class="diff" aria-label="Diff of ${path}"><colgroup><col class="n"><col class="n"><col></colgroup><tbody>${hunks.map((hunk) => html`<tr class="hunk"><td class="n"></td><td class="n"></td><td>${hunk.header}</td></tr>${hunk.lines.map((line) => row(line, notes))}`)}</tbody></table>`;
}

const KINDS = { '+': 'add', '-': 'del', ' ': '' };

function row(line: HunkLine, notes: Notes): Html {
  const threads = notes.threads.filter(
    ({ first, anchor }) => first.subject === 'line' && (first.side === 'LEFT' ? line.left : line.right) === anchor.line,
  );
  const annotations = line.right === null ? [] : notes.annotations.filter(({ endLine }) => endLine === line.right);
  const extra = [
    ...annotations.map(annotationBox),
    ...threads.map(({ first, anchor }) => threadCard(first, anchor, false)),
  ];
  const note = extra.length === 0 ? '' : html`<tr><td class="note" colspan="3">${extra}</td></tr>`;
  return html`<tr class="${KINDS[line.kind]}"><td class="n">${line.left}</td><td class="n">${line.right}</td><td>${line.text}</td></tr>${note}`;
}

/** An annotation as a box with its level. */
export function annotationBox(annotation: SeenAnnotation): Html {
  return html`<div class="annotation ${annotation.level}"><strong>${annotation.title ?? annotation.level}</strong><p>${annotation.message}</p></div>`;
}
