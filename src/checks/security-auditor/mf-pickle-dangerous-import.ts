import type { RepoPath } from '../../core/location.ts';
import type { ModelFile } from '../../documents/model-file/model.ts';
import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { type JudgedName, judgeNames, worstFirst } from '../../facts/model-files/judge.ts';
import { loadersOf } from '../../facts/model-files/loaders.ts';
import { lockedModels } from '../../facts/model-files/locked.ts';
import { ownPackages } from '../../facts/model-files/own.ts';
import { atFile, bad, defineCheck, good, unknown } from '../../kit/index.ts';

const sentence = ({ name, how, why }: JudgedName, path: string, part: string): string =>
  `\`${printable(partName(path, part))}\` reaches \`${printable(name)}\` when it is loaded, which ${why}: ${printable(how)}`;

function unreadOf({ pointer, notScanned }: ModelFile, name: string): readonly string[] {
  if (pointer !== undefined) {
    const why = notScanned[0] === undefined ? '' : `: ${notScanned[0].reason}`;
    return [`it is a ${pointer.by} pointer; the model it stands for was not read${why}`];
  }
  return notScanned
    .slice(0, 20)
    .map(({ path, reason }) => `not scanned: ${printable(partName(name, path))}: ${reason}`);
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'critical',
  confidence: 'high',
  mode: 'block',
  paths: { example: 'full', benchmark: 'full', notebook: 'full', docs: 'full', test: 'one-down' },
  title: 'Model file that runs code when it is loaded',
  why: `
    Unpickling looks names up and calls them. This file names functions that start processes, evaluate text, open connections or
    files, or import more code, or it puts a name together so that nobody can tell what it is. It runs in whatever process loads
    the file, with that process's credentials, before any check of the loaded object. A pickle that breaks off afterwards has run
    all the same.
  `,
  fix: `
    Do not load the file. Find out who made it, delete it from the branch, and store the weights in a format that only holds
    numbers (safetensors, ONNX), or a scikit-learn model with skops.
  `,
  references: [
    'https://docs.python.org/3/library/pickle.html',
    'https://docs.pytorch.org/docs/stable/notes/serialization.html',
    'https://owasp.org/www-community/vulnerabilities/Deserialization_of_untrusted_data',
  ],
  examples: [
    bad`
      «»cposix
      system
      (S'true'
      tR.
    `,
    bad({
      'weights/model.joblib': "«»(lp0\nccommands\ngetoutput\n(S'true'\ntRa.\n",
      'data.txt': "«»(S'true'\niposix\nsystem\n.",
    }),
    bad({ 'state.pt': { base64: 'gASMBXBvc2l4jAZzeXN0ZW2TjAR0cnVlhVIwjAA=' } }),
    bad({ 'model.pkl': { base64: 'gASMBGFjbWWMBG1ha2WTKVKMBnN5c3RlbZMu' } }),
    good`
      ccollections
      OrderedDict
      (tR.
    `,
    good({
      'model.pkl': 'cacme.models\nScorer\n(tR.',
      'notes.txt': 'cposix\nsystem\nis what a pickle of protocol 0 looks like\n',
    }),
    good({ 'model.pkl': "cbuiltins\ngetattr\n(ccollections\nOrderedDict\n(tRS'keys'\ntR." }),
    good({
      'weights.pt':
        'version https://git-lfs.github.com/spec/v1\noid sha256:1111111111111111111111111111111111111111111111111111111111111111\nsize 5\n',
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document, project) {
    const file = modelFileOf(document);
    for (const reason of lockedModels(document)) yield unknown(document, reason);
    if (file === undefined) return;
    for (const reason of unreadOf(file, document.path)) yield unknown(document, reason);
    const denied = worstFirst(
      judgeNames(file, ownPackages(project)).filter(({ tier, reached }) => tier === 'denied' && reached),
    );
    const [worst] = denied;
    if (worst === undefined) return;
    const more = [...new Set(denied.slice(1).map(({ name }) => `\`${printable(name)}\``))].filter(
      (name) => name !== `\`${printable(worst.name)}\``,
    );
    const others =
      more.length === 0
        ? ''
        : `; also ${more.slice(0, 3).join(', ')}${more.length > 3 ? ` and ${more.length - 3} more` : ''}`;
    const evidence = loadersOf(project, document.path.replace(/\.dvc$/, '') as RepoPath);
    const loaded = evidence.length === 0 ? '' : `; \`${evidence[0]?.path}\` loads it`;
    yield {
      ...atFile(document.path, `${sentence(worst, document.path, worst.part)}${others}${loaded}`, { evidence }),
      flagged: worst.name,
    };
  },
});
