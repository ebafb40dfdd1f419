import type { PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt } from '../../facts/python/calls.ts';
import { definitionName } from '../../facts/python/structure.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Formats and services that bring no types, or types that somebody else decides. */
const READS =
  /^(pandas|polars)\.read_(csv|json|excel|xml|html|fwf|table|ndjson)$|^(requests|httpx)\.(get|post)$|^urllib\.request\.urlopen$/;
const SPARK_READS = new Set(['csv', 'json']);
const STORES = new Set([
  'to_sql',
  'to_gbq',
  'saveAsTable',
  'insertInto',
  'write_database',
  'write_delta',
  'write_to_online_store',
  'write_to_offline_store',
  'ingest',
  'insert_rows_json',
  'load_table_from_dataframe',
  'copy_expert',
  'bulk_insert_mappings',
  'copy_from',
]);
/** Whatever looks at the columns, anywhere in the file. */
const CHECKS =
  /pandera|great_expectations|pydantic|deequ|tensorflow_data_validation|tfdv|evidently|cerberus|jsonschema|marshmallow|msgspec|StructType|schema|validat|expect_|\bdtypes?\b|columns\)|usecols|assert\s|raise \w*(Key|Value|Type)Error|constraint|FeatureView|attrs|dataclass/i;

function isRead(document: PythonDocument, call: Call): boolean {
  if (call.names.some((name) => READS.test(name))) return true;
  return (
    call.receiver !== undefined &&
    SPARK_READS.has(call.method ?? '') &&
    /\.read\b/.test(textOf(document, call.receiver))
  );
}

const isStored = (document: PythonDocument, call: Call): boolean =>
  STORES.has(call.method ?? '') ||
  (call.method === 'parquet' && call.receiver !== undefined && /\.write\b/.test(textOf(document, call.receiver)));

interface Ingestion {
  readonly read: Call;
  readonly store: Call;
  readonly name: string;
}

function ingestion(document: PythonDocument, definition: PyNode): Ingestion | undefined {
  const inside = nodesWithin(document, definition, 'call').flatMap((node) => callAt(document, node) ?? []);
  const read = inside.find((call) => isRead(document, call));
  const store = read && inside.find((call) => call.node.end > read.node.end && isStored(document, call));
  return read && store && { read, store, name: definitionName(document, definition) ?? 'the function' };
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Data from outside is stored without a look at its schema',
  why: `
    The supplier renames a column or sends text where numbers were. It is stored all the same, and training or serving fails
    later, or learns from a column of gaps.
  `,
  fix: 'Check columns, types and ranges before the write (pandera, Great Expectations, pydantic, a Spark `schema=`), and stop on a mismatch.',
  references: [
    'https://pandera.readthedocs.io/en/stable/',
    'https://docs.greatexpectations.io/docs/core/introduction/',
  ],
  mentions: [...STORES, '.parquet('],
  examples: [
    bad`
      import pandas as pd
      import requests as rq
      from pandas import read_json as parse

      def ingest(url, engine):
          frame = «pd.read_csv(url)»
          frame.to_sql("rides", engine, index=False)

      class Loader:
          def load(self, engine):
              rows = «rq.get("https://acme.io/rides")».json()
              pd.DataFrame(rows).to_sql("rides", engine)

          def copy(self, path, table):
              frame = «parse(path)»
              frame.to_gbq(table)

      def spread(spark, path):
          «spark.read.csv(path)».write.saveAsTable("ml.features")
    `,
    good`
      import pandas as pd
      import pandera as pa

      def ingest(url, engine):
          frame = RIDES.validate(pd.read_csv(url))
          frame.to_sql("rides", engine)
    `,
    good`
      import pandas as pd

      def ingest(url, engine):
          frame = pd.read_csv(url)
          assert set(frame.columns) >= {"id", "fare"}
          frame.to_sql("rides", engine)
    `,
    good`
      def ingest(spark, path):
          spark.read.csv(path, schema=RIDES).write.saveAsTable("ml.rides")
    `,
    good`
      import pandas as pd

      def read(url):
          return pd.read_csv(url)

      def copy(engine):
          pd.read_sql("SELECT 1 AS x", engine).to_sql("copy", engine)

      def store(frame, engine):
          frame.to_sql("rides", engine)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (CHECKS.test(document.text)) return;
    for (const definition of nodesOf(document, 'function_definition')) {
      const found = ingestion(document, definition);
      if (found === undefined) continue;
      const { read, store, name } = found;
      const message = `\`${name}\` stores what \`${textOf(document, read.callee)}\` brings, and nothing in the file looks at its columns`;
      yield at(document, read.node, message, { evidence: [seen(document, store.node, 'stored here')] });
    }
  },
});
