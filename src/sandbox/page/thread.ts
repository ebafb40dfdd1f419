import type { Anchor } from '../anchor.ts';
import type { Reaction, ReviewComment } from '../state.ts';
import { firstOf } from '../threads.ts';
import { talkBox } from './act.ts';
import { type Html, html } from './html.ts';
import { face, name, time } from './layout.ts';
import { renderComment } from './markdown.ts';

const EMOJI: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  hooray: '🎉',
  confused: '😕',
  heart: '❤️',
  rocket: '🚀',
  eyes: '👀',
};

/** Comments of one thread, oldest first. */
function threadOf(first: ReviewComment): readonly ReviewComment[] {
  return first.pull.comments.filter((comment) => firstOf(comment) === first);
}

/** A thread as a card that is folded when it is resolved or outdated. */
export function threadCard(first: ReviewComment, anchor: Anchor, withCode: boolean): Html {
  const resolver = first.pull.resolved.get(first.id);
  const folded = resolver !== undefined || anchor.outdated;
  const marks = [
    anchor.outdated ? html`<span class="badge small">outdated</span>` : '',
    resolver === undefined ? '' : html`<span class="badge small">resolved by ${resolver.login}</span>`,
  ];
  return html`<details class="thread" id="discussion_r${first.id}"${folded ? '' : html` open`}>
<summary><span class="mono">${anchor.path}${lineText(first, anchor)}</span>${marks}</summary>
${withCode ? excerpt(first) : ''}
${threadOf(first).map(comment)}
${talkBox(first.pull, { act: 'reply', comment: String(first.id) }, 'Reply')}
</details>`;
}

function lineText(first: ReviewComment, anchor: Anchor): string {
  if (first.subject === 'file') return ' (whole file)';
  const line = anchor.line ?? first.originalLine;
  return anchor.startLine === null ? `:${line}` : `:${anchor.startLine}-${line}`;
}

function comment(own: ReviewComment): Html {
  const hidden = own.minimized !== null;
  const body = html`<div class="prose">${renderComment(own.body, { lines: replacedLines(own) })}</div>`;
  return html`<article class="comment">
<header>${face(own.user)} ${name(own.user)} ${time(own.createdAt)}</header>
${hidden ? html`<details><summary class="quiet">hidden: ${own.minimized?.toLowerCase()}</summary>${body}</details>` : body}
${reactions(own.reactions)}
</article>`;
}

/** Reactions under a comment. */
export function reactions(all: readonly Reaction[]): Html {
  if (all.length === 0) return html``;
  return html`<p class="quiet">${all.map((reaction) => html`<span class="tag" title="${reaction.user.login}">${EMOJI[reaction.content] ?? reaction.content}</span> `)}</p>`;
}

/** The lines a suggestion would replace: the end of the hunk that was kept with the comment. */
function replacedLines(own: ReviewComment): readonly string[] {
  if (own.originalLine === null) return [];
  const count = own.originalLine - (own.originalStartLine ?? own.originalLine) + 1;
  const present = own.diffHunk
    .split('\n')
    .slice(1)
    .filter((line) => !line.startsWith('-'));
  return present.slice(-count).map((line) => line.slice(1));
}

function excerpt(first: ReviewComment): Html {
  if (first.subject === 'file' || first.diffHunk === '') return html``;
  const shown = first.diffHunk.split('\n').slice(1).slice(-4);
  const kind = (line: string) => ({ '+': 'add', '-': 'del' })[line[0] ?? ''] ?? '';
  return html`<table class="diff" aria-label="The lines that are commented on"><tbody>${shown.map((line) => html`<tr class="${kind(line)}"><td>${line}</td></tr>`)}</tbody></table>`;
}
