import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PullRequestSnapshot } from '../../src/core/snapshot.ts';
import type { ToolObservation } from '../../src/core/tool.ts';
import type { Adapter, ToolAnswer } from '../../src/tools/adapter.ts';
import { detectSecrets } from '../../src/tools/adapters/detect-secrets.ts';
import { hadolint } from '../../src/tools/adapters/hadolint.ts';
import { modelscan } from '../../src/tools/adapters/modelscan.ts';
import { semgrep } from '../../src/tools/adapters/semgrep.ts';
import { squawk } from '../../src/tools/adapters/squawk.ts';
import { trivy } from '../../src/tools/adapters/trivy.ts';
import { withCheckout } from '../../src/tools/checkout.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

/**
 * The programs of these adapters cannot be had where the tests run. A script in their place prints what their
 * documentation and their own writers print, and keeps how it was called and what it was given.
 */
const folder = mkdtempSync(join(tmpdir(), 'ml-review-recorded-'));
const { PATH } = process.env;
beforeAll(() => {
  process.env['PATH'] = `${folder}:${PATH ?? ''}`;
});
afterAll(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

function record(program: string, printed: unknown, status = 0): void {
  const script = join(folder, program);
  writeFileSync(`${script}.out`, typeof printed === 'string' ? printed : JSON.stringify(printed));
  const body = `printf '%s\\n' "$@" > ${script}.argv\ncat $(find . -type f) > ${script}.given\nwhile [ $# -gt 0 ]; do\n  if [ "$1" = --output-file ]; then cp ${script}.out "$2"; fi\n  shift\ndone\ncat ${script}.out\nexit ${status}\n`;
  writeFileSync(script, `#!/bin/sh\n${body}`);
  chmodSync(script, 0o755);
}

const argvOf = (program: string): readonly string[] =>
  readFileSync(join(folder, `${program}.argv`), 'utf8')
    .trim()
    .split('\n');
const givenTo = (program: string): string => readFileSync(join(folder, `${program}.given`), 'latin1');

const texts = (files: Readonly<Record<string, string>>): PullRequestSnapshot =>
  snapshotOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sidesOf(text)])));

const ask = (adapter: Adapter, snapshot: PullRequestSnapshot): Promise<ToolAnswer> =>
  withCheckout(snapshot, (checkout) => adapter.run(checkout, checkout.paths.filter(adapter.reads)));

async function observed(adapter: Adapter, snapshot: PullRequestSnapshot): Promise<readonly ToolObservation[]> {
  const answer = await ask(adapter, snapshot);
  if (answer.kind === 'failed') throw new Error(answer.why);
  return answer.observations;
}

const said = (found: readonly ToolObservation[]): readonly string[] =>
  found.map(({ rule, path, startLine, severity, silencedBy }) =>
    [rule, `${path}:${startLine}`, severity, ...(silencedBy === undefined ? [] : [silencedBy])].join(' '),
  );

describe('semgrep', () => {
  const result = (line: number, severity: string) => ({
    check_id: 'rules.python.avoid-pickle',
    path: 'app/load.py',
    start: { line, col: 5, offset: 20 },
    end: { line, col: 22, offset: 37 },
    extra: {
      message: 'Avoid using `pickle`.',
      severity,
      metadata: {
        confidence: 'MEDIUM',
        cwe: ['CWE-502: Deserialization of Untrusted Data'],
        source: 'https://semgrep.dev/r/x',
      },
      is_ignored: false,
      engine_kind: 'OSS',
    },
  });
  const change = texts({ 'app/load.py': 'import pickle\npickle.loads(x)\npickle.loads(y)  # nosemgrep\n' });
  afterEach(() => {
    delete process.env['ML_REVIEW_SEMGREP_RULES'];
  });

  test('reads its results with the rules of the operator alone', async () => {
    process.env['ML_REVIEW_SEMGREP_RULES'] = '/etc/ml-review/semgrep';
    record('semgrep', { version: '1.97.0', results: [result(2, 'ERROR'), result(3, 'INFO')], errors: [], paths: {} });
    const found = await observed(semgrep, change);
    expect(said(found)).toEqual(['avoid-pickle app/load.py:2 high', 'avoid-pickle app/load.py:3 low # nosemgrep']);
    expect(found[0]).toMatchObject({
      concern: 'unsafe-model-artifacts',
      confidence: 'medium',
      message: 'Avoid using `pickle`',
    });
    expect(found[0]?.sameAs).toContain('sec-unsafe-unpickle');
    expect(argvOf('semgrep')).toEqual(
      expect.arrayContaining(['--metrics=off', '--disable-nosem', '/etc/ml-review/semgrep']),
    );
  });
  test('says that it has no rules, and what it could not read', async () => {
    record('semgrep', '{"results": []}');
    expect(await ask(semgrep, change)).toMatchObject({ kind: 'failed', why: expect.stringContaining('has no rules') });
    process.env['ML_REVIEW_SEMGREP_RULES'] = '/etc/ml-review/semgrep';
    record('semgrep', 'Traceback', 0);
    expect(await ask(semgrep, change)).toEqual({ kind: 'failed', why: 'printed something else than its JSON' });
    record('semgrep', { results: [{ check_id: 1 }] });
    expect(await ask(semgrep, change)).toMatchObject({ kind: 'failed', why: expect.stringContaining('another shape') });
    record('semgrep', '', 7);
    expect(await ask(semgrep, change)).toMatchObject({ kind: 'failed', why: expect.stringContaining('status 7') });
  });
});

