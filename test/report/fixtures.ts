import type { Finding, Fingerprint } from '../../src/core/finding.ts';
import { repoPath } from '../../src/core/location.ts';
import type {
  Conflict,
  Consolidation,
  Constraint,
  LifecycleGap,
  Opinion,
  Readiness,
  ReadinessTest,
  Report,
} from '../../src/core/report.ts';

/** The text that the fixture's findings point into. */
export const SOURCES: ReadonlyMap<string, string> = new Map([
  [
    'src/train.py',
    [
      'import pandas as pd',
      'from sklearn.model_selection import train_test_split',
      'from sklearn.preprocessing import StandardScaler',
      '',
      'frame = pd.read_parquet("data/churn.parquet")',
      'X, y = frame.drop(columns=["churned"]), frame["churned"]',
      'X_train, X_test, y_train, y_test = train_test_split(X, y)',
      'scaler = StandardScaler()',
      'X_train = scaler.fit_transform(X_train)',
      'X_test = scaler.fit_transform(X_test)',
      'print(model.score(X_test, y_test))',
      '',
    ].join('\n'),
  ],
  [
    'serving/app.py',
    [
      'from fastapi import FastAPI',
      'import torch',
      '',
      'app = FastAPI()',
      '',
      '@app.post("/predict")',
      'def predict(body: dict):',
      '    model = torch.load("model.pt", weights_only=False)',
      '    return model(body)',
      '',
    ].join('\n'),
  ],
  [
    'deploy/prod/churn.yaml',
    [
      'kind: InferenceService',
      'spec:',
      '  predictor:',
      '    model:',
      '      storageUri: models:/churn/latest',
      '',
    ].join('\n'),
  ],
  ['conf/mlflow.env', ['MLFLOW_TRACKING_URI=https://bot:hunter2hunter2@mlflow.internal', ''].join('\n')],
]);

const fingerprint = (n: number) => n.toString(16).padStart(24, '0') as Fingerprint;

/** A finding of the fixture's training script, changed as asked. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    check: 'leak-fit-on-test',
    persona: 'ml-engineer',
    alsoRaisedBy: [],
    sources: ['ml-review'],
    severity: 'high',
    confidence: 'high',
    stage: 'validation',
    mode: 'block',
    concern: 'data-leakage',
    title: 'a transformer is fitted on the test rows',
    message: '`scaler.fit_transform(X_test)` learns from the test rows, so the score below it is optimistic',
    remedy: 'Fit on the training rows only, and transform the test rows with what was learned there.',
    docs: 'https://example.com/checks/leak-fit-on-test',
    path: repoPath('src/train.py'),
    startLine: 10,
    endLine: 10,
    startColumn: 10,
    endColumn: 38,
    side: 'head',
    evidence: [
      { path: repoPath('src/train.py'), line: 7, note: 'splits' },
      { path: repoPath('src/train.py'), line: 11, note: 'reports this score' },
    ],
    suggestion: { startLine: 10, endLine: 10, text: 'X_test = scaler.transform(X_test)' },
    placement: 'added-line',
    introduced: true,
    fingerprint: fingerprint(1),
    ...changes,
  };
}

/** Omits keys that `finding` sets. */
function without<Key extends keyof Finding>(
  value: Finding,
  ...keys: readonly Key[]
): Omit<Finding, Key> & Partial<Finding> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.some((each) => each === key))) as Omit<
    Finding,
    Key
  >;
}

const here = (path: string, line: number, note: string) => ({ path: repoPath(path), line, note });

/** A finding whose fix is left to people. */
function unfixable(changes: Partial<Finding>): Finding {
  return without(finding(changes), 'suggestion');
}

