import { child, firstPart, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { classOfSelf, methodsOf } from '../../facts/python/classes.ts';
import { decorators } from '../../facts/python/structure.ts';
import { makesLayer, moduleClasses } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const PARENT = /super\s*\(|\.__init__\s*\(|__post_init__/;

/** The first layer that the constructor gives to the instance. */
function firstLayer(document: PythonDocument, init: PyNode): PyNode | undefined {
  return nodesWithin(document, init, 'assignment').find((each) => {
    const left = child(each, 'left');
    const object = left?.type === 'attribute' ? child(left, 'object') : undefined;
    const value = child(each, 'right');
    return (
      object !== undefined &&
      value !== undefined &&
      classOfSelf(document, object) !== undefined &&
      makesLayer(document, value)
    );
  });
}

/** The parent's constructor as first statement of the body, in place of the first statement itself. */
function fixOf(
  document: PythonDocument,
  init: PyNode,
): { readonly replacement?: { readonly span: PyNode; readonly text: string } } {
  const body = child(init, 'body');
  const first = body === undefined ? undefined : firstPart(body);
  if (first === undefined || body === undefined) return {};
  const line = document.text.lastIndexOf('\n', first.start) + 1;
  const indent = document.text.slice(line, first.start);
  if (indent.trim() !== '' || /^['"]/.test(textOf(document, first))) return {};
  return { replacement: { span: first, text: `super().__init__()\n${indent}${textOf(document, first)}` } };
}

export default defineCheck({
  evaluates: 'model-architecture-choices',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Module without its parent constructor',
  why: '`nn.Module` keeps its layers in tables that its constructor makes. Without it the first assigned layer raises an `AttributeError` as soon as the class is used.',
  fix: 'Call `super().__init__()` first in `__init__`.',
  references: ['https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html'],
  mentions: ['__init__'],
  examples: [
    bad`
      import pytorch_lightning as pl
      from torch import nn

      class Lit(pl.LightningModule):
          def «__init__»(self, hidden):
              self.encoder = nn.Linear(10, hidden)
    `,
    bad`
      from torch import nn as layers

      class Net(layers.Module):
          def «__init__»(self, size):
              self.fc = layers.Linear(size, 2)
    `,
    bad`
      import torch

      class Base(torch.nn.Module):
          def «__init__»(self):
              width = 3
              self.body = torch.nn.Sequential(torch.nn.ReLU())

      class Upper(Base):
          def «__init__»(self):
              self.inner = Base()
    `,
    bad`
      from torch.nn import Module as M, Conv2d

      def make():
          class Inner(M):
              def «__init__»(self, channels: int) -> None:
                  """Doc."""
                  self.conv = Conv2d(channels, 3, 1)
          return Inner(1)
    `,
    good`
      import torch.nn as nn

      class A(nn.Module):
          def __init__(self):
              super().__init__()
              self.fc = nn.Linear(1, 2)

      class B(nn.Module):
          def __init__(self):
              super(B, self).__init__()
              self.fc = nn.Linear(1, 2)

      class C(nn.Module):
          def __init__(self):
              nn.Module.__init__(self)
              self.fc = nn.Linear(1, 2)

      class D(nn.Module):
          def __init__(self):
              self.prepare()
              self.fc = nn.Linear(1, 2)

          def prepare(self):
              super().__init__()

      class E(nn.Module):
          def forward(self, x):
              return x

      class F(Unknown):
          def __init__(self):
              self.fc = nn.Linear(1, 2)

      class G:
          def __init__(self):
              self.fc = nn.Linear(1, 2)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const owner of moduleClasses(document)) {
      const init = methodsOf(document, owner).get('__init__');
      const name = init && child(init, 'name');
      const layer = init && firstLayer(document, init);
      if (init === undefined || name === undefined || layer === undefined) continue;
      if (PARENT.test(textOf(document, owner)) && constructs(document, owner, init)) continue;
      if (decorators(document, owner).length > 0) continue;
      const title = child(owner, 'name');
      const message = `\`${title === undefined ? 'the class' : textOf(document, title)}.__init__\` assigns layers and never calls the constructor of \`nn.Module\``;
      yield at(document, name, message, {
        evidence: [seen(document, layer, 'the first layer')],
        ...fixOf(document, init),
      });
    }
  },
});

/** The constructor, or a method that it may call, runs the parent's. */
function constructs(document: PythonDocument, owner: PyNode, init: PyNode): boolean {
  if (PARENT.test(textOf(document, init))) return true;
  return [...methodsOf(document, owner).values()].some((method) =>
    /super\s*\([^)]*\)\s*\.__init__|Module\.__init__/.test(textOf(document, method)),
  );
}