test('trivy reads settings and secrets, never shows a secret, and cannot be silenced', async () => {
  record('trivy', {
    SchemaVersion: 2,
    Results: [
      {
        Target: 'deploy/a.yaml',
        Class: 'config',
        Type: 'kubernetes',
        Misconfigurations: [
          {
            ID: 'KSV017',
            Title: 'Privileged',
            Message: 'Container is privileged.',
            Severity: 'HIGH',
            Status: 'FAIL',
            CauseMetadata: { StartLine: 2, EndLine: 3 },
          },
          { ID: 'KSV012', Title: 'Root', Severity: 'HIGH', Status: 'PASS' },
        ],
      },
      {
        Target: 'config/prod.env',
        Class: 'secret',
        Secrets: [
          {
            RuleID: 'aws-access-key-id',
            Category: 'AWS',
            Severity: 'CRITICAL',
            Title: 'AWS Access Key ID',
            StartLine: 1,
            EndLine: 1,
            Match: 'KEY=AKIA****',
          },
        ],
      },
    ],
  });
  const found = await observed(
    trivy,
    texts({
      'deploy/a.yaml': '#trivy:ignore:KSV017\nprivileged: true\nb: 1\n',
      'config/prod.env': 'KEY=x\n',
      'trivy.yaml': 'severity: [LOW]\n',
    }),
  );
  expect(said(found)).toEqual([
    'KSV017 deploy/a.yaml:2 high #trivy:ignore',
    'aws-access-key-id config/prod.env:1 high',
  ]);
  expect(JSON.stringify(found)).not.toContain('AKIA');
  expect(argvOf('trivy')).toEqual(expect.arrayContaining(['--offline-scan', '--skip-check-update']));
  expect(givenTo('trivy')).toContain('#trivy:ign0re:KSV017');
  expect(givenTo('trivy')).not.toContain('severity:');
});

test('detect-secrets verifies nothing and shows what the author allowed', async () => {
  record('detect-secrets', {
    version: '1.5.0',
    plugins_used: [{ name: 'AWSKeyDetector' }],
    results: {
      'a.py': [
        { type: 'AWS Access Key', filename: 'a.py', hashed_secret: 'f00', is_verified: false, line_number: 1 },
        { type: 'Private Key', filename: 'a.py', hashed_secret: 'f01', is_verified: false, line_number: 2 },
      ],
    },
    generated_at: '2026-01-01T00:00:00Z',
  });
  const found = await observed(
    detectSecrets,
    texts({ 'a.py': 'k = "x"\ny = "z"  # pragma: allowlist secret\n', '.secrets.baseline': '{}\n' }),
  );
  expect(said(found)).toEqual(['aws-access-key a.py:1 high', 'private-key a.py:2 high # pragma: allowlist secret']);
  expect(argvOf('detect-secrets')).toContain('--no-verify');
  expect(argvOf('detect-secrets').filter((word) => /baseline/.test(word))).toEqual([]);
});

