import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';
import { fullName } from '../lookup.ts';
import type { CheckRun, PullRequest } from '../state.ts';
import { type Html, html } from './html.ts';
import { document, name } from './layout.ts';

export type Tab = 'conversation' | 'files' | 'checks';

/** Path of a pull request's page. */
export function pathOf(pull: PullRequest): string {
  return `/${fullName(pull.repository)}/pull/${pull.number}`;
}

/** The state as people call it. */
export function stateOf(pull: PullRequest): 'merged' | 'closed' | 'draft' | 'open' {
  if (pull.mergedAt !== null) return 'merged';
  if (pull.state === 'closed') return 'closed';
  return pull.draft ? 'draft' : 'open';
}

/** The newest run of each name at the head. */
export function latestRuns(pull: PullRequest): readonly CheckRun[] {
  const own = pull.repository.runs.filter((run) => run.headSha === pull.headSha).reverse();
  return own.filter((run, at) => own.findIndex((other) => other.name === run.name) === at);
}

/** A page of a pull request: its head, the tabs, and what the tab shows. */
export function pullPage(_context: Context, pull: PullRequest, tab: Tab, content: Html): Answer {
  const path = pathOf(pull);
  const link = (id: Tab, href: string, text: string) =>
    html`<a href="${href}"${id === tab ? html` aria-current="page"` : ''}>${text}</a>`;
  const page = html`
<h1>${pull.title} <span class="number">#${pull.number}</span></h1>
<div class="meta">
  <span class="badge ${stateOf(pull)}">${stateOf(pull)}</span>
  <span>${name(pull.author)} wants to merge <code>${headName(pull)}</code> into <code>${pull.baseRef}</code></span>
  <span class="labels">${pull.labels.map((own) => html`<span class="tag">${own.name}</span>`)}</span>
</div>
<nav class="tabs" aria-label="Pull request">
  ${link('conversation', path, 'Conversation')}
  ${link('files', `${path}/files`, 'Files changed')}
  ${link('checks', `${path}/checks`, `Checks (${latestRuns(pull).length})`)}
</nav>
${content}`;
  return document(`${pull.title} · #${pull.number}`, html`<span>/ ${fullName(pull.repository)}</span>`, page);
}

function headName(pull: PullRequest): string {
  const { repository, ref } = pull.head;
  return repository === pull.repository ? ref : `${repository.owner.login}:${ref}`;
}
