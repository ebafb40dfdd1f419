import type { RepoPath } from '../core/location.ts';
import type { DataDocument } from './data.ts';
import type { DockerfileDocument } from './dockerfile.ts';
import type { DocumentBase } from './document.ts';
import type { MarkdownDocument } from './markdown.ts';
import type { ModelFileDocument } from './model-file/document.ts';
import type { NotebookDocument } from './notebook/notebook.ts';
import type { PythonDocument } from './python/python.ts';
import type { RequirementsDocument } from './requirements.ts';
import type { SqlDocument } from './sql.ts';

/** A readable file of no language we speak: line rules only. */
export interface TextDocument extends DocumentBase {
  readonly kind: 'text';
}

/** The union is the list of languages we speak. */
export type Document =
  | PythonDocument
  | NotebookDocument
  | DataDocument
  | RequirementsDocument
  | DockerfileDocument
  | SqlDocument
  | MarkdownDocument
  | ModelFileDocument
  | TextDocument;

export type DocumentKind = Document['kind'];
export type DocumentOf<Kind extends DocumentKind> = Document extends infer Each
  ? Each extends { readonly kind: infer Own }
    ? Kind & Own extends never
      ? never
      : Each
    : never
  : never;

const BY_EXTENSION: Readonly<Record<string, DocumentKind>> = {
  py: 'python',
  ipynb: 'notebook',
  yaml: 'yaml',
  yml: 'yaml',
  json: 'json',
  toml: 'toml',
  ini: 'ini',
  cfg: 'ini',
  properties: 'ini',
  tf: 'hcl',
  hcl: 'hcl',
  tfvars: 'hcl',
  pbtxt: 'pbtxt',
  sql: 'sql',
  md: 'markdown',
};

const BY_NAME: Readonly<Record<string, DocumentKind>> = {
  MLproject: 'yaml',
  MLmodel: 'yaml',
  Pipfile: 'toml',
  'Pipfile.lock': 'json',
  'uv.lock': 'toml',
  'poetry.lock': 'toml',
  'pdm.lock': 'toml',
  'dvc.lock': 'yaml',
};

/** Extensions under which model weights and pickles are kept. */
const MODEL_FILE =
  /\.(pkl|pickle|joblib|dill|pt|pth|bin|ckpt|npy|npz|h5|hdf5|keras|onnx|safetensors|gguf|pb|skops|model|ubj|cbm|tflite|mar|nemo|dat|zip|tar|gz|tgz|bz2|xz|7z|msgpack)$/i;

/** What a path proposes; the content may still decline. */
export function kindOfPath(path: RepoPath): DocumentKind {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const named = BY_NAME[file];
  if (named !== undefined) return named;
  if (/^(.*\.)?Dockerfile(\..*)?$/i.test(file) || file === 'Containerfile') return 'dockerfile';
  if (/(requirements|constraints)[^/]*\.(txt|in)$/i.test(file) || /(^|\/)requirements\/[^/]+\.(txt|in)$/i.test(path))
    return 'requirements';
  if (/(^|\/)\.dvc\/config$/.test(path)) return 'ini';
  if (file.endsWith('.dvc')) return 'yaml';
  if (MODEL_FILE.test(file)) return 'model-file';
  const extension = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  return BY_EXTENSION[extension] ?? 'text';
}
