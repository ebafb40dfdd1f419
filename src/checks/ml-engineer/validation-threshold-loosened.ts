import type { DataDocument } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { type GateNumber, gateLoosening, gatesIn } from '../../facts/validation/gates.ts';
import { pythonGates } from '../../facts/validation/python-gates.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const gatesOf = (document: DataDocument | PythonDocument): readonly GateNumber[] =>
  (document.kind === 'python' ? pythonGates(document) : gatesIn(document)).filter(({ about }) => about !== 'fairness');

/** A criterion that left its list, unless another changed file took it over. */
function isGone(gate: GateNumber, now: readonly GateNumber[], after: Project): boolean {
  if (!/\0/.test(gate.key) || gate.about !== 'quality' || now.some(({ quantity }) => quantity === gate.quantity))
    return false;
  const siblings = gate.key
    .split('\0')
    .slice(0, gate.name === gate.quantity ? -1 : -2)
    .join('\0');
  if (!now.some(({ key }) => key.startsWith(`${siblings}\0`))) return false;
  return ![...after.changed].some((path) => {
    const document = after.document(path);
    return (
      document !== undefined &&
      (document.kind === 'python' || 'roots' in document) &&
      gatesOf(document).some(({ quantity }) => quantity === gate.quantity)
    );
  });
}

