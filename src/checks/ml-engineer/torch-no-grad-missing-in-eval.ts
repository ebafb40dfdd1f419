import { child, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { callsOf } from '../../facts/python/functions.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { decorators, definitionName, enclosingFunction, enclosingWiths } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { MOST } from '../../facts/training/most.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const GUARDS =
  /no_grad|inference_mode|set_grad_enabled|requires_grad_\(\s*False|requires_grad\s*=\s*False|grad_mode|torch\.compile|\.generate\(/;
const LEARNS = /\.backward\(|autograd\.grad|\.step\(|retain_grad|\.grad\b|create_graph|hook/;
const NAME =
  /(^|_)(val|valid|validate|validation|eval|evaluate|evaluation|test|infer|inference|predict|predictions)(_|$)/i;
const LOADER = /(loader|dataloader|_dl|batches|_iter)$/i;
const DELEGATES = ['pytorch_lightning', 'lightning', 'fastai'];

/** The loop over batches: what it goes through is a loader by type or by name. */
function loaderLoop(document: PythonDocument, definition: PyNode): PyNode | undefined {
  return nodesWithin(document, definition, 'for_statement').find((loop) => {
    const iterated = child(loop, 'right');
    return iterated !== undefined && enclosingFunction(loop) === definition && isLoader(document, iterated);
  });
}

/** Also in `enumerate(loader)` and `tqdm(loader)`. */
function isLoader(document: PythonDocument, node: PyNode): boolean {
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  const inner = call?.args[0];
  if (
    inner !== undefined &&
    /(^|\.)(enumerate|tqdm|trange|notebook_tqdm)$/.test(textOf(document, call?.callee ?? node))
  )
    return isLoader(document, inner);
  return (
    typeOf(document, node) === 'torch.utils.data.DataLoader()' ||
    (typeOf(document, node) === undefined && LOADER.test(textOf(document, node)))
  );
}

/** The models that the function puts into evaluation mode, as written. */
const evaluated = (document: PythonDocument, definition: PyNode): ReadonlySet<string> =>
  new Set(
    callsOfMethod(document, 'eval')
      .slice(0, MOST)
      .flatMap(({ node, receiver, args }) =>
        receiver !== undefined && args.length === 0 && enclosingFunction(node) === definition
          ? [textOf(document, receiver)]
          : [],
      ),
  );

/** `model(batch)` in the loop, of a model that is in evaluation mode. */
function forwardIn(document: PythonDocument, loop: PyNode, models: ReadonlySet<string>): PyNode | undefined {
  return nodesWithin(document, loop, 'call').find((node) => {
    const callee = child(node, 'function');
    return callee !== undefined && models.has(textOf(document, callee));
  });
}

/** Gradients are switched off around the function, at every place of this file that calls it, or for the whole file. */
function isGuarded(document: PythonDocument, definition: PyNode): boolean {
  if (
    GUARDS.test(textOf(document, definition)) ||
    decorators(document, definition).some(({ text }) => !/^(staticmethod|classmethod)$/.test(text))
  )
    return true;
  if (/set_grad_enabled\(\s*False|_C\._set_grad|autograd\.set_grad/.test(document.text)) return true;
  return callsOf(document, definition).some(({ node }) => {
    const caller = enclosingFunction(node);
    const around = enclosingWiths(node).some((each) =>
      GUARDS.test(document.text.slice(each.start, child(each, 'body')?.start ?? each.end)),
    );
    return around || (caller !== undefined && decorators(document, caller).some(({ text }) => GUARDS.test(text)));
  });
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'medium',
  confidence: 'high',
  title: 'Validation that records gradients',
  why: 'Every forward pass stores its activations for a backward pass that never comes. Validation takes up to twice the memory, and keeping outputs keeps whole graphs.',
  fix: 'Run it under `torch.inference_mode()` or `torch.no_grad()`, best as decorator of the function.',
  references: ['https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation'],
  mentions: ['.eval()'],
  examples: [
    bad`
      import torch as th

      def evaluate(net, loader):
          net.eval()
          right = 0
          for x, y in loader:
              right += («net(x)».argmax(1) == y).sum().item()
          return right
    `,
    bad`
      from torch.utils.data import DataLoader
      from tqdm import tqdm

      class Trainer:
          def _validate_epoch(self):
              self.model.eval()
              batches = DataLoader(self.rows)
              for i, batch in enumerate(tqdm(batches)):
                  out = «self.model(batch)»
                  self.seen.append(out)
    `,
    bad`
      import torch

      def test(model, test_loader, device):
          network = model.module
          network.eval()
          for x, y in test_loader:
              guess = «network(x.to(device))»
    `,
    bad`
      import torch
      @staticmethod
      def predict_all(net, data_loader):
          net.eval()
          return [row for row in collect(net, data_loader)]

      def run_inference(net, data_loader):
          net.eval()
          found = []
          for batch in data_loader:
              found.extend(«net(batch["x"])»)
          return found
    `,
    good`
      import torch

      @torch.no_grad()
      def evaluate(net, loader):
          net.eval()
          for x in loader:
              net(x)

      def validate(net, loader):
          net.eval()
          with torch.inference_mode():
              for x in loader:
                  net(x)

      def test(net, loader):
          net.eval()
          for x in loader:
              net(x)

      def main(net, loader):
          with torch.no_grad():
              test(net, loader)

      def eval_attack(net, loader):
          net.eval()
          for x in loader:
              net(x).sum().backward()

      def predict(net, loader):
          torch.set_grad_enabled(False)
          net.eval()
          for x in loader:
              net(x)

      def infer(net, loader):
          net.eval()
          net.requires_grad_(False)
          for x in loader:
              net(x)

      def train_epoch(net, loader):
          net.eval()
          for x in loader:
              net(x)
    `,
    good`
      import torch
      @torch.no_grad()
      def main(net, loader):
          check_test(net, loader)

      def check_test(net, loader):
          net.eval()
          for x in loader:
              net(x)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!importsModule(document, 'torch') || importsModule(document, ...DELEGATES)) return;
    for (const definition of nodesOf(document, 'function_definition')) {
      const name = definitionName(document, definition) ?? '';
      if (!NAME.test(name) || LEARNS.test(textOf(document, definition))) continue;
      const models = evaluated(document, definition);
      const loop = models.size === 0 ? undefined : loaderLoop(document, definition);
      const forward = loop && forwardIn(document, loop, models);
      if (
        loop === undefined ||
        forward === undefined ||
        !contains(definition, forward) ||
        isGuarded(document, definition)
      )
        continue;
      const message = `\`${name}\` runs \`${textOf(document, forward).replace(/\s+/g, ' ').slice(0, 60)}\` for every batch with gradients recorded`;
      yield at(document, forward, message, { evidence: [seen(document, loop, 'for every batch')] });
    }
  },
});
