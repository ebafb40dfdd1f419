import type { Call } from '../python/calls.ts';

/** Functions that read a model from disk, a registry or a hub and build it in memory. */
const LOADERS: readonly RegExp[] = [
  /^(joblib|sklearn\.externals\.joblib|pickle|cloudpickle|dill)\.load$/,
  /^torch\.(load|jit\.load|hub\.load)$/,
  /^(tensorflow\.)?keras\.(models|saving)\.load_model$/,
  /^tensorflow\.saved_model\.load$/,
  /^mlflow\.(\w+\.)?load_model$/,
  /^onnxruntime\.InferenceSession$/,
  /^spacy\.load$/,
  /^(transformers|diffusers|peft|sentence_transformers|optimum(\.\w+)*)\.\w+(\.\w+)*\.from_pretrained$/,
  /^transformers\.(pipeline|pipelines\.pipeline)$/,
  /^sentence_transformers\.(SentenceTransformer|CrossEncoder)$/,
  /^(ultralytics|fasttext|gensim\.models(\.\w+)*|catboost|vllm)\.(YOLO|load_model|load|LLM)$/,
];

/** True for a call that builds a model from a file, a registry or a hub. */
export function loadsModel({ names }: Call): boolean {
  return names.some((name) => LOADERS.some((loader) => loader.test(name)));
}
