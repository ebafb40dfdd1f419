import { repositoryOf } from '../auth.ts';
import { git, listTree, readObject, resolveCommit, type TreeEntry, tryLine } from '../git.ts';
import { type Answer, mediaType, notFound, Refusal } from '../http.ts';
import { nodeId } from '../lookup.ts';
import { apiOf, fullRepositoryShape, type Shape, webOf } from '../present/basics.ts';
import type { Call, Route } from '../router.ts';
import type { Repository } from '../state.ts';
import { one } from './common.ts';

async function contents(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const ref = one(call, 'ref') ?? repository.defaultBranch;
  const commit = await resolveCommit(repository.git, ref);
  if (commit === undefined) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const path = (call.path.path ?? '').replace(/\/$/, '');
  if (path.split('/').includes('..')) throw new Refusal(400, 'path cannot contain ..');
  if (path === '') return directory(call, repository, commit, ref, '');
  const [entry] = (await listTree(repository.git, commit, { recursive: false, path })) ?? [];
  if (entry === undefined) throw notFound();
  if (entry.type === 'tree') return directory(call, repository, commit, ref, path);
  return entry.type === 'commit' ? submodule(call, repository, ref, entry) : file(call, repository, ref, entry);
}

function addresses(call: Call, repository: Repository, ref: string, entry: TreeEntry): Shape {
  const encoded = entry.path.split('/').map(encodeURIComponent).join('/');
  const url = `${apiOf(call.context, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const html = `${webOf(call.context, repository)}/${kind}/${encodeURIComponent(ref)}/${encoded}`;
  const object = entry.type === 'commit' ? null : `${apiOf(call.context, repository)}/git/${kind}s/${entry.sha}`;
  const download =
    entry.type === 'blob' ? `${webOf(call.context, repository)}/raw/${encodeURIComponent(ref)}/${encoded}` : null;
  return {
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    url,
    html_url: html,
    git_url: object,
    download_url: download,
    _links: { self: url, git: object, html },
  };
}

async function directory(
  call: Call,
  repository: Repository,
  commit: string,
  ref: string,
  path: string,
): Promise<Answer> {
  const entries =
    (await listTree(repository.git, path === '' ? commit : `${commit}:${path}`, { recursive: false })) ?? [];
  const prefix = path === '' ? '' : `${path}/`;
  // GitHub's description has a directory's submodules down as files.
  const type = (entry: TreeEntry) => (entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : 'file');
  const body = entries.slice(0, 1000).map((entry) => ({
    ...addresses(call, repository, ref, { ...entry, path: `${prefix}${entry.path}` }),
    size: entry.size ?? 0,
    type: type(entry),
  }));
  return { status: 200, body };
}

function submodule(call: Call, repository: Repository, ref: string, entry: TreeEntry): Answer {
  const shape = addresses(call, repository, ref, entry);
  return {
    status: 200,
    body: { ...shape, type: 'submodule', size: 0, submodule_git_url: 'https://example.com/unknown.git' },
  };
}

async function file(call: Call, repository: Repository, ref: string, entry: TreeEntry): Promise<Answer> {
  const { contentBytes, rawBytes } = call.context.limits;
  const size = entry.size ?? 0;
  const raw = mediaType(call.headers) === 'raw';
  if (size > rawBytes) throw tooLarge(rawBytes);
  const bytes = (await readObject(repository.git, 'blob', entry.sha)) ?? Buffer.alloc(0);
  if (raw)
    return { status: 200, body: bytes, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  const shape = { ...addresses(call, repository, ref, entry), size };
  if (entry.mode === '120000') return { status: 200, body: { ...shape, type: 'symlink', target: bytes.toString() } };
  // Between the two limits GitHub answers with everything but the content.
  const shown =
    size > contentBytes ? { content: '', encoding: 'none' } : { content: wrapped(bytes), encoding: 'base64' };
  return { status: 200, body: { ...shape, type: 'file', ...shown } };
}

function tooLarge(limit: number): Refusal {
  const errors = [{ resource: 'Blob', field: 'data', code: 'too_large' }];
  return new Refusal(
    403,
    `This API returns blobs up to ${Math.floor(limit / 1_048_576)} MB in size. The requested blob is too large to fetch via the API, but you can always clone the repository via Git in order to obtain it.`,
    { errors },
  );
}

/** Base64 in lines of 60, as GitHub sends it. */
function wrapped(bytes: Buffer): string {
  return `${(bytes.toString('base64').match(/.{1,60}/g) ?? []).join('\n')}\n`;
}

async function blob(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = call.path.file_sha ?? '';
  const size = /^[0-9a-f]{40}$/.test(sha) ? await tryLine(repository.git, ['cat-file', '-s', sha]) : undefined;
  if (size === undefined || (await tryLine(repository.git, ['cat-file', '-t', sha])) !== 'blob') throw notFound();
  if (Number(size) > call.context.limits.rawBytes) throw tooLarge(call.context.limits.rawBytes);
  const bytes = await git(repository.git, ['cat-file', 'blob', sha]);
  if (mediaType(call.headers) === 'raw')
    return { status: 200, body: bytes, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  const url = `${apiOf(call.context, repository)}/git/blobs/${sha}`;
  return {
    status: 200,
    body: {
      sha,
      url,
      node_id: nodeId('B', repository.id),
      size: bytes.length,
      content: wrapped(bytes),
      encoding: 'base64',
    },
  };
}

async function tree(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const name = call.path.tree_sha ?? '';
  const sha = name.startsWith('-')
    ? undefined
    : await tryLine(repository.git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{tree}`]);
  if (sha === undefined || sha === '') throw notFound();
  const entries = (await listTree(repository.git, sha, { recursive: call.query.recursive !== undefined })) ?? [];
  const { treeEntries } = call.context.limits;
  const api = apiOf(call.context, repository);
  const shown = entries.slice(0, treeEntries).map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    ...(entry.type === 'commit' ? {} : { url: `${api}/git/${entry.type}s/${entry.sha}` }),
  }));
  return {
    status: 200,
    body: { sha, url: `${api}/git/trees/${sha}`, tree: shown, truncated: entries.length > treeEntries },
  };
}

const READ = [['contents', 'read']] as const;

/** What is in a repository: itself, files, blobs, trees. */
export const contentRoutes: readonly Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}',
    needs: [['metadata', 'read']],
    answer: (call) => ({ status: 200, body: fullRepositoryShape(call.context, repositoryOf(call)) }),
  },
  { route: 'GET /repos/{owner}/{repo}/contents/{path}', needs: READ, answer: contents },
  { route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', needs: READ, answer: blob },
  { route: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', needs: READ, answer: tree },
];