const recipe = (criteria: string): string =>
  `recipe: "regression/v1"\nsteps:\n  evaluate:\n    validation_criteria:\n${criteria}`;

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Model passes its gate more easily than before',
  grades: {
    direction: { severity: 'medium', when: 'the name does not say on which side of the threshold a model fails' },
  },
  why: `
    The gate decides which model replaces the one in force. Where the bar moves in the same change as the model, nobody can tell
    whether the model got better or the bar got lower.
  `,
  fix: 'Keep the bar, or show the evaluation that justifies the new one in the pull request.',
  references: [
    'https://mlflow.org/docs/latest/ml/evaluation/',
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
  ],
  examples: [
    bad({
      'recipe.yaml': changed(
        recipe(
          '      - metric: root_mean_squared_error\n        threshold: 10\n      - metric: r2_score\n        threshold: 0.8\n      - metric: mape\n        threshold: 0.2\n',
        ),
        recipe(
          '      - metric: r2_score\n        threshold: «0.6»\n      - metric: mape\n        threshold: «0.4»\n      - metric: root_mean_squared_error\n        threshold: 10\n',
        ),
      ),
      'params.yaml': changed(
        'evaluate:\n  min_accuracy: 0.85\n  max_rmse: 3\n',
        'evaluate:\n  max_rmse: «5»\n  min_accuracy: «0.5»\n',
      ),
      'conf/gate.toml': changed('[quality_gate]\nf1 = 0.8\n', '[quality_gate]\nf1 = «0.7»\n'),
    }),
    bad({
      'dvc.yaml': changed(
        'stages:\n  gate:\n    cmd: python gate.py --min-auc 0.9 --seed 1\n',
        'stages:\n  gate:\n    cmd: python gate.py «--min-auc 0.7» --seed 2\n',
      ),
      '.github/workflows/ml.yml': changed(
        'on: push\njobs:\n  gate:\n    runs-on: x\n    env:\n      MIN_ACCURACY: "0.9"\n',
        'on: push\njobs:\n  gate:\n    runs-on: x\n    env:\n      MIN_ACCURACY: «"0.8"»\n',
      ),
    }),
    bad({
      'validate.py': changed(
        'from mlflow.models import MetricThreshold as Bar\n\nMIN_ACCURACY = 0.9\n\ndef gate(model, max_rmse=3.0):\n    bars = {"f1": Bar(threshold=0.8, greater_is_better=True)}\n    return bars\n\nclass Gate:\n    auc_threshold = 0.8\n',
        'from mlflow.models import MetricThreshold as Bar\n\nMIN_ACCURACY = «0.8»\n\ndef gate(model, max_rmse=«4.0»):\n    bars = {"f1": Bar(threshold=«0.7», greater_is_better=True)}\n    return bars\n\nclass Gate:\n    auc_threshold = «0.7»\n',
      ),
    }),
    bad({
      'recipe.yaml': changed(
        recipe('      - metric: root_mean_squared_error\n        threshold: 10\n'),
        recipe('      - metric: root_mean_squared_error\n        threshold: «15»\n'),
      ),
      'gate.yaml': changed(
        'quality_gate:\n  max_mean_absolute_error: 3\n  r_squared: 0.8\n',
        'quality_gate:\n  max_mean_absolute_error: «4»\n  r_squared: «0.7»\n',
      ),
    }),
    bad({
      'gate.yaml': changed(
        'quality_gate:\n  min_recall: 0.8\n  min_precision: «0.7»\n',
        'quality_gate:\n  min_recall: 0.8\n',
      ),
    }),
    bad.as('direction')({
      'gate.yaml': changed('quality_gate:\n  threshold: 0.8\n', 'quality_gate:\n  threshold: «0.6»\n'),
    }),
    good({
      'recipe.yaml': changed(
        recipe('      - metric: r2_score\n        threshold: 0.6\n'),
        recipe('      - metric: mape\n        threshold: 0.9\n      - metric: r2_score\n        threshold: 0.80\n'),
      ),
      'params.yaml': changed(
        'evaluate:\n  min_accuracy: 0.5\n  prediction_threshold: 0.5\n  iou_threshold: 0.5\nbicleaner:\n  default-threshold: 0.5\ntrain:\n  lr: 0.1\n  early_stopping:\n    max_loss: 3\n',
        'evaluate:\n  min_accuracy: 0.60\n  prediction_threshold: 0.1\n  iou_threshold: 0.3\nbicleaner:\n  default-threshold: 0.1\ntrain:\n  lr: 0.01\n  early_stopping:\n    max_loss: 9\n',
      ),
      'metrics.json': changed('{"accuracy": 0.9, "rmse": 1}\n', '{"accuracy": 0.7, "rmse": 4}\n'),
      'validate.py': changed(
        'MIN_ACCURACY = 0.5\nthreshold = 0.5\nbatch = 3\n',
        'batch = 4\nthreshold = 0.1\nMIN_ACCURACY = 0.75\n',
      ),
    }),
    good({
      'params.yaml': changed(
        'quality_gate:\n  min_recall: 0.8\n  min_precision: 0.7\n',
        'quality_gate:\n  min_recall: 0.8\n',
      ),
      'conf/gate.yaml': changed(null, 'quality_gate:\n  min_precision: 0.7\n'),
    }),
  ],

  compares: ['yaml', 'json', 'toml', 'python'],
  *inspect({ base, head, after }) {
    if (head === undefined || isTemplatePath(head.path)) return;
    const now = gatesOf(head);
    const before = new Map(gatesOf(base).map((each) => [each.key, each]));
    for (const gate of now) {
      const then = before.get(gate.key);
      if (then === undefined) continue;
      const result = gateLoosening(then, gate);
      if (result !== 'loosened' && !(result === 'unknown' && then.value !== gate.value)) continue;
      const says = `the gate \`${gate.name}\` moves from ${then.written} to ${gate.written}`;
      const evidence = [seen(base, then.span, `${then.written} before the change`)];
      yield at(
        head,
        gate.span,
        result === 'loosened'
          ? `${says}, so that worse models pass`
          : `${says}, in a direction that its name does not tell`,
        result === 'loosened' ? { evidence } : { grade: 'direction', evidence },
      );
    }
    const keys = new Set(now.map(({ key }) => key));
    for (const gate of before.values()) {
      if (keys.has(gate.key) || !isGone(gate, now, after)) continue;
      yield at(
        base,
        gate.span,
        `the gate \`${gate.name}\` (${gate.written}) is removed, and the others around it stay`,
        { side: 'base' },
      );
    }
  },
});
