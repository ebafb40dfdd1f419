import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { constantOf, isConstant, stringOf } from '../../facts/python/constants.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  'huggingface_hub.snapshot_download': ['repo_id'],
  'huggingface_hub.hf_hub_download': ['repo_id'],
  'datasets.load_dataset': ['path'],
  'datasets.load.load_dataset': ['path'],
  'sentence_transformers.SentenceTransformer': ['model_name_or_path'],
  'sentence_transformers.CrossEncoder': ['model_name', 'model_name_or_path'],
};
const PRETRAINED =
  /^(transformers|diffusers|peft|sentence_transformers|optimum|tokenizers)\.(\w+\.)*\w+\.from_pretrained$/;
const PIPELINE = /^transformers\.(pipelines\.)?pipeline$/;

const HUB_ID = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;
/** Names that the hub serves without an owner. */
const BARE_ID =
  /^(bert|distilbert|roberta|distilroberta|albert|electra|camembert|xlm|xlnet|gpt2|distilgpt2|t5|ctrl|facebook|openai-gpt)(-[\w.-]+)?$/;
/** First folders under which people keep what they trained themselves. */
const FOLDER =
  /^(models?|outputs?|checkpoints?|ckpts?|results?|data|datasets?|runs?|artifacts?|weights|saved[\w-]*|tmp|temp|assets|resources|logs?|trained[\w-]*|pretrained[\w-]*|path)\/|checkpoint-\d+$|^path\b/i;

/** The argument that says what to fetch; undefined for calls that fetch nothing from the hub. */
function wanted(call: Call): PyNode | undefined {
  const { name = '' } = call;
  const keywords = FUNCTIONS[name];
  if (keywords !== undefined) return argument(call, 0, ...keywords);
  if (PRETRAINED.test(name)) return argument(call, 0, 'pretrained_model_name_or_path', 'pretrained_model_or_path');
  return PIPELINE.test(name) ? argument(call, 1, 'model') : undefined;
}

function isHubId(text: string | undefined, project: Project): boolean {
  if (text === undefined || FOLDER.test(text)) return false;
  if (!HUB_ID.test(text) && !BARE_ID.test(text)) return false;
  return !project.paths.some((path) => path.startsWith(`${text}/`) || path.includes(`/${text}/`));
}

/** A full commit hash, or a shortened one that no number can be mistaken for. */
const isCommit = (text: string): boolean =>
  /^[0-9a-f]{40}$/.test(text) || (/^[0-9a-f]{7,39}$/.test(text) && /[a-f]/.test(text));

interface Verdict {
  readonly node: PyNode;
  readonly says: string;
  readonly grade?: string;
}

function verdictOn(document: PythonDocument, call: Call, id: PyNode): Verdict | undefined {
  const revision = argument(call, -1, 'revision');
  const missing =
    (revision === undefined && !call.spread) || (revision !== undefined && isConstant(document, revision, null));
  if (missing) return { node: id, says: 'fetches whatever its owner pushed last' };
  const text = constantOf(document, revision)?.value;
  if (revision === undefined || typeof text !== 'string' || isCommit(text)) return undefined;
  return { node: revision, says: `fetches \`${text}\`, a name that can be moved`, grade: 'moving' };
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: { moving: { severity: 'low', when: 'a branch or a tag is named' } },
  paths: { notebook: 'low' },
  title: 'Model or dataset of the hub without a pinned commit',
  why: `
    The owner, or whoever takes over the account, can replace the files behind the name. The next start then runs other
    weights, or other code, than the ones that were evaluated.
  `,
  fix: 'Give `revision` the full commit hash that was evaluated.',
  references: [
    'https://huggingface.co/docs/huggingface_hub/guides/download',
    'https://bandit.readthedocs.io/en/latest/plugins/b615_huggingface_unsafe_download.html',
  ],
  mentions: [
    'from_pretrained',
    'snapshot_download',
    'hf_hub_download',
    'load_dataset',
    'pipeline',
    'SentenceTransformer',
    'CrossEncoder',
  ],
  examples: [
    bad`
      from datasets import load_dataset as load
      from huggingface_hub import snapshot_download
      from sentence_transformers import SentenceTransformer
      from transformers import AutoModel, pipeline
      import transformers as tf

      NAME = "acme/encoder"
      model = AutoModel.from_pretrained(«"acme/encoder"»)

      class Encoder:
          def __init__(self):
              self.model = tf.AutoModelForCausalLM.from_pretrained(«NAME», device_map="auto")
              self.sentences = SentenceTransformer(«"sentence-transformers/all-MiniLM-L6-v2"»)
              self.data = load(«"acme/corpus"», split="train", revision=None)
              self.files = snapshot_download(repo_id=«"acme/files"»)
              self.pipe = pipeline("text-classification", model=«"distilbert-base-uncased"»)
    `,
    bad.as('moving')`
      from transformers import AutoTokenizer
      AutoTokenizer.from_pretrained("acme/encoder", revision=«"main"»)
    `,
    good({
      'models/local/config.json': '{}\n',
      'acme/encoder/config.json': '{}\n',
      'src/a.py': `
        from datasets import load_dataset
        from transformers import AutoModel, pipeline

        def load(name, revision):
            AutoModel.from_pretrained(name)
            AutoModel.from_pretrained("acme/encoder")
            AutoModel.from_pretrained("outputs/checkpoint-500")
            AutoModel.from_pretrained("./encoder")
            AutoModel.from_pretrained("/opt/encoder")
            AutoModel.from_pretrained("other/encoder", revision=revision)
            AutoModel.from_pretrained("other/encoder", **options)
            AutoModel.from_pretrained("other/encoder", revision="0123456789abcdef0123456789abcdef01234567")
            AutoModel.from_pretrained("other/encoder", revision="8fbc1a2")
            load_dataset("csv", data_files="a.csv")
            pipeline("summarization", model=model)
            settings.from_pretrained("other/encoder")
      `,
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    for (const call of calls(document)) {
      const id = wanted(call);
      if (id === undefined || !isHubId(stringOf(document, id), project)) continue;
      const verdict = verdictOn(document, call, id);
      if (verdict === undefined) continue;
      const { node, says, grade } = verdict;
      yield at(
        document,
        node,
        `\`${textOf(document, call.callee)}(${textOf(document, id)})\` ${says}`,
        grade === undefined ? {} : { grade },
      );
    }
  },
});
