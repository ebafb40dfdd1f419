import { bare, child, childrenOf, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame, isFrameColumn } from '../../facts/pandas/frames.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Chain {
  /** The whole left side. */
  readonly node: PyNode;
  /** What makes the temporary object. */
  readonly inner: PyNode;
  readonly fix: string | undefined;
}

const INDEXERS = new Set(['loc', 'iloc', 'at', 'iat']);
const MASKS = new Set(['comparison_operator', 'binary_operator', 'unary_operator', 'call', 'attribute']);

function keyOf(node: PyNode): PyNode | undefined {
  const keys = childrenOf(node, 'subscript');
  return keys.length === 1 ? keys[0] : undefined;
}

/** `df` of `df.loc`, with the name of the indexer. */
function indexed(document: PythonDocument, node: PyNode): { readonly object: PyNode; readonly by: string } | undefined {
  const object = node.type === 'attribute' ? child(node, 'object') : undefined;
  const name = child(node, 'attribute');
  const by = name === undefined ? '' : textOf(document, name);
  return object !== undefined && INDEXERS.has(by) ? { object, by } : undefined;
}

/** `df.loc[mask, "x"]` in place of `df[mask]["x"]`, where both keys say what they are. */
function merged(document: PythonDocument, frame: PyNode, inner: PyNode, outer: PyNode): string | undefined {
  const name = textOf(document, frame);
  const [first, second] = [textOf(document, inner), textOf(document, outer)];
  if (MASKS.has(inner.type) && outer.type === 'string') return `${name}.loc[${first}, ${second}]`;
  return inner.type === 'string' && MASKS.has(outer.type) ? `${name}.loc[${second}, ${first}]` : undefined;
}

function chainOf(document: PythonDocument, node: PyNode): Chain | undefined {
  const outer = keyOf(node);
  const held = child(node, 'value');
  if (outer === undefined || held === undefined) return undefined;
  const value = bare(held);
  const column = indexed(document, value);
  if (column !== undefined) {
    const { object } = column;
    return object.type === 'subscript' && isFrameColumn(document, object)
      ? { node, inner: object, fix: undefined }
      : undefined;
  }
  const inner = value.type === 'subscript' ? keyOf(value) : undefined;
  const frame = child(value, 'value');
  if (value.type !== 'subscript' || frame === undefined) return undefined;
  const row = indexed(document, frame);
  if (row !== undefined) return isFrame(document, row.object) ? { node, inner: value, fix: undefined } : undefined;
  if (!isFrame(document, frame) || inner === undefined) return undefined;
  return { node, inner: value, fix: merged(document, frame, inner, outer) };
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Value is assigned to a temporary copy of a frame',
  why: `
    The first pair of brackets makes a new object, the second writes into it. Under copy-on-write, the only behaviour of
    pandas 3, the frame never changes, and nothing is raised: the correction is missing from the training data.
  `,
  fix: 'Use one indexer for rows and column: `df.loc[mask, "x"] = value`.',
  references: ['https://pandas.pydata.org/docs/user_guide/copy_on_write.html#chained-assignment'],
  mentions: ['pandas', 'DataFrame'],
  examples: [
    bad`
      import pandas as pd

      df = pd.read_csv("rides.csv")
      «df[df["fare"] < 0]["fare"]» = 0
      «df["fare"][df["fare"] < 0]» = 0
      «df.loc[0]["city"]» = "Oslo"
      «df["city"].iloc[0]» = "Oslo"
    `,
    bad`
      import pandas

      class Cleaner:
          def clean(self, rides: pandas.DataFrame, i):
              late = rides["delay"] > 60
              «rides[late]["flag"]» += 1
              «rides["x"][i]» = 3
              return rides
    `,
    bad`
      from pandas import read_parquet as load

      rides = load("rides.parquet")
      for i in range(3):
          «rides["x"].loc[i]» = 0
    `,
    good`
      import pandas as pd

      df = pd.read_csv("rides.csv")
      df.loc[df["fare"] < 0, "fare"] = 0
      df["fare"] = df["fare"].clip(0)
      first = df["fare"][0]
      low = df[df["fare"] < 0]["fare"]
      table = {"a": {"b": 1}}
      table["a"]["b"] = 2
      frames = {"a": df}
      frames["a"]["b"] = 2
      column = df["fare"].copy()
      column[0] = 3
      df.attrs["a"]["b"] = 1
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const node of nodesOf(document, 'subscript')) {
      const statement = node.parent;
      if (node.field !== 'left' || !/^(augmented_)?assignment$/.test(statement?.type ?? '')) continue;
      const chain = chainOf(document, node);
      if (chain === undefined) continue;
      const message = `\`${textOf(document, node)}\` is written to, and \`${textOf(document, chain.inner)}\` is a temporary copy`;
      yield at(document, node, message.replace(/\s+/g, ' '), chain.fix === undefined ? {} : { replacement: chain.fix });
    }
  },
});
