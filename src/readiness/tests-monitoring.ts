import type { Evidence } from '../core/finding.ts';
import { get } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { azureMonitors } from '../facts/formats/azure.ts';
import { cloudwatchAlarms, sagemakerMonitors } from '../facts/formats/cloudformation.ts';
import { databricksResources } from '../facts/formats/databricks.ts';
import { evidentlySettings, nannymlConfigs } from '../facts/formats/detectors.ts';
import { type PrometheusRule, prometheusRules, serviceObjectives } from '../facts/formats/prometheus.ts';
import {
  automated,
  calledIn,
  ciSteps,
  described,
  documented,
  filesMatching,
  scheduledSteps,
  together,
} from './evidence.ts';
import type { RubricTest } from './rubric.ts';

const onServing = { applies: ({ serves }: { readonly serves: boolean }) => serves } as const;

const DRIFT_WORDS = new Set(
  'drift psi distribution wasserstein ks hellinger staleness accuracy precision recall auc f1 prediction predictions score quality skew'.split(
    ' ',
  ),
);
const HEALTH_WORDS = new Set(
  'latency duration error errors request requests up availability 5xx timeout queue memory cpu restarts'.split(' '),
);

const wordsOf = ({ metrics, name }: PrometheusRule): readonly string[] =>
  [...metrics, name?.text ?? ''].flatMap((each) => each.toLowerCase().split(/[^a-z0-9]+/));

const alerts = (project: Project): readonly PrometheusRule[] =>
  prometheusRules(project).filter(({ kind }) => kind === 'alert');

/** Alerts on latency, errors and capacity: health, which never stands for drift. */
export function healthEvidence(project: Project): readonly Evidence[] {
  return [
    ...described(
      alerts(project).filter((rule) => wordsOf(rule).some((word) => HEALTH_WORDS.has(word))),
      'alert on health',
    ),
    ...described(serviceObjectives(project), 'service objective'),
  ].slice(0, 4);
}

/** Monitors of inputs or predictions that something runs by itself. */
export function driftEvidence(project: Project): readonly Evidence[] {
  const scheduled = sagemakerMonitors(project).filter(({ schedule }) => schedule !== undefined);
  const azure = azureMonitors(project).filter(({ trigger }) => trigger !== undefined);
  const databricks = databricksResources(project, 'quality_monitors').filter(
    ({ node }) => get(node, 'schedule') !== undefined,
  );
  const inCode = calledIn(
    project,
    ['evidently', 'nannyml', 'alibi_detect', 'whylogs'],
    /^(evidently|nannyml|alibi_detect|whylogs)\./,
    'drift computed',
  );
  return [
    ...described(scheduled, 'scheduled monitor'),
    ...described(azure, 'scheduled monitor'),
    ...described(databricks, 'scheduled monitor'),
    ...described(
      alerts(project).filter((rule) => wordsOf(rule).some((word) => DRIFT_WORDS.has(word))),
      'alert on drift or quality',
    ),
    ...(inCode.length > 0 ? scheduledSteps(project, /drift|monitor|evidently|nannyml/i, 'a schedule runs it') : []),
  ].slice(0, 4);
}

/** Monitors that are written down; whether anything runs them is another question. */
const monitorsAtAll = (project: Project): readonly Evidence[] => [
  ...described(evidentlySettings(project), 'drift settings'),
  ...described(nannymlConfigs(project), 'monitor'),
  ...calledIn(
    project,
    ['evidently', 'nannyml', 'alibi_detect', 'whylogs'],
    /^(evidently|nannyml|alibi_detect|whylogs)\./,
    'drift computed',
  ),
];

const labelled = (project: Project): readonly Evidence[] => [
  ...described(
    sagemakerMonitors(project).filter(
      ({ monitoringType, schedule }) => monitoringType?.value === 'ModelQuality' && schedule !== undefined,
    ),
    'quality with labels',
  ),
  ...described(
    databricksResources(project, 'quality_monitors').filter(
      ({ node }) => get(node, 'inference_log', 'label_col') !== undefined,
    ),
    'quality with labels',
  ),
  ...described(nannymlConfigs(project), 'estimated performance'),
];

