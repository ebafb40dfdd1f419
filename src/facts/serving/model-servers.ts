import { fact } from '../../core/fact.ts';
import { literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type KubernetesContainer, type KubernetesWorkload, kubernetesWorkloads } from '../formats/kubernetes.ts';
import { type ComposeService, composeServices } from '../formats/servers.ts';

/** A program that answers requests with a model. */
export type ServerEngine =
  | 'triton'
  | 'vllm'
  | 'tgi'
  | 'sglang'
  | 'nim'
  | 'torchserve'
  | 'tensorflow-serving'
  | 'mlserver'
  | 'bentoml'
  | 'ray-serve'
  | 'python';

const IMAGES: readonly (readonly [ServerEngine, RegExp])[] = [
  ['triton', /(^|\/)tritonserver(:|@|$)/i],
  ['vllm', /(^|\/)vllm-[\w-]*openai[\w-]*(:|@|$)|(^|\/)vllm(-\w+)?(:|@|$)/i],
  ['tgi', /text-generation-inference/i],
  ['sglang', /(^|\/)sglang(:|@|$)/i],
  ['nim', /nvcr\.io\/nim\//i],
  ['torchserve', /(^|\/)torchserve[\w-]*(:|@|$)/i],
  ['tensorflow-serving', /tensorflow\/serving|(^|\/)tensorflow[-_]?serving[\w-]*(:|@|$)/i],
  ['mlserver', /(^|\/)mlserver[\w-]*(:|@|$)/i],
];

const COMMANDS: readonly (readonly [ServerEngine, RegExp])[] = [
  ['triton', /(^|[\s/])tritonserver(\s|$)/],
  ['vllm', /(^|[\s/])vllm serve(\s|$)|vllm\.entrypoints\.(openai\.)?api_server/],
  ['tgi', /text-generation-launcher/],
  ['sglang', /sglang\.launch_server/],
  ['torchserve', /(^|[\s/])torchserve(\s|$)/],
  ['tensorflow-serving', /tensorflow_model_server/],
  ['mlserver', /(^|[\s/])mlserver start(\s|$)/],
  ['bentoml', /(^|[\s/])bentoml serve(\s|-|$)/],
  ['ray-serve', /(^|[\s/])serve (run|start) /],
];

/** Images that stand beside a server and hold its name. */
const BESIDE =
  /router|exporter|client|benchmark|perf|loadgen|locust|webui|-ui(:|$)|dashboard|lmcache-server|operator|controller|-sdk/i;

const WEB = /(^|[\s/])(uvicorn|gunicorn|hypercorn)(\s|$)/;
const MODEL_VARIABLE = /^(MODEL(_\w+)?|\w+_MODEL(_(PATH|URI|FILE|FILEPATH|DIR|NAME|URL))?|MLFLOW_MODEL\w*|ONNX_\w*)$/;

const NOT_SERVERS = /^(MODEL_(LOADER|REGISTRY)\w*|\w*MODEL_(MONITOR|TRAIN)\w*)$/;

function engineOf(image: string, command: string, variables: readonly string[]): ServerEngine | undefined {
  if (BESIDE.test(image)) return undefined;
  const said = command.slice(0, 10_000);
  const known =
    COMMANDS.find(([, pattern]) => pattern.test(said))?.[0] ?? IMAGES.find(([, pattern]) => pattern.test(image))?.[0];
  if (known !== undefined) return known;
  return WEB.test(said) && variables.some((name) => MODEL_VARIABLE.test(name) && !NOT_SERVERS.test(name))
    ? 'python'
    : undefined;
}

/** True for the name of an image that is known to serve models. */
export const isServerImage = (image: string): boolean =>
  !BESIDE.test(image) && IMAGES.some(([, pattern]) => pattern.test(image));

const RUNS_SOMETHING_ELSE = /^(sleep|curl|wget|cp|tail|perf_analyzer|genai-perf|locust|benchmark\w*)$/;

/** What a container of a pod serves with; undefined for one that serves no model, also where only the image says a server. */
export function serverEngine(container: KubernetesContainer): ServerEngine | undefined {
  if (container.init) return undefined;
  const words = container.words.map((word) => text(word) ?? '');
  if (words.some((word) => RUNS_SOMETHING_ELSE.test(word))) return undefined;
  return engineOf(
    container.image?.text ?? '',
    words.join(' '),
    container.env.map(({ name }) => name),
  );
}

export interface ModelServer {
  readonly document: KubernetesWorkload['document'];
  readonly workload: KubernetesWorkload;
  readonly container: KubernetesContainer;
  readonly engine: ServerEngine;
  readonly name: string;
}

const LASTING = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Rollout)$/;

/** Containers of lasting workloads that serve models. */
export const modelServers: (project: Project) => readonly ModelServer[] = fact((project) =>
  kubernetesWorkloads(project)
    .filter(({ kind }) => LASTING.test(kind))
    .flatMap((workload) =>
      workload.containers.flatMap((container): readonly ModelServer[] => {
        const engine = serverEngine(container);
        const name = workload.name?.text ?? workload.kind;
        return engine === undefined ? [] : [{ document: workload.document, workload, container, engine, name }];
      }),
    ),
);

/** What a service of a compose file serves with. */
export const composeEngine = ({ image, words, environment }: ComposeService): ServerEngine | undefined =>
  engineOf(
    image?.text ?? '',
    words.map((word) => text(word) ?? '').join(' '),
    environment.map(({ key }) => key),
  );

/** Services of compose files that serve models. */
export const composeServers: (project: Project) => readonly (ComposeService & { readonly engine: ServerEngine })[] =
  fact((project) =>
    composeServices(project).flatMap((service) => {
      const engine = composeEngine(service);
      return engine === undefined ? [] : [{ ...service, engine }];
    }),
  );

const GPU =
  /^(nvidia\.com\/(gpu|mig-[\w.-]+)|amd\.com\/gpu|habana\.ai\/gaudi2?|aws\.amazon\.com\/neuron(core|device)?|gpu\.intel\.com\/\w+|google\.com\/tpu)$/;

/** True for the name of an accelerator as a resource of Kubernetes. */
export const isAccelerator = (resource: string): boolean => GPU.test(resource);

/** True where a container asks for an accelerator. */
export function wantsAccelerator({ limits, requests }: KubernetesContainer): boolean {
  return [limits, requests].some(
    (node) =>
      node?.kind === 'map' && node.entries.some(({ key, value }) => isAccelerator(key) && literal(value) !== '0'),
  );
}
