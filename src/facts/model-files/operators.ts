import { fact } from '../../core/fact.ts';
import { allParts, type ExternalData, type ModelFile } from '../../documents/model-file/model.ts';

export interface OperatorDanger {
  readonly part: string;
  readonly operator: string;
  readonly count: number;
  /** Completes "the operator …". */
  readonly what: string;
  readonly grade: 'reaches-out' | 'lists-files' | 'custom';
}

/** TensorFlow operators that leave the graph. Source: tensorflow.org/api_docs/python/tf/raw_ops and TensorFlow's SECURITY.md. */
const TENSORFLOW: Readonly<Record<string, string>> = {
  ReadFile: 'reads any file',
  WriteFile: 'writes any file',
  PyFunc: 'calls Python',
  PyFuncStateless: 'calls Python',
  EagerPyFunc: 'calls Python',
  LoadLibrary: 'loads native code',
  ImmutableConst: 'maps any file into memory',
  DebugIdentityV2: 'writes tensors to a debug address',
  DebugIdentity: 'sends tensors to a debug address',
  WriteRawProtoSummary: 'writes files',
  RpcCall: 'opens a network connection',
  RemoteCall: 'runs a function on another machine',
  LoadDataset: 'reads a data set from any path',
  SaveDataset: 'writes to any path',
  SaveDatasetV2: 'writes to any path',
  ShellExecute: 'starts programs',
};

const ONNX_DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
  'com.microsoft.experimental',
  'org.pytorch.aten',
]);

/** Operators of SavedModel, ONNX and TFLite graphs that reach out of the model or need code that it does not bring. */
export const operatorDangers = fact((file: ModelFile): readonly OperatorDanger[] =>
  allParts(file).flatMap((part) =>
    part.operators.flatMap(({ domain, operator, count }): readonly OperatorDanger[] => {
      if (part.kind === 'saved-model') return tensorflow(part.path, operator, count);
      const known = part.kind === 'onnx' ? ONNX_DOMAINS.has(domain) || domain.startsWith('pkg.') : domain !== 'custom';
      if (known) return [];
      const full = domain === 'custom' ? operator : `${domain}.${operator}`;
      return [
        {
          part: part.path,
          operator: full,
          count,
          what: 'is custom: it runs native code that the loader must bring',
          grade: 'custom',
        },
      ];
    }),
  ),
);

function tensorflow(part: string, operator: string, count: number): readonly OperatorDanger[] {
  if (operator === 'MatchingFiles') return [{ part, operator, count, what: 'lists files', grade: 'lists-files' }];
  const what = TENSORFLOW[operator];
  return what === undefined ? [] : [{ part, operator, count, what, grade: 'reaches-out' }];
}

export interface Escape extends ExternalData {
  readonly part: string;
  readonly why: string;
}

/** External data of ONNX tensors that does not lie beside or below the model. */
export const externalEscapes = fact((file: ModelFile): readonly Escape[] =>
  allParts(file).flatMap((part) =>
    part.externalData.flatMap((data) => {
      const why = escapeOf(data.location);
      return why === undefined ? [] : [{ ...data, part: part.path, why }];
    }),
  ),
);

function escapeOf(location: string): string | undefined {
  const plain = location.replaceAll('\\', '/');
  if (plain.includes('\0')) return 'holds a NUL';
  if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain)) return 'is absolute';
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(plain)) return 'is a URL';
  return plain.split('/').includes('..') ? 'leads above its folder' : undefined;
}
