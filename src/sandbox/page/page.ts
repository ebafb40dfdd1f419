import type { Context } from '../context.ts';
import { readObject, resolveCommit } from '../git.ts';
import type { Answer } from '../http.ts';
import { findRepository } from '../lookup.ts';
import type { PullRequest, Repository } from '../state.ts';
import { checksPage } from './checks.ts';
import { conversation } from './conversation.ts';
import { filesPage } from './files.ts';
import { html } from './html.ts';
import { document } from './layout.ts';
import { listPage } from './list.ts';
import { pathOf } from './pull.ts';

const PULL = /^\/([^/]+\/[^/]+)\/pull\/(\d{1,9})(?:\/(files|checks))?$/;
const RUN = /^\/([^/]+\/[^/]+)\/runs\/(\d{1,12})$/;
const BLOB = /^\/([^/]+\/[^/]+)\/(?:blob|raw)\/([^/]+)\/(.+)$/;

/** Answers a page of the sandbox's web site. */
export async function answerPage(context: Context, url: URL): Promise<Answer> {
  if (url.pathname === '/') return listPage(context);
  const pull = pullAt(context, url);
  if (pull !== undefined) {
    if (url.pathname.endsWith('/files')) return filesPage(context, pull);
    return url.pathname.endsWith('/checks') ? checksPage(context, pull) : conversation(context, pull);
  }
  return (runAt(context, url) ?? (await blobAt(context, url))) || missing();
}

/** The pull request that a path shows, or `undefined`. */
export function pullAt(context: Context, url: URL): PullRequest | undefined {
  const match = PULL.exec(decode(url.pathname));
  return match === null
    ? undefined
    : repositoryAt(context, match[1])?.pulls.find(({ number }) => number === Number(match[2]));
}

function repositoryAt(context: Context, name: string | undefined): Repository | undefined {
  return findRepository(context.state, name ?? '');
}

function runAt(context: Context, url: URL): Answer | undefined {
  const match = RUN.exec(url.pathname);
  const repository = match === null ? undefined : repositoryAt(context, match[1]);
  const run = repository?.runs.find(({ id }) => id === Number(match?.[2]));
  const pull = repository?.pulls.find(({ headSha }) => headSha === run?.headSha);
  if (run === undefined || pull === undefined) return undefined;
  return { status: 302, body: '', headers: { location: `${pathOf(pull)}/checks#run-${run.id}` } };
}

async function blobAt(context: Context, url: URL): Promise<Answer | undefined> {
  const match = BLOB.exec(decode(url.pathname));
  const repository = match === null ? undefined : repositoryAt(context, match[1]);
  const commit = repository === undefined ? undefined : await resolveCommit(repository.git, match?.[2] ?? '');
  const path = match?.[3] ?? '';
  const bytes =
    commit === undefined || repository === undefined
      ? undefined
      : await readObject(repository.git, 'blob', `${commit}:${path}`);
  if (bytes === undefined) return undefined;
  const rows = bytes
    .toString()
    .split('\n')
    .map((line, at) => html`<tr id="L${at + 1}"><td class="n">${at + 1}</td><td>${line}</td></tr>`);
  const table = html`<table class="diff" aria-label="${path}"><colgroup><col class="n"><col></colgroup><tbody>${rows}</tbody></table>`;
  return document(
    path,
    html`<span>/ ${match?.[1]}</span>`,
    html`<h1 class="mono">${path}</h1><p class="quiet mono">${commit}</p><div class="card">${table}</div>`,
  );
}

function missing(): Answer {
  return document(
    'Not found',
    html``,
    html`<h1>Not found</h1><p class="quiet">There is no such page. <a href="/">All pull requests</a></p>`,
    404,
  );
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
