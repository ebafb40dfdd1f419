import type { Finding } from '../../src/core/finding.ts';
import { repoPath } from '../../src/core/location.ts';
import type { Report } from '../../src/core/report.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings.ts';
import type { Change, PullRequestSnapshot } from '../../src/core/snapshot.ts';
import { createEngine } from '../../src/engine.ts';
import { changed, type ExampleFile } from '../../src/kit/index.ts';
import { mergeOverlaps } from '../../src/panel/merge.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

const engine = await createEngine();
const only = ({ id }: { readonly id: string }): boolean => id === 'repro-split-unseeded';

const IMPORT = 'from sklearn.model_selection import train_test_split\n';
const SPLIT = 'a, b = train_test_split(X)\n';

function snapshot(files: Readonly<Record<string, ExampleFile>>): PullRequestSnapshot {
  return snapshotOf(Object.fromEntries(Object.entries(files).map(([path, file]) => [path, sidesOf(file)])));
}

function review(files: Readonly<Record<string, ExampleFile>>, settings: Partial<Settings> = {}): Report {
  return engine.review({
    snapshot: snapshot(files),
    settings: { ...DEFAULT_SETTINGS, ...settings },
    only,
    today: '2026-06-30',
  });
}

const brief = ({ startLine, introduced, placement }: Finding): string =>
  `${startLine} ${introduced ? 'new' : 'old'} ${placement}`;

describe('what the change introduced', () => {
  test('an added line is new, an untouched one beside it is not', () => {
    const { findings } = review({ 'a.py': changed(`${IMPORT}${SPLIT}`, `${IMPORT}${SPLIT}x = 1\n${SPLIT}`) });
    expect(findings.map(brief)).toEqual(['4 new added-line', '2 old hunk']);
  });
  test('reformatting and moving a line down is not new', () => {
    const { findings } = review({
      'a.py': changed(`${IMPORT}${SPLIT}`, `${IMPORT}\n\nx = 1\na,  b = train_test_split(X)\n`),
    });
    expect(findings.map(brief)).toEqual(['5 old added-line']);
  });
  test('what a deleted line kept away is new, although its own line is old', () => {
    const seeded = `import numpy as np\n${IMPORT}np.random.seed(1)\n${SPLIT}`;
    const { findings } = review({ 'a.py': changed(seeded, seeded.replace('np.random.seed(1)\n', '')) });
    expect(findings.map(({ severity, introduced }) => [severity, introduced])).toEqual([['medium', true]]);
  });
  test('a renamed file brings nothing new', () => {
    const before = snapshot({ 'old.py': changed(`${IMPORT}${SPLIT}`, `${IMPORT}${SPLIT}`) });
    const entry = before.head.tree.get(repoPath('old.py'));
    if (entry === undefined) throw new Error('the file is there');
    const path = repoPath('new.py');
    const change: Change = { kind: 'renamed', from: repoPath('old.py'), path, hunks: [], binary: false };
    const renamed = {
      ...before,
      head: { ...before.head, tree: new Map([[path, { ...entry, path }]]) },
      changes: [change],
    };
    const report = engine.review({ snapshot: renamed, settings: DEFAULT_SETTINGS, only, today: '2026-06-30' });
    expect(report.findings.map(brief)).toEqual(['2 old changed-file']);
    expect(report.verdict).toBe('pass');
  });
});

describe('identity', () => {
  const fingerprints = (text: string): readonly string[] =>
    review({ 'a.py': text }).findings.map(({ fingerprint }) => fingerprint);
  test('survives lines above it and white space in it', () => {
    expect(fingerprints(`${IMPORT}${SPLIT}`)).toEqual(
      fingerprints(`# a\n# b\n${IMPORT}\n\na, b  =  train_test_split(X)\n`),
    );
  });
  test('two equal lines are two findings', () => {
    const [first, second] = fingerprints(`${IMPORT}${SPLIT}${SPLIT}`);
    expect(first).not.toBe(second);
    expect(first).toMatch(/^[0-9a-f]{24}$/);
  });
});

