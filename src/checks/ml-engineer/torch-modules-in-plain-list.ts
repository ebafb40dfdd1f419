import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { classOfSelf } from '../../facts/python/classes.ts';
import { sameValue } from '../../facts/python/flow.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { enclosingClass } from '../../facts/python/structure.ts';
import { layersIn, moduleClasses } from '../../facts/training/torch.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const ON_PURPOSE =
  /frozen|freeze|teacher|not (be )?(registered|trained|saved)|unregistered|on purpose|deliberate|intention|plain list|hide|avoid regist/i;

/** Layers put into an empty list afterwards: `layers.append(nn.Linear(…))`. */
function appended(document: PythonDocument, target: PyNode): readonly PyNode[] {
  return callsOfMethod(document, 'append', 'insert').flatMap(({ receiver, args }) => {
    const last = args.at(-1);
    if (receiver === undefined || last === undefined) return [];
    const same =
      target.type === 'identifier'
        ? sameValue(document, receiver, target)
        : isSameAttribute(document, receiver, target);
    return same ? layersIn(document, bare(last)) : [];
  });
}

const isSameAttribute = (document: PythonDocument, a: PyNode, b: PyNode): boolean =>
  textOf(document, a) === textOf(document, b) && enclosingClass(a) === enclosingClass(b);

const isEmptyList = (value: PyNode): boolean => value.type === 'list' && parts(value).length === 0;

/** The layers that a plain container given to an attribute holds. */
function heldLayers(document: PythonDocument, target: PyNode, right: PyNode): readonly PyNode[] {
  const value = bare(right);
  if (isEmptyList(value)) return appended(document, target);
  const source = value.type === 'identifier' ? singleAssignment(document, value) : undefined;
  if (source !== undefined)
    return isEmptyList(bare(source)) ? appended(document, value) : layersIn(document, bare(source));
  return /^(list|tuple|dictionary|list_comprehension|dictionary_comprehension)$/.test(value.type)
    ? layersIn(document, value)
    : [];
}

/** Somewhere in the class the same layers are registered after all. */
function isRegistered(document: PythonDocument, owner: PyNode, target: PyNode, value: PyNode): boolean {
  const text = textOf(document, owner);
  const names = [target, value].filter(({ type }) => type !== 'list').map((each) => textOf(document, each));
  if (/add_module\(|register_module\(|setattr\(|\.extra_modules/.test(text)) return true;
  return nodesWithin(document, owner, 'call').some((node) => {
    const call = callAt(document, node);
    const wraps = /^torch\.nn\.(ModuleList|ModuleDict|Sequential)$/.test(call?.name ?? '');
    return wraps && names.some((name) => textOf(document, node).includes(name));
  });
}

/** A comment on the line, or right above it, says that it is meant. */
function isMeant(document: PythonDocument, assignment: PyNode): boolean {
  const start = document.text.lastIndexOf('\n', document.text.lastIndexOf('\n', assignment.start) - 1) + 1;
  const end = document.text.indexOf('\n', assignment.end);
  const lines = document.text.slice(start, end === -1 ? document.text.length : end);
  return ON_PURPOSE.test(lines.replace(/^[^#]*$/gm, ''));
}

/** `nn.ModuleList([…])` by the name under which the file knows `torch.nn`. */
function fixOf(document: PythonDocument, value: PyNode, layer: PyNode): { readonly replacement?: string } {
  const callee = child(layer, 'function');
  const prefix = callee?.type === 'attribute' ? child(callee, 'object') : undefined;
  if (
    prefix === undefined ||
    !/^torch\.nn\./.test(callAt(document, layer)?.name ?? '') ||
    !/^list(_comprehension)?$/.test(value.type)
  )
    return {};
  return parts(value).length === 0
    ? {}
    : { replacement: `${textOf(document, prefix)}.ModuleList(${textOf(document, value)})` };
}

export default defineCheck({
  evaluates: 'model-architecture-choices',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Layers kept in a plain list',
  why: 'PyTorch does not look into plain lists and dictionaries: these layers are not trained, not moved to the GPU and not saved.',
  fix: 'Keep them in `nn.ModuleList` or `nn.ModuleDict`.',
  references: ['https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html'],
  mentions: ['self.'],
  examples: [
    bad`
      from torch import nn as layers

      class Net(layers.Module):
          def __init__(self):
              super().__init__()
              self.blocks = «[layers.Linear(4, 4) for _ in range(3)]»
              self.heads = «{"a": layers.Linear(4, 1)}»
    `,
    bad`
      import torch
      from torch.nn import Conv2d

      class Block(torch.nn.Module):
          pass

      class Net(torch.nn.Module):
          def __init__(self, n):
              super().__init__()
              found = []
              for _ in range(n):
                  found.append(Conv2d(3, 3, 1))
              self.convs = «found»
              self.blocks = «[Block(), Block()]»
              self.more = «[]»
              self.more.append(torch.nn.GRU(3, 3))
    `,
    good`
      import torch.nn as nn

      class Net(nn.Module):
          def __init__(self):
              super().__init__()
              self.blocks = nn.ModuleList([nn.Linear(4, 4)])
              self.later = [nn.Linear(4, 4)]
              self.later = nn.ModuleList(self.later)
              parts = [nn.Linear(4, 4), nn.ReLU()]
              self.body = nn.Sequential(*parts)
              self.parts = parts
              self.activations = [nn.ReLU(), nn.GELU()]
              # The frozen teacher must not be saved with the student.
              self.teacher = [nn.Linear(4, 4)]
              self.sizes = [4, 4]

      class Added(nn.Module):
          def __init__(self):
              super().__init__()
              self.rows = [nn.Linear(4, 4)]
              for i, row in enumerate(self.rows):
                  self.add_module(str(i), row)

      class Plain:
          def __init__(self):
              self.rows = [nn.Linear(4, 4)]
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const owners = moduleClasses(document);
    for (const owner of owners) {
      for (const assignment of nodesWithin(document, owner, 'assignment')) {
        const target = child(assignment, 'left');
        const value = child(assignment, 'right');
        const object = target?.type === 'attribute' ? child(target, 'object') : undefined;
        if (
          target === undefined ||
          value === undefined ||
          object === undefined ||
          classOfSelf(document, object) !== owner
        )
          continue;
        const [layer] = heldLayers(document, target, value);
        if (layer === undefined || isRegistered(document, owner, target, value) || isMeant(document, assignment))
          continue;
        const message = `\`${textOf(document, target)}\` holds layers in a plain ${/^dict/.test(value.type) ? 'dictionary' : 'list'}, where PyTorch does not find them`;
        yield at(document, value, message, fixOf(document, bare(value), layer));
      }
    }
  },
});
