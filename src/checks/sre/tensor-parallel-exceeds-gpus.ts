import { bool, type DataNode, get, has } from '../../documents/data.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { type LlmServer, llmServers, type ServerFlag } from '../../facts/formats/llm.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const TENSOR = /^(tensor-parallel-size|tp|tp-size|num-shard)$/;
const PIPELINE = /^(pipeline-parallel-size|pp|pp-size)$/;
const SEVERAL_NODES =
  /^(nnodes|num-nodes|node-rank|dist-init-addr|nccl-init-addr|distributed-executor-backend|data-parallel-address)$/;

/** The whole number of a flag; undefined where it is hidden, 1 where the flag is absent. */
function sizeOf(flag: ServerFlag | undefined): number | undefined {
  if (flag === undefined) return 1;
  const size = Number(flag.value);
  return flag.value !== undefined && Number.isInteger(size) && size > 0 ? size : undefined;
}

/** More pods than one share the model, or the entry is switched off. */
function isElsewhere({ node, flags, open }: LlmServer): boolean {
  if (open || flags.some(({ name }) => SEVERAL_NODES.test(name)) || bool(get(node, 'enabled')) === false) return true;
  for (let up: DataNode | undefined = node; up !== undefined; up = up.parent) {
    if (['workerSpec', 'raySpec', 'leaderWorkerTemplate', 'worker'].some((key) => has(up, key) === 'yes')) return true;
  }
  return false;
}

const pod = (gpus: string, args: string): string =>
  `      - name: llm\n        image: vllm/vllm-openai:v0.8.0\n        args: ${args}\n        resources: {limits: {nvidia.com/gpu: ${gpus}}}\n`;
const deployment =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n';

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Model is split over more GPUs than its pod has',
  why: 'The server waits for devices that it will never see and stops with an error, at every start.',
  fix: 'Make tensor parallel size times pipeline parallel size the number of GPUs of the pod, or describe a deployment over several nodes.',
  references: [
    'https://docs.vllm.ai/en/stable/serving/parallelism_scaling.html',
    'https://huggingface.co/docs/text-generation-inference/reference/launcher',
  ],
  mentions: ['parallel', 'Parallel', 'tp', 'shard'],
  examples: [
    bad({
      'llm.yaml': `${deployment}${pod('1', '[--model, acme/llm, --tensor-parallel-size, «"4"»]')}${pod('4', '[--model, acme/llm, «--tensor-parallel-size=4», --pipeline-parallel-size=2]')}`,
      'tgi.yaml': `${deployment}      - name: tgi\n        image: ghcr.io/huggingface/text-generation-inference:3.0\n        args: [--model-id, acme/llm, --num-shard, «"2"»]\n        resources: {limits: {nvidia.com/gpu: 1}}\n`,
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - name: llm\n    repository: vllm/vllm-openai\n    modelURL: acme/llm\n    requestGPU: 2\n    vllmConfig:\n      tensorParallelSize: «4»\n',
    }),
    good({
      'llm.yaml': `${deployment}${pod('4', '[--tensor-parallel-size, "4"]')}${pod('8', '[--tensor-parallel-size=4, --pipeline-parallel-size=2]')}${pod('1', '[--tensor-parallel-size=$(TP)]')}${pod('1', '[--tensor-parallel-size=8, --distributed-executor-backend=ray]')}`,
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    workerSpec: {pipelineParallelSize: 2}\n    containers:\n    - name: a\n      image: vllm/vllm-openai:v0.8.0\n      args: [--tensor-parallel-size=8]\n      resources: {limits: {nvidia.com/gpu: 4}}\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - name: off\n    enabled: false\n    requestGPU: 1\n    vllmConfig: {tensorParallelSize: 4}\n  - name: ray\n    requestGPU: 1\n    raySpec: {headNode: {}}\n    vllmConfig: {tensorParallelSize: 4}\n  - name: unsaid\n    vllmConfig: {tensorParallelSize: 4}\n',
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    for (const server of thoseIn(llmServers(project), document)) {
      const { flags, gpus, name } = server;
      const tensor = flags.find((flag) => TENSOR.test(flag.name));
      const pipeline = flags.find((flag) => PIPELINE.test(flag.name));
      const [width, depth] = [sizeOf(tensor), sizeOf(pipeline)];
      const place = tensor?.valueNode ?? pipeline?.valueNode;
      if (
        gpus === undefined ||
        width === undefined ||
        depth === undefined ||
        place === undefined ||
        width * depth <= gpus.count ||
        isElsewhere(server)
      )
        continue;
      const sizes = depth === 1 ? `${width} GPUs` : `${width} x ${depth} = ${width * depth} GPUs`;
      yield at(
        document,
        place.span,
        `\`${name ?? 'the model'}\` is split over ${sizes} and its pod has ${gpus.count}`,
        { evidence: [seen(document, gpus.node.span, 'GPUs of the pod')] },
      );
    }
  },
});
