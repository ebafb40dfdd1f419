import { child, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrameColumn } from '../../facts/pandas/frames.ts';
import { argument, type Call, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const METHODS = 'fillna replace clip drop_duplicates dropna ffill bfill interpolate mask where sort_values'.split(' ');

/** `df["x"] = df["x"].fillna(0)` for the whole statement `df["x"].fillna(0, inplace=True)`. */
function assigned(document: PythonDocument, call: Call, name: string): { readonly replacement?: string } {
  const list = child(call.node, 'arguments');
  if (call.node.parent?.type !== 'expression_statement' || list === undefined) return {};
  const kept = parts(list).filter((each) => each.type !== 'comment' && !/^inplace\s*=/.test(textOf(document, each)));
  if (parts(list).some((each) => each.type === 'comment') || kept.length === parts(list).length) return {};
  const given = kept.map((each) => textOf(document, each)).join(', ');
  return { replacement: `${name} = ${textOf(document, call.callee)}(${given})` };
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  grades: { old: { severity: 'low', when: 'pandas is pinned below 2' } },
  title: 'In-place method on a column that is a temporary copy',
  why: `
    \`df["x"].fillna(0, inplace=True)\` fills a temporary object. Under copy-on-write, the only behaviour of pandas 3, the
    frame never changes: the gaps stay in the training data and nothing is raised.
  `,
  fix: 'Assign the result: `df["x"] = df["x"].fillna(0)`.',
  references: ['https://pandas.pydata.org/docs/user_guide/copy_on_write.html'],
  mentions: ['inplace'],
  examples: [
    bad`
      import pandas as pd

      class Cleaner:
          def __init__(self, path):
              self.df = pd.read_csv(path)

          def run(self):
              «self.df.loc[:, "a"].fillna(0, inplace=True)»
              self.df.loc[self.df.a > 1, "a"].sum()
    `,
    bad`
      import pandas as pd

      df = pd.read_csv("rides.csv")
      «df["fare"].fillna(0, inplace=True)»
      «df.fare.clip(0, 100, inplace=True)»
    `,
    bad`
      import pandas

      class Cleaner:
          def clean(self, frame: pandas.DataFrame):
              flag = True
              «frame["city"].replace("NYC", "New York", inplace=flag)»
              return frame
    `,
    bad`
      from pandas import read_parquet as load

      rides = load("rides.parquet")
      for name in ["a", "b"]:
          «rides[name].fillna(rides[name].median(), inplace=True)»
    `,
    bad.as('old')({
      'requirements.txt': 'pandas==1.5.3\n',
      'clean.py': 'import pandas as pd\ndf = pd.read_csv("a.csv")\n«df["x"].fillna(0, inplace=True)»\n',
    }),
    good`
      import pandas as pd

      df = pd.read_csv("rides.csv")
      df["fare"] = df["fare"].fillna(0)
      df.fillna({"fare": 0}, inplace=True)
      df[["a", "b"]].fillna(0)
      fares = df["fare"].copy()
      fares.fillna(0, inplace=True)
      df["fare"].fillna(0, inplace=False)
      frames = {"a": df}
      frames["a"].fillna(0, inplace=True)
    `,
    good`
      import polars as pl

      settings["model"].replace("a", "b", inplace=True)
      df["fare"].fillna(0, inplace=True)
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    const old = isBelow(versionMap(project, document.path)('pandas'), '2') === 'yes';
    for (const call of callsOfMethod(document, ...METHODS)) {
      const column = call.receiver;
      if (column === undefined || !isFrameColumn(document, column)) continue;
      if (!isConstant(document, argument(call, -1, 'inplace'), true)) continue;
      const name = textOf(document, column);
      const message = `\`${name}.${call.method}(…, inplace=True)\` changes a temporary copy, and \`${name}\` stays as it was`;
      yield at(document, call.node, message, { ...(old ? { grade: 'old' } : {}), ...assigned(document, call, name) });
    }
  },
});
