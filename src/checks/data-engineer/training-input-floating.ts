import { type DataDocument, type DataNode, entries, entryOf, get, literal, text, walk } from '../../documents/data.ts';
import { azureReference } from '../../facts/formats/azure.ts';
import { isFormat } from '../../facts/formats/recognise.ts';
import { environmentOf, tokensOf } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Floating {
  readonly node: DataNode;
  readonly says: string;
}

const DATA_KEY = /^(path|data|dataset|input|inputs|source|uri|url|training_data|train_data|input_data|default|value)$/i;

/** `entity/project/data:latest` of Weights & Biases, where the keys around it speak of artifacts or data. */
function isArtifact(node: DataNode, said: string): boolean {
  const names: string[] = [];
  for (let at: DataNode | undefined = node; at !== undefined; at = at.parent) names.push(entryOf(at)?.key ?? '');
  return (
    /^[\w.-]+(\/[\w.-]+){0,2}:latest$/.test(said) &&
    names.slice(0, 3).some((name) => tokensOf(name).some((token) => /^(artifacts?|dataset|datasets|data)$/.test(token)))
  );
}

const MOVING = /^(s3|gs|abfss?|wasbs?|azureml|dbfs|hdfs):\/\/\S{0,500}\/latest(\/|$)/;

/** An argument of a command that reads it; what a flag for results names is written. */
function isGiven(node: DataNode): boolean {
  const list = node.parent;
  if (list?.kind !== 'list' || !/^(args|command|cmd|arguments)$/.test(entryOf(list)?.key ?? '')) return false;
  const before = literal(list.items[list.items.indexOf(node) - 1]) ?? '';
  return !/out|dest|save|upload|model|checkpoint|target/i.test(before);
}

function floatingAt(node: DataNode, azure: boolean): Floating | undefined {
  const said = literal(node) ?? '';
  const key = entryOf(node)?.key ?? '';
  if (said.startsWith('azureml:')) {
    const reference = azure ? azureReference(said) : undefined;
    if (reference?.label !== 'latest' || key === 'model' || key === 'component' || key === 'compute') return undefined;
    return {
      node,
      says: `\`${said}\` is ${key === 'environment' ? 'an environment' : 'an input'} of whatever version is newest when the job starts`,
    };
  }
  if (isArtifact(node, said)) return { node, says: `\`${said}\` is whatever version is newest when the job starts` };
  if (isGiven(node) && MOVING.test(said))
    return { node, says: `\`${said.slice(0, 200)}\` is whatever lies under \`latest\` when the job starts` };
  return MOVING.test(said) && DATA_KEY.test(key)
    ? { node, says: `\`${said}\` is whatever lies under \`latest\` when the job starts` }
    : undefined;
}

/** A step of the same file writes down which version was used. */
function isRecorded(root: DataNode): boolean {
  const jobs = [...entries(get(root, 'jobs')), ...entries(get(root, 'stages'))];
  return jobs.some(({ key }) => tokensOf(key).some((token) => /^(resolve|record|snapshot|pin|lineage)$/.test(token)));
}

/** `echo "hello"`: whatever the environment is, nothing comes of it. */
function isIdle(root: DataNode): boolean {
  const said = (literal(get(root, 'command')) ?? '').split(/\n|&&|;|\|/).filter((part) => part.trim() !== '');
  return said.length > 0 && said.every((part) => /^\s*(echo|printf|cat|ls|date|sleep|env|pwd|whoami)\b/.test(part));
}

const TRAINING = [
  'azure-pipeline',
  'azure-command',
  'azure-schedule',
  'dvc-pipeline',
  'hydra',
  'argo-workflow',
  'kfp-pipeline',
  'mlflow-project',
] as const;

const isTraining = (document: DataDocument): boolean =>
  TRAINING.some((format) => isFormat(document, format)) ||
  /(^|\/)(conf|config|configs|params|train|training|pipelines?)(\/|[\w-]*\.(ya?ml|json|toml)$)/.test(document.path);

export default defineCheck({
  evaluates: 'lineage-and-provenance',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'Training input without a version',
  why: `
    The same commit trains on other data or in another environment tomorrow. When the model gets worse, nobody can tell whether the
    code or the data did it, and the old model cannot be made again.
  `,
  fix: 'Name the version, change it by a commit, and record it with the run.',
  references: [
    'https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-job-pipeline',
    'https://docs.wandb.ai/guides/artifacts/',
  ],
  mentions: ['latest'],
  examples: [
    bad({
      'jobs/train.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: python train.py\nenvironment: «azureml:train@latest»\ninputs:\n  data:\n    type: uri_folder\n    path: azureml:churn@latest\n',
      'jobs/pipeline.yml':
        'type: pipeline\njobs:\n  train:\n    inputs:\n      data:\n        path: «azureml:churn@latest»\n',
    }),
    bad({
      'conf/train.yaml': 'artifact: «acme/churn/train-data:latest»\n',
      'params.yaml': 'data:\n  path: «s3://lake/churn/latest/train.parquet»\n',
    }),
    bad({
      'argo/train.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: train}\nspec:\n  templates:\n  - name: train\n    container: {image: "a/b:1", args: [--data, «s3://acme/features/latest/x.parquet», --out, s3://acme/models/latest/m.pkl]}\n',
    }),
    good({
      'jobs/train.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: python train.py\nenvironment: azureml:train:3\ninputs:\n  data:\n    path: azureml:churn:7\n',
      'jobs/dev/explore.yml':
        'type: pipeline\njobs:\n  train:\n    inputs:\n      data: {path: "azureml:churn@latest"}\n',
      'jobs/recorded.yml':
        'type: pipeline\njobs:\n  record_versions: {type: command}\n  train:\n    inputs:\n      data: {path: "azureml:churn@latest"}\n',
      'jobs/hello.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: echo "hello" && ls ./data\nenvironment: azureml:train@latest\n',
      'docker-compose.yml': 'services:\n  db: {image: "postgres:latest"}\n  data: {image: "acme/data:latest"}\n',
      'params.yaml': 'out: s3://lake/churn/latest/\ndata: ${data}/latest/\n',
    }),
  ],

  reads: ['yaml', 'json', 'toml'],
  *inspect(document) {
    if (!isTraining(document) || ['development', 'staging'].includes(environmentOf(document.path))) return;
    for (const root of document.roots) {
      const azure =
        /azureml/.test(text(get(root, '$schema')) ?? '') ||
        get(root, 'jobs') !== undefined ||
        get(root, 'create_job') !== undefined;
      const found =
        isRecorded(root) || isIdle(root)
          ? []
          : [...walk(root)].flatMap((node) =>
              node.kind === 'scalar' && entryOf(node)?.key !== 'image' ? (floatingAt(node, azure) ?? []) : [],
            );
      const [first, ...rest] = found;
      if (first === undefined) continue;
      yield at(
        document,
        first.node.span,
        rest.length === 0 ? first.says : `${first.says}, and so are ${rest.length} more inputs of the file`,
      );
    }
  },
});
