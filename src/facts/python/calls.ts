import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { dictionaryOf } from './literals.ts';
import { qualifiedNames } from './names.ts';
import { typeOf } from './types.ts';

export interface Call {
  readonly node: PyNode;
  /** What is called: an identifier, an attribute, another call. */
  readonly callee: PyNode;
  /**
   * Full name, as by `qualifiedName`; for a method of a value whose construction is known, the constructor's name with `()`
   * before the method: `sklearn.preprocessing.StandardScaler().fit`, `pandas.DataFrame().merge`.
   */
  readonly name?: string;
  /** Every full name the call may have, `name` first; more than one only after alternative imports. */
  readonly names: readonly string[];
  /** Last part of the callee: `fit` of `model.fit(X)`; absent when the callee is no attribute. */
  readonly method?: string;
  /** What the method is called on. */
  readonly receiver?: PyNode;
  /** Positional arguments before any `*args`. */
  readonly args: readonly PyNode[];
  /** Values by keyword, with literal dictionaries given as `**` folded in. */
  readonly keywords: ReadonlyMap<string, PyNode>;
  /** True when `*args` or `**kwargs` may pass arguments that cannot be known: then no argument is known to be absent. */
  readonly spread: boolean;
}

/** Every call of the file, in source order. */
export const calls: (document: PythonDocument) => readonly Call[] = fact((document) =>
  nodesOf(document, 'call').flatMap((node) => {
    const callee = child(node, 'function');
    return callee === undefined ? [] : [callOf(document, node, bare(callee))];
  }),
);

/** The calls with one of these full names, in source order. Takes no longer for a larger file. */
export function callsTo(document: PythonDocument, ...names: readonly string[]): readonly Call[] {
  return collect(byName(document), names);
}

/** The calls of methods of these names on whatever object, in source order: `callsOfMethod(document, 'fit')`. */
export function callsOfMethod(document: PythonDocument, ...methods: readonly string[]): readonly Call[] {
  return collect(byMethod(document), methods);
}

/** The call that a `call` node is. */
export function callAt(document: PythonDocument, node: PyNode): Call | undefined {
  return byNode(document).get(node);
}

/** The value given for a parameter by position (0-based, `-1` for keyword only) or by keyword. */
export function argument(call: Call, position: number, ...keywords: readonly string[]): PyNode | undefined {
  for (const keyword of keywords) {
    const value = call.keywords.get(keyword);
    if (value !== undefined) return value;
  }
  return position < 0 ? undefined : call.args[position];
}

const NONE: readonly Call[] = [];
const NO_KEYWORDS: ReadonlyMap<string, PyNode> = new Map();

const byName = fact((document: PythonDocument) => index(document, (call) => call.names));
const byMethod = fact((document: PythonDocument) =>
  index(document, ({ method }) => (method === undefined ? [] : [method])),
);
const byNode = fact(
  (document: PythonDocument): ReadonlyMap<PyNode, Call> => new Map(calls(document).map((each) => [each.node, each])),
);

function index(
  document: PythonDocument,
  keys: (call: Call) => readonly string[],
): ReadonlyMap<string, readonly Call[]> {
  const found = new Map<string, Call[]>();
  for (const call of calls(document)) {
    for (const key of keys(call)) {
      const known = found.get(key);
      if (known === undefined) found.set(key, [call]);
      else if (known.at(-1) !== call) known.push(call);
    }
  }
  return found;
}

function collect(from: ReadonlyMap<string, readonly Call[]>, keys: readonly string[]): readonly Call[] {
  if (keys.length === 1) return from.get(keys[0] ?? '') ?? NONE;
  const all = new Set(keys.flatMap((key) => from.get(key) ?? NONE));
  return [...all].sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
}

function callOf(document: PythonDocument, node: PyNode, callee: PyNode): Call {
  const attribute = callee.type === 'attribute' ? child(callee, 'attribute') : undefined;
  const receiver = callee.type === 'attribute' ? child(callee, 'object') : undefined;
  const method = attribute === undefined ? undefined : textOf(document, attribute);
  const names = namesOf(document, callee, receiver, method);
  const name = names[0];
  return {
    node,
    callee,
    names,
    ...(name === undefined ? {} : { name }),
    ...(method === undefined ? {} : { method }),
    ...(receiver === undefined ? {} : { receiver: bare(receiver) }),
    ...givenArguments(document, child(node, 'arguments')),
  };
}

function namesOf(
  document: PythonDocument,
  callee: PyNode,
  receiver: PyNode | undefined,
  method: string | undefined,
): readonly string[] {
  const direct = qualifiedNames(document, callee);
  if (direct.length > 0 || receiver === undefined || method === undefined) return direct;
  const type = typeOf(document, receiver);
  return type === undefined ? [] : [`${type}.${method}`];
}

type Given = Pick<Call, 'args' | 'keywords' | 'spread'>;

function givenArguments(document: PythonDocument, list: PyNode | undefined): Given {
  const args: PyNode[] = [];
  let keywords: Map<string, PyNode> | undefined;
  let spread = false;
  if (list === undefined) return { args, keywords: NO_KEYWORDS, spread };
  for (const each of list.type === 'argument_list' ? parts(list) : [list]) {
    if (each.type === 'keyword_argument') {
      const name = child(each, 'name');
      const value = child(each, 'value');
      if (name === undefined || value === undefined) continue;
      keywords ??= new Map();
      keywords.set(textOf(document, name), value);
    } else if (each.type === 'dictionary_splat') {
      const known = dictionaryOf(document, each);
      if (known === undefined) spread = true;
      else keywords = new Map([...(keywords ?? []), ...known]);
    } else if (each.type === 'list_splat' || spreads(each)) spread = true;
    else if (!spread) args.push(each);
  }
  return { args, keywords: keywords ?? NO_KEYWORDS, spread };
}

/** `f(*(a, b))` has a node of its own. */
function spreads(node: PyNode): boolean {
  return node.type === 'parenthesized_expression' && parts(node)[0]?.type === 'list_splat';
}
