import { ancestor, type PyNode, walk } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { dictionaryOf } from '../../facts/python/literals.ts';
import { qualifiedName } from '../../facts/python/names.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { secretOption } from '../../facts/security/arguments.ts';
import { isSecretName } from '../../facts/security/secrets.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const RECORDS =
  /^(mlflow\.(log_params?|log_dict|set_tags?|set_experiment_tags?|MlflowClient\(\)\.(log_param|set_tag))|wandb\.(init|config\.update|log|init\(\)\.(log|config\.update))|neptune\..*\.assign|comet_ml\.Experiment\(\)\.log_parameters?)$/;

interface Leak {
  readonly node: PyNode;
  readonly says: string;
}

const isEnvironment = (document: PythonDocument, node: PyNode): boolean =>
  qualifiedName(document, node) === 'os.environ';

/** `os.environ["HF_TOKEN"]`, `os.getenv("HF_TOKEN")`: the name of the secret that is read. */
function secretRead(document: PythonDocument, node: PyNode): string | undefined {
  for (const each of walk(node)) {
    if (each.type !== 'string') continue;
    const name = stringOf(document, each) ?? '';
    const holder = ancestor(each, 'subscript', 'call');
    if (holder !== undefined && isSecretName(name) && /^os\.(environ|getenv)/.test(textOf(document, holder)))
      return name;
  }
  return undefined;
}

/** Everything of the environment, or all arguments of a program that takes a credential. */
function whole(document: PythonDocument, node: PyNode): string | undefined {
  const value = node.type === 'identifier' ? (singleAssignment(document, node) ?? node) : node;
  if (isEnvironment(document, value)) return 'the whole environment';
  const call = value.type === 'call' ? callAt(document, value) : undefined;
  const [inner] = call?.args ?? [];
  if (call?.name === 'builtins.dict' && inner !== undefined && isEnvironment(document, inner))
    return 'the whole environment';
  if (call?.method === 'copy' && call.receiver !== undefined && isEnvironment(document, call.receiver))
    return 'the whole environment';
  const option = call?.name === 'builtins.vars' ? secretOption(document, call.args[0] ?? value) : undefined;
  return option === undefined ? undefined : `every argument, \`${option}\` among them`;
}

function* leaks(document: PythonDocument, call: Call): Generator<Leak> {
  const single = /(log_param|set_tag)$/.test(call.name ?? '') && call.args.length >= 2;
  const offset = /MlflowClient\(\)/.test(call.name ?? '') ? 1 : 0;
  if (single || call.keywords.has('key')) {
    const key = argument(call, offset, 'key');
    const value = argument(call, offset + 1, 'value');
    const name = stringOf(document, key);
    if (key !== undefined && name !== undefined && isSecretName(name))
      yield { node: key, says: `the value of \`${name}\`` };
    else if (value !== undefined && secretRead(document, value) !== undefined)
      yield { node: value, says: `\`${secretRead(document, value)}\`` };
    return;
  }
  const given = argument(
    call,
    call.name === 'wandb.init' ? -1 : offset,
    'params',
    'dictionary',
    'tags',
    'config',
    'parameters',
  );
  if (given === undefined) return;
  const all = whole(document, given);
  if (all !== undefined) yield { node: given, says: all };
  for (const [key, value] of dictionaryOf(document, given) ?? []) {
    if (isSecretName(key) || secretRead(document, value) !== undefined)
      yield { node: value, says: `the value of \`${key}\`` };
  }
}

export default defineCheck({
  evaluates: 'secret-exposure',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Credential is recorded with the experiment',
  why: `
    Parameters and tags of a run are shown to everyone who may open the tracking server, are copied into exports and cannot be
    taken back from them.
  `,
  fix: 'Log a named selection of settings without credentials, and revoke what was logged.',
  references: ['https://cwe.mitre.org/data/definitions/532.html', 'https://mlflow.org/docs/latest/ml/tracking/'],
  mentions: ['mlflow', 'wandb', 'neptune', 'comet_ml'],
  examples: [
    bad`
      import argparse
      import os
      import mlflow as ml
      import wandb
      from mlflow import log_params as record

      parser = argparse.ArgumentParser()
      parser.add_argument("--lr", type=float)
      parser.add_argument("--api-key")
      args = parser.parse_args()
      settings = {"lr": 0.1, "db_password": «secret»}

      class Job:
          def run(self):
              ml.log_params(«os.environ»)
              record(«vars(args)»)
              ml.log_param(«"hf_token"», token)
              ml.set_tag("owner", «os.environ["GITHUB_TOKEN"]»)
              ml.log_params(settings)
              wandb.init(project="x", config=«dict(os.environ)»)
    `,
    good`
      import argparse
      import mlflow

      def train():
          parser = argparse.ArgumentParser()
          parser.add_argument("--lr", type=float)
          args = parser.parse_args()
          mlflow.log_params(vars(args))

      def push():
          parser = argparse.ArgumentParser()
          parser.add_argument("--hf-token")
          return parser.parse_args()
    `,
    good`
      import argparse
      import os
      import mlflow
      import wandb

      parser = argparse.ArgumentParser()
      parser.add_argument("--lr", type=float)
      parser.add_argument("--max-token-length")
      args = parser.parse_args()

      mlflow.log_params(vars(args))
      mlflow.log_params({k: v for k, v in os.environ.items() if k.startswith("TRAIN_")})
      mlflow.log_params({"lr": args.lr, "tokenizer": "bpe", "max_tokens": 10})
      mlflow.log_param("tokens", 128)
      mlflow.set_tag("commit", os.environ["GIT_COMMIT"])
      wandb.init(config=config)
      logger.log_params(os.environ)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      if (!call.names.some((name) => RECORDS.test(name))) continue;
      for (const { node, says } of leaks(document, call))
        yield at(document, node, `\`${textOf(document, call.callee)}\` stores ${says} with the run`);
    }
  },
});