/** Monitoring: O1 to O7. */
export const MONITORING_TESTS: readonly RubricTest[] = [
  {
    id: 'O1',
    section: 'monitoring',
    title: 'Dependency changes result in notification',
    reach: 'partial',
    wouldCount: 'Renovate or Dependabot, or a schema-change alert',
    applies: () => true,
    contradictedBy: [],
    signal: (project) =>
      documented(
        filesMatching(
          project,
          /(^|\/)(\.github\/dependabot\.ya?ml|renovate\.json5?|\.renovaterc(\.json)?)$/,
          'update notices',
        ),
      ),
  },
  {
    id: 'O2',
    section: 'monitoring',
    title: 'Data invariants hold in training and serving inputs',
    reach: 'full',
    wouldCount: 'a scheduled monitor of the model inputs that alerts somebody',
    ...onServing,
    contradictedBy: [
      'monitor-defined-not-deployed',
      'monitor-removed',
      'monitor-no-schedule',
      'data-capture-disabled',
      'drift-threshold-loosened',
      'served-model-without-drift-monitor',
      'drift-alarm-no-action',
    ],
    signal: (project) => together(automated(driftEvidence(project)), documented(monitorsAtAll(project))),
  },
  {
    id: 'O3',
    section: 'monitoring',
    title: 'Training and serving features compute the same values',
    reach: 'full',
    wouldCount: 'one transform package for both, or a monitor with the training data as baseline',
    ...onServing,
    contradictedBy: [
      'train-serve-dependency-skew',
      'serve-train-serve-skew',
      'feast-online-offline-mismatch',
      'mlflow-model-env-mismatch',
    ],
    signal: (project) =>
      together(
        automated(
          described(
            sagemakerMonitors(project).filter(
              ({ baseline, schedule }) => baseline !== undefined && schedule !== undefined,
            ),
            'monitored against training data',
          ),
        ),
        documented(
          calledIn(
            project,
            ['get_online_features', 'get_historical_features'],
            /FeatureStore\(\)\.get_(online|historical)_features$/,
            'one feature store for both',
          ),
        ),
      ),
  },
  {
    id: 'O4',
    section: 'monitoring',
    title: 'Models are not too stale',
    reach: 'partial',
    wouldCount: 'a retraining schedule with a failure alert, or an alert on model age',
    ...onServing,
    contradictedBy: ['pipeline-schedule-disabled', 'schedule-no-failure-alert'],
    signal: (project) =>
      documented([
        ...described(
          databricksResources(project, 'jobs').filter(({ node }) => get(node, 'schedule') !== undefined),
          'scheduled job',
        ),
        ...scheduledSteps(project, /train|retrain|dvc repro/i, 'scheduled training'),
      ]),
  },
  {
    id: 'O5',
    section: 'monitoring',
    title: 'The model is numerically stable',
    reach: 'partial',
    wouldCount: 'a guard against NaN and infinity in training or serving, with an alert',
    applies: ({ trains }) => trains,
    contradictedBy: [],
    signal: (project) =>
      documented(
        calledIn(
          project,
          ['isnan', 'isfinite', 'check_numerics', 'detect_anomaly'],
          /^(torch\.autograd\.(set_)?detect_anomaly|tensorflow\.debugging\.(check_numerics|enable_check_numerics)|numpy\.isfinite|torch\.isfinite|math\.isfinite)$/,
          'guard',
        ),
      ),
  },
  {
    id: 'O6',
    section: 'monitoring',
    title: 'No regression in speed, latency, throughput or memory',
    reach: 'full',
    wouldCount: 'a load test in CI, or a latency objective with an alert',
    ...onServing,
    contradictedBy: ['online-endpoint-without-slo', 'batching-delay-exceeds-slo'],
    signal: (project) =>
      together(
        automated(ciSteps(project, /\b(k6|locust|vegeta|wrk|pytest-benchmark|perf_analyzer)\b/, 'load test in CI')),
        automated(healthEvidence(project)),
        automated(
          described(
            cloudwatchAlarms(project).filter(({ node }) => get(node, 'Properties', 'AlarmActions') !== undefined),
            'alarm',
          ),
        ),
      ),
  },
  {
    id: 'O7',
    section: 'monitoring',
    title: 'No regression in prediction quality on served data',
    reach: 'full',
    wouldCount: 'a quality monitor with labels or estimated performance, and an alert',
    ...onServing,
    contradictedBy: [
      'ground-truth-not-wired',
      'monitor-removed',
      'drift-threshold-loosened',
      'served-model-without-drift-monitor',
      'alerts-infra-only',
    ],
    // Input drift alone says half: inputs may stay and the world behind them change.
    signal: (project) => together(automated(labelled(project)), documented(driftEvidence(project))),
  },
];
