import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callAt, calls, callsOfMethod, callsTo } from '../python/calls.ts';
import { originsOf } from '../python/flow.ts';
import { reachingBindings } from '../python/reaching.ts';
import { typeOf } from '../python/types.ts';
import { takenFrom } from './columns.ts';
import { MOST } from './most.ts';
import { isHeldOutName, SPLITS, splits } from './splits.ts';

const FOLDS =
  /^sklearn\.(model_selection|cross_validation)\.\w*(Fold|Split|LeaveOneOut|LeavePOut|LeaveOneGroupOut)\(\)$/;
const SEARCH = /^sklearn\.model_selection\.\w*SearchCV\(\)$/;
const CROSS_VALIDATION =
  'cross_val_score cross_validate cross_val_predict learning_curve validation_curve permutation_test_score'
    .split(' ')
    .map((name) => `sklearn.model_selection.${name}`);

/** A call that sets rows apart for judging: one split, or folds. */
export interface Division {
  readonly call: Call;
  /** The features it divides. */
  readonly rows: PyNode;
  readonly target: PyNode | undefined;
  readonly kind: 'split' | 'folds';
}

/** Every split, fold iterator, cross-validation and cross-validated search of the file, in source order. */
export const divisions: (document: PythonDocument) => readonly Division[] = fact((document) => {
  const found: Division[] = [];
  const note = (call: Call, position: number, kind: Division['kind']): void => {
    const rows = argument(call, position, 'X');
    if (rows !== undefined) found.push({ call, rows, target: argument(call, position + 1, 'y'), kind });
  };
  for (const call of callsTo(document, ...SPLITS)) note(call, 0, 'split');
  for (const call of callsTo(document, ...CROSS_VALIDATION)) note(call, 1, 'folds');
  for (const call of callsOfMethod(document, 'split')) if (receiverIs(document, call, FOLDS)) note(call, 0, 'folds');
  for (const call of callsOfMethod(document, 'fit')) if (receiverIs(document, call, SEARCH)) note(call, 0, 'folds');
  return found.sort((a, b) => a.call.node.start - b.call.node.start).slice(0, MOST);
});

function receiverIs(document: PythonDocument, call: Call, type: RegExp): boolean {
  return call.receiver !== undefined && type.test(typeOf(document, call.receiver) ?? '');
}

/** The first division of rows into which the value of this expression has gone. */
export function dividedAfter(document: PythonDocument, node: PyNode): Division | undefined {
  return divisions(document).find(({ rows }) => originsOf(document, rows).has(node));
}

/** True when a use of a variable reads what this target of an assignment was given. */
export const holds = (document: PythonDocument, use: PyNode, target: PyNode): boolean =>
  use.type === 'identifier' && reachingBindings(document, use).some((binding) => binding.node === target);

/** Where rows were set apart for judging: the split or the folds that gave them out, else their own name; undefined for others. */
export function heldOutBy(document: PythonDocument, rows: PyNode): PyNode | undefined {
  const given = splits(document).flatMap((split) => split.heldOut.map((target) => ({ target, split })));
  const direct = given.find(({ target }) => holds(document, rows, target));
  if (direct !== undefined) return direct.split.call.node;
  return foldOf(document, rows, 1) ?? (isHeldOutName(document, rows) ? rows : undefined);
}

/** `X[test_index]` inside `for train_index, test_index in folds.split(X)`: the call of `split`. */
function foldOf(document: PythonDocument, rows: PyNode, part: number): PyNode | undefined {
  const key = rows.type === 'subscript' ? child(rows, 'subscript') : undefined;
  if (key?.type !== 'identifier') return undefined;
  for (const binding of reachingBindings(document, key)) {
    const call =
      binding.kind === 'loop' && binding.value !== undefined ? callAt(document, bare(binding.value)) : undefined;
    if (call?.method === 'split' && binding.path.at(-1) === part && receiverIs(document, call, FOLDS)) return call.node;
  }
  return undefined;
}

/** True when training rows have gone into this value, as into the rows of a final refit; unknown expressions count as such. */
export function holdsTrainingRows(document: PythonDocument, rows: PyNode): boolean {
  if (rows.type !== 'identifier' && rows.type !== 'attribute') return foldOf(document, rows, 1) === undefined;
  return comesFromTraining(document, rows);
}

/** True when the value was made from the training rows of a split. */
export function comesFromTraining(document: PythonDocument, rows: PyNode): boolean {
  const origins = originsOf(document, rows);
  const training = splits(document).flatMap((split) => split.training);
  return training.some((target) => [...origins].some((origin) => holds(document, origin, target)));
}

/** Every call in a value's history. */
export function callsInto(document: PythonDocument, node: PyNode): readonly Call[] {
  return [...originsOf(document, node)].flatMap((each) => (each.type === 'call' ? (callAt(document, each) ?? []) : []));
}

/** True when anything in the file divides rows, by whatever library. */
export const dividesRows: (document: PythonDocument) => boolean = fact(
  (document) =>
    divisions(document).length > 0 ||
    calls(document).some(({ name, method, callee }) =>
      DIVIDES.test(name ?? method ?? document.text.slice(callee.start, callee.end)),
    ),
);

const DIVIDES = /(^|[._])(train_test_split|random_split|cross_val\w*|cross_validate|cv|\w*split\w*|\w*fold\w*)$/i;

/** `X` for the `X_train` of `X_train, X_test, … = train_test_split(X, …)`. */
export function beforeSplit(document: PythonDocument, node: PyNode): PyNode {
  const whole = bare(node);
  const use = (whole.type === 'subscript' ? takenFrom(document, whole) : undefined) ?? whole;
  const bindings = use.type === 'identifier' ? reachingBindings(document, use) : [];
  const [only] = bindings;
  if (bindings.length !== 1 || only === undefined) return use;
  const split = splits(document).find(({ training }) => training.includes(only.node));
  return split?.inputs[split.training.indexOf(only.node)] ?? use;
}
