import { get } from '../../../src/documents/data.ts';
import { autoscalersOf } from '../../../src/facts/formats/autoscaling.ts';
import { azureDeployments, azureMonitors, azureReference } from '../../../src/facts/formats/azure.ts';
import {
  cloudwatchAlarms,
  sagemakerEndpointConfigs,
  sagemakerMonitors,
} from '../../../src/facts/formats/cloudformation.ts';
import { databricksBundles, databricksResources } from '../../../src/facts/formats/databricks.ts';
import { dbtSources, dbtTests, freshnessSeconds } from '../../../src/facts/formats/dbt.ts';
import { githubJobs, jobsBefore } from '../../../src/facts/formats/github.ts';
import { globMatcher } from '../../../src/facts/formats/glob.ts';
import { kserveServices } from '../../../src/facts/formats/kserve.ts';
import { kubernetesWorkloads } from '../../../src/facts/formats/kubernetes.ts';
import { llmServers } from '../../../src/facts/formats/llm.ts';
import { prometheusRules } from '../../../src/facts/formats/prometheus.ts';
import { comparisonsOf, metricNames, seconds } from '../../../src/facts/formats/promql.ts';
import { rayDeployments, rayServices } from '../../../src/facts/formats/ray.ts';
import { composeServices } from '../../../src/facts/formats/servers.ts';
import { terraformModules, terraformResources } from '../../../src/facts/formats/terraform.ts';
import { projectOf, written } from './project.ts';

