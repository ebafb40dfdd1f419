import type { Evidence } from '../../core/finding.ts';
import type { RepoPath } from '../../core/location.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { textOf } from '../../documents/python/python.ts';
import { callsTo } from '../python/calls.ts';

const LOADERS = [
  'torch.load',
  'pickle.load',
  'joblib.load',
  'numpy.load',
  'pandas.read_pickle',
  'dill.load',
  'cloudpickle.load',
  'skops.io.load',
  'keras.models.load_model',
  'keras.saving.load_model',
  'tensorflow.keras.models.load_model',
  'torch.jit.load',
  'onnxruntime.InferenceSession',
  'onnx.load',
  'llama_cpp.Llama',
  'safetensors.torch.load_file',
  'tensorflow.saved_model.load',
  'mlflow.pyfunc.load_model',
];

/** Where the repository's own Python loads a file, by the file's name in the call. */
export function loadersOf(project: Project, path: RepoPath): readonly Evidence[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found: Evidence[] = [];
  for (const document of project.documents('python', [name])) {
    for (const call of callsTo(document, ...LOADERS)) {
      const text = textOf(document, call.node);
      if (!text.includes(name) || found.length >= 5) continue;
      const how = /weights_only\s*=\s*False/.test(text) ? ' with `weights_only=False`' : '';
      const { line } = lineOf(document.lines, call.node.start);
      found.push({ path: document.path, line, note: `\`${call.name ?? call.method ?? 'a call'}\` loads it${how}` });
    }
  }
  return found;
}
