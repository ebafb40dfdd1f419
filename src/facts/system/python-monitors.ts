import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';

/** A call that watches data or predictions, or sets up a service that does. */
export interface PythonMonitor {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly call: Call;
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
];

const monitorsIn: (document: PythonDocument) => readonly PythonMonitor[] = fact((document) =>
  calls(document).flatMap((call) => {
    const row = ROWS.find(([, pattern]) => call.names.some((name) => pattern.test(name)));
    if (row === undefined) return [];
    const [tool, , scheduled] = row;
    return [
      {
        document,
        node: call.node,
        call,
        tool,
        name:
          stringOf(
            document,
            argument(call, -1, 'name', 'monitor_schedule_name', 'monitoring_schedule_name', 'display_name'),
          ) ?? (tool === 'cdk' ? stringOf(document, argument(call, 1, 'id')) : undefined),
        reference: argument(
          call,
          tool === 'alibi-detect' ? 0 : -1,
          'x_ref',
          'reference_data',
          'baseline_inputs',
          'statistics',
        ),
        scheduled,
      },
    ];
  }),
);

/** Every such call of the project. */
export const pythonMonitors: (project: Project) => readonly PythonMonitor[] = fact((project) =>
  project.documents('python', WORDS).flatMap(monitorsIn),
);