describe('what is allowed', () => {
  const allowed = (line: string, settings: Partial<Settings> = {}): Finding['allowed'] =>
    review({ 'a.py': `${IMPORT}${line}` }, settings).findings[0]?.allowed;
  test('by a comment with a reason, on the line or above it', () => {
    expect(allowed(`${SPLIT.trim()}  # ml-review: allow[repro-split-unseeded] a smoke test\n`)).toEqual({
      by: 'comment',
      reason: 'a smoke test',
    });
    expect(allowed(`# ml-review: allow[repro-split-unseeded]: a smoke test\n${SPLIT}`)).toMatchObject({
      by: 'comment',
    });
  });
  test('not without a reason, not for another check, not from two lines above', () => {
    expect(allowed(`${SPLIT.trim()}  # ml-review: allow[repro-split-unseeded]\n`)).toBeUndefined();
    expect(allowed(`${SPLIT.trim()}  # ml-review: allow[leak-fit-on-test] a smoke test\n`)).toBeUndefined();
    expect(allowed(`# ml-review: allow[repro-split-unseeded] a smoke test\n\n${SPLIT}`)).toBeUndefined();
  });
  const waiver = {
    check: 'repro-split-unseeded',
    path: '*.py',
    reason: 'moves away',
    owner: '@ml',
    expires: '2026-06-30',
  };
  test('by a waiver up to its last day', () => {
    expect(allowed(SPLIT, { waivers: [waiver] })).toMatchObject({ by: 'waiver' });
    expect(allowed(SPLIT, { waivers: [{ ...waiver, expires: '2026-06-29' }] })).toBeUndefined();
  });
  test('by the baseline', () => {
    const [finding] = review({ 'a.py': `${IMPORT}${SPLIT}` }).findings;
    expect(allowed(SPLIT, { baseline: [finding?.fingerprint ?? ''] })).toMatchObject({ by: 'baseline' });
  });
});

describe('verdict and severity', () => {
  const blocking = {
    checks: { 'repro-split-unseeded': { mode: 'block' as const } },
    gate: { ...DEFAULT_SETTINGS.gate, failOn: 'medium' as const },
  };
  const files = { 'a.py': `${IMPORT}${SPLIT}` };
  test('only an introduced finding of a blocking check at the threshold blocks', () => {
    expect(review(files, blocking).verdict).toBe('block');
    expect(review(files).verdict).toBe('advise');
    expect(review(files, { ...blocking, gate: { ...DEFAULT_SETTINGS.gate, failOn: 'high' } }).verdict).toBe('advise');
    expect(review({ 'a.py': changed(files['a.py'], `${files['a.py']}x = 1\n`) }, blocking).verdict).toBe('pass');
  });
  test('a check that is off is silent, one that is monitored only listed', () => {
    expect(review(files, { checks: { 'repro-split-unseeded': { mode: 'off' } } }).findings).toEqual([]);
    expect(review(files, { checks: { 'repro-split-unseeded': { mode: 'monitor' } } }).verdict).toBe('pass');
  });
  test('the configuration may set a severity, and says so', () => {
    const [finding] = review(files, { checks: { 'repro-split-unseeded': { severity: 'high' } } }).findings;
    expect(finding).toMatchObject({ severity: 'high', severityReason: 'the configuration sets it' });
  });
  test('a test is skipped, an example is low with the reason, a production glob undoes it', () => {
    expect(review({ 'tests/test_a.py': files['a.py'] }).findings).toEqual([]);
    expect(review({ 'examples/a.py': files['a.py'] }).findings[0]).toMatchObject({
      severity: 'low',
      severityReason: 'the path is of class example',
    });
    expect(
      review({ 'examples/a.py': files['a.py'] }, { paths: { production: ['examples/**'], ignore: [] } }).findings[0]
        ?.severity,
    ).toBe('medium');
  });
  test('ignored paths are not spoken of', () => {
    expect(review(files, { paths: { production: [], ignore: ['a.py'] } }).findings).toEqual([]);
  });
  test('silence is not assent: a damaged file makes the verdict incomplete', () => {
    const report = review({ 'a.py': 'x = (\n', 'b.py': 'y = 1\n' });
    expect(report.incidents[0]).toMatchObject({ kind: 'unparsable', path: 'a.py' });
    expect(report.verdict).toBe('incomplete');
  });
  test('a field of another shape than its format has is an incident with its line', () => {
    const service = (minimum: string): string =>
      `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    minReplicas: ${minimum}\n`;
    const report = review({ 'a.yaml': service('three') });
    expect(report.incidents).toMatchObject([
      {
        kind: 'unparsable',
        path: 'a.yaml',
        line: 6,
        clouds: true,
        message: expect.stringContaining('a number belongs'),
      },
    ]);
    expect(report.verdict).toBe('incomplete');
    expect(review({ 'a.yaml': service('3') }).incidents).toEqual([]);
  });
  test('a participant without a seat says nothing', () => {
    expect(review(files, { panel: { participants: ['sre'] } }).findings).toEqual([]);
    expect(review(files, { panel: { participants: ['sre'] } }).participants.map(({ persona }) => persona)).toEqual([
      'sre',
    ]);
  });
});

