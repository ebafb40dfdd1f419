import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { codePipelines } from '../orchestration/code-pipelines.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';
import { batchMonitors } from './batch-monitors.ts';
import { cdkConstructs, keywordsBelow, labelOf } from './cdk-constructs.ts';

/** A call that watches data or predictions, or sets up a service that does. */
export interface PythonMonitor {
  readonly document: PythonDocument;
  readonly node: PyNode;
  /** What to flag: the name that is called, or the key that holds the description. */
  readonly place: PyNode;
  readonly tool:
    | 'evidently'
    | 'nannyml'
    | 'alibi-detect'
    | 'whylogs'
    | 'deepchecks'
    | 'azure'
    | 'sagemaker'
    | 'vertex'
    | 'cdk'
    | 'tfdv';
  /** As the service shows it; for a construct of the CDK without a literal name, its id. */
  readonly name: string | undefined;
  /** It compares with something, and where that is given. */
  readonly reference: PyNode | undefined;
  /** The service calls it by itself; a plain call has to be run by somebody. */
  readonly scheduled: boolean;
  /** Names of the endpoints and deployments that it watches, where the code says so. */
  readonly targets: readonly string[];
  /** Names of the pipelines that it is a step of. */
  readonly pipelines?: readonly string[];
  /** Whom it tells; absent where the code does not say, or an expression decides. */
  readonly recipients?: Recipients;
}

/** The list of those who are told, and whether it names anybody. */
export interface Recipients {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly reached: boolean;
}

type Row = readonly [PythonMonitor['tool'], RegExp, boolean];

const ROWS: readonly Row[] = [
  [
    'evidently',
    /^evidently(\.\w+)*\.(Report|TestSuite|Dashboard|Profile|ColumnMapping|DataDriftPreset|TargetDriftPreset|DataQualityPreset)$/,
    false,
  ],
  [
    'nannyml',
    /^nannyml(\.\w+)*\.(UnivariateDriftCalculator|DataReconstructionDriftCalculator|CBPE|DLE|PerformanceCalculator|MissingValuesCalculator|DomainClassifierCalculator)$/,
    false,
  ],
  ['alibi-detect', /^alibi_detect\.cd(\.\w+)*\.\w*Drift\w*$/, false],
  ['whylogs', /^whylogs\.(log|logger|log_classification_metrics|log_regression_metrics)$/, false],
  [
    'deepchecks',
    /^deepchecks\.tabular\.(suites\.(production_suite|train_test_validation|model_evaluation)|checks\.\w*Drift)$/,
    false,
  ],
  ['tfdv', /^tensorflow_data_validation\.validate_statistics$/, false],
  ['azure', /^azure\.ai\.ml\.entities\.(MonitorSchedule)$/, true],
  ['sagemaker', /^sagemaker\.model_monitor(\.\w+)*\.\w+Monitor\(\)\.create_monitoring_schedule$/, true],
  [
    'vertex',
    /^google\.cloud\.aiplatform(\.\w+)*\.ModelDeploymentMonitoringJob\.create$|^google\.cloud\.aiplatform(\.\w+)*\.ModelMonitor(\(\))?\.(create|create_schedule|run)$/,
    true,
  ],
  ['sagemaker', /^sagemaker\.workflow(\.\w+)*\.QualityCheckStep$/, false],
  [
    'vertex',
    /^google\.cloud\.aiplatform(\.\w+)*\.(BatchPredictionJob\.create|Model(\(\)|\.upload\(\))?\.batch_predict)$/,
    false,
  ],
  ['cdk', /^aws_cdk\.(aws_sagemaker|core\.aws_sagemaker)\.CfnMonitoringSchedule$/, true],
];

const WORDS = [
  'evidently',
  'nannyml',
  'alibi_detect',
  'whylogs',
  'deepchecks',
  'tensorflow_data_validation',
  'MonitorSchedule',
  'create_monitoring_schedule',
  'ModelDeploymentMonitoringJob',
  'ModelMonitor',
  'CfnMonitoringSchedule',
  'QualityCheckStep',
  'model_monitoring_',
];

const NAMES = ['name', 'monitor_schedule_name', 'monitoring_schedule_name', 'display_name'] as const;
const REFERENCES = [
  'x_ref',
  'reference_data',
  'baseline_inputs',
  'statistics',
  'supplied_baseline_statistics',
] as const;

