import { repoPath } from '../../../src/core/location.ts';
import { gateLoosening, gatesIn } from '../../../src/facts/validation/gates.ts';
import { projectOf } from '../formats/project.ts';

function gates(text: string, path = 'params.yaml'): readonly string[] {
  const document = projectOf({ [path]: text }).document(repoPath(path));
  return document?.kind === 'yaml'
    ? gatesIn(document).map(({ name, value, about }) => `${about} ${name} ${value}`)
    : [];
}

test('bounds of quality are gates, settings of training and of decisions are none', () => {
  expect(gates('evaluate:\n  min_accuracy: 0.8\n')).toEqual(['quality min_accuracy 0.8']);
  expect(gates('quality_gate:\n  f1: 0.8\n  threshold: 0.5\n')).toEqual(['quality f1 0.8', 'unknown threshold 0.5']);
  expect(
    gates('train:\n  lr: 0.1\n  early_stopping: {max_loss: 3}\nprediction_threshold: 0.5\naccuracy: 0.9\n'),
  ).toEqual([]);
  expect(gates('drift:\n  accuracy_threshold: 0.1\n')).toEqual([]);
  expect(gates('fairness:\n  dpd: 0.1\n')).toEqual(['fairness dpd 0.1']);
});

test('a list of criteria is told by its metrics, a flag by its name', () => {
  expect(gates('criteria:\n  - {metric: rmse, threshold: 3}\n')).toEqual(['quality threshold of rmse 3']);
  expect(gates('cmd: python gate.py --min-auc=0.9 --epochs 3\n')).toEqual(['quality --min-auc 0.9']);
});

test('a gate whose metric is another one has no known direction', () => {
  const gate = {
    key: 'a',
    name: 'a',
    quantity: 'rmse',
    about: 'quality',
    failsWhen: undefined,
    span: { start: 0, end: 1 },
    value: 1,
    written: '1',
  } as const;
  expect(gateLoosening(gate, { ...gate, value: 2 })).toBe('loosened');
  expect(gateLoosening(gate, { ...gate, value: 0.5 })).toBe('tightened');
  expect(gateLoosening(gate, { ...gate, value: 2, quantity: 'r2' })).toBe('unknown');
});
