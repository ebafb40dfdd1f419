import { bare, child, childrenOf, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrameColumn } from '../pandas/frames.ts';
import { argument, type Call, callAt } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { elementsOf } from '../python/literals.ts';
import { unpacked } from '../python/operands.ts';
import { reachingBindings, singleAssignment } from '../python/reaching.ts';

/** Steps from a value back to where its rows come from. */
const MOST_STEPS = 20;
/** Methods that keep every row (or give the same values in another type). */
const KEEPS_ROWS = new Set([
  'copy',
  'to_numpy',
  'astype',
  'toarray',
  'reset_index',
  'fillna',
  'filter',
  'select_dtypes',
  'to_frame',
  'ravel',
]);

/** What a frame or one of its parts was taken from, one step back, when the step drops no rows. */
function sameRowsFrom(document: PythonDocument, node: PyNode): PyNode | undefined {
  if (node.type === 'identifier') return singleAssignment(document, node);
  if (node.type === 'attribute') {
    const name = child(node, 'attribute');
    return name !== undefined && /^(values|T)$/.test(textOf(document, name)) ? child(node, 'object') : undefined;
  }
  if (node.type === 'subscript') return selectsColumns(document, node) ? child(node, 'value') : undefined;
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  if (call?.method === undefined || call.receiver === undefined) return undefined;
  return KEEPS_ROWS.has(call.method) || droppedColumns(document, call) !== undefined ? call.receiver : undefined;
}

function selectsColumns(document: PythonDocument, node: PyNode): boolean {
  const keys = childrenOf(node, 'subscript');
  const [key] = keys;
  if (key === undefined || keys.length !== 1) return false;
  if (key.type === 'string' || key.type === 'list') return true;
  return (
    key.type === 'identifier' &&
    (namesIn(document, key) !== undefined ||
      /(col|feature|predictor|variable)s?(_|$)|columns|names$/i.test(textOf(document, key)))
  );
}

/** `test_df` of `test_df[["a", "b"]]`, `test_df.drop(columns="y").values`: what columns are taken from, names not followed. */
export function withAllColumns(document: PythonDocument, start: PyNode): PyNode {
  let at = bare(start);
  for (let step = 0; step < MOST_STEPS && at.type !== 'identifier'; step += 1) {
    const next = sameRowsFrom(document, at);
    if (next === undefined) return at;
    at = bare(next);
  }
  return at;
}

/** The variable that holds the very rows of an expression, through selections of columns and copies. */
export function rowsRoot(document: PythonDocument, start: PyNode): PyNode {
  let at = bare(start);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = sameRowsFrom(document, at);
    if (next === undefined) return at;
    const inner = bare(next);
    // A name that was made by something else is the root itself.
    if (at.type === 'identifier' && sameRowsFrom(document, inner) === undefined && inner.type !== 'identifier')
      return at;
    at = inner;
  }
  return at;
}

/** Names of the columns that `df.drop(…)` leaves out; empty for one that drops rows by its own, undefined when they are unknown. */
export function droppedColumns(document: PythonDocument, call: Call): readonly string[] | undefined {
  if (call.method !== 'drop' || call.spread) return undefined;
  const byAxis =
    isConstant(document, argument(call, 1, 'axis'), 1) || isConstant(document, argument(call, 1, 'axis'), 'columns');
  const given = call.keywords.get('columns') ?? (byAxis ? argument(call, 0, 'labels') : undefined);
  return given === undefined ? undefined : namesIn(document, given);
}

