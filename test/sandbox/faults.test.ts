import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { refused, type Scene, scene, tokenClient } from './support.ts';

describe('what goes wrong on purpose', () => {
  let stage: Scene;
  let pull: PullRequestActor;
  const at = { owner: 'acme', repo: 'fraud', pull_number: 1 };

  beforeAll(async () => {
    stage = await scene();
    const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\n' } });
    await repo.commit('feature', { files: { 'a.py': 'two\n' } });
    pull = await repo.openPullRequest({ head: 'feature' });
  });
  afterAll(() => stage.close());

  const client = () => tokenClient(stage.hub, stage.hub.installationToken('acme'));
  const review = () => client().rest.pulls.createReview({ ...at, event: 'COMMENT', body: 'x' });
  const isReview = ({ route }: { route: string }) => route === 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews';

  test('a review that was made before the 502', async () => {
    stage.hub.addFault({ match: isReview, times: 1, kind: 'commit-then-502' });
    expect((await refused(review())).status).toBe(502);
    expect(pull.reviews()).toHaveLength(1);
    expect(stage.hub.writes()).toBe(1);
    expect((await review()).status).toBe(200);
  });

  test('a status, so many times', async () => {
    stage.hub.addFault({
      match: ({ caller }) => caller.startsWith('installation:'),
      times: 2,
      kind: 'status',
      status: 503,
    });
    const before = pull.reviews().length;
    expect((await refused(review())).status).toBe(503);
    expect((await refused(review())).status).toBe(503);
    expect(pull.reviews()).toHaveLength(before);
    expect((await review()).status).toBe(200);
  });

  test('the secondary limit and 429 say how long to wait', async () => {
    stage.hub.addFault({ match: isReview, times: 1, kind: 'secondary', retryAfter: 7 });
    stage.hub.addFault({ match: isReview, times: 1, kind: '429' });
    const first = await refused(review());
    const second = await refused(review());
    expect([first.status, first.headers['retry-after'], second.status, second.headers['retry-after']]).toEqual([
      403,
      '7',
      429,
      '60',
    ]);
  });

  test('a connection that is dropped, and one that never answers', async () => {
    stage.hub.addFault({ match: ({ url }) => url === '/reset', times: 1, kind: 'reset' });
    await expect(fetch(`${stage.hub.url}/reset`, { method: 'POST' })).rejects.toThrow('fetch failed');
    stage.hub.addFault({ match: ({ url }) => url === '/hang', times: 1, kind: 'timeout' });
    await expect(fetch(`${stage.hub.url}/hang`, { method: 'POST', signal: AbortSignal.timeout(200) })).rejects.toThrow(
      /timeout/,
    );
  });

  test('a clone that fails, and faults taken back', async () => {
    stage.hub.addFault({ match: ({ route }) => route === 'GIT', times: 9, kind: 'status', status: 503 });
    expect((await fetch(`${stage.hub.url}/acme/fraud.git/info/refs?service=git-upload-pack`)).status).toBe(503);
    stage.hub.clearFaults();
    expect((await fetch(`${stage.hub.url}/acme/fraud.git/info/refs?service=git-upload-pack`)).status).toBe(401);
  });

  test('the log has every request with its route, status and caller, and counts writes', () => {
    const reviews = stage.hub.requests.filter(isReview);
    expect(reviews.map(({ status }) => status)).toEqual([502, 200, 503, 503, 200, 403, 429]);
    expect(reviews[0]?.caller).toMatch(/^installation:\d+$/);
    expect(stage.hub.writes('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews')).toBe(3);
    expect(stage.hub.violations).toEqual([]);
  });
});
