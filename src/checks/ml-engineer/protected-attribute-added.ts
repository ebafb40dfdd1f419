import { protectedInputs } from '../../facts/fairness/attributes.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

const view = (fields: string): string =>
  `from feast import FeatureView, Field as F\nfrom feast.types import Int64\n\ndef views(source):\n    return FeatureView(name="applicant", schema=[${fields}], source=source)\n`;

export default defineCheck({
  evaluates: 'bias-and-fairness',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Protected attribute becomes an input of a model',
  why: `
    The model may now treat people differently by an attribute that law protects in many places. Whether that is allowed is a
    question for people; it has to be asked before the model is trained, not after.
  `,
  fix: 'Keep it out of the inputs and use it for evaluation by group only, or write down why it is needed and allowed.',
  references: ['https://eur-lex.europa.eu/eli/reg/2024/1689/oj', 'https://eur-lex.europa.eu/eli/reg/2016/679/oj'],
  examples: [
    bad({
      'conf/train.yaml': changed('features: [income, tenure]\n', 'features: [income, tenure, «gender», «age»]\n'),
      'conf/model.json': changed(
        '{"feature_columns": ["income"]}\n',
        '{"feature_columns": ["income", «"marital_status"»]}\n',
      ),
    }),
    bad({
      'feature_repo/views.py': changed(
        view('F(name="income", dtype=Int64)'),
        view('F(name="income", dtype=Int64), «F(name="applicant_race", dtype=Int64)»'),
      ),
      'train.py': changed('FEATURES = ["income"]\n', 'EXTRA = "religion"\nFEATURES = ["income", «EXTRA»]\n'),
    }),
    bad({
      'sql/train_features.sql': changed(
        'SELECT id, income FROM shop.customers\n',
        'SELECT id, income, «nationality» FROM shop.customers\n',
      ),
    }),
    good({
      'conf/train.yaml': changed(
        'features: [income]\n',
        'features: [income, page, stage, race_id, account_age, average_order, usage_minutes]\nslicing_columns: [gender]\nexclude_features: [age]\ntarget: sex\n',
      ),
      'fairness.yaml': changed('protected_attributes: [sex]\n', 'protected_attributes: [sex, age]\n'),
      'conf/old.yaml': changed('features: [gender, income]\n', 'features: [income]\n'),
      'conf/new.yaml': changed(null, 'features:\n  - gender\n  - income\n'),
      'train.py': changed('x = 1\n', 'SENSITIVE = ["gender"]\n'),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    const old = new Set(protectedInputs(before).map(({ column }) => column.toLowerCase()));
    for (const { column, by, document, span } of protectedInputs(after)) {
      if (old.has(column.toLowerCase()) || !after.changed.has(document.path) || isTemplatePath(document.path)) continue;
      yield at(document, span, `${by} takes \`${column}\`, a protected attribute of people, as an input`);
    }
  },
});