/** The strings of a literal list, or a single string; undefined when any is unknown. */
export function namesIn(document: PythonDocument, node: PyNode): readonly string[] | undefined {
  const single = stringOf(document, node);
  if (single !== undefined) return [single];
  const names = elementsOf(document, node)?.map((each) => stringOf(document, each));
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** `df[["a"]]` of `df[["a"]].values`, `.to_numpy()`, `.astype(float)`. */
function withoutCasts(document: PythonDocument, start: PyNode): PyNode {
  let at = start;
  for (let step = 0; step < MOST_STEPS && (at.type === 'attribute' || at.type === 'call'); step += 1) {
    const next = sameRowsFrom(document, at);
    if (next === undefined) return at;
    at = bare(next);
  }
  return at;
}

/** `df[cols]` behind names, `.values`, `.to_numpy()` and `.astype(…)`; undefined for what selects no list of columns. */
export function selectionOf(document: PythonDocument, node: PyNode): PyNode | undefined {
  const inner = bare(node);
  const value = bare((inner.type === 'identifier' ? onlyValue(document, inner) : undefined) ?? inner);
  const picked = withoutCasts(document, value);
  const key = picked.type === 'subscript' ? child(picked, 'subscript') : undefined;
  return key === undefined || key.type === 'string' ? undefined : picked;
}

/** The columns of `df[["a", "b"]]`, followed through names; undefined when they are not written out. */
export function selectedColumns(document: PythonDocument, node: PyNode): readonly string[] | undefined {
  const picked = selectionOf(document, node);
  const key = picked && child(picked, 'subscript');
  return key && namesIn(document, key);
}

export interface ColumnRead {
  readonly name: string;
  readonly frame: PyNode;
  /** `df.pop("y")` takes the column out of the frame. */
  readonly popped: boolean;
}

/** `df["y"]`, `df.pop("y")`, also behind a name, `.values`, `.astype(…)`: which column a value is. */
export function columnOf(document: PythonDocument, start: PyNode): ColumnRead | undefined {
  let at: PyNode | undefined = bare(start);
  for (let step = 0; at !== undefined && step < MOST_STEPS; step += 1) {
    const read = columnRead(document, at);
    if (read !== undefined) return read;
    const next: PyNode | undefined = at.type === 'identifier' ? onlyValue(document, at) : sameRowsFrom(document, at);
    at = next && bare(next);
  }
  return undefined;
}

function columnRead(document: PythonDocument, node: PyNode): ColumnRead | undefined {
  if (node.type === 'subscript') {
    const frame = child(node, 'value');
    const keys = childrenOf(node, 'subscript');
    const name = keys.length === 1 ? stringOf(document, keys[0]) : undefined;
    return frame === undefined || name === undefined ? undefined : { name, frame: bare(frame), popped: false };
  }
  if (node.type === 'attribute') {
    const frame = child(node, 'object');
    const name = child(node, 'attribute');
    return frame && name && isFrameColumn(document, node)
      ? { name: textOf(document, name), frame: bare(frame), popped: false }
      : undefined;
  }
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  const name = call?.method === 'pop' ? stringOf(document, call.args[0]) : undefined;
  return name === undefined || call?.receiver === undefined ? undefined : { name, frame: call.receiver, popped: true };
}

function onlyValue(document: PythonDocument, node: PyNode): PyNode | undefined {
  const bindings = reachingBindings(document, node);
  const [only] = bindings;
  if (bindings.length !== 1 || only?.kind !== 'assignment' || only.value === undefined) return undefined;
  if (only.path.length === 0) return only.value;
  // `X, y = df[cols], df["y"]`: the part is known where the whole is written out.
  const part = unpacked(only.value, only.path);
  return part === bare(only.value) ? undefined : part;
}

const PART = new Set(['sample', 'head', 'tail', 'copy']);

/** `X_train` of `X_train.sample(100)`, `X_train[:100]`, `X_train.iloc[5:]` and of itself. */
export function takenFrom(document: PythonDocument, value: PyNode): PyNode | undefined {
  let at: PyNode | undefined = bare(value);
  for (let step = 0; at !== undefined && step < 5; step += 1) {
    if (at.type === 'identifier') return at;
    const call: Call | undefined = at.type === 'call' ? callAt(document, at) : undefined;
    if (call !== undefined) at = PART.has(call.method ?? '') ? call.receiver : undefined;
    else if (at.type === 'subscript') at = isSlice(at) ? child(at, 'value') : undefined;
    else at = at.type === 'attribute' && /\.i?loc$/.test(textOf(document, at)) ? child(at, 'object') : undefined;
    at = at && bare(at);
  }
  return undefined;
}

/** `x[:n]`, not `x[:, k]`, which picks columns. */
const isSlice = (node: PyNode): boolean => {
  const keys = childrenOf(node, 'subscript');
  return keys.length === 1 && keys[0]?.type === 'slice';
};
