import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolObservation } from '../../src/core/tool.ts';
import type { Adapter, ToolAnswer } from '../../src/tools/adapter.ts';
import { bandit } from '../../src/tools/adapters/bandit.ts';
import { promtool } from '../../src/tools/adapters/promtool.ts';
import { ruff } from '../../src/tools/adapters/ruff.ts';
import { sqlfluff } from '../../src/tools/adapters/sqlfluff.ts';
import { squawk } from '../../src/tools/adapters/squawk.ts';
import { yamllint } from '../../src/tools/adapters/yamllint.ts';
import { withCheckout } from '../../src/tools/checkout.ts';
import { run } from '../../src/tools/run.ts';
import { readSarif } from '../../src/tools/sarif.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

const isThere = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Tests of a real program; where it is missing they are skipped by name. `.ci/run` installs it. */
const withProgram = (program: string): typeof test => (isThere(program) ? test : (test.skip as typeof test));

async function ask(adapter: Adapter, files: Readonly<Record<string, string>>): Promise<ToolAnswer> {
  const snapshot = snapshotOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sidesOf(text)])));
  return withCheckout(snapshot, (checkout) => adapter.run(checkout, checkout.paths.filter(adapter.reads)));
}

async function observed(
  adapter: Adapter,
  files: Readonly<Record<string, string>>,
): Promise<readonly ToolObservation[]> {
  const answer = await ask(adapter, files);
  if (answer.kind === 'failed') throw new Error(answer.why);
  return answer.observations;
}

const places = (found: readonly ToolObservation[]): readonly string[] =>
  found.map(({ rule, path, startLine }) => `${rule} ${path}:${startLine}`).sort();

describe('bandit', () => {
  const there = withProgram('bandit');
  there('finds what it finds, with our scale and what the author silenced', async () => {
    const found = await observed(bandit, {
      'app/load.py':
        'import pickle\nimport yaml\n\n\ndef load(data):\n    pickle.loads(data)\n    return yaml.load(data)  # nosec\n',
      'app/quiet.py': 'assert True\n',
    });
    expect(places(found)).toEqual(['B301 app/load.py:6', 'B506 app/load.py:7']);
    expect(found.find(({ rule }) => rule === 'B301')).toMatchObject({
      severity: 'medium',
      sameAs: ['sec-unsafe-unpickle'],
      persona: 'security-auditor',
    });
    expect(found.find(({ rule }) => rule === 'B506')?.silencedBy).toBe('# nosec');
  });
  there('takes no configuration of the change', async () => {
    const found = await observed(bandit, {
      '.bandit': '[bandit]\nskips: B301\n',
      'setup.cfg': '[bandit]\nskips = B301\n',
      'a.py': 'import pickle\npickle.loads(x)\n',
    });
    expect(places(found)).toEqual(['B301 a.py:2']);
  });
});

withProgram('promtool')('promtool validates rule files, and only those', async () => {
  const found = await observed(promtool, {
    'alerts/rules.yaml': 'groups:\n- name: a\n  rules:\n  - alert: X\n    expr: sum(rate(\n',
    'alerts/good.rules.yml': 'groups:\n- name: a\n  rules:\n  - alert: X\n    expr: up == 0\n',
    'alerts/operator-rules.yaml': 'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups: []\n',
  });
  expect(found.map(({ path, severity }) => `${path} ${severity}`)).toEqual(['alerts/rules.yaml high']);
  expect(found[0]?.message).toContain('unclosed left parenthesis');
});

withProgram('yamllint')('yamllint says what changes the meaning, and nothing about style', async () => {
  const found = await observed(yamllint, {
    'a.yaml': 'x:   1\ny: 2\nx: 3   \n',
    'chart.yaml': '{{ if .x }}\na: 1\n{{ end }}\n',
  });
  expect(places(found)).toEqual(['key-duplicates a.yaml:3']);
});

withProgram('sqlfluff')('sqlfluff reads plain SQL and renders no template', async () => {
  const found = await observed(sqlfluff, {
    'q.sql': 'SELECT a.x FROM t AS b\n',
    'templated.sql': "SELECT {{ env_var('X') }} FROM a\n",
  });
  expect(found.every(({ path, severity }) => path === 'q.sql' && severity === 'low')).toBe(true);
  expect(found.length).toBeGreaterThan(0);
});

describe('squawk', () => {
  const there = withProgram('squawk');
  const migration = 'ALTER TABLE a DROP COLUMN b;\nCREATE INDEX i ON a (c);\n';
  there('finds what loses and what locks in migrations, and no query', async () => {
    const found = await observed(squawk, { 'migrations/V2__drop.sql': migration, 'models/a.sql': migration });
    const said = found.map(({ rule, path, startLine, severity }) => `${rule} ${path}:${startLine} ${severity}`);
    expect(said).toContain('ban-drop-column migrations/V2__drop.sql:1 high');
    expect(said).toContain('require-concurrent-index-creation migrations/V2__drop.sql:2 medium');
    expect(found.every(({ path }) => path === 'migrations/V2__drop.sql')).toBe(true);
    expect(found.find(({ rule }) => rule === 'ban-drop-column')).toMatchObject({
      startColumn: 15,
      endLine: 1,
      sameAs: ['feature-column-dropped', 'destructive-ml-table-change', 'sql-destructive-without-where'],
    });
  });
  there('cannot be silenced by the change, nor by its configuration', async () => {
    const found = await observed(squawk, {
      '.squawk.toml': 'excluded_rules = ["ban-drop-column"]\n',
      'migrations/a.sql': '-- squawk-ignore ban-drop-column\nALTER TABLE a DROP COLUMN b;\n',
    });
    expect(found.find(({ rule }) => rule === 'ban-drop-column')?.silencedBy).toBe('-- squawk-ignore');
  });
  there('says nothing of another dialect', async () => {
    expect(await observed(squawk, { 'migrations/a.sql': 'SELEC 1;\n' })).toEqual([]);
  });
});

