import { ancestor, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { definesDag, isDagFunction } from '../../facts/orchestration/tasks.ts';
import { type Call, calls } from '../../facts/python/calls.ts';
import { imports } from '../../facts/python/imports.ts';
import { loadsModel } from '../../facts/serving/loads.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const WORK: readonly (readonly [RegExp, string])[] = [
  [/^airflow\.(models\.(variable\.)?|sdk\.)Variable\.get$/, 'asks the metadata database'],
  [
    /^airflow\.(models\.(connection\.)?Connection\.get_connection_from_secrets|hooks\.base(_hook)?\.BaseHook\.get_connection|sdk\.Connection\.get)$/,
    'asks the metadata database',
  ],
  [/^(requests|httpx)\.(get|post|put|request|head)$|^urllib\.request\.urlopen$/, 'sends a request'],
  [/^pandas\.read_\w+$/, 'reads data'],
  [/^boto3\.(client|resource)\(\)\.\w+$|^google\.cloud\.\w+\.\w*Client\(\)\.\w+$/, 'asks a cloud service'],
  [/^(psycopg2?|pymysql|snowflake\.connector|cx_Oracle|pyodbc|sqlite3)\.connect$/, 'opens a database connection'],
];
const HEAVY = new Set(['torch', 'tensorflow', 'pandas']);

/** Runs when the file is parsed: not in a function or class of its own, but for functions with `@dag`. */
function runsAtParse(document: PythonDocument, node: PyNode): boolean {
  const owner = ancestor(node, 'function_definition', 'lambda', 'class_definition');
  if (owner !== undefined)
    return (
      owner.type === 'function_definition' &&
      ancestor(owner, 'function_definition') === undefined &&
      isDagFunction(document, owner)
    );
  const guard = ancestor(node, 'if_statement');
  return guard === undefined || !/__name__|TYPE_CHECKING/.test(document.text.slice(guard.start, guard.start + 60));
}

function workOf(call: Call): string | undefined {
  const known = WORK.find(([pattern]) => call.names.some((name) => pattern.test(name)));
  if (known !== undefined) return known[1];
  return loadsModel(call) ? 'loads a model' : undefined;
}

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  grades: { import: { severity: 'low', when: 'a large library is imported' } },
  title: 'Work that runs whenever Airflow parses the DAG file',
  why: `
    The scheduler parses every DAG file again and again. What stands outside of tasks runs each time: it loads the database,
    slows scheduling of all DAGs, and makes the DAG disappear when the other side is down.
  `,
  fix: 'Move the work into the task, and refer to variables and connections by template (`{{ var.value.x }}`).',
  references: ['https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code'],
  mentions: ['airflow'],
  examples: [
    bad`
      from airflow import DAG
      from airflow.models import Variable as Var
      import joblib
      import requests as rq

      bucket = «Var.get("bucket")»
      rows = «rq.get("https://acme.io/tables")».json()

      with DAG("train", start_date=START) as dag:
          model = «joblib.load("model.pkl")»
    `,
    bad`
      from airflow.decorators import dag
      from airflow.hooks.base import BaseHook

      @dag(start_date=START)
      def features():
          connection = «BaseHook.get_connection("warehouse")»
    `,
    bad.as('import')`
      from airflow import DAG
      «import torch»

      dag = DAG("train")
    `,
    good`
      import os
      from airflow import DAG
      from airflow.decorators import task
      from airflow.models import Variable
      from airflow.operators.python import PythonOperator

      BUCKET = os.environ["BUCKET"]

      def train():
          import torch
          import requests
          requests.get(Variable.get("url"))

      with DAG("train", start_date=START):
          PythonOperator(task_id="t", python_callable=train, op_kwargs={"bucket": "{{ var.value.bucket }}"})

          @task
          def read():
              import pandas as pd
              return pd.read_csv(Variable.get("path"))

      class Custom(Base):
          def execute(self, context):
              return Variable.get("x")
    `,
    good`
      import pandas as pd
      from airflow.models import Variable

      rows = pd.read_csv(Variable.get("path"))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!definesDag(document)) return;
    for (const call of calls(document)) {
      const work = workOf(call);
      if (work === undefined || !runsAtParse(document, call.node)) continue;
      yield at(document, call.node, `\`${textOf(document, call.callee)}\` ${work} each time this file is parsed`);
    }
    const told = new Set<PyNode>();
    for (const { node, module } of imports(document)) {
      const name = module.split('.')[0] ?? '';
      if (!HEAVY.has(name) || told.has(node) || !runsAtParse(document, node)) continue;
      told.add(node);
      yield at(document, node, `\`${name}\` is imported each time this file is parsed`, { grade: 'import' });
    }
  },
});
