import { placeOf } from '../../documents/document.ts';
import { type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame } from '../../facts/pandas/frames.ts';
import { argument, type Call, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { enclosingWith } from '../../facts/python/structure.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const METHODS = (
  'dropna drop fillna rename sort_values sort_index replace reset_index set_index astype drop_duplicates ffill bfill ' +
  'interpolate assign merge clip round reindex'
).split(' ');

/** The last expression of a notebook cell is there to be shown. */
function isShown(document: PythonDocument, statement: PyNode): boolean {
  if (document.origin === undefined) return false;
  const siblings = statement.parent === undefined ? [] : parts(statement.parent);
  const next = siblings[siblings.indexOf(statement) + 1];
  return next === undefined || placeOf(document, next).cell !== placeOf(document, statement).cell;
}

/** The error that the call raises is what is wanted. */
const isExpectedToFail = (document: PythonDocument, node: PyNode): boolean => {
  const block = enclosingWith(node);
  return (
    block !== undefined &&
    /raises|assertRaises|warns|suppress/.test(document.text.slice(block.start, block.start + 200))
  );
};

function isDiscarded(document: PythonDocument, call: Call): boolean {
  const statement = call.node.parent;
  if (
    statement?.type !== 'expression_statement' ||
    parts(statement).length !== 1 ||
    call.receiver === undefined ||
    call.spread
  )
    return false;
  const inplace = argument(call, -1, 'inplace');
  if (inplace !== undefined && !isConstant(document, inplace, false)) return false;
  if (
    call.args.length === 0 &&
    call.keywords.size === 0 &&
    !/^(dropna|reset_index|drop_duplicates|ffill|bfill|interpolate|sort_index|round)$/.test(call.method ?? '')
  )
    return false;
  return isFrame(document, call.receiver) && !isShown(document, statement) && !isExpectedToFail(document, call.node);
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  paths: { benchmark: 'skip' },
  title: 'Result of a pandas method is thrown away',
  why: `
    These methods give back a new frame and leave the old one as it is. The step reads as if rows were dropped or values
    filled, and the training data goes on with all of them.
  `,
  fix: 'Assign the result: `df = df.dropna()`.',
  references: ['https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.dropna.html'],
  mentions: ['pandas'],
  examples: [
    bad`
      import pandas as pd

      df = pd.read_csv("rides.csv")
      «df.dropna()»
      «df.drop(columns=["id"])»

      def prepare(rides: pd.DataFrame):
          «rides.fillna(0)»
          «rides.sort_values("day", inplace=False)»
          return rides
    `,
    bad`
      from pandas import DataFrame as Frame

      class Cleaner:
          def clean(self, rows):
              table = Frame(rows)
              renamed = table.rename(columns={"a": "b"})
              «renamed.astype({"b": "int64"})»
              return renamed
    `,
    good`
      import pandas as pd
      import pytest

      df = pd.read_csv("rides.csv")
      df = df.dropna()
      df.dropna(inplace=True)
      df.fillna(0, inplace=flag)
      df.drop(**options)
      df.pipe(save)
      things.drop("a")
      text = "a"
      text.replace("a", "b")
      with pytest.raises(KeyError):
          df.drop(columns=["missing"])
    `,
    good({
      'a.ipynb':
        '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["import pandas as pd\\n", "df = pd.read_csv(\\"a\\")\\n", "df.dropna()"]}, {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": ["df.sort_values(\\"a\\")"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    }),
    good`
      from pyspark.sql import SparkSession

      df = load()
      df.dropna()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!importsModule(document, 'pandas')) return;
    for (const call of callsOfMethod(document, ...METHODS)) {
      if (!isDiscarded(document, call) || call.receiver === undefined) continue;
      const name = textOf(document, call.receiver).replace(/\s+/g, ' ');
      const fix =
        call.receiver.type === 'identifier' ? { replacement: `${name} = ${textOf(document, call.node)}` } : {};
      yield at(
        document,
        call.node,
        `\`${name}.${call.method}(…)\` gives back a new frame that nothing keeps, and \`${name}\` stays as it was`,
        fix,
      );
    }
  },
});
