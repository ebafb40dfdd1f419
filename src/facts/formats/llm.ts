import { fact } from '../../core/fact.ts';
import { bool, type DataDocument, type DataNode, entries, get, literal, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Described, type Field, mapsAt, textAt } from './field.ts';
import { kserveServices } from './kserve.ts';
import { type KubernetesContainer, kubernetesWorkloads } from './kubernetes.ts';
import { rootsOf } from './recognise.ts';
import { composeServices } from './servers.ts';

/** A flag of a server's command line. */
export interface ServerFlag {
  /** `tensor-parallel-size`, without dashes, `_` as `-`. */
  readonly name: string;
  /** Where it is written: the word, the list item or the chart's key. */
  readonly node: DataNode;
  /** Undefined for a bare switch and for a substitution. */
  readonly value: string | undefined;
  /** The node of the value; the same as `node` for `--a=b`. */
  readonly valueNode: DataNode | undefined;
  /** Holds a substitution. */
  readonly open: boolean;
}

/** A process that serves a language model. */
export interface LlmServer extends Described {
  readonly engine: 'vllm' | 'tgi' | 'sglang' | 'nim' | 'trtllm';
  readonly name: string | undefined;
  readonly image: Field<string> | undefined;
  /** The model that is served: a hub name, a path or an address. */
  readonly model: { readonly node: DataNode; readonly text: string; readonly open: boolean } | undefined;
  readonly flags: readonly ServerFlag[];
  /** GPUs that its container asks for; undefined where not said. */
  readonly gpus: { readonly node: DataNode; readonly count: number } | undefined;
  readonly from: 'kubernetes' | 'kserve' | 'compose' | 'helm';
  /** The pod's container, where there is one. */
  readonly container: KubernetesContainer | undefined;
  /** Some argument holds a substitution or comes from a template: a flag that is not here may still be given. */
  readonly open: boolean;
}

