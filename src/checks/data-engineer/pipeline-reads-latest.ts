import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callsIn, tasks } from '../../facts/orchestration/tasks.ts';
import { asksClock } from '../../facts/orchestration/varying.ts';
import { argument, type Call, callAt } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { stringShape } from '../../facts/python/strings.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const READS =
  /^(pandas|polars|dask\.dataframe|awswrangler\.s3|pyarrow\.parquet)\.(read|scan)_\w+$|^(numpy|joblib)\.load$/;
const METHODS = new Set([
  'parquet',
  'load',
  'csv',
  'json',
  'orc',
  'get_object',
  'download_file',
  'download_blob',
  'read_parquet',
  'read_csv',
]);
const LATEST = /(^|[/_=.-])(latest|newest|most_recent)([/.]|$)/i;
const NOW = /\b(current_date|current_timestamp|getdate\s*\(\s*\)|now\s*\(\s*\)|sysdate|today\s*\(\s*\))/i;

interface Reading {
  readonly node: PyNode;
  readonly says: string;
}

const readsData = (document: PythonDocument, call: Call): boolean =>
  call.names.some((name) => READS.test(name)) ||
  (call.receiver !== undefined &&
    METHODS.has(call.method ?? '') &&
    /\bread\b|client|s3|bucket|blob|spark/i.test(textOf(document, call.receiver)));

/** `max(files, key=os.path.getmtime)` */
function isNewestFile(document: PythonDocument, node: PyNode): boolean {
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  if (!/^builtins\.(max|sorted)$/.test(call?.name ?? '')) return false;
  const key = call?.keywords.get('key');
  return key !== undefined && /getmtime|getctime|st_mtime|st_ctime|last_modified/i.test(textOf(document, key));
}

function fromPath(document: PythonDocument, call: Call): Reading | undefined {
  const path = argument(call, 0, 'path', 'filepath_or_buffer', 'Key', 'io');
  if (path === undefined || !readsData(document, call)) return undefined;
  const shape = stringShape(document, path) ?? '';
  if (LATEST.test(shape))
    return { node: path, says: `reads \`${shape.slice(0, 80)}\`, whatever that holds at the time` };
  for (const origin of originsOf(document, path)) {
    if (isNewestFile(document, origin))
      return { node: path, says: `reads the file that \`${textOf(document, origin).slice(0, 80)}\` finds newest` };
    const clock = origin.type === 'call' ? callAt(document, origin) : undefined;
    if (asksClock(clock?.name))
      return { node: path, says: `reads a path that \`${textOf(document, origin)}\` chooses` };
  }
  return undefined;
}

function fromQuery(document: PythonDocument, call: Call): Reading | undefined {
  const sql = embeddedSql(document).find((each) => each.call === call);
  for (const statement of sql?.statements ?? []) {
    for (const { where } of statement.queries) {
      const text = where?.tokens.map((token) => token.text).join(' ') ?? '';
      const now = NOW.exec(text);
      if (sql !== undefined && where !== undefined && now !== null)
        return { node: sql.node, says: `selects rows by \`${now[0].replace(/\s+/g, '')}\`` };
    }
  }
  return undefined;
}

export default defineCheck({
  evaluates: 'backfill',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  title: 'Task reads what is newest instead of its own interval',
  why: `
    A retry or a backfill then reads other data than the run it repeats. No training set can be built again, and a late run
    skips a day without a word.
  `,
  fix: 'Read the partition of the run’s data interval (`ds`, `data_interval_start`, or a date parameter).',
  references: ['https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#creating-a-task'],
  mentions: ['airflow', 'prefect', 'dagster', 'luigi', 'kfp', 'zenml', 'metaflow'],
  examples: [
    bad`
      import glob
      import os
      import pandas as pd
      from airflow.decorators import task

      @task
      def newest():
          path = max(glob.glob("/data/exports/*.parquet"), key=os.path.getmtime)
          return len(pd.read_parquet(«path»))
    `,
    bad`
      from datetime import date, datetime as moment
      import pandas as pd
      from airflow.decorators import task
      from pandas import read_parquet as fetch

      @task
      def features():
          today = date.today()
          day = moment.now().strftime("%Y-%m-%d")
          a = pd.read_parquet(«f"s3://lake/events/{today}/"»)
          b = fetch(«"s3://lake/events/day=" + day»)
          return a, b, pd.read_csv(«"s3://lake/users/latest.csv"»)
    `,
    bad`
      import pandas as pd
      import prefect

      QUERY = "SELECT * FROM events WHERE day = CURRENT_DATE"

      class Names:
          pass

      def read(spark):
          return spark.read.parquet(«"s3://lake/latest/"»)

      @prefect.flow
      def train(spark, engine):
          return read(spark), pd.read_sql(«QUERY», engine)
    `,
    good`
      from datetime import date, datetime
      import pandas as pd
      from airflow.decorators import task

      @task
      def features(ds=None, data_interval_start=None):
          started = datetime.now()
          a = pd.read_parquet(f"s3://lake/events/{ds}/")
          b = pd.read_parquet(f"s3://lake/events/{data_interval_start:%Y-%m-%d}/")
          c = pd.read_sql("SELECT * FROM events WHERE day = %(day)s", engine, params={"day": ds})
          d = pd.read_csv("s3://lake/latest_model_names/2024.csv")
          log(datetime.now() - started)
          a.to_parquet(f"s3://lake/features/{date.today()}/")

      def elsewhere():
          return pd.read_csv(f"{date.today()}.csv")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const told = new Set<PyNode>();
    for (const task of tasks(document)) {
      for (const call of callsIn(document, task)) {
        const reading = fromPath(document, call) ?? fromQuery(document, call);
        if (reading === undefined || told.has(reading.node)) continue;
        told.add(reading.node);
        const header = { start: task.function.start, end: task.function.start };
        yield at(document, reading.node, `\`${task.name}\` ${reading.says}`, {
          evidence: [seen(document, header, 'the task')],
        });
      }
    }
  },
});
