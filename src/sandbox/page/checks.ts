import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';
import type { CheckRun, PullRequest } from '../state.ts';
import { act } from './act.ts';
import { annotationBox } from './files.ts';
import { type Html, html } from './html.ts';
import { state, time } from './layout.ts';
import { renderDocument } from './markdown.ts';
import { latestRuns, pullPage } from './pull.ts';

/** The newest check runs of the head with all they say. */
export function checksPage(context: Context, pull: PullRequest): Answer {
  const runs = latestRuns(pull);
  const cards = runs.map((run) => runCard(pull, run));
  const none = html`<p class="card empty">No check has reported at <code>${pull.headSha.slice(0, 7)}</code>.</p>`;
  return pullPage(context, pull, 'checks', html`${runs.length === 0 ? none : cards}`);
}

function runCard(pull: PullRequest, run: CheckRun): Html {
  const own = { run: String(run.id) };
  const buttons = run.actions.map((action) =>
    act(pull, { act: 'click', identifier: action.identifier, ...own }, action.label),
  );
  const again = run.status === 'completed' ? act(pull, { act: 'rerequest', ...own }, 'Re-run (GitHub)') : '';
  return html`<section class="card" id="run-${run.id}" aria-label="${run.name}">
<header>${state(run.conclusion ?? run.status)} <h3>${run.name}</h3> <span class="quiet mono">${run.headSha.slice(0, 7)}</span> ${time(run.completedAt ?? run.startedAt)}</header>
<div class="body">
<h2 style="margin-top:0">${run.title ?? 'No title yet'}</h2>
<div class="prose">${renderDocument(run.summary ?? '')}</div>
${run.text === null ? '' : html`<hr><div class="prose">${renderDocument(run.text)}</div>`}
<div class="actions">${buttons}${again}</div>
${annotations(run)}
</div></section>`;
}

function annotations(run: CheckRun): Html {
  if (run.annotations.length === 0) return html``;
  const items = run.annotations.map(
    (own) =>
      html`<li><span class="mono quiet">${own.path}:${own.startLine}${own.endLine === own.startLine ? '' : `-${own.endLine}`}</span>${annotationBox(own)}</li>`,
  );
  return html`<h2>Annotations (${run.annotations.length})</h2><ul class="annotations">${items}</ul>`;
}
