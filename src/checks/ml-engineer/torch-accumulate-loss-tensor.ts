import { bare, child, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callsOfMethod } from '../../facts/python/calls.ts';
import { originsOf, sameValue } from '../../facts/python/flow.ts';
import { enclosingLoop, enclosingWiths } from '../../facts/python/structure.ts';
import { MOST } from '../../facts/training/most.ts';
import { type Backward, backwards } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** What makes a number or a detached tensor of it. */
const DETACHES = /\.(item|detach|cpu|numpy|tolist|data)\b|\b(float|int)\(|no_grad|stop_gradient/;

/** The backward of the same loss in a loop that also holds the sum. */
function backwardOf(document: PythonDocument, sum: PyNode, added: PyNode): Backward | undefined {
  return backwards(document).find(({ loss, loop }) => {
    if (!contains(loop, sum)) return false;
    return leaves(document, added).some((each) => sameValue(document, each, loss));
  });
}

/** The variables in `loss`, `loss * n`, `loss / n`, `loss.sum()`. */
function leaves(document: PythonDocument, added: PyNode, depth = 6): readonly PyNode[] {
  const value = bare(added);
  if (value.type === 'identifier' || value.type === 'attribute') return [value];
  if (value.type !== 'binary_operator' || depth === 0) return [];
  const sides = [child(value, 'left'), child(value, 'right')];
  return sides.flatMap((each) => (each === undefined ? [] : leaves(document, each, depth - 1)));
}

/** The sum itself is differentiated: then it has to stay a tensor. */
function isDifferentiated(document: PythonDocument, total: PyNode): boolean {
  const name = textOf(document, total);
  return callsOfMethod(document, 'backward')
    .slice(0, MOST)
    .some(({ receiver, args }) =>
      [receiver, ...args].some(
        (each) => each !== undefined && (textOf(document, each) === name || mentions(document, each, name)),
      ),
    );
}

const mentions = (document: PythonDocument, node: PyNode, name: string): boolean =>
  [...originsOf(document, node)].some((each) => each.type === 'identifier' && textOf(document, each) === name);

/** Used as a tensor later: then a number in its place would break the code. */
const isUsedAsTensor = (document: PythonDocument, total: PyNode): boolean =>
  nodesOf(document, 'attribute').some((each) => {
    const object = child(each, 'object');
    return object !== undefined && textOf(document, object) === textOf(document, total);
  });

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'Loss tensors summed with their graphs',
  why: 'Each addend keeps the graph of its batch alive, so memory grows with every step until the process is killed.',
  fix: 'Add a number: `total += loss.item()` (or `loss.detach()` to stay on the device).',
  references: [
    'https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory',
  ],
  mentions: ['backward'],
  examples: [
    bad`
      import torch as th
      total = 0
      for x, y in loader:
          loss = criterion(net(x), y)
          loss.backward()
          optimizer.step()
          total += «loss»
      print(total / 10)
    `,
    bad`
      from torch import nn

      class Trainer:
          def fit(self, loader):
              self.total = 0.0
              for x, y in loader:
                  objective = self.criterion(self.net(x), y)
                  objective.backward()
                  self.total += «objective * x.size(0)»
              return self.total.item()
    `,
    bad`
      import torch
      def train(loader, scaler):
          running = 0
          for x in loader:
              error = net(x)
              scaler.scale(error).backward()
              running += «error / len(loader)»
    `,
    bad`
      import torch
      for epoch in range(3):
          running = 0
          for x in loader:
              loss = net(x)
              loss.backward()
              running = running + «loss»
    `,
    good`
      import torch
      total = 0
      for x, y in loader:
          loss = criterion(net(x), y)
          loss.backward()
          total += loss.item()
          total += float(loss)
          total += loss.detach() * 2
          value = loss.item()
          total += value
          loss = loss.item()
          total += loss
      for x in loader:
          real = judge(x)
          real.backward()
          fake = judge(make(x))
          fake.backward()
          both = real
          both += fake
      sum_of_tasks = 0
      for task in tasks:
          one = task(x)
          sum_of_tasks += one
      sum_of_tasks.backward()
      for x in loader:
          loss = 0
          for task in tasks:
              part = task(x)
              loss += part
          loss.backward()
      for x in loader:
          loss = first(x)
          loss += second(x)
          loss.backward()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { total, added } of additions(document).slice(0, MOST)) {
      if (
        DETACHES.test(textOf(document, added)) ||
        isDifferentiated(document, total) ||
        restarts(document, total) ||
        withoutGrad(document, added)
      )
        continue;
      const backward = backwardOf(document, added, added);
      if (backward === undefined) continue;
      const evidence = [seen(document, backward.call.node, 'differentiated here')];
      const safe = bare(added).type === 'identifier' && !isUsedAsTensor(document, total);
      const message = `\`${textOf(document, total)}\` adds up \`${textOf(document, added)}\` as a tensor, with the graph of each step`;
      yield at(document, added, message, {
        evidence,
        ...(safe ? { replacement: `${textOf(document, added)}.item()` } : {}),
      });
    }
  },
});

/** The sum begins anew in each round of the loop: one step's graphs, as when two parts of a loss are joined. */
const restarts = (document: PythonDocument, total: PyNode): boolean => {
  const loop = enclosingLoop(total);
  if (loop === undefined) return true;
  return nodesWithin(document, loop, 'assignment').some((each) => {
    const left = child(each, 'left');
    const same = left !== undefined && left !== total && textOf(document, left) === textOf(document, total);
    return same && enclosingLoop(each) === loop;
  });
};

/** `total += x` and `total = total + x` inside loops. */
function additions(document: PythonDocument): readonly { readonly total: PyNode; readonly added: PyNode }[] {
  return nodesOf(document, 'augmented_assignment', 'assignment').flatMap((each) => {
    const total = child(each, 'left');
    const right = child(each, 'right');
    if (total === undefined || right === undefined) return [];
    if (each.type === 'augmented_assignment')
      return child(each, 'operator')?.type === '+=' ? [{ total, added: right }] : [];
    const sum = bare(right);
    const first = child(sum, 'left');
    const added = child(sum, 'right');
    const isSum = sum.type === 'binary_operator' && child(sum, 'operator')?.type === '+';
    return isSum && first && added && textOf(document, first) === textOf(document, total) ? [{ total, added }] : [];
  });
}

const withoutGrad = (document: PythonDocument, node: PyNode): boolean =>
  enclosingWiths(node).some((each) =>
    nodesWithin(document, each, 'with_item').some((item) => /no_grad|inference_mode/.test(textOf(document, item))),
  );
