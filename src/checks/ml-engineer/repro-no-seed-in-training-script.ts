import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callsOfMethod } from '../../facts/python/calls.ts';
import { imports, importsModule } from '../../facts/python/imports.ts';
import { moduleDocument } from '../../facts/python/modules.ts';
import { enclosingFunction, enclosingLoop } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { seedings } from '../../facts/training/seeds.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Frameworks that seed by themselves, or through a setting that this file need not show. */
const DELEGATES = [
  'pytorch_lightning',
  'lightning',
  'lightning_fabric',
  'fastai',
  'accelerate',
  'ignite',
  'composer',
  'hydra',
  'deepspeed',
];
const KERAS = /^(tensorflow\.keras|keras|tensorflow\.python\.keras|tf_keras)\.(\w+\.)*(Sequential|Model)\(\)$/;

/** `loss.backward()` in a loop that also steps an optimizer. */
function torchLoops(document: PythonDocument): readonly Call[] {
  if (!importsModule(document, 'torch')) return [];
  const steps = callsOfMethod(document, 'step');
  return callsOfMethod(document, 'backward').filter(({ node }) => {
    const loop = enclosingLoop(node);
    return loop !== undefined && steps.some((step) => loop.start <= step.node.start && step.node.end <= loop.end);
  });
}

const kerasFits = (document: PythonDocument): readonly Call[] =>
  callsOfMethod(document, 'fit').filter(
    ({ receiver }) => receiver !== undefined && KERAS.test(typeOf(document, receiver) ?? ''),
  );

/** Run as a program: the training stands at the top level, or the file calls its own functions when started. */
function isProgram(document: PythonDocument, call: Call): boolean {
  if (enclosingFunction(call.node) === undefined) return true;
  return nodesOf(document, 'if_statement').some((each) =>
    /__name__\s*==/.test(textOf(document, child(each, 'condition') ?? each)),
  );
}

/** A seed in any shape: a call, an argument, a setting, a name that is imported. */
const speaksOfSeeds = (document: PythonDocument): boolean =>
  seedings(document).length > 0 || /seed|determinis|reproducib/i.test(document.text);

/** A module of the repository that the file imports and that seeds. */
const importsSeeding = (document: PythonDocument, project: Project): boolean =>
  imports(document).some(({ module, target }) =>
    [module, target].some((each) => {
      const other = moduleDocument(project, document.path, each);
      return other !== undefined && other !== document && seedings(other).length > 0;
    }),
  );

const first = (found: readonly Call[]): PyNode | undefined => found[0]?.node;

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Training program without a seed',
  why: 'Initial weights, batches and dropout differ at each run: nobody can tell whether a change made the model better or the draw did.',
  fix: 'Seed before anything is drawn: `torch.manual_seed(seed)` or `keras.utils.set_random_seed(seed)`, and log the seed.',
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html',
    'https://keras.io/api/utils/python_utils/',
  ],
  mentions: ['backward', 'keras'],
  examples: [
    bad`
      import torch
      from torch import optim

      def main():
          optimizer = optim.SGD(net.parameters(), lr=0.1)
          for x, y in loader:
              optimizer.zero_grad()
              loss = criterion(net(x), y)
              «loss.backward()»
              optimizer.step()

      if __name__ == "__main__":
          main()
    `,
    bad`
      import tensorflow as tf
      model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
      model.compile(loss="mse")
      «model.fit(X_train, y_train, epochs=3)»
    `,
    bad`
      import torch as th

      class Job:
          def run(self, loader):
              for x, y in loader:
                  objective = self.criterion(self.net(x), y)
                  «objective.backward()»
                  self.optimizer.step()

      if __name__ == '__main__':
          Job().run(read())
    `,
    bad`
      from keras.models import Sequential as Net
      from sklearn.model_selection import train_test_split
      x, x_test = train_test_split(rows, random_state=1)
      net = Net()
      net.add(layer)
      history = «net.fit(x, y)»
    `,
    good`
      import torch
      torch.manual_seed(0)
      for x, y in loader:
          loss = criterion(net(x), y)
          loss.backward()
          optimizer.step()
    `,
    good`
      import torch
      from pytorch_lightning import Trainer
      for x, y in loader:
          loss.backward()
          optimizer.step()
    `,
    good`
      import torch
      def train_epoch(net, loader, optimizer):
          for x, y in loader:
              loss = net(x).mean()
              loss.backward()
              optimizer.step()
    `,
    good({
      'src/common.py': 'import torch\n\ndef prepare():\n    torch.manual_seed(1)\n',
      'src/train.py':
        'import torch\nfrom common import prepare\nprepare()\nfor x in loader:\n    loss = net(x)\n    loss.backward()\n    optimizer.step()\n',
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    if (speaksOfSeeds(document) || importsModule(document, ...DELEGATES)) return;
    const torch = torchLoops(document).filter((call) => isProgram(document, call));
    const node = first(torch) ?? first(kerasFits(document).filter((call) => isProgram(document, call)));
    if (node === undefined || importsSeeding(document, project)) return;
    const name = first(torch) === node ? '`torch`' : '`keras`';
    yield at(document, node, `this program trains with ${name} and seeds no random generator`);
  },
});
