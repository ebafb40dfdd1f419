import { loadPython } from '../../../src/documents/python/parse.ts';
import { systemMap } from '../../../src/facts/system/map.ts';
import { wiring } from '../../../src/facts/system/wired.ts';
import { projectOf } from '../formats/project.ts';

beforeAll(() => loadPython());

const stack = (capture: string, actions: string): string => `import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnEndpoint, CfnEndpointConfig, CfnModel, CfnMonitoringSchedule } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';

export class Serving extends cdk.Stack {
  constructor(scope: Construct, id: string, endpointName: string) {
    super(scope, id);
    // const old = new CfnModel(this, 'Old', {});
    const model = new CfnModel(this, 'ChurnModel', { executionRoleArn: 'arn:(' });
    const config = new CfnEndpointConfig(this, 'Config', {
      productionVariants: [{ modelName: model.attrModelName, variantName: 'all', initialVariantWeight: 1 }],
      dataCaptureConfig: { enableCapture: ${capture}, destinationS3Uri: 's3://bucket' },
    });
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointConfigName: config.attrEndpointConfigName,
      endpointName,
    });
    const watch = new CfnMonitoringSchedule(this, 'Watch', {
      endpointName,
      monitoringScheduleConfig: {
        scheduleConfig: { scheduleExpression: 'cron(0 * ? * * *)' },
        monitoringJobDefinition: { baselineConfig: { statisticsResource: { s3Uri: 's3://b/statistics.json' } } },
      },
    });
    watch.addDependency(endpoint);
    const alarm = new cloudwatch.CfnAlarm(this, 'Drift', {${actions} evaluationPeriods: 1 });
    alarm.addDependency(watch);
  }
}
`;

const mapOf = (text: string) => systemMap(projectOf({ 'lib/serving.ts': text }));

test('a stack of TypeScript is the chain of its constructs, each link on the line that makes it', () => {
  const map = mapOf(stack('true', " alarmActions: ['arn:aws:sns:x'],"));
  expect(map.edges.map(({ from, kind, to, line }) => `${from} ${kind} ${to} ${line}`)).toEqual([
    'deployment:Config deploys registered-model:ChurnModel 11',
    'deployment:Config serves endpoint:Endpoint 15',
    'monitor:Watch monitors endpoint:Endpoint 19',
    'alert:Drift alerts-on monitor:Watch 27',
    'alert:Drift notifies alert-route:actions of Drift 27',
  ]);
  expect(map.nodes.some(({ name }) => name === 'Old')).toBe(false);
});

const states = (text: string): Readonly<Record<string, string>> => {
  const map = mapOf(text);
  const [monitor] = map.of('monitor');
  return Object.fromEntries((monitor && wiring(map, monitor))?.map(({ condition, state }) => [condition, state]) ?? []);
};

test('its monitor is wired as far as the words say', () => {
  expect(states(stack('true', " alarmActions: ['arn:aws:sns:x'],"))).toEqual({
    enabled: 'holds',
    deployed: 'unknown',
    runs: 'holds',
    'has data': 'holds',
    'has a reference': 'holds',
    'tells someone': 'holds',
  });
  expect(states(stack('props.capture', ''))).toMatchObject({ 'has data': 'unknown', 'tells someone': 'fails' });
});

test('files without the kit, and hostile ones, are read in linear time', () => {
  expect(mapOf("import { CfnModel } from './own';\nnew CfnModel(this, 'A', {});\n").nodes).toEqual([]);
  const hostile = `import { CfnModel } from 'aws-cdk-lib/aws-sagemaker';\n${'/* new CfnModel(( `'.repeat(9_000)}`;
  expect(mapOf(hostile).nodes).toEqual([]);
  expect(
    mapOf(`import { CfnModel } from 'aws-cdk-lib/aws-sagemaker';\n${'new CfnModel(('.repeat(9_000)}`).nodes,
  ).toHaveLength(1);
});
