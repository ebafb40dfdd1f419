import { child, contains, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { calledFunction } from '../../facts/python/functions.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { enclosingFunction, enclosingLoop, enclosingWiths } from '../../facts/python/structure.ts';
import { MOST } from '../../facts/training/most.ts';
import { type Backward, backwards } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** The outermost loop of the function that holds the node. */
function outermostLoop(node: PyNode): PyNode | undefined {
  let loop = enclosingLoop(node);
  for (let at = loop && enclosingLoop(loop); at !== undefined; at = enclosingLoop(at)) loop = at;
  return loop;
}

const TRAINS = /\.train\(|\.training\s*=|set_train|train_mode/;

/** The loop, or a function of the file that it calls, puts a model back into training mode; so may one that gets the model. */
function mayTrain(document: PythonDocument, loop: PyNode, model: string): boolean {
  if (TRAINS.test(textOf(document, loop))) return true;
  return calls(document).some((call) => {
    if (!contains(loop, call.node)) return false;
    const target = calledFunction(document, call);
    if (target !== undefined) return TRAINS.test(textOf(document, target));
    return [...call.args, ...call.keywords.values()].some((each) => textOf(document, each) === model);
  });
}

/** The model that was put into evaluation mode is the one that is trained: its call went into the loss. */
function trainedBy(document: PythonDocument, model: string, loop: PyNode): Backward | undefined {
  return backwards(document).find(({ call, loss }) => {
    if (!contains(loop, call.node)) return false;
    return [...originsOf(document, loss)].some((each) => {
      const callee = each.type === 'call' ? child(each, 'function') : undefined;
      return callee !== undefined && textOf(document, callee) === model && !isDetached(document, each);
    });
  });
}

/** The answer of a network that is only asked: `teacher(x).detach()`, or under `no_grad`. */
const isDetached = (document: PythonDocument, call: PyNode): boolean =>
  (call.parent?.type === 'attribute' && textOf(document, call.parent).endsWith('.detach')) ||
  enclosingWiths(call).some((each) =>
    /no_grad|inference_mode/.test(document.text.slice(each.start, child(each, 'body')?.start)),
  );

/** Called as one calls networks that stay as they are, or its parameters are given to no optimizer while others' are. */
function isFrozen(document: PythonDocument, model: string): boolean {
  if (
    /teacher|frozen|target|(^|_|\.)(ref|ema|vgg|lpips|backbone|encoder|pretrained)(_|$)|reference|perceptual/i.test(
      model,
    )
  )
    return true;
  return document.text.includes('.parameters()') && !document.text.includes(`${model}.parameters()`);
}

/** Stands in the very loop of the training, not in a function that is called from there. */
const isInLoop = (evaluation: Call, loop: PyNode, backward: Backward): boolean =>
  enclosingFunction(evaluation.node) === enclosingFunction(backward.call.node) && contains(loop, evaluation.node);

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Evaluation mode is never left again',
  why: 'After the first validation, dropout is off and batch norm no longer learns: all later epochs train another network than the first one.',
  fix: 'Call `model.train()` at the start of each epoch, or after the validation.',
  references: ['https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval'],
  mentions: ['.eval()'],
  examples: [
    bad`
      import torch as th

      for epoch in range(10):
          for x, y in loader:
              loss = criterion(net(x), y)
              loss.backward()
              optimizer.step()
          «net.eval()»
          with th.no_grad():
              print(net(probe))
    `,
    bad`
      from torch import nn

      class Trainer:
          def fit(self, epochs):
              self.model.train()
              for _ in range(epochs):
                  out = self.model(self.x)
                  self.criterion(out, self.y).backward()
                  self.optimizer.step()
                  «self.model.eval()»
    `,
    bad`
      import torch

      def run(model, steps, batches):
          while steps > 0:
              for batch in batches:
                  guess = model(batch)
                  objective = guess.mean()
                  objective.backward()
                  if steps % 10 == 0:
                      «model.eval()»
                      check(batch)
              steps -= 1
    `,
    bad`
      import torch
      classifier = build()
      for epoch in range(10):
          «classifier.eval()»
          with torch.no_grad():
              validate(loader)
          for x, y in loader:
              scores = classifier(x)
              error = loss(scores, y)
              error.backward()
    `,
    good`
      import torch

      def check(net):
          net.eval()
          score = net(probe)
          net.train()
          return score

      for epoch in range(10):
          net.train()
          for x, y in loader:
              loss = criterion(net(x), y)
              loss.backward()
          net.eval()
      for epoch in range(10):
          loss = criterion(net(x), y)
          loss.backward()
          check(net)
          net.eval()
      for epoch in range(10):
          net.backbone.eval()
          teacher.eval()
          loss = criterion(net(x), teacher(x).detach())
          loss.backward()
      net.eval()
      for epoch in range(10):
          loss = criterion(net(x), y)
          loss.backward()
          validate(net)
    `,
    good`
      import torch
      import pytorch_lightning as pl
      for epoch in range(10):
          loss = net(x)
          loss.backward()
          net.eval()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (importsModule(document, 'pytorch_lightning', 'lightning')) return;
    for (const evaluation of callsOfMethod(document, 'eval').slice(0, MOST)) {
      const loop = evaluation.receiver && outermostLoop(evaluation.node);
      if (loop === undefined || evaluation.receiver === undefined || evaluation.args.length > 0) continue;
      const model = textOf(document, evaluation.receiver);
      const backward = trainedBy(document, model, loop);
      if (
        backward === undefined ||
        isFrozen(document, model) ||
        !isInLoop(evaluation, loop, backward) ||
        mayTrain(document, loop, model)
      )
        continue;
      const message = `\`${model}\` is put into evaluation mode in the loop that trains it, and nothing there calls \`${model}.train()\``;
      yield at(document, evaluation.node, message, { evidence: [seen(document, backward.call.node, 'trained here')] });
    }
  },
});
