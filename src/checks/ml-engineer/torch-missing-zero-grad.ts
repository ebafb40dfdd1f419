import { ancestor, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls } from '../../facts/python/calls.ts';
import { calledFunction } from '../../facts/python/functions.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { enclosingIf, enclosingLoop } from '../../facts/python/structure.ts';
import { type Backward, backwards, isOptimizer, optimizerSteps } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** They reset gradients by themselves, or step through an engine of their own. */
const DELEGATES = [
  'pytorch_lightning',
  'lightning',
  'accelerate',
  'deepspeed',
  'fastai',
  'ignite',
  'colossalai',
  'apex',
];
const CLEARS = /zero_grad|\.grad\s*=\s*None|\.grad\.(zero_|data\.zero_|detach_)|set_to_none|autograd\.grad\(/;

/** The step in the backward's loop (or in the loop's nest) that follows it unconditionally. */
function stepOf(document: PythonDocument, { call, loop }: Backward): Call | undefined {
  const step = optimizerSteps(document).find(({ node }) => enclosingLoop(node) === loop && node.start > call.node.end);
  return step !== undefined && !isPeriodic(document, step.node, loop) ? step : undefined;
}

/** Gradients are summed over several batches on purpose: `if (i + 1) % 4 == 0`. */
function isPeriodic(document: PythonDocument, node: PyNode, loop: PyNode): boolean {
  for (let at = enclosingIf(node); at !== undefined && contains(loop, at); at = enclosingIf(at)) {
    if (/%|accum|last|sync|step/i.test(textOf(document, at.children.find((each) => each.field === 'condition') ?? at)))
      return true;
  }
  return /accum/i.test(textOf(document, loop));
}

/** The loop, a loop around it or a function called in it clears gradients, or may: it is given the optimizer. */
function mayClear(document: PythonDocument, { loop }: Backward, step: Call): boolean {
  let outermost = loop;
  for (let at = enclosingLoop(loop); at !== undefined; at = enclosingLoop(at)) outermost = at;
  if (CLEARS.test(textOf(document, outermost))) return true;
  const optimizer = step.args[0] ?? step.receiver;
  return calls(document).some((call) => {
    if (!contains(outermost, call.node) || call === step) return false;
    const target = calledFunction(document, call);
    if (target !== undefined && CLEARS.test(textOf(document, target))) return true;
    const given = [...call.args, ...call.keywords.values()].some(
      (each) => optimizer !== undefined && textOf(document, each) === textOf(document, optimizer),
    );
    return given && !/^(unscale_|step)$/.test(call.method ?? '');
  });
}

/** A training step written as a function of the class that owns the optimizer may be wrapped by it. */
const isWrapped = (document: PythonDocument, step: Call): boolean => {
  const owner = ancestor(step.node, 'class_definition');
  return (
    owner !== undefined &&
    /zero_grad/.test(textOf(document, owner)) &&
    nodesWithin(document, owner, 'with_statement').length > 0
  );
};

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'training',
  severity: 'high',
  confidence: 'medium',
  title: 'Gradients never cleared between steps',
  why: '`backward()` adds to the gradients of the step before. Without clearing, each step follows the sum of all batches so far, and training diverges or stalls.',
  fix: 'Call `optimizer.zero_grad()` once per step, before `backward()`.',
  references: ['https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html'],
  mentions: ['backward'],
  examples: [
    bad`
      import torch as th
      from torch import optim as o

      opt = o.Adam(net.parameters())
      for epoch in range(3):
          for x, y in loader:
              loss = criterion(net(x), y)
              «loss.backward()»
              opt.step()
    `,
    bad`
      import torch

      class Trainer:
          def fit(self, loader):
              optimizer = self.optimizer
              optimizer.zero_grad()
              for x, y in loader:
                  objective = self.net(x).mean()
                  «self.scaler.scale(objective).backward()»
                  self.scaler.step(optimizer)
                  self.scaler.update()

          def other(self, loader, optimizer):
              for x in loader:
                  «self.net(x).backward()»
                  optimizer.step()
    `,
    bad`
      import torch
      def train(net, loader, optimizer):
          for x in loader:
              forward = net(x)
              «forward.backward(retain)»
              torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
              optimizer.step()
              scheduler.step()
    `,
    good`
      import torch

      for i, x in enumerate(loader):
          loss = net(x)
          loss.backward()
          if (i + 1) % 4 == 0:
              optimizer.step()
      def reset(o):
          o.zero_grad()
      for x in loader:
          reset(optimizer)
          loss.backward()
          optimizer.step()
      for x in loader:
          clear(optimizer)
          loss.backward()
          optimizer.step()
      for x in loader:
          optimizer.step(closure)
      for x in loader:
          loss.backward()
          optimizer.step()
          for p in net.parameters():
              p.grad = None
      for x in loader:
          loss.backward()
          scheduler.step()
    `,
    good`
      import torch
      from accelerate import Accelerator
      for x in loader:
          loss.backward()
          optimizer.step()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (importsModule(document, ...DELEGATES)) return;
    for (const backward of backwards(document)) {
      const step = stepOf(document, backward);
      if (step === undefined || mayClear(document, backward, step) || isWrapped(document, step)) continue;
      const optimizer = [step.args[0], step.receiver].find((each) => each !== undefined && isOptimizer(document, each));
      const name = optimizer === undefined ? 'the optimizer' : `\`${textOf(document, optimizer)}\``;
      const message = `nothing in this loop clears the gradients that \`${textOf(document, backward.call.callee)}\` adds to before ${name} steps`;
      yield at(document, backward.call.node, message, { evidence: [seen(document, step.node, 'steps here')] });
    }
  },
});
