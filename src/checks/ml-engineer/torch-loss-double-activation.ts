import type { Outcome } from '../../core/finding.ts';
import { mentionsAny } from '../../documents/mentions.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant, stringOf } from '../../facts/python/constants.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { typeOf } from '../../facts/python/types.ts';
import { isKerasModel, lastLayer } from '../../facts/training/keras.ts';
import { type Activation, lastOperation } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Loss {
  readonly short: string;
  /** What its input has to have gone through last for the loss to be wrong. */
  readonly wrong: readonly Activation[];
  readonly because: string;
}

const CROSS_ENTROPY: Loss = {
  short: 'cross entropy',
  wrong: ['softmax', 'log_softmax'],
  because: 'applies a softmax itself',
};
const WITH_LOGITS: Loss = {
  short: 'binary cross entropy with logits',
  wrong: ['sigmoid'],
  because: 'applies a sigmoid itself',
};
const LIKELIHOOD: Loss = {
  short: 'negative log likelihood',
  wrong: ['linear', 'softmax'],
  because: 'expects log-probabilities',
};

const LOSSES: Readonly<Record<string, Loss>> = {
  'torch.nn.CrossEntropyLoss()': CROSS_ENTROPY,
  'torch.nn.functional.cross_entropy': CROSS_ENTROPY,
  'torch.nn.BCEWithLogitsLoss()': WITH_LOGITS,
  'torch.nn.functional.binary_cross_entropy_with_logits': WITH_LOGITS,
  'torch.nn.NLLLoss()': LIKELIHOOD,
  'torch.nn.functional.nll_loss': LIKELIHOOD,
};

function* inTorch(document: PythonDocument): Generator<Outcome> {
  if (!mentionsAny(document, ['CrossEntropyLoss', 'cross_entropy', 'BCEWithLogits', 'NLLLoss', 'nll_loss'])) return;
  for (const call of calls(document)) {
    const loss = LOSSES[call.name ?? ''] ?? LOSSES[typeOf(document, call.callee) ?? ''];
    const input = loss && argument(call, 0, 'input');
    const last = input && lastOperation(document, input);
    if (loss === undefined || input === undefined || last === undefined || !loss.wrong.includes(last.activation))
      continue;
    const comes =
      last.activation === 'linear' ? 'comes straight from a linear layer' : `has gone through \`${last.activation}\``;
    const message = `\`${textOf(document, input).replace(/\s+/g, ' ')}\` ${comes}, and ${loss.short} ${loss.because}`;
    yield at(document, input, message, {
      evidence: [seen(document, last.node, `the last operation: ${last.activation}`)],
    });
  }
}

const LOSS_NAME =
  /^(sparse_categorical_crossentropy|categorical_crossentropy|binary_crossentropy)$|\.(SparseCategoricalCrossentropy|CategoricalCrossentropy|BinaryCrossentropy)$/;

/** True for logits, false for probabilities, undefined when the loss is none of those or cannot be read. */
function expectsLogits(document: PythonDocument, loss: PyNode): boolean | undefined {
  const written = stringOf(document, loss);
  if (written !== undefined) return LOSS_NAME.test(written) ? false : undefined;
  const call: Call | undefined = callAt(document, singleAssignment(document, loss) ?? loss);
  if (call === undefined || call.spread || !LOSS_NAME.test(call.name ?? '')) return undefined;
  const given = argument(call, 0, 'from_logits');
  if (given === undefined || isConstant(document, given, false)) return false;
  return isConstant(document, given, true) ? true : undefined;
}

function* inKeras(document: PythonDocument): Generator<Outcome> {
  for (const { method, receiver, args, keywords } of callsOfMethod(document, 'compile')) {
    const loss = keywords.get('loss') ?? args[1];
    if (
      method === undefined ||
      receiver === undefined ||
      loss === undefined ||
      !isKerasModel(typeOf(document, receiver))
    )
      continue;
    const last = lastLayer(document, receiver);
    const logits = last && expectsLogits(document, loss);
    if (last === undefined || logits === undefined) continue;
    const squeezed = /^(softmax|sigmoid)$/.test(last.activation);
    if (logits ? !squeezed : last.activation !== 'linear') continue;
    const ends = squeezed ? `ends with \`${last.activation}\`` : 'ends without an activation';
    const message = `\`${textOf(document, receiver)}\` ${ends}, and its loss takes the output for ${logits ? 'logits' : 'probabilities'}`;
    yield at(document, loss, message, { evidence: [seen(document, last.node, 'the last layer')] });
  }
}