/** Every severity, stage, placement and mode. */
function findings(): readonly Finding[] {
  return [
    finding({
      check: 'sec-torch-load',
      persona: 'security-auditor',
      alsoRaisedBy: ['sre'],
      sources: ['ml-review', 'bandit:B614'],
      severity: 'critical',
      stage: 'deployment',
      concern: 'unsafe-model-artifacts',
      title: 'a pickled model runs code on loading',
      message: '`torch.load("model.pt", weights_only=False)` runs whatever code the file holds',
      remedy: 'Load weights only, or move to safetensors.',
      docs: 'https://example.com/checks/sec-torch-load',
      path: repoPath('serving/app.py'),
      startLine: 8,
      endLine: 8,
      startColumn: 13,
      endColumn: 55,
      evidence: [here('serving/app.py', 6, 'is reached by every request')],
      suggestion: { startLine: 8, endLine: 8, text: '    model = torch.load("model.pt", weights_only=True)' },
      fingerprint: fingerprint(2),
    }),
    finding(),
    unfixable({
      check: 'serve-load-per-request',
      persona: 'sre',
      severity: 'high',
      stage: 'deployment',
      mode: 'comment',
      concern: 'inference-latency',
      title: 'the model is loaded on every request',
      message: '`predict` loads `model.pt` anew for every request',
      remedy: 'Load the model once, when the application starts.',
      docs: 'https://example.com/checks/serve-load-per-request',
      path: repoPath('serving/app.py'),
      startLine: 8,
      endLine: 8,
      startColumn: 13,
      endColumn: 55,
      evidence: [],
      fingerprint: fingerprint(3),
      severityReason: 'the route is served in production',
    }),
    unfixable({
      check: 'model-version-floating',
      persona: 'sre',
      severity: 'high',
      stage: 'deployment',
      concern: 'rollback',
      placement: 'changed-file',
      title: 'serving follows a moving model reference',
      message: '`models:/churn/latest` names whatever was registered last',
      remedy: 'Name the version: `models:/churn/14`.',
      docs: 'https://example.com/checks/model-version-floating',
      path: repoPath('deploy/prod/churn.yaml'),
      startLine: 5,
      endLine: 5,
      startColumn: 19,
      endColumn: 40,
      evidence: [],
      fingerprint: fingerprint(4),
    }),
    unfixable({
      check: 'served-model-without-drift-monitor',
      severity: 'medium',
      stage: 'monitoring',
      mode: 'comment',
      confidence: 'medium',
      concern: 'drift-monitoring-in-place-before-deployment',
      placement: 'elsewhere',
      title: 'no drift monitor watches a served model',
      message: '`churn` is served, and no monitor of its inputs or predictions is scheduled',
      remedy: 'Schedule a monitor on its predictions and give it an alert.',
      docs: 'https://example.com/checks/served-model-without-drift-monitor',
      path: repoPath('deploy/prod/churn.yaml'),
      startLine: 1,
      endLine: 1,
      startColumn: 1,
      endColumn: 23,
      evidence: [here('monitoring/churn.yaml', 3, 'is switched off')],
      fingerprint: fingerprint(5),
    }),
    unfixable({
      check: 'credential-in-ml-config',
      persona: 'security-auditor',
      severity: 'critical',
      stage: 'training',
      concern: 'secret-exposure',
      title: 'a credential is committed',
      message: 'the tracking address holds a password',
      remedy: 'Move it to a secret store, and rotate it.',
      docs: 'https://example.com/checks/credential-in-ml-config',
      path: repoPath('conf/mlflow.env'),
      startLine: 1,
      endLine: 1,
      startColumn: 21,
      endColumn: 63,
      evidence: [],
      fingerprint: fingerprint(6),
      allowed: { by: 'comment', reason: 'rotated already' },
    }),
    unfixable({
      check: 'repro-split-unseeded',
      severity: 'low',
      stage: 'training',
      mode: 'comment',
      concern: 'reproducibility',
      title: 'a split is drawn without a seed',
      message: '`train_test_split(X, y)` draws another split on every run',
      remedy: 'Pass `random_state`.',
      docs: 'https://example.com/checks/repro-split-unseeded',
      startLine: 7,
      endLine: 7,
      startColumn: 36,
      endColumn: 58,
      evidence: [],
      fingerprint: fingerprint(7),
    }),
    unfixable({
      check: 'nan-equality',
      persona: 'data-engineer',
      severity: 'high',
      stage: 'data',
      concern: 'data-quality-checks',
      introduced: false,
      placement: 'elsewhere',
      title: 'a comparison with NaN is never true',
      message: '`frame["age"] == np.nan` selects nothing',
      remedy: 'Use `isna()`.',
      docs: 'https://example.com/checks/nan-equality',
      path: repoPath('notebooks/explore.ipynb'),
      startLine: 88,
      endLine: 88,
      startColumn: 5,
      endColumn: 30,
      cell: 3,
      cellLine: 7,
      evidence: [],
      fingerprint: fingerprint(8),
    }),
  ];
}

const gap = (status: LifecycleGap['status'], changes: Partial<LifecycleGap> = {}): LifecycleGap => ({
  status,
  evidence: [],
  contradictions: [],
  wouldCount: [],
  ...changes,
});

