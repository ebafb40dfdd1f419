import type { RepoPath } from '../../core/location.ts';
import type { BlobId, Content } from '../../core/snapshot.ts';
import type { DocumentBase } from '../document.ts';
import { lineIndex } from '../lines.ts';
import { describeModelFile } from './describe.ts';
import type { Limits } from './limits.ts';
import type { ModelFile } from './model.ts';
import { sniff } from './sniff.ts';
import { type ByteSource, bytesSource } from './source.ts';

/** A model file. It has no lines: `text` is empty and its place is line 1. */
export interface ModelFileDocument extends DocumentBase {
  readonly kind: 'model-file';
  readonly file: ModelFile;
}

export interface ModelFileInput {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly content: Content;
  readonly limits?: Partial<Limits>;
}

const MODEL_NAME =
  /\.(pkl|pickle|joblib|dill|cloudpickle|sav|pt|pth|th|bin|ckpt|npy|npz|h5|hdf5|keras|onnx|safetensors|gguf|pb|skops|ubj|cbm|tflite|mar|nemo|msgpack|7z|dvc|jinja|jinja2)$/i;

/** True for content worth describing: its path says model, or its bytes are of a kind that no text reader claims. */
export function looksLikeModelFile(path: string, content: Content): boolean {
  if (content.kind === 'withheld') return false;
  return content.kind === 'lfs-pointer' || looksLikeModelSource(path, sourceOf(content));
}

/** The same for bytes that are not in memory. */
export function looksLikeModelSource(path: string, source: ByteSource): boolean {
  if (MODEL_NAME.test(path)) return true;
  const { kind, also } = sniff(source, path);
  return also.length > 0 || !['empty', 'unknown', 'text', 'script', 'json', 'parquet'].includes(kind);
}

/** Bytes in, description out. Never throws. */
export function parseModelFile({ path, blob, content, limits }: ModelFileInput): ModelFileDocument {
  return modelFileDocument(path, blob, sourceOf(content), limits);
}

/** The same for bytes that are not in memory. */
export function modelFileDocument(
  path: RepoPath,
  blob: BlobId,
  source: ByteSource,
  limits?: Partial<Limits>,
): ModelFileDocument {
  const file = describeModelFile(source, path, limits);
  return { kind: 'model-file', path, blob, text: '', lines: lineIndex(''), damage: [], file };
}

function sourceOf(content: Content): ByteSource {
  switch (content.kind) {
    case 'bytes':
      return bytesSource(content.bytes);
    case 'text':
      return bytesSource(new TextEncoder().encode(content.text));
    case 'lfs-pointer':
      return bytesSource(new TextEncoder().encode(pointerText(content.oid, content.size)));
    case 'withheld':
      return bytesSource(new Uint8Array(0));
  }
}

function pointerText(oid: string, size: number): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
}
