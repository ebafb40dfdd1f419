import { fact } from '../../core/fact.ts';
import { child, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsTo } from '../python/calls.ts';

/** A call that divides rows into training and held-out rows. */
export interface Split {
  readonly call: Call;
  /** Arrays given to it. */
  readonly inputs: readonly PyNode[];
  /** Targets that receive held-out rows, where the result is unpacked at once. */
  readonly heldOut: readonly PyNode[];
  readonly training: readonly PyNode[];
}

export const SPLITS = [
  'sklearn.model_selection.train_test_split',
  'sklearn.cross_validation.train_test_split',
  'cuml.model_selection.train_test_split',
];

/** Targets of `a, b = call`, else nothing. */
function targetsOf(call: Call): readonly PyNode[] {
  const assignment = call.node.parent;
  if (assignment?.type !== 'assignment' || child(assignment, 'right') !== call.node) return [];
  const left = child(assignment, 'left');
  return left?.type === 'pattern_list' || left?.type === 'tuple_pattern' ? parts(left) : [];
}

/** Every `train_test_split` of the file; its results alternate between training and held-out rows. */
export const splits: (document: PythonDocument) => readonly Split[] = fact((document) =>
  callsTo(document, ...SPLITS).map((call) => {
    const targets = targetsOf(call);
    return {
      call,
      inputs: call.args,
      training: targets.filter((_, index) => index % 2 === 0),
      heldOut: targets.filter((_, index) => index % 2 === 1),
    };
  }),
);

const HELD_OUT_NAME = /(^|_)(test|tst|holdout|held_out|heldout|oot)(_|$|\d)|^(X|x|y)_?(te|ts)$|(X|x|y)test$/i;
const TRAIN_NAME = /(^|_)(train|trn|training|fit|full|all)(_|$|\d)/i;

/** A variable called as one calls held-out rows: `X_test`, `test_df`, `holdout`; a name that says both is neither. */
export function isHeldOutName(document: PythonDocument, node: PyNode): boolean {
  const named = node.type === 'attribute' ? child(node, 'attribute') : node;
  if (named === undefined || named.type !== 'identifier') return false;
  const name = textOf(document, named);
  return HELD_OUT_NAME.test(name) && !TRAIN_NAME.test(name);
}

/** A variable called as one calls the rows to learn from, and nothing else: `train_df`. */
export function isTrainingName(document: PythonDocument, node: PyNode): boolean {
  if (node.type !== 'identifier') return false;
  const name = textOf(document, node);
  return /(^|_)(train|trn|training)(_|$|\d)/i.test(name) && !HELD_OUT_NAME.test(name);
}

/** Any call that needs shuffled rows to be seeded, by library. */
export const hasSplit: (document: PythonDocument) => boolean = fact(
  (document) =>
    splits(document).length > 0 ||
    calls(document).some(({ name }) => name !== undefined && /^sklearn\.model_selection\.\w*(Fold|Split)$/.test(name)),
);