const constraints: readonly Constraint[] = [
  {
    id: 'reproducible',
    question: 'Are training and inference reproducible?',
    status: 'contradicted',
    answer: 'the split has no seed',
    evidence: [here('src/train.py', 7, '`train_test_split(X, y)`')],
  },
  {
    id: 'rollback',
    question: 'Is the model versioned, and can it be rolled back?',
    status: 'contradicted',
    answer: 'serving follows `latest`',
    evidence: [here('deploy/prod/churn.yaml', 5, '`models:/churn/latest`')],
  },
  {
    id: 'fairness',
    question: 'Are bias and fairness assessed?',
    status: 'not evidenced',
    answer: 'no evaluation by group was found',
    evidence: [],
  },
  {
    id: 'drift',
    question: 'Is drift monitored, not just health?',
    status: 'contradicted',
    answer: 'the monitor of `churn` is switched off',
    evidence: [here('monitoring/churn.yaml', 3, '`enabled: false`')],
  },
];

const readinessTest = (id: string, state: ReadinessTest['state'], score: number): ReadinessTest => ({
  id,
  title: `Test ${id}`,
  state,
  score,
  reason: state === 'automated' ? 'runs in CI' : 'nothing was found',
  evidence: state === 'not-evidenced' ? [] : [here('.github/workflows/ci.yml', 12, 'runs it')],
});

const readiness: Readiness = {
  confidence: 'low',
  why: 'a high finding contradicts the rollback of served models',
  before: 'moderate',
  score: { data: 1, model: 0.5, infrastructure: 1.5, monitoring: 0, total: 0 },
  coverage: 0.45,
  tests: [
    readinessTest('D1', 'automated', 1),
    readinessTest('I7', 'contradicted', 0),
    readinessTest('O7', 'not-evidenced', 0),
  ],
  wouldRaise: [
    'a pinned model version in `deploy/prod/churn.yaml`',
    'a scheduled drift monitor with an alert',
    'an evaluation by group with a threshold',
  ],
};

const conflict: Conflict = {
  id: 'pin-vs-switch',
  positions: [
    {
      persona: 'security-auditor',
      says: 'name the version and its digest, so that what runs is what was reviewed',
      evidence: [here('deploy/prod/churn.yaml', 5, '`latest`')],
    },
    {
      persona: 'sre',
      says: 'keep a moving alias, so that a rollback is one switch',
      evidence: [here('deploy/sync.yaml', 2, 'applies changes by itself')],
    },
  ],
  tradeOff: 'integrity against time to recover',
  resolution: 'Pin the version in git and let a revert be the rollback.',
  why: 'it keeps the record, and a rollback stays one commit',
  escalate: { question: 'May a release bypass git?', options: ['never', 'with a recorded digest'] },
};

function opinions(): readonly Opinion[] {
  const opinion = (persona: string, name: string, changes: Partial<Opinion> = {}): Opinion => ({
    persona,
    name,
    concerns: [],
    risk: { level: 'none', why: 'nothing in this change concerns this participant' },
    recommendations: [],
    notAssessed: [],
    tools: [],
    degraded: false,
    ...changes,
  });
  return [
    opinion('ml-engineer', 'ML Engineer', {
      concerns: [
        { concern: 'data-leakage', title: 'Data leakage', severity: 'high', findings: 1 },
        {
          concern: 'drift-monitoring-in-place-before-deployment',
          title: 'Drift monitoring in place before deployment',
          severity: 'medium',
          findings: 1,
        },
        { concern: 'reproducibility', title: 'Reproducibility', severity: 'low', findings: 1 },
      ],
      risk: { level: 'high', why: 'the score that decides about the model is optimistic' },
      recommendations: ['Fit on the training rows only.'],
      tools: [{ name: 'DVC', status: 'not-run', required: true, note: 'never run here' }],
    }),
    opinion('data-engineer', 'Data Engineer'),
    opinion('data-architect', 'Data Architect', {
      notAssessed: [{ concern: 'index-strategy', why: 'follows from the plans of the running database' }],
    }),
    opinion('sre', 'SRE', {
      concerns: [
        { concern: 'rollback', title: 'Rollback', severity: 'high', findings: 1 },
        { concern: 'inference-latency', title: 'Inference latency', severity: 'high', findings: 1 },
      ],
      risk: { level: 'high', why: 'a bad model cannot be taken back' },
      recommendations: ['Name the version.', 'Load the model once.'],
      tools: [
        { name: 'promtool', status: 'missing', required: true, note: 'install prometheus' },
        { name: 'kubectl', status: 'not-run', required: true, note: 'never run here' },
      ],
      degraded: true,
    }),
    opinion('security-auditor', 'Security Auditor', {
      concerns: [
        { concern: 'unsafe-model-artifacts', title: 'Unsafe model artifacts', severity: 'critical', findings: 1 },
      ],
      risk: { level: 'critical', why: 'a model file runs code in production' },
      recommendations: ['Load weights only.'],
      tools: [{ name: 'Bandit', status: 'ok', version: '1.6.2', required: true, note: '' }],
    }),
  ];
}

