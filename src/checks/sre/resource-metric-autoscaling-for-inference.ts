import type { Project } from '../../documents/project.ts';
import { type Autoscaler, autoscalersOf, type ScalingMetric } from '../../facts/formats/autoscaling.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { type ModelServer, modelServers, wantsAccelerator } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const LANGUAGE = /^(vllm|tgi|sglang|nim)$/;
const isResource = ({ type, name }: ScalingMetric): boolean =>
  /^(Resource|ContainerResource|cpu|memory)$/.test(type) && /^(cpu|memory)$/.test(name ?? '');

/** The first metric that does not follow the load; undefined where the scaler is right, or cannot be judged. */
function wrong({ metrics, node }: Autoscaler, { container, engine }: ModelServer): ScalingMetric | undefined {
  if (node.open || metrics.length === 0 || metrics.some((metric) => !isResource(metric))) return undefined;
  const accelerated = wantsAccelerator(container) || LANGUAGE.test(engine);
  return metrics.find(({ name }) => name === 'memory') ?? (accelerated ? metrics[0] : undefined);
}

function scaled(
  project: Project,
): readonly { readonly server: ModelServer; readonly scaler: Autoscaler; readonly metric: ScalingMetric }[] {
  return modelServers(project).flatMap((server) =>
    autoscalersOf(project, server.workload).flatMap((scaler) => {
      const metric = wrong(scaler, server);
      return metric === undefined ? [] : [{ server, scaler, metric }];
    }),
  );
}

const server = (name: string, image: string, gpu = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: ${image}\n${gpu}---\n`;
const hpa = (name: string, metrics: string): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: ${name}}\nspec:\n  scaleTargetRef: {kind: Deployment, name: ${name}}\n  metrics:\n${metrics}`;
const cpu = '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}';
const memory = '{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}}';
const queue = '{type: Pods, pods: {metric: {name: nv_inference_queue_duration_us}}}';
const GPU = '        resources: {limits: {nvidia.com/gpu: 1}}\n';

export default defineCheck({
  evaluates: 'scaling',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Inference is scaled by CPU or memory alone',
  why: 'The CPU of a GPU server is calm while requests queue, so it is not scaled out when it should be. Memory holds the model all the time, so it is never scaled in.',
  fix: 'Scale on what waits: queue length or time, requests in flight, or latency.',
  references: [
    'https://keda.sh/docs/latest/scalers/prometheus/',
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html',
    'https://cloud.google.com/kubernetes-engine/docs/best-practices/machine-learning/inference/autoscaling',
  ],
  examples: [
    bad({
      'triton.yaml': `${server('triton', 'nvcr.io/nvidia/tritonserver:24.05-py3', GPU)}${hpa('triton', `  - «${cpu}»\n`)}`,
      'llm.yaml': `${server('llm', 'vllm/vllm-openai:v0.8.0')}apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: llm}\nspec:\n  scaleTargetRef: {name: llm}\n  triggers:\n  - «{type: cpu, metadata: {value: "70"}}»\n`,
      'tfs.yaml': `${server('tfs', 'tensorflow/serving:2.15.0')}${hpa('tfs', `  - ${cpu}\n  - «${memory}»\n`)}`,
      'old.yaml': `${server('old', 'vllm/vllm-openai:v0.8.0')}apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: old}\nspec:\n  scaleTargetRef: {kind: Deployment, name: old}\n  targetCPUUtilizationPercentage: «60»\n`,
    }),
    good({
      'both.yaml': `${server('triton', 'nvcr.io/nvidia/tritonserver:24.05-py3', GPU)}${hpa('triton', `  - ${cpu}\n  - ${queue}\n`)}`,
      'cpu.yaml': `${server('tfs', 'tensorflow/serving:2.15.0')}${hpa('tfs', `  - ${cpu}\n`)}`,
      'web.yaml': `${server('web', 'nginx:1.27')}${hpa('web', `  - ${memory}\n`)}`,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const {
      server: { document, name, container },
      scaler,
      metric,
    } of scaled(project)) {
      if (isTemplatePath(scaler.document.path)) continue;
      const evidence = [seen(document, container.image?.node.span ?? container.node.span, 'the model server')];
      yield at(
        scaler.document,
        metric.node.span,
        `model server \`${name}\` is scaled by ${metric.name ?? 'resources'} and by nothing that follows its queue`,
        { evidence },
      );
    }
  },
});
