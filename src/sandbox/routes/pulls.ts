import { diffOfPull } from '../anchor.ts';
import { repositoryOf } from '../auth.ts';
import type { Context } from '../context.ts';
import type { DiffFile } from '../diff.ts';
import { git, mergeBase } from '../git.ts';
import { type Answer, mediaType, Refusal } from '../http.ts';
import { apiOf, type Shape, webOf } from '../present/basics.ts';
import { commitShape, readCommits } from '../present/commits.ts';
import { pullInList, pullShape } from '../present/pulls.ts';
import type { Call, Route } from '../router.ts';
import type { PullRequest, Repository } from '../state.ts';
import { commitOf, one, page, pullOf } from './common.ts';

/** `diff-entry`. */
export function diffEntry(context: Context, repository: Repository, sha: string, file: DiffFile): Shape {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const web = webOf(context, repository);
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${sha}/${path}`,
    raw_url: `${web}/raw/${sha}/${path}`,
    contents_url: `${apiOf(context, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  };
}

async function files(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const diff = await diffOfPull(pull, call.context.limits);
  const listed = diff.files.slice(0, call.context.limits.listedFiles);
  return page(call, listed, (file) => diffEntry(call.context, pull.repository, pull.headSha, file));
}

async function get(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const media = mediaType(call.headers);
  if (media === 'diff' || media === 'patch')
    return {
      status: 200,
      body: await diffText(call, pull),
      headers: { 'content-type': `application/vnd.github.${media}; charset=utf-8` },
    };
  return { status: 200, body: await pullShape(call.context, pull) };
}

async function diffText(call: Call, pull: PullRequest): Promise<string> {
  const { diffFiles, diffLines } = call.context.limits;
  const { files: changed, text } = await diffOfPull(pull, call.context.limits);
  const tooLarge = (message: string) =>
    new Refusal(406, message, { errors: [{ resource: 'PullRequest', field: 'diff', code: 'too_large' }] });
  if (changed.length > diffFiles)
    throw tooLarge(
      `Sorry, the diff exceeded the maximum number of files (${diffFiles}). Consider using 'List pull requests files' API or locally cloning the repository instead.`,
    );
  if (text.split('\n').length - 1 > diffLines)
    throw tooLarge(`Sorry, the diff exceeded the maximum number of lines (${diffLines})`);
  return text;
}

function list(call: Call): Promise<Answer> {
  const state = one(call, 'state') ?? 'open';
  const head = one(call, 'head');
  const base = one(call, 'base');
  const found = repositoryOf(call)
    .pulls.filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => base === undefined || pull.baseRef === base)
    .filter((pull) => head === undefined || `${pull.head.repository.owner.login}:${pull.head.ref}` === head);
  const ordered = one(call, 'direction') === 'asc' ? found : [...found].reverse();
  return page(call, ordered, (pull) => pullInList(call.context, pull));
}

async function commits(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const { git: directory } = pull.repository;
  const from = await mergeBase(directory, pull.baseSha, pull.headSha);
  const all = await readCommits(pull.repository, ['--reverse', `${from}..${pull.headSha}`]);
  return page(call, all.slice(0, 250), (facts) => commitShape(call.context, pull.repository, facts));
}

/** Open pull requests whose head branch in this repository holds the commit; those of forks are not found (as at GitHub). */
async function ofCommit(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = await commitOf(repository, call.path.commit_sha ?? '');
  const own = repository.pulls.filter((pull) => pull.head.repository === repository);
  const holding: PullRequest[] = [];
  for (const pull of own) {
    const list = (await git(repository.git, ['rev-list', `${pull.baseSha}..${pull.headSha}`])).toString();
    if (list.split('\n').includes(sha)) holding.push(pull);
  }
  return page(call, holding, (pull) => pullInList(call.context, pull));
}

const READ = [['pull_requests', 'read']] as const;

/** Pull requests and what they change. */
export const pullRoutes: readonly Route[] = [
  { route: 'GET /repos/{owner}/{repo}/pulls', needs: READ, answer: list },
  { route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}', needs: READ, answer: get },
  { route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', needs: READ, answer: files },
  { route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', needs: READ, answer: commits },
  {
    route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    needs: [
      ['pull_requests', 'read'],
      ['contents', 'read'],
    ],
    answer: ofCommit,
  },
];
