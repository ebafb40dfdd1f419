import { type DataDocument, type DataNode, each, literal, walkEntries } from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { addressOf } from '../../facts/system/thresholds.ts';
import { type GateNumber, gateLoosening, gatesIn } from '../../facts/validation/gates.ts';
import { pythonGates } from '../../facts/validation/python-gates.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const gatesOf = (document: DataDocument | PythonDocument): readonly GateNumber[] =>
  (document.kind === 'python' ? pythonGates(document) : gatesIn(document)).filter(({ about }) => about === 'fairness');

const AUDITED =
  /^((protected|sensitive)_(attributes?|features?|columns?|groups?)|audit(ed)?_(attributes|columns|features)|slicing_(exprs|columns|features)|facets?)$/;

interface Audited {
  readonly key: string;
  readonly name: string;
  readonly node: DataNode;
}

function audited(document: DataDocument | PythonDocument): readonly Audited[] {
  if (document.kind === 'python') return [];
  return document.roots.flatMap((root) =>
    [...walkEntries(root)]
      .filter(({ key }) => AUDITED.test(key))
      .flatMap(({ value }) =>
        each(value).flatMap((node) => {
          const name = literal(node);
          return name === undefined || value.open ? [] : [{ key: addressOf(value).join('\0'), name, node }];
        }),
      ),
  );
}

/** Attributes that left a list which is still there, where no others came in their place. */
function unaudited(base: DataDocument | PythonDocument, head: DataDocument | PythonDocument): readonly Audited[] {
  const [then, now] = [audited(base), audited(head)];
  const anywhere = new Set(now.map(({ name }) => name));
  const gone = then.filter(({ name, key }) => !anywhere.has(name) && now.some((one) => one.key === key));
  const come = now.filter(({ name }) => !then.some((one) => one.name === name));
  return come.length >= gone.length ? [] : gone;
}

export default defineCheck({
  evaluates: 'bias-and-fairness',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Fairness policy lets more through than before',
  grades: { direction: { severity: 'medium', when: 'the measure changed as well, so that the direction is open' } },
  why: `
    The bound says how differently a model may treat groups of people. Moving it, or no longer looking at a group, is a decision
    about those people and not about the code.
  `,
  fix: 'Keep the bound, or record in the change who approved the new one and on what grounds.',
  references: [
    'https://fairlearn.org/main/user_guide/assessment/common_fairness_metrics.html',
    'https://www.eeoc.gov/laws/guidance/questions-and-answers-clarify-and-provide-common-interpretation-uniform-guidelines',
  ],
  mentions: [
    'fair',
    'Fair',
    'FAIR',
    'parity',
    'PARITY',
    'odds',
    'disparate',
    'DISPARATE',
    'dpd',
    'eod',
    'protected',
    'sensitive',
    'slicing',
    'facet',
    'bias',
    'group',
    'dir',
  ],
  examples: [
    bad({
      'fairness.yaml': changed(
        'fairness:\n  demographic_parity_difference: 0.1\n  disparate_impact_ratio: 0.8\nprotected_attributes: [sex, «age», race]\n',
        'fairness:\n  disparate_impact_ratio: «0.6»\n  demographic_parity_difference: «0.3»\nprotected_attributes: [sex, race]\n',
      ),
    }),
    bad({
      'policy.toml': changed(
        '[gate]\nmax_eo_gap = 0.05\nequalized_odds_difference = 0.1\n',
        '[gate]\nmax_eo_gap = «0.2»\nequalized_odds_difference = «0.2»\n',
      ),
    }),
    bad({
      'gate.py': changed(
        'MAX_DEMOGRAPHIC_PARITY_DIFFERENCE = 0.1\n\ndef check(min_disparate_impact=0.8):\n    return min_disparate_impact\n',
        'MAX_DEMOGRAPHIC_PARITY_DIFFERENCE = «0.2»\n\ndef check(min_disparate_impact=«0.7»):\n    return min_disparate_impact\n',
      ),
    }),
    good({
      'fairness.yaml': changed(
        'fairness:\n  demographic_parity_difference: 0.2\n  disparate_impact_ratio: 0.7\nprotected_attributes: [sex, age]\n',
        'fairness:\n  disparate_impact_ratio: 0.80\n  demographic_parity_difference: 0.1\nprotected_attributes: [gender, age, race]\n',
      ),
      'gate.py': changed('price_difference = 0.1\n', 'price_difference = 0.4\n'),
      'ratio.yaml': changed(
        'train:\n  group_ratio: 0.8\n  split_ratio: 0.8\n',
        'train:\n  group_ratio: 0.7\n  split_ratio: 0.5\n',
      ),
    }),
  ],

  compares: ['yaml', 'json', 'toml', 'python'],
  *inspect({ base, head }) {
    if (head === undefined || isTemplatePath(head.path)) return;
    const before = new Map(gatesOf(base).map((gate) => [gate.key, gate]));
    for (const now of gatesOf(head)) {
      const then = before.get(now.key);
      const result = then === undefined ? 'unchanged' : gateLoosening(then, now);
      if (then === undefined || (result !== 'loosened' && !(result === 'unknown' && then.value !== now.value)))
        continue;
      const evidence = [seen(base, then.span, `${then.written} before the change`)];
      yield at(
        head,
        now.span,
        `the bound \`${now.name}\` moves from ${then.written} to ${now.written}`,
        result === 'loosened' ? { evidence } : { evidence, grade: 'direction' },
      );
    }
    for (const { name, node } of unaudited(base, head))
      yield at(base, node.span, `\`${name}\` is no longer among the attributes that are looked at`, { side: 'base' });
  },
});
