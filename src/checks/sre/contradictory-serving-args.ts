import { bool, get } from '../../documents/data.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import type { KubernetesEnv } from '../../facts/formats/kubernetes.ts';
import { llmServers, type ServerFlag } from '../../facts/formats/llm.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Flags that may be given many times. */
const REPEATED = /^(lora-modules|middleware|served-model-name|allowed-\w+|e|env|v|volume|p)$/;

interface Pair {
  readonly first: ServerFlag;
  readonly second: ServerFlag;
}

const same = (a: string, b: string): boolean =>
  a === b || (a !== '' && b !== '' && Number(a) === Number(b)) || a.toLowerCase() === b.toLowerCase();

function contradictions(flags: readonly ServerFlag[]): readonly Pair[] {
  const known = new Map<string, ServerFlag>();
  return flags.flatMap((second): readonly Pair[] => {
    const first = known.get(second.name);
    if (second.value === undefined || REPEATED.test(second.name) || second.name.length < 2) return [];
    if (first === undefined) known.set(second.name, second);
    return first?.value === undefined || same(first.value, second.value) ? [] : [{ first, second }];
  });
}

/** Text Generation Inference takes `MAX_TOTAL_TOKENS` for `--max-total-tokens`. */
function asFlag({ name, value }: KubernetesEnv): readonly ServerFlag[] {
  return value === undefined || !/^[A-Z][A-Z_]+$/.test(name)
    ? []
    : [
        {
          name: name.toLowerCase().replaceAll('_', '-'),
          node: value.node,
          value: value.node.open ? undefined : value.text,
          valueNode: value.node,
          open: value.node.open,
        },
      ];
}

const values = (rest: string): string =>
  `servingEngineSpec:\n  modelSpec:\n  - name: llm\n    repository: vllm/vllm-openai\n    modelURL: acme/llm\n${rest}`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Same server setting is given twice with different values',
  why: 'Which one is in force depends on the order in which the chart puts the command together. The one that people read and tune may have no effect.',
  fix: 'Keep one of the two.',
  references: ['https://docs.vllm.ai/en/stable/configuration/engine_args.html'],
  examples: [
    bad({
      'values.yaml': values(
        '    vllmConfig:\n      maxModelLen: 4096\n      extraArgs: ["--max-model-len", «"8192"»]\n',
      ),
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: vllm/vllm-openai:v0.8.0\n        args: [--max-num-seqs=64, --model, acme/llm, «--max-num-seqs=128»]\n',
      'compose.yaml':
        'services:\n  tgi:\n    image: ghcr.io/huggingface/text-generation-inference:3.0\n    command: [--num-shard, "2", --num-shard, «"4"»]\n',
    }),
    bad({
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    containers:\n    - name: kserve-container\n      image: vllm/vllm-openai:v0.8.0\n      command: [vllm, serve, /m, --dtype=half]\n      args: [«--dtype=bfloat16»]\n',
    }),
    bad({
      'tgi.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: t}\nspec:\n  template:\n    spec:\n      containers:\n      - name: t\n        image: ghcr.io/huggingface/text-generation-inference:3.0\n        args: [--max-total-tokens, "8192", --port, "80"]\n        env: [{name: MAX_TOTAL_TOKENS, value: «"4096"»}, {name: HF_HOME, value: /data}]\n',
    }),
    good({
      'values.yaml': `${values('    vllmConfig:\n      maxModelLen: 4096\n      extraArgs: ["--max-model-len=4096"]\n')}  - name: off\n    enabled: false\n    vllmConfig: {dtype: half, extraArgs: ["--dtype=bfloat16"]}\n  - name: open\n    vllmConfig: {dtype: half, extraArgs: ["--dtype=$(DTYPE)"]}\n`,
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: vllm/vllm-openai:v0.8.0\n        args: [--served-model-name=a, --served-model-name=b, --dtype=half]\n      - name: b\n        image: vllm/vllm-openai:v0.8.0\n        args: [--dtype=bfloat16]\n',
      'explained.yaml': values(
        '    vllmConfig:\n      maxModelLen: 4096\n      # extraArgs take precedence\n      extraArgs: ["--max-model-len=8192"]\n',
      ),
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    if (isTemplatePath(document.path) || document.comments.some(({ text }) => /preceden|overrid/i.test(text))) return;
    for (const { flags, node, name, engine, container } of thoseIn(llmServers(project), document)) {
      if (bool(get(node, 'enabled')) === false) continue;
      const variables = engine === 'tgi' ? (container?.env ?? []) : [];
      for (const { first, second } of contradictions([...flags, ...variables.flatMap(asFlag)])) {
        const place = second.valueNode ?? second.node;
        const evidence = [seen(document, first.node.span, `${first.value} here`)];
        yield at(
          document,
          place.span,
          `\`${second.name}\` of \`${name ?? 'the server'}\` is ${second.value} here and ${first.value} before`,
          { evidence },
        );
      }
    }
  },
});