describe('ruff, in process', () => {
  test('speaks about ML code, marks what the author silenced, and knows broken Python', async () => {
    const found = await observed(ruff, {
      'a.py': 'import pickle\nimport numpy as np\nx = np.float(1)\ny = pickle.loads(z)  # noqa: S301\nlong_name = 1\n',
      'old.py': 'print "x"\n',
    });
    expect(places(found)).toContain('S301 a.py:4');
    expect(found.find(({ rule }) => rule === 'S301')?.silencedBy).toBe('# noqa');
    expect(places(found).some((place) => place.startsWith('NPY') && place.endsWith('a.py:3'))).toBe(true);
    expect(found.find(({ path }) => path === 'old.py')).toMatchObject({ rule: 'syntax', severity: 'high' });
  });
});

describe('limits', () => {
  const limits = { timeMs: 1_000, outputBytes: 10_000, memoryBytes: 2 ** 30 };
  test('a program that does not end is ended, with all that it started', async () => {
    const mark = join(mkdtempSync(join(tmpdir(), 'ml-review-limits-')), 'alive');
    expect(await run(['sh', '-c', `(sleep 3; touch ${mark}) & sleep 60`], tmpdir(), limits)).toMatchObject({
      kind: 'stopped',
      why: 'did not end within 1 s',
    });
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(existsSync(mark)).toBe(false);
  });
  test('a program that floods is ended', async () => {
    expect(await run(['yes'], tmpdir(), limits)).toMatchObject({
      kind: 'stopped',
      why: 'printed more than 10000 bytes',
    });
  });
  test('a program that takes too much memory does not get it', async () => {
    const hungry = ['sh', '-c', 'head -c 400000000 /dev/zero | tail | wc -c'] as const;
    const small = { timeMs: 20_000, outputBytes: 10_000, memoryBytes: 64 * 2 ** 20 };
    expect(await run(hungry, tmpdir(), small)).toMatchObject({ kind: 'ended', out: '0\n' });
  });
  test('a missing program is missing', async () => {
    expect(await run(['no-such-program-here'], tmpdir(), limits)).toEqual({ kind: 'missing' });
  });
  test('a tool sees no secret of ours', async () => {
    process.env['WEBHOOK_SECRET'] = 'do not tell';
    const outcome = await run(['env'], tmpdir(), limits);
    delete process.env['WEBHOOK_SECRET'];
    expect(outcome).toMatchObject({ kind: 'ended', status: 0 });
    expect(JSON.stringify(outcome)).not.toContain('do not tell');
  });
});

describe('the checkout', () => {
  test('holds the changed files only, nothing that configures a tool, and is gone afterwards', async () => {
    let folder = '';
    const snapshot = snapshotOf({
      'a.py': sidesOf('x = 1\n'),
      'same.py': { before: sidesOf('y = 1\n').after, after: sidesOf('y = 1\n').after },
      'pyproject.toml': sidesOf('[tool.ruff]\n'),
      'pkg/sitecustomize.py': sidesOf('import os\n'),
      '-rf.py': sidesOf('x = 1\n'),
    });
    const paths = await withCheckout(snapshot, async (checkout) => {
      folder = checkout.folder;
      writeFileSync(join(folder, 'made-by-a-tool'), '');
      return checkout.paths;
    });
    expect(paths).toEqual(['a.py']);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("SARIF of the team's own scanners", () => {
  const sarif = (results: readonly object[]): string =>
    JSON.stringify({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'Scanner',
              rules: [{ id: 'R1', helpUri: 'https://example.com/r1', properties: { 'security-severity': '8.1' } }],
            },
          },
          results,
        },
      ],
    });
  const place = (uri: string): object => ({
    physicalLocation: { artifactLocation: { uri }, region: { startLine: 3 } },
  });

  test('becomes observations with place, severity and suppression', () => {
    const reading = readSarif(
      sarif([
        { ruleId: 'R1', level: 'error', message: { text: 'Bad.' }, locations: [place('src/a.py')] },
        {
          ruleId: 'R2',
          level: 'note',
          message: { text: 'Hm' },
          locations: [place('src/b.py')],
          suppressions: [{ kind: 'inSource' }],
        },
        { ruleId: 'R3', message: { text: 'outside' }, locations: [place('../../etc/passwd')] },
      ]),
    );
    expect(reading).toMatchObject({ ok: true });
    expect(
      reading.ok
        ? reading.observations.map(({ rule, path, severity, silencedBy }) => [rule, path, severity, silencedBy])
        : [],
    ).toEqual([
      ['R1', 'src/a.py', 'high', undefined],
      ['R2', 'src/b.py', 'low', 'a suppression of the scanner'],
    ]);
  });
  test('says what is wrong with anything else', () => {
    expect(readSarif('{')).toEqual({ ok: false, why: 'is not JSON' });
    expect(readSarif('{"runs": 1}')).toMatchObject({ ok: false });
  });
});
