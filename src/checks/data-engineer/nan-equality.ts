import { bare, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame, isFrameColumn } from '../../facts/pandas/frames.ts';
import { callAt } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { qualifiedName } from '../../facts/python/names.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const NAN = new Set(['numpy.nan', 'numpy.NaN', 'numpy.NAN', 'math.nan', 'pandas.NA', 'pandas.NaT']);

/** `np.nan`, `float("nan")`, `pd.NA`, or a variable assigned once to one of them. */
function isNan(document: PythonDocument, outer: PyNode): boolean {
  const node = bare(outer);
  const name = qualifiedName(document, node);
  if (name !== undefined) return NAN.has(name);
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  if (call?.name === 'builtins.float') {
    const text = call.args[0];
    return text !== undefined && ['nan', 'NaN', 'NAN'].some((each) => isConstant(document, text, each));
  }
  const source = node.type === 'identifier' ? singleAssignment(document, node) : undefined;
  return source !== undefined && source !== node && isNan(document, source);
}

const isColumn = (document: PythonDocument, node: PyNode): boolean =>
  isFrame(document, node) || isFrameColumn(document, node);

interface Comparison {
  readonly node: PyNode;
  readonly left: PyNode;
  readonly operator: string;
  readonly right: PyNode;
}

function comparisons(document: PythonDocument): readonly Comparison[] {
  return nodesOf(document, 'comparison_operator').flatMap((node) => {
    const operands = parts(node);
    const operators = node.children.filter((each) => !each.named);
    const [left, right] = operands;
    if (operands.length !== 2 || left === undefined || right === undefined) return [];
    return [{ node, left, right, operator: operators.map((each) => textOf(document, each)).join(' ') }];
  });
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Comparison with a missing value that is never equal to anything',
  why: `
    NaN equals nothing, itself included, so the mask is always false (or always true for \`!=\`): rows with gaps are not
    found, and they reach training. A column compared with \`None\` behaves the same.
  `,
  fix: 'Ask with `isna()` or `notna()`, or `math.isnan` for one number.',
  references: ['https://pandas.pydata.org/docs/user_guide/missing_data.html'],
  mentions: ['nan', 'NaN', 'NAN', 'NA', 'NaT', 'None'],
  examples: [
    bad`
      import numpy as np
      import pandas as pd

      df = pd.read_csv("people.csv")
      rows = df[«df["age"] == np.nan»]
      also = df[«df.age != None»]
    `,
    bad`
      from numpy import nan as missing

      def gaps(values):
          return [v for v in values if «v == missing»]
    `,
    bad`
      import pandas

      NOTHING = float("nan")

      class Filter:
          def keep(self, x):
              return «x != NOTHING» and «x == pandas.NA»
    `,
    good`
      import numpy as np
      import pandas as pd

      df = pd.read_csv("people.csv")
      rows = df[df["age"].isna()]
      same = x != x
      below = df["age"] < np.nan
      if df is None or name == None:
          pass
      known = x in (1, 2)
      nan = "nan"
      text = value == nan
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { node, left, operator, right } of comparisons(document)) {
      if (operator !== '==' && operator !== '!=') continue;
      const none = [left, right].some((each) => each.type === 'none');
      const hit = none
        ? isColumn(document, left) || isColumn(document, right)
        : isNan(document, left) || isNan(document, right);
      if (!hit) continue;
      const answer = operator === '==' ? 'false' : 'true';
      const message = `\`${textOf(document, node)}\` is ${answer} for every value, missing or not`;
      yield at(document, node, message, { ...fixOf(document, left, right, operator, none) });
    }
  },
});

function fixOf(
  document: PythonDocument,
  left: PyNode,
  right: PyNode,
  operator: string,
  none: boolean,
): { replacement?: string } {
  const missing = none ? right.type === 'none' : isNan(document, right);
  if (!missing || !isFrameColumn(document, left)) return {};
  return { replacement: `${textOf(document, left)}.${operator === '==' ? 'isna' : 'notna'}()` };
}