/** A constraint at any depth of the description: `skew_detection_config=SkewDetectionConfig(data_source=...)`. */
const NESTED = /^(baseline_config|data_source|training_dataset|baseline_dataset)$/;

const WATCHED = ['endpoint', 'endpoint_input', 'endpoint_name', 'endpoint_arn_or_name'] as const;
const TOLD = ['alert_config', 'model_monitoring_alert_config', 'alert_notification', 'notification_spec'] as const;

/** Quality checks that compare with a baseline; one that is skipped only makes a baseline. */
function compares(document: PythonDocument, call: Call): boolean {
  const skip = call.keywords.get('skip_check');
  return call.keywords.has('supplied_baseline_statistics') && (skip === undefined || isConstant(document, skip, false));
}

/** Batch predictions that are asked to watch their own inputs. */
const watches = (call: Call): boolean =>
  [...call.keywords.keys()].some((key) => /^model_monitoring_(objective_)?config$/.test(key));

function counts(document: PythonDocument, call: Call, name: string): boolean {
  if (/\.QualityCheckStep$/.test(name)) return compares(document, call);
  return !/batch_predict$|BatchPredictionJob\.create$/.test(name) || watches(call);
}

function recipientsOf(document: PythonDocument, call: Call): Recipients | undefined {
  const told = argument(call, -1, ...TOLD);
  const [emails] = told === undefined ? [] : keywordsBelow(document, told, /^(user_emails|emails)$/);
  const list = emails === undefined ? undefined : elementsOf(document, emails);
  return emails === undefined || list === undefined ? undefined : { document, node: emails, reached: list.length > 0 };
}

const nameOf = (document: PythonDocument, call: Call, tool: PythonMonitor['tool']): string | undefined =>
  stringOf(document, argument(call, -1, ...NAMES)) ??
  (tool === 'cdk' ? stringOf(document, argument(call, 1, 'id')) : undefined);

const monitorsIn: (document: PythonDocument) => readonly PythonMonitor[] = fact((document) =>
  calls(document).flatMap((call): readonly PythonMonitor[] => {
    const row = ROWS.find(([, pattern]) =>
      call.names.some((name) => pattern.test(name) && counts(document, call, name)),
    );
    if (row === undefined) return [];
    const [tool, , scheduled] = row;
    const recipients = recipientsOf(document, call);
    const target = argument(call, -1, ...WATCHED);
    const made = target?.type === 'identifier' ? singleAssignment(document, target) : undefined;
    const endpoint = made === undefined ? undefined : callAt(document, made);
    const name = stringOf(document, target) ?? stringOf(document, endpoint && argument(endpoint, -1, 'display_name'));
    return [
      {
        document,
        node: call.node,
        place: call.callee,
        tool,
        name: nameOf(document, call, tool),
        reference:
          argument(call, tool === 'alibi-detect' ? 0 : -1, ...REFERENCES) ??
          (tool === 'cdk' || tool === 'vertex' ? keywordsBelow(document, call.node, NESTED)[0] : undefined),
        scheduled,
        targets: name === undefined ? [] : [name],
        ...(recipients === undefined ? {} : { recipients }),
      },
    ];
  }),
);

/** Constructs of the Cloud Development Kit say themselves which endpoint they watch. */
function withTargets(project: Project, monitor: PythonMonitor): PythonMonitor {
  const own = cdkConstructs(project).find(({ call }) => call.node === monitor.node);
  const watched = own?.refersTo.filter(({ kind }) => kind === 'endpoint').map(labelOf(project)) ?? [];
  return watched.length === 0 ? monitor : { ...monitor, targets: watched };
}

/** A check that is a step of a pipeline runs when the pipeline does. */
function asStep(project: Project, monitor: PythonMonitor): PythonMonitor {
  if (monitor.tool !== 'sagemaker' || monitor.scheduled) return monitor;
  const pipelines = codePipelines(project).filter(({ steps }) => steps.some(({ call }) => call.node === monitor.node));
  return pipelines.length === 0 ? monitor : { ...monitor, pipelines: pipelines.map(({ name }) => name) };
}

/** Every such call of the project, and monitors that batch predictions are described with. */
export const pythonMonitors: (project: Project) => readonly PythonMonitor[] = fact((project) => [
  ...project
    .documents('python', WORDS)
    .flatMap(monitorsIn)
    .map((monitor) => (monitor.tool === 'cdk' ? withTargets(project, monitor) : asStep(project, monitor))),
  ...batchMonitors(project),
]);