test('workloads keep the nodes of their fields, and are found by their autoscalers', () => {
  const project = projectOf({
    'a.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: prod}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: api
        image: acme/api:1
        args: ["--a", $(B)]
        env: [{name: K, valueFrom: {secretKeyRef: {name: s}}}]
        readinessProbe: {httpGet: {path: /ready}, periodSeconds: 5}
        resources: {limits: {nvidia.com/gpu: 1}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  scaleTargetRef: {kind: Deployment, name: api}
  minReplicas: 1
  metrics: [{type: Resource, resource: {name: cpu}}]
`,
  });
  const [workload] = kubernetesWorkloads(project);
  if (workload === undefined) throw new Error('no workload');
  const [container] = workload.containers;
  expect(workload.replicas?.value).toBe(3);
  expect(written(workload.document, workload.replicas?.node)).toBe('3');
  expect(container?.image?.value).toBe('acme/api:1');
  expect(container?.readiness?.path?.value).toBe('/ready');
  expect(container?.env[0]).toMatchObject({ name: 'K', fromSecret: true, value: undefined });
  expect(
    autoscalersOf(project, workload).map(({ minReplicas, metrics }) => [minReplicas?.value, metrics[0]?.name]),
  ).toEqual([[1, 'cpu']]);
});

test('a substitution is a field without a value', () => {
  const [service] = kserveServices(
    projectOf({
      'a.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    minReplicas: ${MIN}\n    model: {modelFormat: {name: onnx}, storageUri: s3://a}\n',
    }),
  );
  expect(service?.predictor?.minReplicas).toMatchObject({ value: undefined, text: '${MIN}' });
  expect(service?.predictor?.maxReplicas).toBeUndefined();
  expect(service?.predictor).toMatchObject({ modelFormat: 'onnx', storageUri: { value: 's3://a' } });
});

test('azure: both shapes of thresholds, and references', () => {
  const project = projectOf({
    'm.yml':
      'create_monitor:\n  monitoring_signals:\n    a:\n      type: data_drift\n      metric_thresholds:\n        numerical: {psi: 0.1}\n    b:\n      type: data_quality\n      alert_enabled: false\n      metric_thresholds: [{metric_name: null_value_rate, threshold: 0.2}]\n',
    'd.yml': 'name: blue\nendpoint_name: a\ninstance_count: 2\nmodel: azureml:churn@latest\n',
  });
  const [monitor] = azureMonitors(project);
  expect(
    monitor?.signals.map(({ name, thresholds }) => [
      name,
      ...thresholds.map(({ metric, value }) => `${metric} ${value}`),
    ]),
  ).toEqual([
    ['a', 'psi 0.1'],
    ['b', 'null_value_rate 0.2'],
  ]);
  expect(monitor?.signals[1]?.alertEnabled?.value).toBe(false);
  expect(azureDeployments(project)[0]).toMatchObject({
    online: true,
    instanceCount: { value: 2 },
    modelReference: { name: 'churn', label: 'latest' },
  });
  expect(azureReference('azureml:churn:7')).toEqual({ name: 'churn', version: '7', label: undefined });
  expect(azureReference('azureml://registries/a/models/b/versions/3')).toEqual({
    name: 'b',
    version: '3',
    label: undefined,
  });
  expect(azureReference('./model')).toBeUndefined();
});

test('cloudformation: quoted numbers, tags and references between resources', () => {
  const project = projectOf({
    't.yml': `Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants: [{InitialInstanceCount: "2", ModelName: !GetAtt Model.ModelName}]
      DataCaptureConfig: {EnableCapture: "true", CaptureOptions: [{CaptureMode: Input}]}
  Model: {Type: "AWS::SageMaker::Model"}
  Watch:
    Type: AWS::SageMaker::MonitoringSchedule
    Properties:
      MonitoringScheduleConfig: {MonitoringType: DataQuality, ScheduleConfig: {ScheduleExpression: cron(0 * * * ? *)}}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Threshold: 0.1, AlarmName: !Sub "\${Watch}-alarm"}
`,
  });
  const [config] = sagemakerEndpointConfigs(project);
  expect(config?.variants[0]?.instanceCount?.value).toBe(2);
  expect(config?.capture).toMatchObject({ enabled: { value: true }, modes: ['Input'] });
  expect([...(config?.refersTo ?? [])]).toEqual(['Model']);
  expect(sagemakerMonitors(project)[0]).toMatchObject({
    id: 'Watch',
    monitoringType: { value: 'DataQuality' },
    baseline: undefined,
  });
  expect([...(cloudwatchAlarms(project)[0]?.refersTo ?? [])]).toEqual(['Watch']);
});

test('databricks: includes, targets and files that no bundle takes', () => {
  const project = projectOf({
    'databricks.yml':
      'bundle: {name: a}\ninclude: ["resources/*.yml"]\ntargets: {prod: {mode: production, resources: {jobs: {x: {name: x}}}}}\n',
    'resources/a.yml': 'resources: {jobs: {a: {name: a}}}\n',
    'resources/deep/b.yml': 'resources: {quality_monitors: {b: {table_name: t}}}\n',
  });
  expect([...(databricksBundles(project)[0]?.files ?? [])]).toEqual(['databricks.yml', 'resources/a.yml']);
  expect(databricksResources(project).map(({ key, target, bundles }) => [key, target, bundles.length])).toEqual([
    ['x', 'prod', 1],
    ['a', undefined, 1],
    ['b', undefined, 0],
  ]);
});

test('terraform: resources of modules and who calls them', () => {
  const project = projectOf({
    'infra/main.tf': 'module "a" {\n  source = "./modules/a"\n}\n',
    'infra/modules/a/main.tf':
      'resource "aws_sagemaker_endpoint" "e" {\n  endpoint_config_name = aws_sagemaker_endpoint_configuration.c.name\n}\n',
  });
  expect(terraformModules(project)[0]).toMatchObject({ name: 'a', calls: 'infra/modules/a' });
  const [endpoint] = terraformResources(project, /^aws_sagemaker/);
  expect(endpoint).toMatchObject({ address: 'aws_sagemaker_endpoint.e', folder: 'infra/modules/a' });
  expect(endpoint?.refersTo.has('aws_sagemaker_endpoint_configuration.c')).toBe(true);
});

test('github: needs are followed, and commands are split', () => {
  const project = projectOf({
    '.github/workflows/a.yml':
      'on: {push: {}, schedule: [{cron: "0 3 * * *"}]}\njobs:\n  a: {steps: [{run: "dvc repro && python x.py || true"}]}\n  b: {needs: a}\n  c: {needs: [b], environment: {name: prod}}\n',
  });
  const [a, , c] = githubJobs(project);
  if (c === undefined) throw new Error('no job');
  expect([...jobsBefore(c)].sort()).toEqual(['a', 'b']);
  expect(c.environment?.name).toBe('prod');
  expect(a?.workflow.schedules.map(({ value }) => value)).toEqual(['0 3 * * *']);
  expect(a?.steps[0]?.commands.map(({ words }) => words[0]?.text)).toEqual(['dvc', 'python', 'true']);
});

test('dbt: tests in both shapes, and freshness in seconds', () => {
  const project = projectOf({
    'm.yml':
      'version: 2\nmodels:\n- name: a\n  columns: [{name: id, tests: [unique, {not_null: {config: {severity: warn}}}]}]\nsources:\n- name: s\n  freshness: {warn_after: {count: 2, period: hour}}\n  tables: [{name: t}]\n',
  });
  expect(dbtTests(project).map(({ test, column, severity }) => [test, column, severity?.value])).toEqual([
    ['unique', 'id', undefined],
    ['not_null', 'id', 'warn'],
  ]);
  expect(freshnessSeconds(get(dbtSources(project)[0]?.freshness, 'warn_after'))).toBe(7200);
});

test('prometheus: metrics are whole names, comparisons are numbers', () => {
  expect(
    metricNames(
      'sum by (job) (rate(http_requests_total{job="a", code=~"5.."}[5m])) / on(job) group_left slo:target > 0.5',
    ),
  ).toEqual(['http_requests_total', 'slo:target']);
  expect(metricNames('{__name__="psi", a="b"} and absent(up)')).toEqual(['psi', 'up']);
  expect(comparisonsOf('a > bool -0.5 and b <= 2')).toMatchObject([
    { operator: '>', value: -0.5 },
    { operator: '<=', value: 2 },
  ]);
  expect([seconds('1h30m'), seconds('500ms'), seconds('x')]).toEqual([5400, 0.5, undefined]);
  const [rule] = prometheusRules(
    projectOf({
      'r.yaml':
        'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: [{name: g, rules: [{alert: A, expr: "psi{model=\\"m\\"} > 0.2", for: 10m}]}]}\n',
    }),
  );
  expect(rule).toMatchObject({
    group: 'g',
    metrics: ['psi'],
    forSeconds: 600,
    matchers: [{ label: 'model', value: 'm' }],
  });
});

test('language model servers are found in every dialect, and pools that only hold a name are not', () => {
  const pod = (image: string, args: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: c, image: "${image}", args: ${args}, resources: {limits: {nvidia.com/gpu: "2"}}}]}}}\n`;
  const servers = llmServers(
    projectOf({
      'a.yaml': pod('vllm/vllm-openai:v1', '[--model, a/b, "--tensor-parallel-size=4"]'),
      'b.yaml': pod('acme/epp:1', '[--poolName, vllm-pool]'),
      'compose.yaml':
        'services: {s: {image: "ghcr.io/huggingface/text-generation-inference:2", command: "--model-id c/d --revision abc"}}\n',
      'chart/values.yaml':
        'servingEngineSpec: {modelSpec: [{name: q, repository: vllm/vllm-openai, modelURL: e/f, requestGPU: 1, vllmConfig: {tensorParallelSize: 2}}]}\n',
    }),
  );
  expect(servers.map(({ from, engine, model, gpus }) => [from, engine, model?.text, gpus?.count])).toEqual([
    ['kubernetes', 'vllm', 'a/b', 2],
    ['compose', 'tgi', 'c/d', undefined],
    ['helm', 'vllm', 'e/f', 1],
  ]);
  expect(servers.map(({ flags }) => flags.find(({ name }) => /parallel|revision/.test(name))?.value)).toEqual([
    '4',
    'abc',
    '2',
  ]);
});

test('compose ports tell what is published, and a ray service shows the settings of its string', () => {
  const project = projectOf({
    'compose.yaml': 'services: {a: {image: b, ports: ["8000:80", "127.0.0.1:1:2", "9"], environment: [A=b]}}\n',
    'ray.yaml':
      'apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: r}\nspec:\n  serveConfigV2: |\n    applications:\n    - name: a\n      deployments:\n      - num_replicas: 2\n',
  });
  expect(
    composeServices(project)[0]?.ports.map(({ published, loopback, target }) => [published, loopback, target]),
  ).toEqual([
    [true, false, 80],
    [true, true, 2],
    [false, false, 9],
  ]);
  const [service] = rayServices(project);
  const replicas = service?.settings.find(({ key }) => key === 'num_replicas');
  expect(service?.document.text.slice(replicas?.start, replicas?.end)).toBe('2');
});

test('globs are matched whole and in linear time', () => {
  expect(['a/b.yml', 'a/c/b.yml', 'b.yml'].filter(globMatcher('a/*.yml'))).toEqual(['a/b.yml']);
  expect(['a/b.yml', 'a/c/d/b.yaml', 'b.yml'].filter(globMatcher('a/**/*.{yml,yaml}'))).toEqual([
    'a/b.yml',
    'a/c/d/b.yaml',
  ]);
  expect(globMatcher(`${'*a'.repeat(200)}b`)('a'.repeat(5000))).toBe(false);
});

test('a ray service is read into its string: deployments and models, each on its own line of the file', () => {
  const project = projectOf({
    'ray.yaml': `apiVersion: ray.io/v1
kind: RayService
metadata: {name: churn}
spec:
  serveConfigV2: |
    applications:
      - name: scoring
        import_path: app:churn
        deployments:
          - name: Scorer
            num_replicas: 2
      - name: chat
        import_path: ray.serve.llm:build_openai_app
        args:
          llm_configs:
            - model_loading_config: {model_id: small, model_source: acme/small-7b}
              deployment_config: {autoscaling_config: {min_replicas: 0}}
  rayClusterConfig: {rayVersion: "2.52.0"}
`,
  });
  const [scorer, chat, ...rest] = rayDeployments(project);
  expect(rest).toEqual([]);
  expect(scorer).toMatchObject({ service: 'churn', application: 'scoring', name: 'Scorer', replicas: { value: 2 } });
  expect(scorer && written(scorer.document, scorer.replicas?.node)).toBe('2');
  expect(chat).toMatchObject({ name: 'small', model: { value: 'acme/small-7b' }, minReplicas: { value: 0 } });
  expect(chat && written(chat.document, chat.model?.node)).toBe('acme/small-7b');
});
