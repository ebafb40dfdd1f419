import { ancestor, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { varyingCall } from '../../facts/orchestration/varying.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { dictionaryOf } from '../../facts/python/literals.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

function isDag({ name }: Call): boolean {
  return name !== undefined && /^airflow\.(models\.(dag\.)?|sdk\.|decorators\.)?(DAG|dag)$/.test(name);
}

function isOperator({ name }: Call): boolean {
  return (
    name !== undefined && /^airflow\.(providers\.|operators\.|sensors\.)/.test(name) && /(Operator|Sensor)$/.test(name)
  );
}

function valuesOf(document: PythonDocument, call: Call): readonly (readonly [string, PyNode])[] {
  const named = [...call.keywords].filter(([key]) => key !== 'default_args' && key !== 'python_callable');
  const own = [...named, ...call.args.map((value) => ['argument', value] as const)];
  const defaults = argument(call, -1, 'default_args');
  const shared = defaults === undefined ? undefined : dictionaryOf(document, defaults)?.get('start_date');
  return shared === undefined ? own : [...own, ['start_date', shared] as const];
}

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'DAG argument that changes each time the file is parsed',
  why: `
    Airflow parses a DAG file again and again. A start date of now moves forward with every parse, so runs never become due
    or are scheduled anew; a random id makes a new DAG each time.
  `,
  fix: 'Give a fixed date such as `datetime(2024, 1, 1)`, and a fixed id.',
  references: ['https://airflow.apache.org/docs/apache-airflow/stable/faq.html#what-s-the-deal-with-start-date'],
  mentions: ['airflow'],
  examples: [
    bad`
      import random
      from airflow.operators.python import PythonOperator

      t = PythonOperator(task_id="train", python_callable=train, op_kwargs={"seed": «random.randint(0, 9)»})
    `,
    bad`
      from datetime import datetime, timedelta
      import airflow

      with airflow.DAG("train", start_date=«datetime.now()», schedule="@daily"):
          pass
    `,
    bad`
      import datetime as dt
      from airflow import DAG as Dag

      default_args = {"owner": "ml", "start_date": «dt.datetime.today()» - dt.timedelta(days=1)}

      def build():
          return Dag("features", default_args=default_args)
    `,
    bad`
      import uuid
      from airflow.decorators import dag
      from airflow.operators.bash import BashOperator
      from pendulum import now as right_now

      begin = «right_now("UTC")»

      @dag(start_date=begin, dag_id="score")
      def score():
          BashOperator(task_id=f"run_{«uuid.uuid4()»}", bash_command="true")
    `,
    good`
      from datetime import datetime
      from airflow import DAG
      from airflow.decorators import task

      with DAG("train", start_date=datetime(2024, 1, 1), schedule="@daily") as dag:
          @task
          def stamp():
              return datetime.now().isoformat()
    `,
    good`
      from datetime import datetime

      report(start_date=datetime.now())
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const told = new Set<PyNode>();
    for (const call of calls(document)) {
      if (!isDag(call) && !isOperator(call)) continue;
      for (const [key, value] of valuesOf(document, call)) {
        const found = varyingCall(document, value);
        if (found === undefined || told.has(found) || ancestor(found, 'lambda') !== undefined) continue;
        told.add(found);
        yield at(
          document,
          found,
          `\`${key}\` is \`${textOf(document, found)}\`, another value at each parse of this file`,
        );
      }
    }
  },
});
