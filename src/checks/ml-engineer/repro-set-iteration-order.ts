import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsOfMethod, callsTo } from '../../facts/python/calls.ts';
import { reachingBindings } from '../../facts/python/reaching.ts';
import { readsOf } from '../../facts/python/uses.ts';
import { MOST } from '../../facts/training/most.ts';
import { type Unordered, unorderedAt } from '../../facts/training/order.ts';
import { callsInto } from '../../facts/training/rows.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const CLASSES =
  /(^|_)(class|classes|classnames|label|labels|categor(y|ies)|vocab|vocabulary|tags?|chars|characters|tokens|words|species|targets?|entities)(_|$)/i;
/** The numbers of `enumerate` are kept as indices: `{c: i for i, c in enumerate(x)}`, `index[c] = i` in the loop. */
function numbers(document: PythonDocument, { node }: Call): boolean {
  const clause = ancestor(node, 'for_in_clause', 'for_statement');
  if (clause === undefined || !sits(clause, node)) return false;
  if (clause.type === 'for_in_clause') return clause.parent?.type === 'dictionary_comprehension';
  const counter = child(clause, 'left')?.children.find((each) => each.type === 'identifier');
  const name = counter && textOf(document, counter);
  return nodesOf(document, 'assignment').some((each) => {
    const left = child(each, 'left');
    const right = child(each, 'right');
    const inLoop = each.start > clause.start && each.end <= clause.end;
    return inLoop && left?.type === 'subscript' && right?.type === 'identifier' && textOf(document, right) === name;
  });
}

const sits = (clause: PyNode, node: PyNode): boolean => {
  const right = child(clause, 'right');
  return right !== undefined && right.start <= node.start && node.end <= right.end;
};

/** A class list whose places are used as numbers: `classes.index(name)`, `classes[i]`. */
function indexedUse(document: PythonDocument, target: PyNode): PyNode | undefined {
  const calledIndex = callsOfMethod(document, 'index').find(
    ({ receiver }) => receiver !== undefined && reads(document, receiver, target),
  );
  const byNumber = nodesOf(document, 'subscript').find((each) => {
    const value = child(each, 'value');
    const key = child(each, 'subscript');
    return value !== undefined && key !== undefined && reads(document, value, target) && isAnswer(document, key);
  });
  return calledIndex?.node ?? byNumber;
}

/** A number that a model answered with, not one that merely counts. */
const isAnswer = (document: PythonDocument, key: PyNode): boolean =>
  /^(identifier|call)$/.test(key.type) &&
  callsInto(document, key).some((call) =>
    /(predict|argmax|topk|argsort|max|item)$/.test(call.name ?? call.method ?? textOf(document, call.callee)),
  );

function reads(document: PythonDocument, use: PyNode, target: PyNode): boolean {
  if (use.type !== 'identifier' || target.type !== 'identifier') return false;
  const binding = reachingBindings(document, use).find(({ node }) => node === target);
  return binding !== undefined && readsOf(document, binding).includes(use);
}

interface Found extends Unordered {
  readonly used: PyNode;
}

function* found(document: PythonDocument): Generator<Found> {
  for (const call of callsTo(document, 'builtins.enumerate').slice(0, MOST)) {
    const [iterated] = call.args;
    const source = iterated && numbers(document, call) ? unorderedAt(document, iterated) : undefined;
    if (source !== undefined) yield { ...source, used: call.node };
  }
  const named = calls(document).filter(({ node }) => {
    const target = node.parent?.type === 'assignment' ? child(node.parent, 'left') : undefined;
    return target?.type === 'identifier' && CLASSES.test(textOf(document, target));
  });
  for (const { node } of named.slice(0, MOST)) {
    const target = node.parent && child(node.parent, 'left');
    const source = unorderedAt(document, node);
    const used = source && target && !isSortedTarget(document, target) ? indexedUse(document, target) : undefined;
    if (source !== undefined && used !== undefined) yield { ...source, used };
  }
}

const isSortedTarget = (document: PythonDocument, target: PyNode): boolean =>
  callsOfMethod(document, 'sort').some(({ receiver }) => receiver !== undefined && reads(document, receiver, target));

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  paths: { notebook: 'low' },
  title: 'Class numbers that depend on the order of a set',
  why: `
    Strings are hashed anew in every Python process and directories are listed in any order, so the same class gets another number
    in the next run. A saved model then answers with the wrong names, without an error.
  `,
  fix: 'Sort before numbering: `sorted(set(labels))`, `sorted(os.listdir(path))`; store the mapping with the model.',
  references: [
    'https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED',
    'https://docs.python.org/3/library/os.html#os.listdir',
  ],
  mentions: ['set(', 'listdir', 'glob', '{'],
  examples: [
    bad`
      class Vocab:
          def __init__(self, texts):
              tokens = set()
              for text in texts:
                  tokens.update(text.split())
              self.index = {token: i for i, token in enumerate(«tokens»)}
    `,
    bad`
      import os as system

      labels = ["b", "a"]
      index = {name: i for i, name in enumerate(«set(labels)»)}

      class Data:
          def __init__(self, root):
              names = «system.listdir(root)»
              self.index = {name: i for i, name in enumerate(names)}
    `,
    bad`
      from glob import glob as find

      def number(rows, root):
          classes = list(«set(rows)»)
          numbers = [classes.index(row) for row in rows]
          vocab = {}
          for i, word in enumerate(«{w.lower() for w in rows}»):
              vocab[word] = i
          class_names = «find(root)»
          return class_names[predict(rows)], numbers
    `,
    good`
      import os
      index = {name: i for i, name in enumerate(sorted(set(labels)))}
      classes = os.listdir(root)
      classes.sort()
      number = classes.index("a")
      count = len(set(labels))
      known = "a" in set(labels)
      for i, path in enumerate(os.listdir(root)):
          print(i, path)
      class_names = list(set(labels))
      print(len(class_names))
      for name in class_names:
          print(name)
      words = os.listdir(root)
      for i in range(len(words)):
          print(words[i])
      files = os.listdir(root)
      print(files[0])
      rows = {n: i for i, n in enumerate(dict.fromkeys(labels))}
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const said = new Set<PyNode>();
    for (const { node, kind, used } of found(document)) {
      if (said.has(node)) continue;
      said.add(node);
      const text = textOf(document, node);
      const message = `classes are numbered in the order of \`${text.replace(/\s+/g, ' ').slice(0, 60)}\`, which ${kind === 'set' ? 'differs from run to run' : 'depends on the machine'}`;
      yield at(document, node, message, {
        evidence: [seen(document, used, 'numbered here')],
        replacement: `sorted(${text})`,
      });
    }
  },
});
