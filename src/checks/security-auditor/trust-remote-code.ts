import { isTemplatePath } from '../../facts/paths.ts';
import { type RemoteCode, remoteCodeIn } from '../../facts/serving/remote-code.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const SAYS: Readonly<Record<RemoteCode['source'], string>> = {
  moving: 'code that its repository holds at start is run',
  pinned: 'code of the pinned revision is run',
  local: 'code from its folder is run',
};

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    moving: { severity: 'critical', when: 'no revision is pinned to a full commit hash' },
    local: { severity: 'medium', when: 'the model lies in a local folder' },
  },
  title: 'Configuration runs code out of a model repository',
  why: `
    With remote code trusted the server imports Python files that come with the weights. Without a commit hash they are whatever
    the owner of the repository, or whoever took over the account, pushed last.
  `,
  fix: 'Use an architecture that the server has built in, or pin `revision` to the 40-digit commit hash whose code was read.',
  references: [
    'https://docs.vllm.ai/en/stable/cli/serve.html',
    'https://huggingface.co/docs/transformers/main/en/models#custom-models',
    'https://atlas.mitre.org/techniques/AML.T0010',
  ],
  mentions: ['trust', 'TRUST'],
  examples: [
    bad.as('moving')({
      'llm.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - name: list
                image: vllm/vllm-openai:v0.8.0
                args: [--model, acme/llm, «--trust-remote-code»]
              - name: shell
                image: acme/llm:1
                command: [sh, -c, "vllm serve acme/llm «--trust-remote-code» --revision main"]
              - name: env
                image: ghcr.io/huggingface/text-generation-inference:3.0
                env:
                - {name: TRUST_REMOTE_CODE, value: «"true"»}
      `,
      'compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    command: --model acme/llm «--trust-remote-code»\n',
      'train.yaml': 'model:\n  model_name_or_path: acme/llm\n  trust_remote_code: «true»\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - modelURL: acme/llm\n    vllmConfig:\n      trustRemoteCode: «true»\n',
      'train.toml': '[model]\nname = "acme/llm"\ntrust_remote_code = «true»\n',
    }),
    bad({
      'train.yaml':
        'model_name_or_path: acme/llm\nrevision: 0123456789abcdef0123456789abcdef01234567\ntrust_remote_code: «true»\n',
      'llm.json':
        '{"args": ["--model=acme/llm", "--revision=0123456789abcdef0123456789abcdef01234567", "«--trust-remote-code»"]}\n',
    }),
    bad.as('local')({
      'runtime.yaml':
        'args:\n- |-\n  eval "vllm serve \\\n    /mnt/models \\\n    --port 8001 \\\n    «--trust-remote-code»"\n',
      'serve.yaml':
        'args: [--model=/models/llm, «--trust-remote-code»]\nother:\n  model: ./llm\n  revision: 0123456789abcdef0123456789abcdef01234567\n  trust_remote_code: «true»\n',
    }),
    good({
      'serve.yaml':
        'trust_remote_code: false\nargs: [--trust-remote-code=false]\nrun: |\n  vllm serve acme/llm # --trust-remote-code\nother: ${TRUST}\ntrust-remote-code: ${TRUST}\nnotes: do not trust remote code\n',
      'compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    environment: {TRUST_REMOTE_CODE: "false"}\n',
    }),
  ],

  reads: ['yaml', 'json', 'toml', 'ini'],
  *inspect(document) {
    if (isTemplatePath(document.path)) return;
    for (const { span, model, source } of remoteCodeIn(document)) {
      const whose = model === undefined ? 'the model' : `\`${model}\``;
      yield at(document, span, `remote code is trusted for ${whose}: ${SAYS[source]}`, {
        runsCodeOf: model,
        ...(source === 'pinned' ? {} : { grade: source }),
      });
    }
  },
});
