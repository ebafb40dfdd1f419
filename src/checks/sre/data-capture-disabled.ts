import { uncaptured } from '../../facts/monitoring/capture.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const schedule =
  'Resources:\n  Quality:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleConfig:\n        ScheduleConfig: {ScheduleExpression: "cron(0 * ? * * *)"}\n        MonitoringJobDefinition: {MonitoringInputs: [{EndpointInput: {EndpointName: !Ref Name}}]}\n';
const config = (id: string, rest: string): string =>
  `Resources:\n  ${id}:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all}]\n${rest}`;
const options = '        CaptureOptions: [{CaptureMode: Input}, {CaptureMode: Output}]\n';
const monitor = (rest = ''): string =>
  `name: churn\ntrigger: {type: recurrence}\ncreate_monitor:\n  monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:churn:blue"}\n${rest}`;
const blue = (name: string, rest = ''): string =>
  `name: ${name}\nendpoint_name: churn\ninstance_type: Standard_DS3_v2\n${rest}`;
const trigger =
  'apiVersion: eventing.knative.dev/v1\nkind: Trigger\nmetadata: {name: drift}\nspec:\n  filter: {attributes: {type: org.kubeflow.serving.inference.request}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: drift-detector}\nspec: {template: {spec: {containers: [{name: a, image: "acme/drift:1"}]}}}\n';
const isvc = (rest: string): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: «a»}\nspec:\n  predictor:\n${rest}    sklearn: {}\n`;

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  grades: { sparse: { severity: 'low', when: 'fewer than five of a hundred requests are kept' } },
  title: 'Monitor reads requests that are not captured',
  why: 'The monitor runs on its schedule, finds nothing to compare and reports no drift. It looks green because it is blind.',
  fix: 'Turn the capture of inputs and outputs on for the endpoint that the monitor watches.',
  references: [
    'https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html',
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-collect-production-data',
    'https://kserve.github.io/website/docs/model-serving/predictive-inference/logger/basic-logger',
  ],
  examples: [
    bad({
      'monitor.yml': schedule,
      'a.yml': config('«None»', ''),
      'b.yml': config('Off', `      DataCaptureConfig:\n        EnableCapture: «false»\n${options}`),
      'c.yml': config(
        'Half',
        '      DataCaptureConfig:\n        EnableCapture: true\n        CaptureOptions: «[{CaptureMode: Input}]»\n',
      ),
      'azure/monitor.yml': monitor(),
      'azure/blue.yml': blue('«blue»'),
    }),
    bad({ 'trigger.yaml': trigger, 'isvc.yaml': isvc('') }),
    bad.as('sparse')({
      'monitor.yml': schedule,
      'a.yml': config(
        'Few',
        `      DataCaptureConfig:\n        EnableCapture: true\n        InitialSamplingPercentage: «1»\n${options}`,
      ),
    }),
    good({
      'a.yml': config('NobodyReads', ''),
      'azure/monitor.yml': monitor(
        '  monitoring_signals:\n    a: {type: data_drift, production_data: {input_data: {path: azureml:prod:1}}}\n',
      ),
      'azure/blue.yml': blue('blue'),
      'azure/green.yml': blue('green'),
    }),
    good({
      'monitor.yml': schedule,
      'a.yml': config(
        'On',
        `      DataCaptureConfig:\n        EnableCapture: true\n        InitialSamplingPercentage: 100\n${options}`,
      ),
      'b.yml': config('Open', '      DataCaptureConfig: !Ref Capture\n'),
      'azure/monitor.yml': monitor(),
      'azure/blue.yml': blue('blue', 'data_collector: {collections: {model_inputs: {enabled: "True"}}}\n'),
      'trigger.yaml': trigger,
      'isvc.yaml': isvc('    logger: {mode: all}\n').replace('«a»', 'a'),
    }),
    good({
      'batch.yml': schedule.replace(
        'EndpointInput: {EndpointName: !Ref Name}',
        'BatchTransformInput: {DatasetFormat: {}}',
      ),
      'a.yml': config('Online', ''),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, says, sparse, reader } of uncaptured(project)) {
      if (isTemplatePath(document.path)) continue;
      const evidence = reader === undefined ? [] : [seen(reader.document, reader.span, 'the monitor that reads them')];
      yield at(document, span, `${says}, and a monitor reads its requests`, {
        evidence,
        ...(sparse ? { grade: 'sparse' } : {}),
      });
    }
  },
});
