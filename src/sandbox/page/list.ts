import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';
import { fullName } from '../lookup.ts';
import type { PullRequest, Repository } from '../state.ts';
import { type Html, html } from './html.ts';
import { document, name, state } from './layout.ts';
import { latestRuns, pathOf, stateOf } from './pull.ts';

/** All pull requests, by repository, newest first. */
export function listPage(context: Context): Answer {
  const repositories = context.state.repositories.filter((repository) => repository.parent === null);
  const sections = repositories.map(section);
  const none = html`<p class="card empty">There is no repository yet.</p>`;
  return document('Pull requests', html``, html`<h1>Pull requests</h1>${repositories.length === 0 ? none : sections}`);
}

function section(repository: Repository): Html {
  const rows = [...repository.pulls].reverse().map(row);
  const none = html`<p class="empty">No pull request has been opened.</p>`;
  return html`<h2>${fullName(repository)}</h2><div class="card">${rows.length === 0 ? none : html`<ul class="pulls">${rows}</ul>`}</div>`;
}

function row(pull: PullRequest): Html {
  const runs = latestRuns(pull).map((run) => html`<span>${state(run.conclusion ?? run.status)}</span>`);
  return html`<li>
<span class="badge ${stateOf(pull)}">${stateOf(pull)}</span>
<a href="${pathOf(pull)}">${pull.title}</a> <span class="quiet">#${pull.number} by ${name(pull.author)}</span>
<span class="labels">${pull.labels.map((own) => html`<span class="tag">${own.name}</span>`)}</span>
${runs}</li>`;
}