test('hadolint speaks of errors and warnings, not of style', async () => {
  const line = (at: number, level: string, code: string) => ({
    file: 'Dockerfile',
    line: at,
    column: 1,
    level,
    code,
    message: 'Do otherwise.',
  });
  record('hadolint', [
    line(1, 'warning', 'DL3007'),
    line(3, 'warning', 'DL3002'),
    line(3, 'info', 'DL3059'),
    line(3, 'error', 'DL1000'),
  ]);
  const found = await observed(
    hadolint,
    texts({ Dockerfile: 'FROM a:latest\n# hadolint ignore=DL3002\nUSER root\n', 'a.py': 'x = 1\n' }),
  );
  expect(said(found)).toEqual([
    'DL3007 Dockerfile:1 low',
    'DL3002 Dockerfile:3 low # hadolint ignore',
    'DL1000 Dockerfile:3 medium',
  ]);
  expect(found[0]?.sameAs).toEqual(['serving-image-mutable-tag']);
  expect(argvOf('hadolint')).toContain('--disable-ignore-pragma');
  expect(argvOf('hadolint').at(-1)).toBe('Dockerfile');
});

describe('squawk', () => {
  const violation = (line: number, rule_name: string) => ({
    file: 'migrations/V2__drop.sql',
    line,
    column: 0,
    level: 'Warning',
    message: 'Dropping a column may break clients.',
    help: null,
    rule_name,
    column_end: 30,
    line_end: line,
  });
  const change = texts({
    'migrations/V2__drop.sql':
      '-- squawk-ignore ban-drop-column\nALTER TABLE a DROP COLUMN b;\nALTER TABLE a DROP COLUMN c;\n',
    'models/a.sql': 'SELECT 1\n',
  });
  test('counts lines from zero, reads migrations only, and cannot be silenced', async () => {
    record(
      'squawk',
      [violation(1, 'ban-drop-column'), violation(2, 'adding-required-field'), violation(2, 'syntax-error')],
      1,
    );
    expect(said(await observed(squawk, change))).toEqual([
      'ban-drop-column migrations/V2__drop.sql:2 high -- squawk-ignore',
      'adding-required-field migrations/V2__drop.sql:3 medium',
    ]);
    expect(givenTo('squawk')).toContain('squawk-ign0re');
    expect(argvOf('squawk')).not.toContain('models/a.sql');
  });
  test('refuses the answer of the first generation, which counts otherwise', async () => {
    record(
      'squawk',
      [
        {
          file: 'migrations/V2__drop.sql',
          line: 1,
          column: 0,
          level: 'Warning',
          messages: [],
          rule_name: 'ban-drop-column',
        },
      ],
      1,
    );
    expect(await ask(squawk, change)).toMatchObject({ kind: 'failed' });
  });
});

describe('modelscan', () => {
  const bytes = Buffer.from('\x80\x04cposix\nsystem\n.', 'latin1').toString('base64');
  const change = snapshotOf({
    'models/m.pkl': sidesOf({ base64: bytes }),
    'modelscan-settings.toml': sidesOf('x = 1\n'),
  });
  const report = (source: string, errors: readonly object[] = []) => ({
    summary: { total_issues: 1 },
    issues: [
      {
        description: "Use of unsafe operator 'system' from module 'posix'",
        operator: 'system',
        module: 'posix',
        source,
        scanner: 'modelscan.scanners.PickleUnsafeOpScan',
        severity: 'CRITICAL',
      },
    ],
    errors,
  });
  test('is given the bytes of the model and no settings of the change', async () => {
    record('modelscan', report('models/m.pkl:inner/data.pkl'), 1);
    const found = await observed(modelscan, change);
    expect(said(found)).toEqual(['posix.system models/m.pkl:1 high']);
    expect(givenTo('modelscan')).toContain('cposix');
    expect(givenTo('modelscan')).not.toContain('x = 1');
  });
  test('a model that it could not read is no pass', async () => {
    record('modelscan', report('models/m.pkl', [{ category: 'MODEL_SCAN' }]), 1);
    expect(await ask(modelscan, change)).toEqual({ kind: 'failed', why: 'could not read every model file' });
    record('modelscan', '', 2);
    expect(await ask(modelscan, change)).toEqual({ kind: 'failed', why: 'ended with status 2' });
    record('modelscan', '', 3);
    expect(await ask(modelscan, change)).toEqual({ kind: 'answered', observations: [] });
  });
});
