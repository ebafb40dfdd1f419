import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { EVENTS, jobsOf } from '../../src/github/events.ts';
import type { Task } from '../../src/github/job.ts';

type Payload = Record<string, unknown>;

const examples: unknown = createRequire(import.meta.url)('@octokit/webhooks-examples');

const APP = 4711;
const SHA = 'a'.repeat(40);
const repository = { name: 'models', owner: { login: 'acme' } };
const common = { repository, installation: { id: 7 }, sender: { login: 'ana', type: 'User' } };
const head = { number: 12, updated_at: '2026-11-25T10:00:00Z', head: { sha: SHA } };
const named = [{ number: 12, head: { sha: SHA } }];

function jobs(name: string, payload: Payload, receivedAt = 1_000_123) {
  return jobsOf({ name, payload: { ...common, ...payload }, delivery: 'guid', receivedAt, appId: APP });
}

const tasks = (name: string, payload: Payload): readonly Task[] => jobs(name, payload).map((job) => job.payload.task);

describe('jobsOf', () => {
  test('what GitHub sends can be read, and nothing else is touched', () => {
    const all = examples as readonly { readonly name: string; readonly examples: readonly Payload[] }[];
    const heard = all.filter(({ name }) => (EVENTS as readonly string[]).includes(name));
    expect(heard.map(({ name }) => name).sort()).toEqual([...EVENTS].sort());
    for (const { name, examples: payloads } of heard) {
      for (const payload of payloads) {
        const run = () =>
          jobsOf({
            name,
            payload: { ...payload, installation: { id: 7 } },
            delivery: 'guid',
            receivedAt: 0,
            appId: APP,
          });
        expect(run).not.toThrow();
      }
    }
  });

  test('every event of the manifest is listened to', () => {
    const manifest = parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')) as {
      readonly default_events: readonly string[];
    };
    expect(EVENTS).toEqual(expect.arrayContaining([...manifest.default_events]));
  });

  test.each(['opened', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft', 'labeled', 'unlabeled'])(
    'pull_request.%s asks for a look at the present state',
    (action) => {
      expect(jobs('pull_request', { action, pull_request: head })).toMatchObject([
        {
          key: 'acme/models#12',
          head: SHA,
          priority: 'push',
          installation: 7,
          delivery: 'guid',
          payload: { task: { kind: 'review', pull: 12, forced: false } },
        },
      ]);
    },
  );

  test('a repository that is opened again is looked over', () => {
    expect(tasks('repository', { action: 'unarchived' })).toMatchObject([{ kind: 'sweep' }]);
    expect(tasks('repository', { action: 'archived' })).toEqual([]);
    expect(tasks('repository', { action: 'renamed' })).toEqual([]);
  });

  test.each(['closed', 'assigned', 'review_requested', 'locked', 'auto_merge_enabled', 'edited'])(
    'pull_request.%s asks for nothing',
    (action) => {
      expect(jobs('pull_request', { action, pull_request: head })).toEqual([]);
    },
  );

  test('what makes a running review pointless stops it; another label does not', () => {
    const stops = (payload: Payload) =>
      jobs('pull_request', { pull_request: head, ...payload }).map((job) => job.stops);
    expect(stops({ action: 'unlabeled', label: { name: 'ML-Review' } })).toEqual([true]);
    expect(stops({ action: 'converted_to_draft' })).toEqual([true]);
    expect(stops({ action: 'edited', changes: { base: { ref: { from: 'main' } } } })).toEqual([true]);
    expect(stops({ action: 'unlabeled', label: { name: 'bug' } })).toEqual([undefined]);
    expect(stops({ action: 'labeled', label: { name: 'ml-review' } })).toEqual([undefined]);
    expect(stops({ action: 'synchronize' })).toEqual([undefined]);
  });

  test('a changed base branch asks, a changed title does not', () => {
    const edited = (changes: Payload) => tasks('pull_request', { action: 'edited', pull_request: head, changes });
    expect(edited({ title: { from: 'old' } })).toEqual([]);
    expect(edited({ base: { ref: { from: 'main' }, sha: { from: SHA } } })).toMatchObject([
      { kind: 'review', reason: 'the base branch was changed' },
    ]);
  });

  test('within one second of GitHub the order of arrival decides', () => {
    const at = (receivedAt: number) =>
      jobs('pull_request', { action: 'labeled', pull_request: head }, receivedAt)[0]?.generation ?? 0;
    expect(at(5_000)).toBe(Date.parse(head.updated_at));
    expect(at(5_042)).toBe(Date.parse(head.updated_at) + 42);
  });

  describe('check runs', () => {
    const run = (more: Payload) => ({
      head_sha: SHA,
      external_id: null,
      app: { id: APP },
      pull_requests: named,
      ...more,
    });

    test('a re-requested run is a forced review of its pull request', () => {
      expect(tasks('check_run', { action: 'rerequested', check_run: run({}) })).toMatchObject([
        { kind: 'review', pull: 12, forced: true },
      ]);
    });

    test('the run itself remembers its pull request where GitHub does not', () => {
      const external_id = `ml-review:34:${'b'.repeat(40)}:${SHA}:abc123`;
      const check_run = run({ pull_requests: [], external_id });
      expect(tasks('check_run', { action: 'rerequested', check_run })).toMatchObject([{ kind: 'review', pull: 34 }]);
    });

    test('without either the pull request is looked up', () => {
      const check_run = run({ pull_requests: [], external_id: 'something else' });
      expect(tasks('check_run', { action: 'rerequested', check_run })).toEqual([
        { kind: 'recheck', sha: SHA, reason: expect.any(String) },
      ]);
    });

    test('other apps are none of ours', () => {
      expect(tasks('check_run', { action: 'rerequested', check_run: run({ app: { id: 1 } }) })).toEqual([]);
    });

    test('a click says who clicked', () => {
      const payload = { action: 'requested_action', check_run: run({}), requested_action: { identifier: 'rerun' } };
      expect(tasks('check_run', payload)).toEqual([
        { kind: 'button', identifier: 'rerun', sha: SHA, pull: 12, login: 'ana' },
      ]);
    });
  });

  test('two pull requests with the commit of a suite are not guessed between', () => {
    const check_suite = {
      head_sha: SHA,
      app: { id: APP },
      pull_requests: [...named, { number: 13, head: { sha: SHA } }],
    };
    expect(tasks('check_suite', { action: 'rerequested', check_suite })).toMatchObject([{ kind: 'recheck', sha: SHA }]);
  });

  test('a merge group goes first', () => {
    const merge_group = {
      head_sha: SHA,
      head_ref: 'refs/heads/gh-readonly-queue/main/pr-12-abc',
      base_sha: 'b'.repeat(40),
      base_ref: 'refs/heads/main',
    };
    expect(jobs('merge_group', { action: 'checks_requested', merge_group })).toMatchObject([
      { priority: 'merge-group', head: SHA },
    ]);
    expect(jobs('merge_group', { action: 'destroyed', merge_group })).toEqual([]);
  });

  describe('words', () => {
    const said = (body: string, user: Payload | null = { login: 'ana', type: 'User' }, action = 'created') =>
      tasks('pull_request_review_comment', {
        action,
        pull_request: head,
        comment: { id: 5, body, user, in_reply_to_id: 4 },
      });

    test('a command is taken with its thread', () => {
      expect(said('/ml-review accept fine')).toEqual([
        {
          kind: 'command',
          pull: 12,
          where: 'review-comment',
          comment: 5,
          thread: 4,
          login: 'ana',
          body: '/ml-review accept fine',
        },
      ]);
    });

    test.each([
      ['talk', 'see /ml-review'],
      ['another command', '/ml-reviewer go'],
    ])('%s is not a command', (_name, body) => {
      expect(said(body)).toEqual([]);
    });

    test('bots, ghosts and edits are not obeyed', () => {
      expect(said('/ml-review', { login: 'x[bot]', type: 'Bot' })).toEqual([]);
      expect(said('/ml-review', null)).toEqual([]);
      expect(said('/ml-review', undefined, 'edited')).toEqual([]);
    });

    test('in the conversation only pull requests count', () => {
      const comment = { id: 5, body: '/ml-review', user: { login: 'ana', type: 'User' } };
      expect(tasks('issue_comment', { action: 'created', issue: { number: 1 }, comment })).toEqual([]);
      expect(
        tasks('issue_comment', { action: 'created', issue: { number: 1, pull_request: {} }, comment }),
      ).toMatchObject([{ kind: 'command', where: 'conversation' }]);
    });
  });

  test('a payload that GitHub does not send is our bug, and loud', () => {
    expect(() => jobs('pull_request', { action: 'opened' })).toThrow();
  });
});