export default defineCheck({
  evaluates: 'model-architecture-choices',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Activation and loss do not fit together',
  why: `
    The activation is applied twice, or not at all: gradients are squashed and the model learns slowly and badly. Nothing fails, the
    loss even goes down.
  `,
  fix: 'Give `CrossEntropyLoss` and `BCEWithLogitsLoss` the raw outputs, `NLLLoss` log-probabilities; in keras make `from_logits` fit the last layer.',
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html',
    'https://keras.io/api/losses/probabilistic_losses/',
  ],
  mentions: ['oss', 'entropy'],
  examples: [
    bad`
      from collections import OrderedDict
      from torch import nn

      class Ce(nn.Module):
          def __init__(self):
              super().__init__()
              self.net = nn.Sequential(OrderedDict([("fc", nn.Linear(4, 3)), ("sm", nn.Softmax(dim=-1))]))
              self.criterion = nn.CrossEntropyLoss()

          def training_loss(self, x, y):
              return self.criterion(«self.net(x)», y)
    `,
    bad`
      import torch.nn.functional as F
      from torch import nn as layers

      class Net(layers.Module):
          def __init__(self):
              super().__init__()
              self.fc = layers.Linear(4, 2)
              self.criterion = layers.CrossEntropyLoss()

          def forward(self, x):
              x = self.fc(x)
              return F.softmax(x, dim=1)

      net = Net().to("cuda")
      criterion = layers.CrossEntropyLoss()
      for x, y in loader:
          out = net(x)
          loss = criterion(«out», y)
    `,
    bad`
      import torch
      import torch.nn as nn

      body = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
      binary = nn.BCEWithLogitsLoss()
      loss = binary(«body(x)», y)
      loss = torch.nn.functional.cross_entropy(«torch.softmax(net(x), dim=1)», y)
      loss = binary(«net(x).sigmoid().squeeze(1)», y)

      class Head(nn.Module):
          def __init__(self):
              super().__init__()
              self.out = nn.Linear(4, 2)
              self.loss = nn.NLLLoss()

          def step(self, x, y):
              return self.loss(«self.out(x)», y)
    `,
    bad`
      import tensorflow as tf
      from tensorflow.keras import layers
      model = tf.keras.Sequential([layers.Dense(8), layers.Dense(2, activation="softmax")])
      model.compile(loss=«tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)»)
      inputs = tf.keras.Input((4,))
      outputs = layers.Dense(1)(inputs)
      other = tf.keras.Model(inputs, outputs)
      other.compile(optimizer="adam", loss=«"binary_crossentropy"»)
    `,
    good`
      import torch
      import torch.nn as nn
      import torch.nn.functional as F

      class Net(nn.Module):
          def __init__(self):
              super().__init__()
              self.fc = nn.Linear(4, 2)

          def forward(self, x):
              weights = F.softmax(self.score(x), dim=1)
              return self.fc(weights * x)

      net = Net()
      criterion = nn.CrossEntropyLoss()
      out = net(x)
      loss = criterion(out, y)
      probabilities = torch.softmax(out, dim=1)
      print(probabilities.max())
      loss = nn.NLLLoss()(F.log_softmax(out, dim=1), y)
      loss = nn.BCELoss()(torch.sigmoid(out), y)
      loss = F.cross_entropy(unknown(x), y)
    `,
    good`
      from tensorflow import keras
      a = keras.Sequential([keras.layers.Dense(2, activation="softmax")])
      a.compile(loss="sparse_categorical_crossentropy")
      b = keras.Sequential()
      b.add(keras.layers.Dense(2))
      b.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
      c = keras.Sequential([keras.layers.Dense(1)])
      c.compile(loss="mse")
      d = keras.Sequential([keras.layers.Dense(2), keras.layers.Softmax()])
      d.compile(loss="categorical_crossentropy")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    yield* inTorch(document);
    yield* inKeras(document);
  },
});
