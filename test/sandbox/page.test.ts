import { renderComment, renderDocument } from '../../src/sandbox/page/markdown.ts';
import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { numbered, type Scene, scene, tokenClient } from './support.ts';

describe('the pages of the sandbox', () => {
  let stage: Scene;
  let pull: PullRequestActor;
  let runId = 0;
  const at = { owner: 'acme', repo: 'fraud', pull_number: 1 };
  const read = async (path: string) => {
    const answer = await fetch(stage.hub.url + path);
    return { status: answer.status, text: await answer.text(), policy: answer.headers.get('content-security-policy') };
  };
  const press = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(pull.page, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', headers });

  beforeAll(async () => {
    stage = await scene();
    const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': numbered(30) } });
    await repo.commit('feature', {
      files: { 'a.py': numbered(30).replace('line 20\n', 'line <twenty>\n'), '<img src=x>.py': 'x\n' },
      by: 'alice',
    });
    pull = await repo.openPullRequest({
      head: 'feature',
      title: 'A <script> & more',
      author: 'alice',
      body: 'see <script>alert(1)</script> **this**',
    });
    const client = tokenClient(stage.hub, stage.hub.installationToken('acme'));
    const body = '**🟠 High**\nfix:\n```suggestion\nline 20\n```\n<!-- marker -->';
    await client.rest.pulls.createReview({
      ...at,
      event: 'COMMENT',
      body: 'one finding',
      comments: [{ path: 'a.py', line: 20, body }],
    });
    const actions = [{ label: 'Explain', description: 'd', identifier: 'explain' }];
    const annotations = [
      {
        path: 'a.py',
        start_line: 19,
        end_line: 19,
        annotation_level: 'warning' as const,
        title: 'Look',
        message: 'an annotation',
      },
    ];
    const output = { title: '1 high introduced', summary: '| a | b |\n| - | - |\n| c | d |', annotations };
    const { data } = await client.rest.checks.create({
      owner: 'acme',
      repo: 'fraud',
      name: 'Panel',
      head_sha: pull.headSha(),
      status: 'completed',
      conclusion: 'failure',
      actions,
      output,
    });
    runId = data.id;
  });
  afterAll(() => stage.close());

  test('the list names the pull request, its state and its check, escaped', async () => {
    const { status, text, policy } = await read('/');
    expect([status, policy?.includes("default-src 'none'")]).toEqual([200, true]);
    expect(text).toContain('A &lt;script&gt; &amp; more');
    expect(text).toContain('failure');
  });

  test('the conversation shows the review with its suggestion as a diff, and no marker or script', async () => {
    const { text } = await read('/acme/fraud/pull/1');
    expect(text).toContain('<span class="del">- line &lt;twenty&gt;</span><span class="ins">+ line 20</span>');
    expect(text).toContain('one finding');
    expect(text).not.toContain('marker');
    expect(text).not.toMatch(/<script|alert\(1\)/);
    expect(text).toContain('<strong>this</strong>');
  });

  test('the files show the comment and the annotation below their lines', async () => {
    const { text } = await read('/acme/fraud/pull/1/files');
    const order = ['line 19', 'an annotation', '+line &lt;twenty&gt;', 'discussion_r', 'line 21'].map((part) =>
      text.indexOf(part),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order.every((position) => position > 0)).toBe(true);
    expect(text).toContain('&lt;img src=x&gt;.py');
  });

  test('the check shows its title, its summary rendered, its buttons and its annotations', async () => {
    const { text } = await read('/acme/fraud/pull/1/checks');
    for (const part of ['1 high introduced', '<td>c</td>', 'Explain', 'an annotation', 'a.py:19'])
      expect(text).toContain(part);
    expect(
      (await fetch(`${stage.hub.url}/acme/fraud/runs/${runId}`, { redirect: 'manual' })).headers.get('location'),
    ).toBe(`/acme/fraud/pull/1/checks#run-${runId}`);
  });

  test('a file at a commit, and what is not there', async () => {
    expect((await read(`/acme/fraud/blob/${pull.headSha()}/a.py`)).text).toContain('id="L20"');
    for (const path of [
      '/acme/fraud/pull/9',
      '/nobody/here',
      `/acme/fraud/blob/${pull.headSha()}/none.py`,
      '/acme/fraud/blob/--help/a.py',
      '/%E0%A4%A',
    ]) {
      expect((await read(path)).status).toBe(404);
    }
  });

  test('the buttons do what people do, and tell the App', async () => {
    const before = stage.arrived.length;
    expect((await press({ act: 'label', label: 'ml-review' })).status).toBe(303);
    await press({ act: 'click', run: String(runId), identifier: 'explain' });
    await press({ act: 'click', run: String(runId), identifier: 'unknown' });
    await press({ act: 'rerequest', run: String(runId) });
    const [comment] = await pull.reviewComments();
    await press({ act: 'reply', comment: String(comment?.id), body: '/ml-review accept known' });
    await press({ act: 'comment', body: 'hello' });
    await press({ act: 'constructor' });
    await stage.hub.settled();
    const events = stage.arrived
      .slice(before)
      .map(({ headers, payload }) => `${headers['x-github-event']}.${payload.action}`);
    expect([...events].sort()).toEqual([
      'check_run.requested_action',
      'check_run.rerequested',
      'pull_request.labeled',
      'pull_request_review_comment.created',
    ]);
    expect(pull.issueComments()).toMatchObject([{ body: 'hello', author: 'visitor' }]);
    await press({ act: 'unlabel', label: 'ml-review' }, { origin: 'https://elsewhere.example' });
    expect(pull.labels()).toEqual(['ml-review']);
    expect(stage.hub.violations).toEqual([]);
  });

  test('a resolved thread is folded, an outdated one says so', async () => {
    const [comment] = await pull.reviewComments();
    pull.resolveThread(comment?.id ?? 0, { by: 'bob' });
    expect((await read('/acme/fraud/pull/1')).text).toContain('resolved by bob');
    await pull.push({ files: { 'a.py': numbered(30) } });
    expect((await read('/acme/fraud/pull/1')).text).toContain('outdated');
    expect((await read('/acme/fraud/pull/1/files')).text).not.toContain('discussion_r');
  });
});

describe('Markdown', () => {
  test.each([
    ['<img src=x onerror=alert(1)>', /onerror/],
    ['[x](javascript:alert(1))', /href="javascript/],
    ['<a href="data:text/html,x">x</a>', /data:/],
    ['<style>body{}</style><iframe src="//x"></iframe><form action="/x"></form>', /<style|<iframe|<form/],
    ['<div class="card" style="position:fixed">x</div>', /class="card"|style=/],
    ['```suggestion\n</span><script>x</script>\n```', /<script/],
  ])('%s is made harmless', (text, harm) => {
    expect(renderComment(text, { lines: ['<script>'] }).html).not.toMatch(harm);
    expect(renderDocument(text).html).not.toMatch(harm);
  });

  test('an empty suggestion deletes, signs are drawn, line ends break in comments only', () => {
    expect(renderComment('```suggestion\n```', { lines: ['gone'] }).html).toContain(
      '<span class="del">- gone</span></pre>',
    );
    expect(renderComment('🔴 x').html).toContain('<span class="dot red" role="img" aria-label="red"></span> x');
    expect([renderComment('a\nb').html.includes('<br'), renderDocument('a\nb').html.includes('<br')]).toEqual([
      true,
      false,
    ]);
  });
});
