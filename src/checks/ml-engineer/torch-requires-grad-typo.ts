import { child } from '../../documents/python/node.ts';
import { nodesOf, textOf } from '../../documents/python/python.ts';
import { classOfSelf } from '../../facts/python/classes.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const TYPOS = new Set([
  'require_grad',
  'requires_grads',
  'required_grad',
  'require_grads',
  'requiresgrad',
  'require_gradient',
]);

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Misspelt requires_grad',
  why: 'Python makes a new attribute of the wrong name: nothing is frozen (or unfrozen), no error is raised, and the weights meant to stay are trained.',
  fix: 'Write `requires_grad`, or call `requires_grad_(False)`.',
  references: ['https://docs.pytorch.org/docs/stable/notes/autograd.html#setting-requires-grad'],
  mentions: [...TYPOS],
  examples: [
    bad`
      import torch
      from torchvision import models as zoo

      net = zoo.resnet18()
      for weight in net.parameters():
          weight.«require_grad» = False
    `,
    bad`
      from torch import nn as layers

      class Net(layers.Module):
          def freeze(self):
              self.head.weight.«require_grad» = self.flag
              first = self.body[0].bias
              first.«requires_grads» = False
    `,
    bad`
      import torch as th
      x = th.ones(2)
      x.«require_grad», y = True, 1
    `,
    good`
      import torch
      x.requires_grad = False
      x.requires_grad_(False)
      print(x.require_grad)

      class Own:
          def __init__(self, require_grad):
              self.require_grad = require_grad
    `,
    good`
      config.require_grad = True
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!importsModule(document, 'torch', 'torchvision', 'transformers')) return;
    for (const attribute of nodesOf(document, 'attribute')) {
      const name = child(attribute, 'attribute');
      const object = child(attribute, 'object');
      const isTarget =
        attribute.field === 'left' || (attribute.parent?.type === 'pattern_list' && attribute.parent.field === 'left');
      if (name === undefined || object === undefined || !isTarget || !TYPOS.has(textOf(document, name))) continue;
      if (classOfSelf(document, object) !== undefined) continue;
      const message = `\`${textOf(document, attribute)}\` is a new attribute without effect; tensors have \`requires_grad\``;
      yield at(document, name, message, { replacement: 'requires_grad' });
    }
  },
});
