import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { isConstant, stringOf } from '../../facts/python/constants.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Libraries whose loaders fetch a repository and may run its code. */
const LOADS =
  /^(transformers|sentence_transformers|datasets|diffusers|vllm|peft|optimum|auto_gptq|awq|trl|evaluate|huggingface_hub)\./;

const COMMIT = /^[0-9a-f]{40}$/;
const LOCAL = /^(\.{0,2}\/|~|[A-Za-z]:\\)/;

interface Pull {
  readonly node: PyNode;
  readonly what: PyNode | undefined;
  readonly revision: PyNode | undefined;
  readonly says: string;
}

function trusting(document: PythonDocument, call: Call): Pull | undefined {
  const { name = '' } = call;
  if (name === 'torch.hub.load') {
    const repository = stringOf(document, argument(call, 0, 'repo_or_dir'));
    const local = isConstant(document, argument(call, -1, 'source'), 'local');
    if (repository === undefined || local || /^(pytorch|facebookresearch)\//.test(repository)) return undefined;
    const pinned = repository.includes(':') ? argument(call, 0, 'repo_or_dir') : undefined;
    return { node: call.node, what: argument(call, 0, 'repo_or_dir'), revision: pinned, says: 'runs `hubconf.py` of' };
  }
  const flag = argument(call, -1, 'trust_remote_code');
  if (flag === undefined || !isConstant(document, flag, true)) return undefined;
  const known =
    LOADS.test(name) || /\.(from_pretrained|load_dataset|from_config)$/.test(name) || call.method === 'from_pretrained';
  if (!known) return undefined;
  const what = argument(call, 0, 'pretrained_model_name_or_path', 'model', 'path', 'model_name_or_path', 'repo_id');
  return {
    node: flag,
    what,
    revision: argument(call, -1, 'code_revision') ?? argument(call, -1, 'revision'),
    says: 'runs Python code out of',
  };
}

function isPinned(document: PythonDocument, revision: PyNode | undefined): boolean {
  const text = stringOf(document, revision);
  return text !== undefined && COMMIT.test(text.includes(':') ? text.slice(text.lastIndexOf(':') + 1) : text);
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  mode: 'block',
  grades: { pinned: { severity: 'medium', when: 'the revision is a full commit hash' } },
  title: 'Code of a model repository is downloaded and run',
  why: `
    \`trust_remote_code=True\` imports Python files from the model's repository. Without a commit hash the code is whatever its
    owner, or whoever took over the account, pushes next.
  `,
  fix: 'Use an architecture that the library has, or pin `revision` to the 40-digit commit hash whose code was read.',
  references: [
    'https://huggingface.co/docs/transformers/main_classes/model',
    'https://github.com/huggingface/transformers/blob/main/SECURITY.md',
  ],
  mentions: ['trust_remote_code', 'hub'],
  examples: [
    bad`
      from transformers import AutoModel as Auto, pipeline
      import datasets

      class Encoder:
          def __init__(self, name):
              trust = True
              self.model = Auto.from_pretrained("acme/encoder", trust_remote_code=«True»)
              self.pipe = pipeline("text-generation", model=name, trust_remote_code=«trust»)

      options = {"trust_remote_code": «True», "split": "train"}
      data = datasets.load_dataset("acme/corpus", **options)
    `,
    bad`
      import torch
      net = «torch.hub.load("somebody/nets", "resnet")»
    `,
    bad.as('pinned')`
      from transformers import AutoModel
      AutoModel.from_pretrained("acme/encoder", revision="0123456789abcdef0123456789abcdef01234567", trust_remote_code=«True»)
    `,
    good`
      from transformers import AutoModel
      import torch

      AutoModel.from_pretrained("acme/encoder")
      AutoModel.from_pretrained("acme/encoder", trust_remote_code=False)
      AutoModel.from_pretrained("acme/encoder", trust_remote_code=args.trust)
      AutoModel.from_pretrained("./checkpoints/encoder", trust_remote_code=True)
      AutoModel.from_pretrained("/models/encoder", trust_remote_code=True)
      torch.hub.load("pytorch/vision:v0.15.0", "resnet18")
      torch.hub.load("nets", "resnet", source="local")
      client.configure(trust_remote_code=True)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const pull = trusting(document, call);
      if (pull === undefined) continue;
      const id = stringOf(document, pull.what);
      if (id !== undefined && LOCAL.test(id)) continue;
      const pinned = isPinned(document, pull.revision);
      const target =
        pull.what === undefined ? 'the model repository' : `\`${textOf(document, pull.what).slice(0, 80)}\``;
      const message =
        `\`${textOf(document, call.callee)}\` ${pull.says} ${target}${pinned ? '' : ', at no pinned commit'}`.replace(
          /\s+/g,
          ' ',
        );
      const evidence = pull.node === call.node ? [] : [seen(document, call.node, 'loads here')];
      yield at(document, pull.node, message, { evidence, runsCodeOf: id, ...(pinned ? { grade: 'pinned' } : {}) });
    }
  },
});
