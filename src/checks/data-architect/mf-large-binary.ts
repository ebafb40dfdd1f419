import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { atFile, bad, changed, defineCheck, good } from '../../kit/index.ts';

const MEGABYTE = 1_000_000;
const LARGE = 10 * MEGABYTE;
/** GitHub refuses larger files: docs.github.com, "About large files on GitHub". */
const REFUSED = 100 * 1_048_576;
const MODEL_OR_DATA =
  /\.(pkl|pickle|joblib|dill|pt|pth|bin|ckpt|npy|npz|h5|hdf5|keras|onnx|safetensors|gguf|pb|skops|model|ubj|cbm|tflite|mar|nemo|msgpack|parquet|arrow|feather|avro|orc|csv|tsv|jsonl|zip|tar|gz|tgz|bz2|xz|7z|zst|sqlite|db|duckdb|rds|mat|tfrecord)$/i;

function bytesOf(project: Project, path: RepoPath): number | undefined {
  const content = project.content(path);
  if (content?.kind === 'lfs-pointer') return undefined;
  if (content?.kind === 'bytes') return content.bytes.length;
  return project.tree.get(path)?.size ?? (content?.kind === 'withheld' ? content.size : content?.text.length);
}

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  grades: { refused: { severity: 'high', when: 'the file is over 100 MiB, which GitHub refuses' } },
  title: 'Large model or data file in the repository itself',
  why: `
    Git keeps every version of the file for ever, and everybody who clones downloads all of them. Taking it out later means
    rewriting history. A file in Git also has no versions of its own that a pipeline could pin or roll back to.
  `,
  fix: 'Put the file into Git LFS, DVC, a model registry or object storage before the branch is merged, and commit the pointer.',
  references: [
    'https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github',
    'https://git-lfs.com',
    'https://dvc.org/doc/start',
  ],
  examples: [
    bad({ 'models/ranker.pkl': { base64: 'AAAA'.repeat(3_400_000) } }),
    bad({ 'data/train.csv': `«»${'1,2,3,4,5,6,7,8,9,'.repeat(600_000)}\n` }),
    good({
      'models/small.pkl': { base64: 'AAAA' },
      'models/w.pt': 'version https://git-lfs.github.com/spec/v1\noid sha256:2\nsize 99999999999\n',
    }),
    good({ 'models/gone.pkl': changed('I1\n.', null), 'src/generated.py': `${'x = 1\n'.repeat(10)}` }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const path of project.paths) {
      if (!MODEL_OR_DATA.test(path)) continue;
      const bytes = bytesOf(project, path);
      if (bytes === undefined || bytes <= LARGE) continue;
      const message = `\`${path}\` adds ${(bytes / MEGABYTE).toFixed(1)} MB to the history of the repository`;
      yield { ...atFile(path, message, bytes > REFUSED ? { grade: 'refused' } : {}), flagged: 'large' };
    }
  },
});
