import { contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls } from '../../facts/python/calls.ts';
import { outerBases } from '../../facts/python/hierarchy.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { enclosingClass, enclosingFunction } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { classOfType, weightLoads } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const EXPORTS = [
  'torch.onnx.export',
  'torch.onnx.dynamo_export',
  'torch.jit.trace',
  'torch.jit.script',
  'torch.export.export',
];
/** Signs that the file goes on training, or sets the mode in its own way. */
const TRAINS =
  /\.eval\b|\.train\(|\.backward\(|optim\b|optimizer|requires_grad_?|\.parameters\(\)|training\s*=|TrainingMode/i;
/** Given to these, a model stays what it is. */
const HARMLESS =
  /^(builtins\.(print|type|id|len|isinstance|hasattr)|torch\.(nn\.DataParallel|compile)|torchsummary\.summary)$/;
const DELEGATES = ['pytorch_lightning', 'lightning', 'accelerate', 'ignite', 'fastai'];

/** Where the mode of the model can be seen: the function, or for `self.model` the class. */
function reach(document: PythonDocument, node: PyNode, model: string): PyNode {
  const owner = model.includes('.') ? enclosingClass(node) : undefined;
  return owner ?? enclosingFunction(node) ?? document.root;
}

const isTop = (document: PythonDocument, scope: PyNode): boolean => scope === document.root;

/** The first use that answers or exports with the model as it is. */
function useOf(document: PythonDocument, scope: PyNode, model: string, load: PyNode): Call | undefined {
  return calls(document).find((call) => {
    if (!contains(scope, call.node) || contains(call.node, load)) return false;
    if (!model.includes('.') && call.node.start < load.end) return false;
    if (!model.includes('.') && isTop(document, scope) && enclosingFunction(call.node) !== undefined) return false;
    if (textOf(document, call.callee) === model) return true;
    const [first] = call.args;
    return (
      first !== undefined && textOf(document, first) === model && call.names.some((name) => EXPORTS.includes(name))
    );
  });
}

/** Given to a function that may set the mode; exports and the like do not. */
function escapes(document: PythonDocument, scope: PyNode, model: string): boolean {
  const owner = enclosingClass(scope) ?? (scope.type === 'class_definition' ? scope : undefined);
  if (owner !== undefined && outerBases(document, owner).some((base) => base.startsWith('torch.nn.'))) return true;
  const given = calls(document).some((call) => {
    if (!contains(scope, call.node) || EXPORTS.includes(call.name ?? '') || HARMLESS.test(call.name ?? ''))
      return false;
    return [...call.args, ...call.keywords.values()].some((each) => textOf(document, each) === model);
  });
  return (
    given ||
    nodesWithin(document, scope, 'return_statement').some(
      (each) => textOf(document, each).replace(/^return\s+/, '') === model,
    )
  );
}

/** True when neither dropout nor batch norm can be in the module: every part of it is seen in this file. */
function hasNoModes(document: PythonDocument, model: string, load: PyNode): boolean {
  const use = nodesOf(document, 'identifier', 'attribute').find(
    (each) => each.start >= load.start && textOf(document, each) === model,
  );
  const type = use && typeOf(document, use);
  if (type !== undefined && /^torch\.nn\.(Linear|Conv\w+|Embedding|ReLU|Softmax)\(\)$/.test(type)) return true;
  const owner = classOfType(document, type);
  if (owner === undefined || outerBases(document, owner).some((base) => base !== 'torch.nn.Module')) return false;
  const text = textOf(document, owner);
  return (
    !/dropout|norm|rnn|lstm|gru|transformer|\.training/i.test(text) &&
    !/models\.|pretrained|backbone|encoder|timm|hub\.|\*/i.test(text)
  );
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'medium',
  title: 'Loaded model used in training mode',
  why: 'A new module is in training mode: dropout stays on and batch norm follows the batch at hand, so answers are random, worse, and depend on what else is in the batch.',
  fix: 'Call `model.eval()` after loading the weights.',
  references: ['https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html'],
  mentions: ['load_state_dict', 'torch'],
  examples: [
    bad`
      import torch as th
      from torchvision import models as zoo

      net = zoo.resnet18()
      net.load_state_dict(th.load("net.pt", weights_only=True))
      print(«net(image)».argmax())
    `,
    bad`
      import torch
      from nets import Net

      class Predictor:
          def __init__(self, path):
              self.net = Net()
              self.net.load_state_dict(torch.load(path, weights_only=True))

          def predict(self, x):
              with torch.no_grad():
                  return «self.net(x)»
    `,
    bad`
      import torch
      import torch.onnx

      def export(path, sample):
          model = torch.load(path, weights_only=False)
          model = model.to("cpu")
          «torch.onnx.export(model, sample, "net.onnx")»
    `,
    bad`
      import torch
      import torch.nn as nn

      class Net(nn.Module):
          def __init__(self):
              super().__init__()
              self.drop = nn.Dropout(0.5)
              self.fc = nn.Linear(4, 2)

          def forward(self, x):
              return self.fc(self.drop(x))

      def main(path, x):
          net = Net()
          net.load_state_dict(torch.load(path, weights_only=True))
          return «net(x)»
    `,
    good`
      import torch
      from nets import Net
      net = Net()
      net.load_state_dict(torch.load("net.pt", weights_only=True))
      net.eval()
      net(x)
    `,
    good`
      import torch
      from nets import Net, ready

      def a(path, x):
          net = Net()
          net.load_state_dict(torch.load(path, weights_only=True))
          ready(net)
          return net(x)

      def b(path):
          net = Net()
          net.load_state_dict(torch.load(path, weights_only=True))
          return net

      class Wrapper(torch.nn.Module):
          def __init__(self, path):
              super().__init__()
              self.body = Net()
              self.body.load_state_dict(torch.load(path, weights_only=True))

          def forward(self, x):
              return self.body(x)

      def c(path, x):
          weights = torch.load(path, weights_only=True)
          return weights["bias"]
    `,
    good`
      import torch
      from nets import Net
      net = Net()
      net.load_state_dict(torch.load("net.pt", weights_only=True))
      net.train()
      loss = net(x)
    `,
    good`
      import torch
      import torch.nn as nn
      from transformers import AutoModel

      class Plain(nn.Module):
          def __init__(self):
              super().__init__()
              self.fc = nn.Linear(4, 2)

          def forward(self, x):
              return self.fc(x)

      net = Plain()
      net.load_state_dict(torch.load("net.pt", weights_only=True))
      net(x)
      bert = AutoModel.from_pretrained("bert-base-uncased")
      bert(tokens)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!importsModule(document, 'torch') || importsModule(document, ...DELEGATES)) return;
    const loads = weightLoads(document);
    if (loads.length === 0 || TRAINS.test(document.text)) return;
    const said = new Set<PyNode>();
    for (const { node, model } of loads) {
      const scope = reach(document, node, model);
      const use = useOf(document, scope, model, node);
      if (
        use === undefined ||
        said.has(use.node) ||
        escapes(document, scope, model) ||
        hasNoModes(document, model, node)
      )
        continue;
      said.add(use.node);
      const message = `\`${model}\` is loaded and used without \`${model}.eval()\`: dropout and batch norm behave as in training`;
      yield at(document, use.node, message, { evidence: [seen(document, node, 'loaded here')] });
    }
  },
});
