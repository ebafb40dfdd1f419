import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { FRAME, isFrame } from '../../facts/pandas/frames.ts';
import { argument, type Call, callAt, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { buildsModel } from '../../facts/training/role.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const PATH = /(^|[/_])(features?|train|training|datasets?|preprocess\w*|transform\w*|etl|pipelines?)([/_.]|$)/i;
/** The number of rows is looked at, or rows are made unique. */
const CHECKED = /\bassert\b|drop_duplicates|is_unique|duplicated|\bnunique\b|raise \w*Error|check_\w*(len|rows|unique)/;

function isJoin(document: PythonDocument, call: Call): boolean {
  if (call.name === 'pandas.merge') return true;
  if (call.receiver === undefined || !isFrame(document, call.receiver)) return false;
  return (
    call.method === 'merge' ||
    (call.method === 'join' && call.keywords.has('on') && typeOf(document, call.receiver) === FRAME)
  );
}

/** One chain of joins is one remark, at its first. */
function followsJoin(document: PythonDocument, call: Call): boolean {
  let before = call.receiver && callAt(document, call.receiver);
  while (before !== undefined) {
    if (isJoin(document, before) && !before.keywords.has('validate')) return true;
    before = before.receiver && callAt(document, before.receiver);
  }
  return false;
}

/** The right side has one row for each key: an index that was verified, or groups that were aggregated. */
function isUnique(document: PythonDocument, right: PyNode | undefined): boolean {
  if (right === undefined) return false;
  return [...originsOf(document, right)].some((origin) => {
    const call = origin.type === 'call' ? callAt(document, origin) : undefined;
    if (call === undefined) return false;
    return (
      call.keywords.has('verify_integrity') ||
      /^(groupby|drop_duplicates|value_counts|pivot|pivot_table)$/.test(call.method ?? '')
    );
  });
}

/** The merged rows are what a model of this file learns from. */
function feedsTraining(document: PythonDocument, call: Call): boolean {
  return [...callsOfMethod(document, 'fit', 'fit_transform'), ...callsOfMethod(document, 'train_test_split')].some(
    (each) => each.node.start > call.node.start && each.args.some((value) => originsOf(document, value).has(call.node)),
  );
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'low',
  confidence: 'medium',
  grades: {
    training: {
      severity: 'medium',
      when: 'the merged rows are fitted in the same file and nothing looks at their number',
    },
  },
  paths: { notebook: 'skip' },
  title: 'Merge that may multiply rows without a word',
  why: `
    If a key occurs twice on the side that should be unique, rows are repeated: examples get extra weight, and copies of one
    row end up on both sides of a split.
  `,
  fix: 'Say what the keys are: `validate="many_to_one"`, or assert the number of rows after the merge.',
  references: ['https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.merge.html'],
  mentions: ['merge', 'join'],
  examples: [
    bad({
      'src/features/build.py': `
        import pandas as pd
        from pandas import merge as combine

        def build(users: pd.DataFrame, rides: pd.DataFrame):
            return «rides.merge»(users, on="user_id", how="left")

        def chained(users: pd.DataFrame, rides: pd.DataFrame):
            return «rides.join»(users, on="PULocationID").join(users, on="DOLocationID", rsuffix="_DO")

        class Builder:
            def build(self, rides, users):
                both = «combine»(rides, users, on="user_id")
                frame = pd.DataFrame(both)
                return «frame.join»(users, on="user_id"), «pd.merge»(both, users)
      `,
    }),
    bad.as('training')`
      import pandas as pd
      from sklearn.linear_model import Ridge

      rides = pd.read_csv("rides.csv")
      users = pd.read_csv("users.csv")
      data = «rides.merge»(users, on="user_id")
      Ridge().fit(data[["a"]], data["b"])
    `,
    good({
      'src/features/build.py': `
        import pandas as pd

        def build(users: pd.DataFrame, rides: pd.DataFrame, options):
            a = rides.merge(users, on="user_id", validate="many_to_one")
            b = rides.merge(users, how="cross")
            c = rides.merge(users.groupby("user_id").size().reset_index(), on="user_id")
            d = rides.merge(users, **options)
            e = rides.merge(users.set_index("id", verify_integrity=True), left_on="user_id", right_index=True)
            f = ",".join(["a"])
            return a, b, c, d, e, f

        def checked(users: pd.DataFrame, rides: pd.DataFrame):
            merged = rides.merge(users, on="user_id")
            assert len(merged) == len(rides)
            return merged

        def cleaned(users: pd.DataFrame, rides: pd.DataFrame):
            return rides.merge(users, on="user_id").drop_duplicates("ride_id")
      `,
      'src/report.py': 'import pandas as pd\n\ndef show(a: pd.DataFrame, b):\n    return a.merge(b, on="x")\n',
    }),
  ],

  reads: 'python',
  *inspect(document) {
    if (document.path.endsWith('.ipynb') || (!PATH.test(document.path) && !buildsModel(document))) return;
    for (const call of calls(document)) {
      if (!isJoin(document, call) || call.spread || call.keywords.has('validate')) continue;
      const how = call.keywords.get('how');
      if (how !== undefined && isConstant(document, how, 'cross')) continue;
      const scope = enclosingFunction(call.node) ?? document.root;
      const right = argument(call, call.name === 'pandas.merge' ? 1 : 0, 'right', 'other');
      if (followsJoin(document, call)) continue;
      if (CHECKED.test(textOf(document, scope)) || isUnique(document, right)) continue;
      const message = `\`${textOf(document, call.callee)}\` does not say which side has unique keys, and no later line looks at the number of rows`;
      yield at(document, call.callee, message, feedsTraining(document, call) ? { grade: 'training' } : {});
    }
  },
});
