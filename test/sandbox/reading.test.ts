import type { PullRequestActor, RepositoryActor } from '../../src/sandbox/types.ts';
import { installationClient, numbered, refused, type Scene, scene, tokenClient } from './support.ts';

type Client = Awaited<ReturnType<typeof installationClient>>;

describe('reading a pull request and its repository', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let pull: PullRequestActor;
  let client: Client;
  const names = { owner: 'acme', repo: 'fraud' };
  const at = { ...names, pull_number: 1 };
  const many = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`many/${String(index).padStart(2, '0')}.py`, 'x\n']),
  );

  beforeAll(async () => {
    stage = await scene({
      limits: {
        listedFiles: 15,
        diffFiles: 17,
        diffLines: 400,
        contentBytes: 1000,
        rawBytes: 5000,
        treeEntries: 20,
        patchLines: 100,
      },
    });
    const files = {
      'a.py': 'one\ntwo\n',
      'pure.py': numbered(20),
      'gone.py': 'gone\n',
      'x.bin': new Uint8Array([0, 1]),
      'dir/in.py': 'in\n',
    };
    repo = await stage.hub.repository('acme/fraud', { files });
    await repo.commit('feature', {
      files: {
        'a.py': 'one\n2\n',
        'x.bin': new Uint8Array([0, 2]),
        'long.ipynb': numbered(200),
        'ünï "q".py': 'odd\n',
        'no-newline': 'x',
      },
      special: [
        { path: 'link', mode: '120000', text: 'a.py' },
        { path: 'sub', mode: '160000', text: '1'.repeat(40) },
      ],
      renames: { 'pure.py': 'moved.py' },
      deletes: ['gone.py'],
    });
    // The base moves on: what it changed is no part of the pull request.
    await repo.commit('main', { files: { 'base.py': 'b\n' } });
    pull = await repo.openPullRequest({ head: 'feature', author: 'alice' });
    client = await installationClient(stage.hub, 'acme');
  });
  afterAll(() => stage.close());

  test('files are those since the merge base, in four shapes', async () => {
    const { data } = await client.rest.pulls.listFiles({ ...at, per_page: 100 });
    expect(
      data.map(({ filename, status, patch, previous_filename }) => [
        filename,
        status,
        patch !== undefined,
        previous_filename,
      ]),
    ).toEqual([
      ['a.py', 'modified', true, undefined],
      ['gone.py', 'removed', true, undefined],
      ['link', 'added', true, undefined],
      ['long.ipynb', 'added', false, undefined],
      ['moved.py', 'renamed', false, 'pure.py'],
      ['no-newline', 'added', true, undefined],
      ['sub', 'added', true, undefined],
      ['x.bin', 'modified', false, undefined],
      ['ünï "q".py', 'added', true, undefined],
    ]);
    expect(data[0]).toMatchObject({ additions: 1, deletions: 1, changes: 2, patch: '@@ -1,2 +1,2 @@\n one\n-two\n+2' });
    expect(data[3]).toMatchObject({ additions: 200, changes: 200 });
    expect(data[5]?.patch).toBe('@@ -0,0 +1 @@\n+x\n\\ No newline at end of file');
  });

  test('the diff media type ends at a number of files and of lines', async () => {
    const diff = () => client.rest.pulls.get({ ...at, mediaType: { format: 'diff' } });
    expect(String((await diff()).data)).toContain('diff --git a/a.py b/a.py\n');
    await pull.push({ files: { 'lines.txt': numbered(300) } });
    expect((await refused(diff())).status).toBe(406);
    await pull.push({ deletes: ['lines.txt'], files: many });
    const { status, body } = await refused(diff());
    expect([status, body.errors]).toEqual([406, [{ resource: 'PullRequest', field: 'diff', code: 'too_large' }]]);
  });

  test('files are listed in pages up to a cap', async () => {
    const files = await client.paginate(client.rest.pulls.listFiles, { ...at, per_page: 4 });
    expect(files).toHaveLength(15);
    expect((await client.rest.pulls.get(at)).data.changed_files).toBe(21);
  });

  test('contents: small as base64, larger only raw, largest not at all', async () => {
    await pull.push({ files: { 'small.txt': 'héllo', 'middle.txt': 'm'.repeat(1001), 'large.txt': 'l'.repeat(5001) } });
    const get = (path: string, format?: string) =>
      client.request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...names,
        path,
        ref: pull.headSha(),
        ...(format === undefined ? {} : { mediaType: { format } }),
      });
    const small = (await get('small.txt')).data as { content: string };
    expect(Buffer.from(small.content, 'base64').toString()).toBe('héllo');
    expect((await get('middle.txt')).data).toMatchObject({ content: '', encoding: 'none', size: 1001 });
    expect(String((await get('middle.txt', 'raw')).data)).toBe('m'.repeat(1001));
    expect((await refused(get('large.txt', 'raw'))).status).toBe(403);
    expect((await get('link')).data).toMatchObject({ type: 'symlink', target: 'a.py' });
    expect((await get('sub')).data).toMatchObject({ type: 'submodule', sha: '1'.repeat(40) });
    expect(((await get('dir')).data as { path: string }[]).map(({ path }) => path)).toEqual(['dir/in.py']);
    expect((await get('ünï "q".py')).data).toMatchObject({ path: 'ünï "q".py' });
    expect((await refused(get('nowhere'))).status).toBe(404);
    expect(
      (await refused(client.rest.repos.getContent({ ...names, path: 'a.py', ref: 'no-such-branch' }))).status,
    ).toBe(404);
  });

  test('blobs, trees and commits by id', async () => {
    const { data: tree } = await client.rest.git.getTree({ ...names, tree_sha: pull.headSha(), recursive: 'true' });
    expect([tree.truncated, tree.tree.length]).toEqual([true, 20]);
    const blob = tree.tree.find((entry) => entry.path === 'a.py')?.sha ?? '';
    const { data } = await client.rest.git.getBlob({ ...names, file_sha: blob });
    expect(Buffer.from(data.content, 'base64').toString()).toBe('one\n2\n');
    expect(
      String((await client.rest.git.getBlob({ ...names, file_sha: blob, mediaType: { format: 'raw' } })).data),
    ).toContain('one');
    expect((await client.rest.git.getCommit({ ...names, commit_sha: pull.headSha() })).data.parents).toHaveLength(1);
    expect((await client.rest.repos.getCommit({ ...names, ref: 'feature' })).data.sha).toBe(pull.headSha());
    expect((await client.rest.git.getRef({ ...names, ref: 'heads/feature' })).data.object.sha).toBe(pull.headSha());
    expect((await client.rest.repos.getBranch({ ...names, branch: 'main' })).data.name).toBe('main');
    expect((await refused(client.rest.git.getBlob({ ...names, file_sha: 'f'.repeat(40) }))).status).toBe(404);
  });

  test('comparison, commits and the pull requests of a commit', async () => {
    const { data } = await client.rest.repos.compareCommitsWithBasehead({ ...names, basehead: 'main...feature' });
    expect(data).toMatchObject({ status: 'diverged', behind_by: 1, ahead_by: 4 });
    expect(data.files?.some(({ filename }) => filename === 'base.py')).toBe(false);
    expect((await client.rest.pulls.listCommits(at)).data).toHaveLength(4);
    const history = async (path: string) =>
      (await client.rest.repos.listCommits({ ...names, sha: 'main', path })).data.length;
    expect([await history('base.py'), await history('a.py'), await history('none')]).toEqual([1, 1, 0]);
    const { data: pulls } = await client.rest.repos.listPullRequestsAssociatedWithCommit({
      ...names,
      commit_sha: pull.headSha(),
    });
    expect(pulls.map(({ number }) => number)).toEqual([1]);
  });

  test('repositories, permissions, labels and conversation', async () => {
    repo.setPermission('bob', 'write');
    const level = async (username: string) =>
      (await client.rest.repos.getCollaboratorPermissionLevel({ ...names, username })).data.permission;
    expect([await level('bob'), await level('alice'), await level('acme')]).toEqual(['write', 'read', 'admin']);
    expect((await refused(level('nobody'))).status).toBe(404);
    expect((await client.rest.repos.get(names)).data.default_branch).toBe('main');
    expect((await client.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1);
    await client.rest.issues.addLabels({ ...names, issue_number: 1, labels: ['x'] });
    expect(pull.labels()).toEqual(['x']);
    await client.rest.issues.removeLabel({ ...names, issue_number: 1, name: 'x' });
    const { data } = await client.rest.issues.createComment({ ...names, issue_number: 1, body: 'hi' });
    await client.rest.issues.updateComment({ ...names, comment_id: data.id, body: 'hello' });
    await client.rest.reactions.createForIssueComment({ ...names, comment_id: data.id, content: 'rocket' });
    expect(pull.issueComments()).toMatchObject([{ body: 'hello', reactions: ['rocket'] }]);
    expect((await client.rest.issues.listComments({ ...names, issue_number: 1 })).data[0]?.reactions?.rocket).toBe(1);
    expect((await client.rest.issues.get({ ...names, issue_number: 1 })).data.pull_request).toBeDefined();
    expect(stage.hub.violations).toEqual([]);
  });

  test('what has not changed is answered with 304', async () => {
    const { headers } = await client.rest.repos.get(names);
    const again = client.request('GET /repos/{owner}/{repo}', { ...names, headers: { 'if-none-match': headers.etag } });
    expect((await refused(again)).status).toBe(304);
  });

  test('a person reads with a token of their own, and writes no checks', async () => {
    const alice = tokenClient(stage.hub, stage.hub.userToken('alice'));
    expect((await alice.rest.pulls.get(at)).data.number).toBe(1);
    const made = await refused(alice.rest.checks.create({ ...names, name: 'x', head_sha: pull.headSha() }));
    expect([made.status, made.body.message]).toEqual([403, 'You must authenticate via a GitHub App.']);
  });
});
