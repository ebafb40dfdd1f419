import { repositoryOf } from '../auth.ts';
import { LIMITS } from '../context.ts';
import { diffOf } from '../diff.ts';
import { EMPTY_TREE, gitLine, mergeBase, resolveCommit } from '../git.ts';
import { type Answer, mediaType, notFound } from '../http.ts';
import { fullName } from '../lookup.ts';
import { apiOf, webOf } from '../present/basics.ts';
import { commitShape, gitCommitShape, readCommit, readCommits } from '../present/commits.ts';
import type { Call, Route } from '../router.ts';
import type { Repository } from '../state.ts';
import { commitOf, one, page } from './common.ts';
import { diffEntry } from './pulls.ts';

async function gitCommit(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = await resolveCommit(repository.git, call.path.commit_sha ?? '');
  if (sha === undefined) throw notFound();
  return { status: 200, body: gitCommitShape(call.context, repository, await readCommit(repository, sha)) };
}

async function commit(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = await commitOf(repository, call.path.ref ?? '');
  if (mediaType(call.headers) === 'sha')
    return { status: 200, body: sha, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' } };
  const facts = await readCommit(repository, sha);
  const diff = await diffOf(repository.git, facts.parents[0] ?? EMPTY_TREE, sha, call.context.limits);
  const files = diff.files.slice(0, LIMITS.comparedFiles).map((file) => diffEntry(call.context, repository, sha, file));
  return { status: 200, body: { ...commitShape(call.context, repository, facts), files } };
}

async function history(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const from = await resolveCommit(repository.git, one(call, 'sha') ?? repository.defaultBranch);
  if (from === undefined) throw notFound();
  const path = one(call, 'path');
  const commits = await readCommits(repository, [from, ...(path === undefined ? [] : ['--', path])]);
  return page(call, commits, (facts) => commitShape(call.context, repository, facts));
}

/** The history of a ref, newest first, of one path if asked. */
async function list(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const name = one(call, 'sha') ?? repository.defaultBranch;
  const sha = await resolveCommit(repository.git, name);
  if (sha === undefined) throw notFound();
  const path = one(call, 'path');
  const times = (['since', 'until'] as const).flatMap((word) => {
    const at = one(call, word);
    return at === undefined ? [] : [`--${word}=${at}`];
  });
  const all = await readCommits(repository, [...times, sha, ...(path === undefined ? [] : ['--', path])]);
  return page(call, all, (facts) => commitShape(call.context, repository, facts));
}

/** `base...head`, each a ref of this repository or `owner:ref` of one in its family. */
async function compare(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const [baseName = '', headName = ''] = (call.path.basehead ?? '').split('...');
  const base = await endOf(call, repository, baseName);
  const head = await endOf(call, repository, headName);
  const common = await mergeBase(repository.git, base, head);
  const diff = await diffOf(repository.git, common, head, call.context.limits);
  if (mediaType(call.headers) === 'diff')
    return { status: 200, body: diff.text, headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' } };
  const pageNumber = Number(one(call, 'page') ?? 1);
  const ahead = Number(await gitLine(repository.git, ['rev-list', '--count', `${base}..${head}`]));
  const behind = Number(await gitLine(repository.git, ['rev-list', '--count', `${head}..${base}`]));
  const size = Math.min(250, Number(one(call, 'per_page') ?? 250));
  const commits = await readCommits(repository, ['--reverse', `${base}..${head}`]);
  const files = pageNumber === 1 ? diff.files.slice(0, LIMITS.comparedFiles) : [];
  const web = `${webOf(call.context, repository)}/compare/${base}...${head}`;
  const one_ = async (sha: string) => commitShape(call.context, repository, await readCommit(repository, sha));
  const body = {
    url: `${apiOf(call.context, repository)}/compare/${base}...${head}`,
    html_url: web,
    permalink_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    base_commit: await one_(base),
    merge_base_commit: await one_(common === EMPTY_TREE ? base : common),
    status: ahead > 0 && behind > 0 ? 'diverged' : ahead > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits
      .slice((pageNumber - 1) * size, pageNumber * size)
      .map((facts) => commitShape(call.context, repository, facts)),
    files: files.map((file) => diffEntry(call.context, repository, head, file)),
  };
  return { status: 200, body };
}

async function endOf(call: Call, repository: Repository, name: string): Promise<string> {
  const colon = name.indexOf(':');
  const owner = colon < 0 ? undefined : name.slice(0, colon);
  const family =
    owner === undefined
      ? repository
      : call.context.state.repositories.find(
          (other) => other.owner.login === owner && (other.parent === repository || other === repository),
        );
  const sha = family === undefined ? undefined : await resolveCommit(family.git, name.slice(colon + 1));
  const here = sha === undefined ? undefined : await resolveCommit(repository.git, sha);
  if (here === undefined) throw notFound();
  return here;
}

async function branch(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const name = call.path.branch ?? '';
  const sha = await resolveCommit(repository.git, `refs/heads/${name}`);
  if (sha === undefined) throw notFound();
  const api = apiOf(call.context, repository);
  const self = `${api}/branches/${name}`;
  const protection = { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } };
  const body = {
    name,
    commit: commitShape(call.context, repository, await readCommit(repository, sha)),
    _links: { self, html: `${call.context.url()}/${fullName(repository)}/tree/${name}` },
    protected: false,
    protection,
    protection_url: `${self}/protection`,
  };
  return { status: 200, body };
}

async function ref(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const name = `refs/${call.path.ref}`;
  const sha = await resolveCommit(repository.git, name);
  if (sha === undefined) throw notFound();
  const api = apiOf(call.context, repository);
  return {
    status: 200,
    body: {
      ref: name,
      node_id: `REF_${repository.id}`,
      url: `${api}/git/${name}`,
      object: { sha, type: 'commit', url: `${api}/git/commits/${sha}` },
    },
  };
}

const READ = [['contents', 'read']] as const;

/** Commits, their comparison, and the refs that name them. */
export const commitRoutes: readonly Route[] = [
  { route: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', needs: READ, answer: gitCommit },
  { route: 'GET /repos/{owner}/{repo}/git/ref/{ref}', needs: READ, answer: ref },
  { route: 'GET /repos/{owner}/{repo}/commits', needs: READ, answer: history },
  { route: 'GET /repos/{owner}/{repo}/commits', needs: READ, answer: list },
  { route: 'GET /repos/{owner}/{repo}/commits/{ref}', needs: READ, answer: commit },
  { route: 'GET /repos/{owner}/{repo}/compare/{basehead}', needs: READ, answer: compare },
  { route: 'GET /repos/{owner}/{repo}/branches/{branch}', needs: READ, answer: branch },
];