const ENGINES: readonly (readonly [LlmServer['engine'], RegExp])[] = [
  ['vllm', /\bvllm\b/i],
  ['tgi', /text-generation-inference|text-generation-launcher/i],
  ['sglang', /\bsglang\b/i],
  ['trtllm', /tensorrt[-_]?llm|trtllm/i],
  ['nim', /nvcr\.io\/nim\//i],
];

/** Programs, not names of models or pools that hold a program's name. */
const PROGRAMS: readonly (readonly [LlmServer['engine'], RegExp])[] = [
  ['vllm', /(^|[\s/"'])vllm\s+serve\b|-m\s+vllm\.|vllm\.entrypoints/],
  ['tgi', /text-generation-launcher/],
  ['sglang', /-m\s+sglang\.|sglang\.launch_server/],
  ['trtllm', /trtllm-serve/],
];

function engineIn(image: string | undefined, words: readonly DataNode[]): LlmServer['engine'] | undefined {
  if (image !== undefined && /router|lmcache-server|benchmark|exporter|\bepp\b|gateway|proxy|operator/i.test(image))
    return undefined;
  const said = words
    .map((word) => text(word) ?? '')
    .join(' ')
    .slice(0, 10_000);
  const known =
    PROGRAMS.find(([, pattern]) => pattern.test(said)) ?? ENGINES.find(([, pattern]) => pattern.test(image ?? ''));
  return known?.[0];
}

interface Word {
  readonly text: string;
  readonly node: DataNode;
  readonly open: boolean;
}

/** A list item may be one word, or a whole shell line given to `sh -c`. */
function wordsOf(nodes: readonly DataNode[]): readonly Word[] {
  return nodes.flatMap((node) =>
    (text(node) ?? '')
      .replace(/\\\r?\n/g, ' ')
      .split(/\s+/)
      .filter((part) => part !== '')
      .map((part) => ({ text: part.replace(/^["']|["']$/g, ''), node, open: node.open || part.includes('$') })),
  );
}

/** Flags of a command line: `--a b`, `--a=b` and the bare `--a`. */
export function flagsOf(nodes: readonly DataNode[]): readonly ServerFlag[] {
  const words = wordsOf(nodes);
  return words.flatMap((word, at): readonly ServerFlag[] => {
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/.exec(word.text);
    if (match === null) return [];
    const next = words[at + 1];
    const apart = match[2] === undefined && next !== undefined && !/^-{1,2}[A-Za-z]/.test(next.text) ? next : undefined;
    const value = match[2] ?? apart?.text;
    const open = word.open || apart?.open === true;
    return [
      {
        name: (match[1] ?? '').replace(/_/g, '-'),
        node: word.node,
        value: open ? undefined : value,
        valueNode: apart?.node ?? (match[2] === undefined ? undefined : word.node),
        open,
      },
    ];
  });
}

function modelIn(nodes: readonly DataNode[], flags: readonly ServerFlag[]): LlmServer['model'] {
  const flag = flags.find(({ name }) => name === 'model' || name === 'model-id' || name === 'model-path');
  const words = wordsOf(nodes);
  if (flag?.valueNode !== undefined)
    return { node: flag.valueNode, text: flag.value ?? text(flag.valueNode) ?? '', open: flag.open };
  const serve = words.findIndex((word, at) => word.text === 'serve' && words[at - 1]?.text.endsWith('vllm') === true);
  const after = serve === -1 ? undefined : words[serve + 1];
  return after === undefined || after.text.startsWith('-')
    ? undefined
    : { node: after.node, text: after.text, open: after.open };
}

function gpusOf(limits: DataNode | undefined, requests: DataNode | undefined): LlmServer['gpus'] {
  for (const { key, value } of [...entries(limits), ...entries(requests)]) {
    if (!/^(nvidia|amd|habana)\.(com|ai)\/(gpu|gaudi)$/.test(key)) continue;
    const count = Number(literal(value));
    return Number.isInteger(count) ? { node: value, count } : undefined;
  }
  return undefined;
}

function ofContainer(
  document: DataDocument,
  container: KubernetesContainer,
  name: string | undefined,
  from: LlmServer['from'],
): readonly LlmServer[] {
  const engine = engineIn(container.image?.text, container.words);
  if (engine === undefined || container.init) return [];
  const flags = flagsOf(container.words);
  return [
    {
      document,
      node: container.node,
      engine,
      name,
      image: container.image,
      model: modelIn(container.words, flags) ?? modelInEnvironment(container),
      flags,
      gpus: gpusOf(container.limits, container.requests),
      from,
      container,
      open: container.node.open || container.words.some((word) => word.open),
    },
  ];
}

function modelInEnvironment({ env }: KubernetesContainer): LlmServer['model'] {
  const found = env.find(({ name }) => name === 'MODEL_ID' || name === 'MODEL_NAME' || name === 'HF_MODEL_ID')?.value;
  return found === undefined ? undefined : { node: found.node, text: found.text ?? '', open: found.node.open };
}

function fromCompose(project: Project): readonly LlmServer[] {
  return composeServices(project).flatMap((service) => {
    const engine = engineIn(service.image?.text, service.words);
    if (engine === undefined) return [];
    const flags = flagsOf(service.words);
    const model = modelIn(service.words, flags);
    return [
      {
        document: service.document,
        node: service.node,
        engine,
        name: service.name,
        image: service.image,
        model,
        flags,
        gpus: undefined,
        from: 'compose' as const,
        container: undefined,
        open: service.words.some((word) => word.open),
      },
    ];
  });
}

const CHART_FLAGS: Readonly<Record<string, string>> = {
  tensorParallelSize: 'tensor-parallel-size',
  pipelineParallelSize: 'pipeline-parallel-size',
  maxModelLen: 'max-model-len',
  dtype: 'dtype',
  maxNumSeqs: 'max-num-seqs',
  gpuMemoryUtilization: 'gpu-memory-utilization',
  enablePrefixCaching: 'enable-prefix-caching',
  enableChunkedPrefill: 'enable-chunked-prefill',
  trustRemoteCode: 'trust-remote-code',
};

/** Values of the vLLM production stack: `servingEngineSpec.modelSpec[]`. */
function fromChart(document: DataDocument, spec: DataNode): LlmServer {
  const config = get(spec, 'vllmConfig');
  const known = entries(config).flatMap(({ key, value }): readonly ServerFlag[] => {
    const name = CHART_FLAGS[key];
    if (name === undefined || value.kind !== 'scalar' || bool(value) === false) return [];
    return [{ name, node: value, value: literal(value), valueNode: value, open: value.open }];
  });
  const extra = flagsOf(
    get(config, 'extraArgs')?.kind === 'list'
      ? [...walk(get(config, 'extraArgs'))].filter(({ kind }) => kind === 'scalar')
      : [],
  );
  const url = get(spec, 'modelURL');
  const count = get(spec, 'requestGPU');
  const gpus = Number(literal(count));
  const repository = textAt(spec, 'repository');
  return {
    document,
    node: spec,
    engine: engineIn(repository?.text, []) ?? 'vllm',
    name: text(get(spec, 'name')),
    image: repository,
    model: url === undefined ? undefined : { node: url, text: text(url) ?? '', open: url.open },
    flags: [...known, ...extra],
    gpus: count === undefined || !Number.isInteger(gpus) ? undefined : { node: count, count: gpus },
    from: 'helm',
    container: undefined,
    open: spec.open,
  };
}

/** Every server of a language model that Kubernetes objects, compose files and Helm values start. */
export const llmServers: (project: Project) => readonly LlmServer[] = fact((project) => [
  ...kubernetesWorkloads(project).flatMap(({ document, containers, name }) =>
    containers.flatMap((container) => ofContainer(document, container, name?.value, 'kubernetes')),
  ),
  ...kserveServices(project).flatMap(({ document, components, name }) =>
    components.flatMap(({ containers }) =>
      containers.flatMap((container) => ofContainer(document, container, name?.value, 'kserve')),
    ),
  ),
  ...fromCompose(project),
  ...rootsOf(project, 'helm-values').flatMap(({ document, root }) =>
    [...walk(root)].flatMap((node) => mapsAt(node, 'modelSpec').map((spec) => fromChart(document, spec))),
  ),
]);
