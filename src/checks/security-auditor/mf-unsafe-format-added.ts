import type { ModelFile } from '../../documents/model-file/model.ts';
import { allParts } from '../../documents/model-file/model.ts';
import { modelFileOf } from '../../facts/model-files/file-of.ts';
import { judgedNames } from '../../facts/model-files/judge.ts';
import { atFile, bad, changed, defineCheck, good } from '../../kit/index.ts';

const SKOPS = 'skops stores scikit-learn models without running code';

/** Libraries whose models have a format that only holds data, by the names that their pickles use. */
const SAFER: readonly (readonly [RegExp, string, string | undefined])[] = [
  // A pipeline may hold a booster, and then only scikit-learn's own storage holds all of it.
  [/^sklearn\.(pipeline|compose|model_selection)\b/, SKOPS, 'sklearn'],
  [/^torch\b/, 'safetensors holds the same tensors', undefined],
  [/^(xgboost|lightgbm|catboost)\b/, 'the library has a model format of its own (`save_model`)', undefined],
  [/^sklearn\b/, SKOPS, 'sklearn'],
];

function saferFormat(file: ModelFile): readonly [string, string | undefined] | undefined {
  // TorchScript holds its program, which no format of bare tensors can.
  if (allParts(file).some(({ kind }) => kind === 'torchscript')) return undefined;
  const names = judgedNames(file);
  if (names.some(({ tier }) => tier === 'denied')) return undefined;
  for (const [pattern, better, grade] of SAFER) {
    if (names.some(({ name }) => pattern.test(name))) return [better, grade];
  }
  return allParts(file).some(({ kind }) => kind === 'torch-legacy' || kind === 'torch-zip')
    ? ['safetensors holds the same tensors', undefined]
    : undefined;
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: { sklearn: { severity: 'low', when: 'the file is a scikit-learn pipeline' } },
  title: 'New weights in a format that can run code',
  why: `
    This file holds nothing bad today. But every loader of a pickle trusts whoever can replace the file, for as long as the file is
    used, and the library has a format that cannot run code at all.
  `,
  fix: 'Save weights with `safetensors.torch.save_file`, boosters with `save_model`, scikit-learn models with `skops.io.dump`.',
  references: [
    'https://huggingface.co/docs/safetensors/index',
    'https://scikit-learn.org/stable/model_persistence.html',
    'https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html',
  ],
  examples: [
    bad({ 'weights.pkl': '«»ctorch._utils\n_rebuild_parameter\n(tR.', 'ranker.pkl': '«»cxgboost.core\nBooster\n(tR.' }),
    bad.as('sklearn')({
      'model.pkl': '«»csklearn.linear_model._logistic\nLogisticRegression\n(tR.',
      'both.pkl': '«»cxgboost.sklearn\nXGBClassifier\n(tRcsklearn.pipeline\nPipeline\n(tR.',
    }),
    good({
      'model.pkl': changed('ctorch._utils\n_rebuild_parameter\n(tR.', 'ctorch._utils\n_rebuild_parameter\n(I1\ntR.'),
    }),
    good({
      'vocabulary.pkl': '(I1\nI2\nl.',
      'model.safetensors': {
        base64:
          'XwAAAAAAAAB7ImEiOiB7ImR0eXBlIjogIkYzMiIsICJzaGFwZSI6IFsyXSwgImRhdGFfb2Zmc2V0cyI6IFswLCA4XX0sICJfX21ldGFkYXRhX18iOiB7ImZvcm1hdCI6ICJwdCJ9fQAAAAAAAAAA',
      },
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    for (const document of after.documents('model-file')) {
      if (!after.changed.has(document.path) || (after !== before && before.tree.has(document.path))) continue;
      const file = modelFileOf(document);
      const safer = file === undefined ? undefined : saferFormat(file);
      if (safer === undefined) continue;
      const [better, grade] = safer;
      yield {
        ...atFile(
          document.path,
          `\`${document.path}\` stores a model as a pickle; ${better}`,
          grade === undefined ? {} : { grade },
        ),
        flagged: 'pickle',
      };
    }
  },
});
