import type { DataDocument } from '../../documents/data.ts';
import { type DataNode, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { kserveServices } from '../../facts/formats/kserve.ts';
import { flagsOf, type LlmServer, llmServers } from '../../facts/formats/llm.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** `owner/model` of the Hugging Face Hub, and no path, address or substitution. */
const HUB = /^[A-Za-z\d][\w.-]*\/[A-Za-z\d][\w.-]*$/;
const NO_REVISION = /^(main|master)?$/;
const REVISION_VARIABLE = /^(MODEL_|HF_)?REVISION$/;

interface Unpinned {
  readonly node: DataNode;
  readonly model: string;
}

function isPinned({ flags, node, container }: LlmServer): boolean {
  if (
    flags.some(({ name, value, open }) => /^(model-)?revision$/.test(name) && (open || !NO_REVISION.test(value ?? '')))
  )
    return true;
  const said = ['modelRevision', 'revision']
    .map((key) => get(node, key) ?? get(node, 'vllmConfig', key))
    .find((each) => each !== undefined);
  if (said !== undefined && (said.open || !NO_REVISION.test(text(said) ?? ''))) return true;
  return (
    container?.env.some(
      ({ name, value }) =>
        (REVISION_VARIABLE.test(name) && !NO_REVISION.test(value?.text ?? '?')) ||
        (name === 'HF_HUB_OFFLINE' && value?.text !== '0'),
    ) === true
  );
}

function servers(document: DataDocument, project: Project): readonly Unpinned[] {
  return thoseIn(llmServers(project), document).flatMap((server) => {
    const { model, engine, open, node } = server;
    if (
      model === undefined ||
      engine === 'nim' ||
      model.open ||
      open ||
      (get(node, 'enabled') !== undefined && text(get(node, 'enabled')) === 'false')
    )
      return [];
    return HUB.test(model.text) && !isPinned(server) ? [{ node: model.node, model: model.text }] : [];
  });
}

/** `hf://owner/model` and `--model_id=owner/model` of KServe's own runtime. */
function inferenceServices(document: DataDocument, project: Project): readonly Unpinned[] {
  return thoseIn(kserveServices(project), document).flatMap(({ components }) =>
    components.flatMap(({ storageUri, containers, modelFormat }): readonly Unpinned[] => {
      const hub = /^hf:\/\/([\w.-]+\/[\w.-]+)$/.exec(storageUri?.value ?? '')?.[1];
      if (storageUri !== undefined && hub !== undefined) return [{ node: storageUri.node, model: hub }];
      if (modelFormat !== 'huggingface' || storageUri !== undefined) return [];
      const flags = containers.flatMap(({ words }) => flagsOf(words));
      const model = flags.find(({ name }) => name === 'model-id');
      const pinned = flags.some(
        ({ name, value, open }) => /^(model-)?revision$/.test(name) && (open || !NO_REVISION.test(value ?? '')),
      );
      return model?.valueNode !== undefined && HUB.test(model.value ?? '') && !pinned
        ? [{ node: model.valueNode, model: model.value ?? '' }]
        : [];
    }),
  );
}

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Hub model is served without a revision',
  why: `
    The weights are fetched again at each start, in whatever state the repository is then: two replicas may answer differently,
    and nothing tells which weights gave an answer.
  `,
  fix: 'Pin the revision to a commit hash, or bake the weights into an image or volume.',
  references: [
    'https://docs.vllm.ai/en/stable/cli/serve.html',
    'https://kserve.github.io/website/docs/model-serving/storage/providers/hf',
    'https://huggingface.co/docs/hub/repositories-getting-started',
  ],
  examples: [
    bad({
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: vllm/vllm-openai:v0.8.0\n        args: [--model, «acme/llm-7b»]\n      - name: b\n        image: ghcr.io/huggingface/text-generation-inference:3.0\n        env:\n        - {name: MODEL_ID, value: «acme/llm-7b»}\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      storageUri: «hf://acme/llm-7b»\n',
      'args.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: b}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      args: [--model_name=llm, «--model_id=acme/llm-7b»]\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - name: llm\n    repository: vllm/vllm-openai\n    modelURL: «acme/llm-7b»\n    modelRevision: ""\n',
      'compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    command: [--model, «acme/llm-7b», --revision, main]\n',
    }),
    good({
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - name: pinned\n        image: vllm/vllm-openai:v0.8.0\n        args: [--model, acme/llm-7b, --revision, 0123456789abcdef0123456789abcdef01234567]\n      - name: local\n        image: vllm/vllm-openai:v0.8.0\n        args: [--model=/models/llm-7b]\n      - name: open\n        image: vllm/vllm-openai:v0.8.0\n        args: [--model=$(MODEL)]\n      - name: env\n        image: ghcr.io/huggingface/text-generation-inference:3.0\n        env:\n        - {name: MODEL_ID, value: acme/llm-7b}\n        - {name: REVISION, value: 0123456789abcdef0123456789abcdef01234567}\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      storageUri: hf://acme/llm-7b:0123456\n---\napiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: b}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      storageUri: pvc://models/llm-7b\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - name: llm\n    modelURL: acme/llm-7b\n    vllmConfig: {extraArgs: ["--revision=0123456789abcdef0123456789abcdef01234567"]}\n  - name: volume\n    modelURL: /data/llm\n',
      'dev/compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    command: [--model, acme/llm-7b]\n',
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    if (isTemplatePath(document.path)) return;
    for (const { node, model } of [...servers(document, project), ...inferenceServices(document, project)]) {
      if (mayBeProduction(document, node))
        yield at(document, node.span, `\`${model}\` is served in whatever state its repository is in at start`);
    }
  },
});
