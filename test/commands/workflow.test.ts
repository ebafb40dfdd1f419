import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { cleanUp, commit, folder, git, repository, write } from '../git/temporary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ACTION = join(ROOT, '.github/actions/ml-review/action.yml');
const NOWHERE = '0'.repeat(40);
const UNSEEDED = 'from sklearn.model_selection import train_test_split\na, b = train_test_split(X)\n';
const SHUTS = 'version: 1\ngate: { fail-on: medium }\nchecks:\n  repro-split-unseeded: block\n';

interface Step {
  readonly id?: string;
  readonly run: string;
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}
interface Action {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(readFileSync(ACTION, 'utf8')) as Action;

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly summary: string;
  readonly outputs: string;
}

/** Runs the step that reviews as a runner would: its shell, its environment, the files in which a step leaves things. */
function run(workspace: string, event: unknown, inputs: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const step = action.runs.steps.find(({ id }) => id === 'review');
  if (step === undefined) throw new Error('the action reviews nothing');
  const scratch = folder();
  const file = (name: string): string => join(scratch, name);
  for (const name of ['summary', 'output']) write(scratch, name, '');
  write(scratch, 'event.json', JSON.stringify(event));
  const filled = Object.entries(step.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/, (_, input: string) => inputs[input] ?? ''),
  ]);
  const env = {
    ...process.env,
    ...Object.fromEntries(filled),
    GITHUB_ACTION_PATH: dirname(ACTION),
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_PATH: file('event.json'),
    GITHUB_STEP_SUMMARY: file('summary'),
    GITHUB_OUTPUT: file('output'),
  };
  return new Promise((resolve) => {
    execFile('bash', ['-e', '-o', 'pipefail', '-c', step.run], { cwd: workspace, env }, (error, out) => {
      const read = (name: string): string => readFileSync(file(name), 'utf8');
      resolve({
        status: error === null ? 0 : Number(error.code),
        out,
        summary: read('summary'),
        outputs: read('output'),
      });
    });
  });
}

/** A repository whose branch `change` holds one finding, with the ids of both ends. */
function changed(configuration?: string): { readonly dir: string; readonly base: string; readonly head: string } {
  const dir = repository();
  write(dir, 'README.md', '# x\n');
  if (configuration !== undefined) write(dir, '.github/ml-review.yml', configuration);
  const base = commit(dir);
  git(dir, 'update-ref', 'refs/remotes/origin/main', base);
  git(dir, 'checkout', '-q', '-b', 'change');
  write(dir, 'train.py', UNSEEDED);
  return { dir, base, head: commit(dir) };
}

const pull = (base: string, head: string) => ({ pull_request: { base: { sha: base }, head: { sha: head } } });
const push = (before: string, after: string, ref = 'refs/heads/change') => ({
  ref,
  before,
  after,
  repository: { default_branch: 'main' },
});

afterEach(cleanUp);

test('a pull request gets annotations, a summary and outputs', async () => {
  const { dir, base, head } = changed();
  const { status, out, summary, outputs } = await run(dir, pull(base, head));
  expect(out).toMatch(/^::warning .*file=train\.py,line=2/m);
  expect(summary).toContain('repro-split-unseeded');
  expect(outputs).toContain('gate=open\n');
  expect(status).toBe(0);
});

test('a finding that the base branch lets block shuts the gate and fails the step', async () => {
  const { dir, base, head } = changed(SHUTS);
  const { status, outputs } = await run(dir, pull(base, head));
  expect(outputs).toBe('gate=shut\nverdict=block\n');
  expect(status).toBe(1);
  expect((await run(dir, pull(base, head), { 'fail-on': 'never' })).status).toBe(0);
});

test('a merge group and a push are compared with what was there before', async () => {
  const { dir, base, head } = changed();
  const group = await run(dir, { merge_group: { base_sha: base, head_sha: head } });
  expect(group.summary).toContain('repro-split-unseeded');
  const again = await run(dir, push(head, head));
  expect(again.summary).not.toContain('repro-split-unseeded');
});

test('a new branch is compared with the default branch, a new default branch with nothing', async () => {
  const { dir, base, head } = changed();
  expect((await run(dir, push(NOWHERE, head))).out).toContain('file=train.py');
  expect((await run(dir, push(NOWHERE, head, 'refs/heads/main'))).out).toContain('file=train.py');
  expect((await run(dir, push(NOWHERE, base))).out).not.toContain('file=');
});

test('a branch that was deleted is nothing to review', async () => {
  const { dir, base } = changed();
  const { status, out } = await run(dir, push(base, NOWHERE));
  expect(out).toContain('::notice::the branch is gone');
  expect(status).toBe(0);
});

test('SARIF is written where it is asked for', async () => {
  const { dir, base, head } = changed();
  await run(dir, pull(base, head), { sarif: 'ml-review.sarif' });
  const sarif = JSON.parse(readFileSync(join(dir, 'ml-review.sarif'), 'utf8')) as {
    readonly runs: readonly { readonly results: readonly { readonly ruleId: string }[] }[];
  };
  expect(sarif.runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(['repro-split-unseeded']);
});

test('a checkout without the history says what to change', async () => {
  const { dir, head } = changed();
  const shallow = join(folder(), 'clone');
  git(dir, 'clone', '-q', '--depth', '1', '--branch', 'change', `file://${dir}`, shallow);
  const { status, out } = await run(shallow, pull(git(dir, 'rev-parse', 'main'), head));
  expect(out).toMatch(/^::error::.*fetch-depth: 0 in actions\/checkout/m);
  expect(status).toBe(2);
});

test('an event without a change is refused', async () => {
  const { dir } = changed();
  const { status, out } = await run(dir, { schedule: '0 0 * * *' });
  expect(out).toContain('::error::this event names no change');
  expect(status).toBe(2);
});

test('every input reaches the step, and every output comes from it', () => {
  const handed = action.runs.steps.flatMap(({ env }) => Object.values(env ?? {}));
  expect(handed.sort()).toEqual(Object.keys(action.inputs).map((name) => `\${{ inputs.${name} }}`));
  expect(Object.values(action.outputs).map(({ value }) => value)).toEqual([
    '${{ steps.review.outputs.gate }}',
    '${{ steps.review.outputs.verdict }}',
  ]);
  expect(action.runs.steps.every(({ shell }) => shell === 'bash')).toBe(true);
});
