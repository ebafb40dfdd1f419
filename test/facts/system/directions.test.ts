import { directionOf, loosens } from '../../../src/facts/system/directions.ts';

test.each([
  ['ks', 0.05, 0.01, 'loosened'],
  ['p_val', 0.01, 0.05, 'tightened'],
  ['pearsons_chi_squared_test', 0.05, 0.01, 'loosened'],
  ['psi_threshold', 0.1, 0.3, 'loosened'],
  ['normalized_wasserstein_distance', 0.3, 0.1, 'tightened'],
  ['drift_share', 0.3, 0.6, 'loosened'],
  ['error_threshold', 10, -1, 'loosened'],
  ['error_threshold', -1, 0, 'tightened'],
  ['min_accuracy', 0.9, 0.8, 'loosened'],
  ['minF1Score', 0.9, 0.8, 'loosened'],
  ['max_rmse', 10, 20, 'loosened'],
  ['accuracy_drop', 0.01, 0.1, 'loosened'],
  ['null_value_rate', 0.01, 0.1, 'loosened'],
  ['mostly', 0.99, 0.9, 'loosened'],
  ['demographic_parity_difference', 0.1, 0.3, 'loosened'],
  ['disparate_impact', 0.8, 0.6, 'loosened'],
  ['prediction_threshold', 0.5, 0.9, 'not-a-gate'],
  ['nms_iou_threshold', 0.5, 0.9, 'not-a-gate'],
  ['bicleaner_threshold', 0.5, 0.9, 'not-a-gate'],
  ['ks_statistic', 0.1, 0.3, 'unknown'],
  ['threshold', 0.1, 0.3, 'unknown'],
  ['tasks', 1, 2, 'unknown'],
  ['psi', 0.1, 0.1, 'unchanged'],
] as const)('%s from %d to %d is %s', (name, before, after, expected) => {
  expect(loosens(name, before, after)).toBe(expected);
});

test('whole words only', () => {
  for (const name of ['ksql', 'epsilon', 'jsonl', 'recall_id_of', 'for_each']) {
    const direction = directionOf(name);
    expect(name === 'recall_id_of' ? typeof direction : direction).toBe(name === 'recall_id_of' ? 'object' : undefined);
  }
  expect(directionOf(`a${'_accuracy'.repeat(5000)}`)).toMatchObject({ kind: 'quality' });
});
