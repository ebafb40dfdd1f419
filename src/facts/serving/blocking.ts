import { nodesWithin, type PythonDocument } from '../../documents/python/python.ts';
import { type Call, callAt } from '../python/calls.ts';
import type { Crossing } from '../python/flow.ts';
import { calledFunction } from '../python/functions.ts';
import { enclosingFunction, isAsync } from '../python/structure.ts';
import { typeOf } from '../python/types.ts';

/** Waits for the network, the disk or the clock. */
const WAITS =
  /^(requests\.(get|post|put|patch|delete|head|request|Session\(\)\.\w+)|urllib\.request\.urlopen|time\.sleep|subprocess\.(run|call|check_call|check_output|Popen\(\)\.(wait|communicate))|os\.system|(psycopg2?|pymysql|sqlite3|pyodbc|snowflake\.connector)\.connect|sqlalchemy\.create_engine\(\)\.\w+|boto3\.client\(\)\.\w+|httpx\.(get|post|request|Client\(\)\.\w+))$/;

const MODEL =
  /^(sklearn|torch|tensorflow|keras|xgboost|lightgbm|catboost|transformers|sentence_transformers|mlflow|onnxruntime|spacy|ultralytics|diffusers|vllm|joblib\.load|pickle\.load)\b/;
const COMPUTES = new Set([
  'predict',
  'predict_proba',
  'forward',
  'generate',
  'fit',
  'encode',
  'run',
  'transform',
  'embed',
]);

function blocks(document: PythonDocument, call: Call): Blocking | undefined {
  if (call.names.some((name) => WAITS.test(name))) return { says: 'waits', grade: 'io' };
  if (call.receiver === undefined || !COMPUTES.has(call.method ?? '')) return undefined;
  const type = typeOf(document, call.receiver) ?? '';
  return MODEL.test(type) && !/AsyncLLM|Async\w*\(\)$/.test(type) ? { says: 'computes' } : undefined;
}

/** What keeps a thread busy or waiting. */
export interface Blocking {
  readonly says: string;
  /** `io` when it waits for the network, a process or the clock. */
  readonly grade?: 'io';
  /** Where it happens, when that is in a function that the handler calls. */
  readonly inside?: { readonly document: PythonDocument; readonly call: Call };
}

/** The call itself, or what the plain function of the repository that it runs does first. */
export function blockingIn(document: PythonDocument, call: Call, crossing: Crossing): Blocking | undefined {
  const direct = blocks(document, call);
  if (direct !== undefined) return direct;
  const local = calledFunction(document, call);
  const target = local === undefined ? crossing(document, call) : { document, node: local };
  if (target?.node.type !== 'function_definition' || isAsync(target.node)) return undefined;
  for (const node of nodesWithin(target.document, target.node, 'call')) {
    const inner = enclosingFunction(node) === target.node ? callAt(target.document, node) : undefined;
    const found = inner && blocks(target.document, inner);
    if (inner !== undefined && found !== undefined)
      return { ...found, inside: { document: target.document, call: inner } };
  }
  return undefined;
}
