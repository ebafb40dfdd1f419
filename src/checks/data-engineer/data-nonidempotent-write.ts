import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { parseSqlText, type SqlStatement } from '../../documents/sql.ts';
import { callsIn, tasks } from '../../facts/orchestration/tasks.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { stringParts } from '../../facts/python/strings.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Whatever removes, replaces or recognises the rows of an earlier attempt. */
const SAFE =
  /delete|truncate|drop[\s_]table|merge|on conflict|on duplicate|upsert|replace|overwrite|checkpointLocation|writeStream|not exists|exists\(|already|skip_|dedup|drop_duplicates|idempot|unique/i;

/** Adds rows and neither replaces nor recognises old ones. */
const adds = (statement: SqlStatement): boolean =>
  statement.kind === 'insert' &&
  statement.onConflict === undefined &&
  !statement.overwrite &&
  !/\bnot\s+exists\b/i.test(statement.tokens.map((token) => token.text).join(' '));

function appended(document: PythonDocument, call: Call): PyNode | undefined {
  const mode =
    call.method === 'to_sql' ? argument(call, 4, 'if_exists') : call.method === 'mode' ? call.args[0] : undefined;
  if (call.method === 'to_gbq') {
    const given = argument(call, -1, 'if_exists');
    return given !== undefined && isConstant(document, given, 'append') ? given : undefined;
  }
  return mode !== undefined && isConstant(document, mode, 'append') ? mode : undefined;
}

interface Write {
  readonly node: PyNode;
  readonly says: string;
}

function writeOf(document: PythonDocument, call: Call): Write | undefined {
  const mode = appended(document, call);
  if (mode !== undefined) return { node: mode, says: `\`${textOf(document, mode)}\` adds the rows again` };
  const sql = embeddedSql(document).find((each) => each.call === call);
  const insert = sql?.statements.find(adds);
  if (
    sql === undefined ||
    insert === undefined ||
    sql.statements.some(({ kind }) => kind === 'delete' || kind === 'truncate' || kind === 'merge')
  )
    return undefined;
  return { node: sql.node, says: `\`INSERT INTO ${insert.targets[0]?.text ?? ''}\` adds the rows again` };
}

/** Operators that run the SQL they are given. */
function operatorWrite(document: PythonDocument, call: Call): Write | undefined {
  if (!/^airflow\..*(SQL|Sql|Postgres|MySql|Snowflake|Redshift|BigQuery|Spark)\w*Operator$/.test(call.name ?? ''))
    return undefined;
  const node = argument(call, -1, 'sql', 'sql_stmts', 'query');
  const parts = node === undefined ? undefined : stringParts(document, node);
  if (node === undefined || parts === undefined) return undefined;
  const text = parts.map((part) => ('text' in part ? part.text : 'x')).join('');
  const insert = SAFE.test(text) ? undefined : parseSqlText(text).statements.find(adds);
  return insert && { node, says: `\`INSERT INTO ${insert.targets[0]?.text ?? ''}\` adds the rows again` };
}

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'data',
  severity: 'high',
  confidence: 'medium',
  title: 'Task that adds its rows again when it is retried',
  why: `
    Schedulers retry tasks and people clear them for a backfill. A plain append then stores the rows twice: counts, sums and
    training sets are wrong, and nothing fails.
  `,
  fix: 'Overwrite the partition of the interval, delete it first in the same transaction, or write with a merge key.',
  references: ['https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#creating-a-task'],
  mentions: ['append', 'INSERT', 'insert', 'Insert'],
  examples: [
    bad`
      from airflow.decorators import task
      from airflow.providers.postgres.hooks.postgres import PostgresHook

      @task
      def insert(rows):
          hook = PostgresHook("dwh")
          hook.run(«"INSERT INTO features (day, n) SELECT day, n FROM staging"»)
    `,
    bad`
      from airflow.decorators import task as step
      import pandas as pd

      @step
      def load(rows):
          frame = pd.DataFrame(rows)
          frame.to_sql("features", engine, if_exists=«"append"»)

      @step(retries=3)
      def store(connection):
          connection.execute(«"INSERT INTO labels SELECT * FROM staging_labels"»)
    `,
    bad`
      from airflow import DAG
      from airflow.operators.python import PythonOperator
      from airflow.providers.postgres.operators.postgres import PostgresOperator

      def write(df):
          how = "append"
          df.write.mode(«how»).saveAsTable("ml.features")

      def run():
          write(read())

      with DAG("d", start_date=START):
          PythonOperator(task_id="a", python_callable=run)
          PostgresOperator(task_id="b", sql=«"INSERT INTO scores SELECT * FROM new_scores"»)
    `,
    bad`
      import prefect

      class Sink:
          pass

      @prefect.task(retries=2)
      def save(df, engine):
          df.to_sql("scores", engine, if_exists=«"append"», index=False)
    `,
    good`
      from airflow.decorators import task
      from prefect import flow

      @task
      def replace_day(df, engine, day):
          engine.execute("DELETE FROM features WHERE day = %s", day)
          df.to_sql("features", engine, if_exists="append")

      @task
      def upsert(connection):
          connection.execute("INSERT INTO labels SELECT * FROM s ON CONFLICT (id) DO NOTHING")

      @task
      def merge(connection):
          connection.execute("MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id)")

      @flow
      def partition(df):
          spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
          df.write.mode("append").saveAsTable("a")

      @flow
      def stream(df):
          df.writeStream.option("checkpointLocation", "s3://c").start()
          df.to_sql("t", engine, if_exists="replace")

      def not_a_task(df):
          df.to_sql("t", engine, if_exists="append")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const told = new Set<PyNode>();
    for (const task of tasks(document)) {
      for (const call of callsIn(document, task)) {
        const write = writeOf(document, call);
        if (write === undefined || told.has(write.node)) continue;
        const owners = [task.function, enclosingFunction(call.node) ?? task.function];
        if (owners.some((owner) => SAFE.test(textOf(document, owner)))) continue;
        told.add(write.node);
        const header = { start: task.function.start, end: task.function.start };
        yield at(document, write.node, `${write.says} when \`${task.name}\` is run once more for the same interval`, {
          evidence: [seen(document, header, 'the task')],
        });
      }
    }
    for (const call of calls(document)) {
      const write = operatorWrite(document, call);
      if (write !== undefined)
        yield at(document, write.node, `${write.says} when the task is run once more for the same interval`);
    }
  },
});
