import { evaluatesGroups, protectedInputs } from '../../facts/fairness/attributes.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const view =
  'from feast import FeatureView, Field\nfrom feast.types import Int64\n\nFeatureView(name="applicant", schema=[«Field(name="age", dtype=Int64)»], source=None)\n';

export default defineCheck({
  evaluates: 'bias-and-fairness',
  stage: 'validation',
  severity: 'medium',
  confidence: 'medium',
  title: 'No evaluation by group is evidenced for personal inputs',
  why: `
    The model learns from attributes of people, and nothing in the repository evaluates it for groups of them. A good average can
    hide that it works badly for some; nothing here shows whether it does.
  `,
  fix: 'Add an evaluation by group with a threshold to the gate, or point to where it is done.',
  references: [
    'https://fairlearn.org/main/user_guide/assessment/index.html',
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
  ],
  examples: [
    bad({
      'conf/train.yaml': 'features: [income, «gender», age]\n',
      'train.py': changed('model.fit(X, y)\n', 'model.fit(X, y)\n'),
    }),
    bad({ 'feature_repo/views.py': view }),
    bad({ 'train.py': 'COLUMN = "religion"\nFEATURES = [«COLUMN», "sex"]\n' }),
    bad({ 'features/train.sql': 'SELECT income, «applicant_race» FROM credit.applicants\n' }),
    good({
      'conf/train.yaml': 'features: [income, gender]\n',
      'evaluate.py': 'from fairlearn.metrics import MetricFrame\n',
    }),
    good({
      'conf/train.yaml': 'features: [income, gender]\n',
      'resources/monitor.yml': 'resources:\n  quality_monitors:\n    m:\n      slicing_exprs: [gender]\n',
    }),
    good({ 'conf/train.yaml': 'features: [page, race_id, account_age]\nexcluded: [gender]\ntarget: sex\n' }),
  ],

  spans: 'project',
  *inspect(project) {
    const inputs = protectedInputs(project).filter(
      ({ document: { path } }) => !isTemplatePath(path) && pathClassOf(path) !== 'test',
    );
    const [first, ...rest] = inputs;
    if (first === undefined || evaluatesGroups(project)) return;
    const evidence = rest
      .slice(0, 5)
      .map(({ column, document, span }) => seen(document, span, `\`${column}\` is an input as well`));
    yield at(
      first.document,
      first.span,
      `${first.by} takes \`${first.column}\`, and no evaluation by group of people is evidenced`,
      { evidence },
    );
  },
});