describe('what people accepted', () => {
  const PICKLE = 'import pickle\nmodel = pickle.load(open("m.pkl", "rb"))\n';
  const files = { 'train.py': `${IMPORT}${SPLIT}`, 'serve.py': PICKLE };
  const judged = (settings: Partial<Settings>, accepted: readonly string[] = []): Report =>
    engine.review({
      snapshot: snapshot(files),
      settings: { ...DEFAULT_SETTINGS, ...settings },
      decisions: [{ fingerprints: accepted, reason: 'retrained nightly (ana)' }],
      only: ({ id }) => id === 'repro-split-unseeded' || id === 'sec-unsafe-unpickle',
      today: '2026-06-30',
    });
  const open = judged({});
  const prints = open.findings.map(({ fingerprint }) => String(fingerprint));
  const waivers = open.findings.map(({ check }) => ({
    check,
    path: '**',
    reason: 'r',
    owner: '@ml',
    expires: '2026-12-31',
  }));
  const blocking = {
    gate: { ...DEFAULT_SETTINGS.gate, failOn: 'medium' as const },
    checks: Object.fromEntries(open.findings.map(({ check }) => [check, { mode: 'block' as const }])),
  };

  test('counts somewhere as long as nobody accepted it', () => {
    expect(prints.length).toBeGreaterThan(1);
    expect(judged(blocking).verdict).toBe('block');
    expect(open.participants.filter(({ concerns }) => concerns.length > 0).length).toBeGreaterThan(1);
    expect(open.consolidation.recommendations.length).toBeGreaterThan(0);
  });

  test.each([
    ['a reply or the button', judged(blocking, prints), 'reply'],
    ['a baseline', judged({ ...blocking, baseline: prints }), 'baseline'],
    ['a waiver', judged({ ...blocking, waivers }), 'waiver'],
  ])('by %s counts nowhere, and is listed with its reason', (_name, report, by) => {
    expect(report.findings.map(({ allowed }) => allowed?.by)).toEqual(prints.map(() => by));
    expect(report.verdict).toBe('pass');
    expect(report.participants.map(({ concerns, risk }) => [concerns.length, risk.level])).toEqual(
      report.participants.map(() => [0, 'none']),
    );
    expect(report.participants.flatMap(({ recommendations }) => recommendations)).toEqual([]);
    const { recommendations, serving, dataQuality, securityAndPrivacy, lifecycle } = report.consolidation;
    expect([...recommendations, ...serving, ...dataQuality, ...securityAndPrivacy]).toEqual([]);
    const lines = Object.values(lifecycle).flatMap(({ contradictions }) => contradictions.map(({ path }) => path));
    expect(lines.filter((path) => path in files)).toEqual([]);
  });

  test('in part leaves the rest counting', () => {
    const [first = '', ...others] = prints;
    const report = judged(blocking, [first]);
    expect(report.verdict).toBe('block');
    expect(report.findings.filter(({ allowed }) => allowed === undefined)).toHaveLength(others.length);
    const concerns = report.participants.flatMap((each) => each.concerns);
    expect(concerns.reduce((sum, { findings }) => sum + findings, 0)).toBe(others.length);
  });

  test('of a waiver that has expired counts again', () => {
    const expired = waivers.map((waiver) => ({ ...waiver, expires: '2026-06-29' }));
    expect(judged({ ...blocking, waivers: expired }).verdict).toBe('block');
  });
});

