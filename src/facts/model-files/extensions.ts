import { fact } from '../../core/fact.ts';
import { allParts, type ContentKind, type ModelFile } from '../../documents/model-file/model.ts';

const PICKLES: readonly ContentKind[] = [
  'pickle',
  'joblib',
  'torch-legacy',
  'torch-zip',
  'torchscript',
  'gzip',
  'zlib',
  'bzip2',
  'xz',
  'lzma',
  'lz4',
  'npy',
  'npz',
];
const TORCH: readonly ContentKind[] = ['torch-zip', 'torchscript', 'torch-legacy', 'pickle', 'tar'];
const TEXTS = 'json jsonl txt csv tsv md yaml yml xml html toml ini cfg log proto tokenizer vocab'.split(' ');
const MEDIA = 'png jpg jpeg gif webp svg ico bmp pdf wav mp3 mp4 ogg flac'.split(' ');

/** What may stand behind an extension. Extensions that are not here promise nothing (`.bin`, `.model`, `.dat`). */
const EXPECTED: Readonly<Record<string, readonly ContentKind[]>> = {
  ...Object.fromEntries(
    'pkl pickle pk dill cloudpickle sav joblib'.split(' ').map((extension) => [extension, PICKLES]),
  ),
  ...Object.fromEntries('pt pth ckpt th'.split(' ').map((extension) => [extension, TORCH])),
  ...Object.fromEntries([...TEXTS, ...MEDIA].map((extension) => [extension, []])),
  ckpt: [...TORCH, 'hdf5'],
  bin: [...TORCH, 'gguf', 'npy', 'hdf5', 'torchserve-archive', 'elf'],
  npy: ['npy'],
  npz: ['npz', 'zip'],
  safetensors: ['safetensors'],
  onnx: ['onnx'],
  pb: ['saved-model', 'keras-metadata', 'onnx'],
  h5: ['hdf5'],
  hdf5: ['hdf5'],
  keras: ['keras-zip', 'hdf5'],
  gguf: ['gguf'],
  tflite: ['tflite'],
  parquet: ['parquet'],
  nemo: ['nemo', 'tar', 'gzip'],
  mar: ['torchserve-archive', 'zip'],
  skops: ['skops'],
  html: ['script'],
};

/** Kinds that run code, carry files that do, or make a loader read something else than the name says. */
const CARRIERS: ReadonlySet<ContentKind> = new Set([
  ...PICKLES,
  'zip',
  'tar',
  'nemo',
  'torchserve-archive',
  'keras-zip',
  'skops',
  'hdf5',
  '7z',
  'rar',
  'zstd',
  'elf',
  'pe',
  'mach-o',
  'script',
]);

export interface Mismatch {
  /** Route to the part, `` for the file itself. */
  readonly part: string;
  readonly name: string;
  readonly extension: string;
  readonly kind: ContentKind;
}

/** Parts whose content is not what their extension promises, and could hurt a loader that trusts it. */
export const mismatches = fact((file: ModelFile): readonly Mismatch[] =>
  allParts(file).flatMap((part) => {
    const extension = extensionOf(part.name);
    const expected = EXPECTED[extension];
    if (expected === undefined || expected.includes(part.kind) || !CARRIERS.has(part.kind)) return [];
    if (part.kind === 'script' && (TEXTS.includes(extension) || extension === 'bin')) return [];
    return [{ part: part.path, name: part.name, extension, kind: part.kind }];
  }),
);

function extensionOf(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  return dot <= 0 ? '' : file.slice(dot + 1).toLowerCase();
}