const LIFECYCLE: Consolidation['lifecycle'] = {
  data: gap('evidenced', { evidence: [here('dvc.lock', 4, 'pins `data/churn.parquet`')] }),
  training: gap('contradicted', { contradictions: [here('src/train.py', 7, '`train_test_split(X, y)` has no seed')] }),
  validation: gap('contradicted', {
    contradictions: [here('src/train.py', 10, 'fits on the test rows')],
    wouldCount: ['a gate between training and registering'],
  }),
  deployment: gap('contradicted', { contradictions: [here('deploy/prod/churn.yaml', 5, 'follows `latest`')] }),
  'monitoring-health': gap('evidenced', { evidence: [here('alerts/churn.yaml', 9, 'alerts on error rate')] }),
  'monitoring-drift': gap('not evidenced', { wouldCount: ['a scheduled drift monitor with an alert'] }),
};

/** A report that has something of everything. */
export function report(changes: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    version: '0.1.0',
    base: 'a'.repeat(40),
    head: 'b'.repeat(40),
    verdict: 'block',
    why: '3 introduced findings at or above high must be fixed before merge',
    findings: findings(),
    participants: opinions(),
    consolidation: {
      lifecycle: LIFECYCLE,
      constraints,
      dataQuality: [],
      serving: [fingerprint(3), fingerprint(4)],
      securityAndPrivacy: [fingerprint(2)],
      recommendations: ['Load weights only.', 'Fit on the training rows only.', 'Name the version.'],
      readiness,
      conflicts: [conflict],
    },
    system: {
      nodes: [
        { id: 'dataset:churn', kind: 'dataset', name: 'churn.parquet', path: repoPath('dvc.lock'), line: 4 },
        { id: 'training:train', kind: 'training', name: 'train', path: repoPath('src/train.py'), line: 1 },
        { id: 'model:churn', kind: 'model', name: 'churn', path: repoPath('src/train.py'), line: 12 },
        {
          id: 'deployment:churn',
          kind: 'deployment',
          name: 'churn',
          environment: 'prod',
          path: repoPath('deploy/prod/churn.yaml'),
          line: 1,
        },
        {
          id: 'monitor:churn',
          kind: 'monitor',
          name: 'churn drift',
          path: repoPath('monitoring/churn.yaml'),
          line: 3,
          wired: { holds: ['deployed', 'fed'], fails: ['enabled', 'run', 'heard'] },
        },
        {
          id: 'alert:errors',
          kind: 'alert',
          name: 'ChurnErrors',
          environment: 'prod',
          path: repoPath('alerts/churn.yaml'),
          line: 9,
          wired: { holds: ['enabled'], fails: [] },
        },
      ],
      edges: [
        { from: 'dataset:churn', to: 'training:train', kind: 'feeds', path: repoPath('src/train.py'), line: 5 },
        { from: 'training:train', to: 'model:churn', kind: 'registers', path: repoPath('src/train.py'), line: 12 },
        {
          from: 'model:churn',
          to: 'deployment:churn',
          kind: 'serves',
          path: repoPath('deploy/prod/churn.yaml'),
          line: 5,
        },
        {
          from: 'monitor:churn',
          to: 'deployment:churn',
          kind: 'watches',
          path: repoPath('monitoring/churn.yaml'),
          line: 4,
        },
        { from: 'alert:errors', to: 'deployment:churn', kind: 'watches', path: repoPath('alerts/churn.yaml'), line: 9 },
      ],
    },
    incidents: [
      {
        kind: 'unparsable',
        path: repoPath('conf/broken.yaml'),
        line: 3,
        message: 'the file is not YAML: a bracket is never closed',
        clouds: true,
      },
      { kind: 'unparsable', path: repoPath('old/legacy.py'), line: 1, message: 'the file is Python 2', clouds: false },
    ],
    notEvaluated: [{ path: repoPath('dvc.yaml'), reason: 'the stage is a template', check: 'dvc-lock-stale' }],
    coverage: { files: 6, read: 5 },
    ...changes,
  };
}

/** A change about which there is nothing to say. */
export function healthyReport(): Report {
  return report({
    verdict: 'pass',
    participants: opinions().map((each) => ({ ...each, degraded: false })),
    why: 'nothing to say about this change',
    findings: [],
    incidents: [],
    notEvaluated: [],
    coverage: { files: 3, read: 3 },
    consolidation: { ...report().consolidation, conflicts: [], readiness: { ...readiness, confidence: 'moderate' } },
  });
}