test('objectives that are declared to be kept elsewhere: what the files lack is listed apart', () => {
  const isvc =
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor: {sklearn: {}}\n';
  const judged = (declare: Settings['declare']): Report =>
    engine.review({
      snapshot: snapshot({ 'k8s/isvc.yaml': isvc }),
      settings: { ...DEFAULT_SETTINGS, declare },
      only: ({ id }) => id === 'online-endpoint-without-slo',
      today: '2026-06-30',
    });
  expect(judged({ trustedOrganisations: [] }).findings.map(({ allowed }) => allowed)).toEqual([undefined]);
  const [finding] = judged({ trustedOrganisations: [], slo: 'docs/slo.md' }).findings;
  expect(finding?.allowed).toEqual({ by: 'waiver', reason: 'the configuration declares `slo`: docs/slo.md' });
});

test('organisations that are declared trusted: running their code is listed apart, that of others is not', () => {
  const load = (id: string): string =>
    `from transformers import AutoModel\nm = AutoModel.from_pretrained("${id}", trust_remote_code=True)\n`;
  const { findings } = engine.review({
    snapshot: snapshot({ 'a.py': load('Acme/fraud'), 'b.py': load('stranger/fraud') }),
    settings: { ...DEFAULT_SETTINGS, declare: { trustedOrganisations: ['acme'] } },
    only: ({ id }) => id === 'sec-trust-remote-code',
    today: '2026-06-30',
  });
  expect(Object.fromEntries(findings.map(({ path, allowed }) => [path, allowed?.by]))).toEqual({
    'a.py': 'waiver',
    'b.py': undefined,
  });
});

test('one defect that two checks of different severity see is said once, with who rates it so', () => {
  const feast =
    'from feast import BigQuerySource, Entity, FeatureView, Field\nfrom feast.types import Float32\n\nuser = Entity(name="user", join_keys=["user_id"])\nsource = BigQuerySource(table="usage", timestamp_field="ts")\nusage = FeatureView(name="usage_features", entities=[user], schema=[Field(name="avg_amount_30d", dtype=Float32)], source=source)\n';
  const drop =
    'from alembic import op\n\n\ndef upgrade():\n    op.drop_column("usage", "avg_amount_30d")\n\n\ndef downgrade():\n    pass\n';
  const { findings } = engine.review({
    snapshot: snapshot({ 'features/views.py': changed(feast, feast), 'migrations/versions/2_drop.py': drop }),
    settings: DEFAULT_SETTINGS,
    today: '2026-06-30',
  });
  const said = findings.filter(({ path, startLine }) => path.startsWith('migrations/') && startLine === 5);
  expect(said.map(({ check }) => check)).toEqual(['feature-column-dropped']);
  // Both checks are of one participant, who does not disagree with itself.
  expect(said[0]?.severityReason).toBeUndefined();
});

test('participants of whom one rates worse are told by their names', () => {
  const [first, second] = review({ 'a.py': changed('', `${IMPORT}${SPLIT}${SPLIT}`) }).findings;
  if (first === undefined || second === undefined) throw new Error('two findings were expected');
  const place = { path: first.path, startLine: 1, endLine: 1, side: 'head' as const };
  const merged = mergeOverlaps(
    [
      { ...first, ...place, check: 'registry-load-latest', persona: 'sre', severity: 'high' },
      { ...second, ...place, check: 'model-version-floating', persona: 'ml-engineer', severity: 'medium' },
    ],
    (id) => (id === 'sre' ? 'SRE' : id),
  );
  expect(merged).toHaveLength(1);
  expect(merged[0]?.severityReason).toBe('the SRE rates it high, and the worse rating stands');
});
