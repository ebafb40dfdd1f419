import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, callsTo } from '../../facts/python/calls.ts';
import { classOfSelf } from '../../facts/python/classes.ts';
import { dictionaryOf } from '../../facts/python/literals.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** `model.state_dict` that is not called; an attribute that the object's own class sets is data. */
function methodRef(document: PythonDocument, node: PyNode): PyNode | undefined {
  const value = bare(node);
  const reached = value.type === 'identifier' ? singleAssignment(document, value) : value;
  const attribute = reached && bare(reached);
  if (attribute?.type !== 'attribute') return undefined;
  const name = child(attribute, 'attribute');
  const object = child(attribute, 'object');
  if (name === undefined || object === undefined || textOf(document, name) !== 'state_dict') return undefined;
  const own = classOfSelf(document, object);
  return own !== undefined && textOf(document, own).includes('self.state_dict =') ? undefined : attribute;
}

/** What is saved: the object itself and, of a dictionary that is written out, each value. */
function savedParts(document: PythonDocument, saved: PyNode): readonly PyNode[] {
  const entries = dictionaryOf(document, saved);
  if (entries !== undefined) return [...entries.values()];
  const value = bare(singleAssignment(document, bare(saved)) ?? saved);
  if (value.type !== 'dictionary') return [saved];
  return value.children.flatMap((each) => (each.type === 'pair' ? (child(each, 'value') ?? []) : []));
}

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'training',
  severity: 'critical',
  confidence: 'high',
  title: 'Method saved instead of the weights',
  why: `
    Without parentheses the file holds a bound method, and with it a pickle of the whole model object: \`load_state_dict\` fails on
    it, and the checkpoint only opens where the very same code is importable.
  `,
  fix: 'Call the method: `torch.save(model.state_dict(), path)`.',
  references: ['https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html'],
  mentions: ['state_dict'],
  examples: [
    bad`
      import torch as th
      from torch import save

      class Trainer:
          def store(self, path):
              th.save(«self.model.state_dict», path)
              save({"model": «self.model.state_dict», "epoch": 3}, path)
    `,
    bad`
      import torch
      weights = «net.state_dict»
      torch.save(weights, "net.pt")
      checkpoint = {"optimizer": «optimizer.state_dict», "model": net.state_dict()}
      torch.save(checkpoint, "all.pt")
    `,
    bad`
      import torch
      torch.save(obj=«net.module.state_dict», f="net.pt")
    `,
    good`
      import torch
      torch.save(net.state_dict(), "net.pt")
      torch.save({"model": net.state_dict(), "kind": net.state_dict.__name__}, "net.pt")
      read = net.state_dict
      torch.save(read(), "net.pt")
      other.save(net.state_dict, "net.pt")

      class Snapshot:
          def __init__(self, net):
              self.state_dict = net.state_dict()

          def write(self, path):
              torch.save(self.state_dict, path)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of callsTo(document, 'torch.save', 'accelerate.Accelerator().save')) {
      const saved = argument(call, 0, 'obj');
      for (const part of saved === undefined ? [] : savedParts(document, saved)) {
        const reference = methodRef(document, part);
        if (reference === undefined) continue;
        const text = textOf(document, reference);
        const inside = reference.start >= call.node.start && reference.end <= call.node.end;
        const evidence = inside ? [] : [seen(document, call.node, 'saved here')];
        yield at(document, reference, `\`${text}\` is saved as a method, not called`, {
          evidence,
          replacement: `${text}()`,
        });
      }
    }
  },
});
