import { contains, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { readsWholeTable } from '../../facts/sql/whole.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** What gives a whole table, file or folder. */
const TABLES = new Set(['table', 'load', 'parquet', 'csv', 'json', 'orc', 'text', 'jdbc']);
/** What leaves fewer rows than a table has, or may. */
const REDUCES =
  /^(limit|agg|groupBy|groupby|count|sample|sampleBy|head|take|first|distinct|dropDuplicates|describe|summary|filter|where|max|min|sum|avg|mean|pivot|approxQuantile|reduceByKey|groupByKey|reduce|countByKey|countByValue|aggregate|show|randomSplit|toDF|tail|createDataFrame|join)$/;

function sparkSource(document: PythonDocument, receiver: PyNode): PyNode | undefined {
  const made = [...originsOf(document, receiver)].flatMap((origin) =>
    origin.type === 'call' ? (callAt(document, origin) ?? []) : [],
  );
  if (made.some(({ method }) => method !== undefined && REDUCES.test(method))) return undefined;
  return made.find((call) => readsTable(document, call))?.node;
}

function readsTable(document: PythonDocument, call: Call): boolean {
  if (call.method === 'sql')
    return (
      embeddedSql(document)
        .find((each) => each.call === call)
        ?.statements.every(readsWholeTable) === true
    );
  if (call.receiver === undefined || !TABLES.has(call.method ?? '')) return false;
  return /\bread\b|spark|session/i.test(textOf(document, call.receiver));
}

/** The `execute` before a `fetchall` on the same cursor, in the same function. */
function executedBefore(document: PythonDocument, fetch: Call): PyNode | undefined {
  const cursor = fetch.receiver === undefined ? '' : textOf(document, fetch.receiver);
  const before = embeddedSql(document).filter(
    ({ call }) => call.node.end <= fetch.node.end && enclosingFunction(call.node) === enclosingFunction(fetch.node),
  );
  const last = before
    .filter(
      ({ call }) =>
        (fetch.receiver !== undefined && contains(fetch.receiver, call.node)) ||
        (call.receiver !== undefined && textOf(document, call.receiver) === cursor),
    )
    .at(-1);
  return last?.statements.length === 1 && last.statements.every(readsWholeTable) ? last.node : undefined;
}

export default defineCheck({
  evaluates: 'cost-of-processing',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Whole table is pulled into the memory of one process',
  why: `
    The driver or worker holds every row at once. That works until the table has grown, then the job is killed for lack of
    memory, usually in production first.
  `,
  fix: 'Aggregate or filter where the data lives, or read in chunks (`chunksize=`, `fetchmany`, `toLocalIterator`).',
  references: [
    'https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.toPandas.html',
    'https://pandas.pydata.org/docs/reference/api/pandas.read_sql.html',
  ],
  mentions: ['collect', 'toPandas', 'fetchall', 'read_sql'],
  examples: [
    bad`
      from sqlalchemy import create_engine, text

      with create_engine("postgresql://h/db").connect() as conn:
          rows = «conn.execute(text("SELECT id, body FROM documents")).fetchall()»
    `,
    bad`
      import pandas as pd
      from pandas import read_sql as query
      from pyspark.sql import SparkSession

      spark = SparkSession.builder.getOrCreate()
      events = spark.read.parquet("s3://lake/events")
      rows = «events.select("a").collect()»
      frame = «spark.table("ml.features").toPandas()»
      sql = "SELECT id, amount FROM payments"
      payments = «pd.read_sql(sql, engine)»

      class Store:
          def all(self, connection):
              cursor = connection.cursor()
              cursor.execute("SELECT * FROM labels")
              return «cursor.fetchall()», «query("SELECT * FROM events", connection)»
    `,
    good`
      import pandas as pd
      import polars as pl
      from pyspark.sql import SparkSession, functions as F

      spark = SparkSession.builder.getOrCreate()
      events = spark.read.parquet("s3://lake/events")
      a = events.limit(10).collect()
      words = spark.read.text("a.txt").rdd.map(split).reduceByKey(add).collect()
      b = events.groupBy("kind").count().toPandas()
      c = events.agg(F.max("day")).collect()
      d = events.sample(0.01).toPandas()
      plot(events.groupBy("day").count().toPandas())
      e = pd.read_sql("SELECT * FROM payments LIMIT 10", engine)
      f = pd.read_sql("SELECT * FROM payments", engine, chunksize=1000)
      g = pd.read_sql("SELECT count(*) FROM payments", engine)
      h = pd.read_sql("SELECT * FROM dim_country", engine)
      i = pd.read_sql("SELECT * FROM payments WHERE day = '2024-01-01'", engine)
      j = pl.scan_parquet("a").collect()

      def read(cursor, df):
          cursor.execute("SELECT * FROM labels WHERE id = 1")
          return cursor.fetchall(), df.toPandas(), thing.collect()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (importsModule(document, 'pyspark', 'databricks', 'snowflake')) {
      for (const call of callsOfMethod(document, 'collect', 'toPandas')) {
        const source =
          call.receiver === undefined || call.args.length > 0 ? undefined : sparkSource(document, call.receiver);
        if (source === undefined) continue;
        yield at(
          document,
          call.node,
          `\`${call.method}()\` brings every row of \`${textOf(document, source).slice(0, 80)}\` to the driver`,
          { evidence: [seen(document, source, 'reads all of it')] },
        );
      }
    }
    for (const call of callsOfMethod(document, 'fetchall')) {
      const query = executedBefore(document, call);
      if (query !== undefined)
        yield at(document, call.node, `\`${textOf(document, call.callee)}\` holds every row of the table in memory`, {
          evidence: [seen(document, query, 'selects all rows')],
        });
    }
    for (const { call, statements } of embeddedSql(document)) {
      if (
        !/^pandas\.read_(sql|sql_query|gbq)$/.test(call.name ?? '') ||
        call.spread ||
        call.keywords.has('chunksize') ||
        !statements.every(readsWholeTable)
      )
        continue;
      yield at(
        document,
        call.node,
        `\`${textOf(document, call.callee)}\` reads every row of \`${statements[0]?.queries[0]?.sources[0]?.name?.text ?? 'the table'}\` into memory`,
      );
    }
  },
});
