import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { callsIn, definesDag, tasks } from '../../../src/facts/orchestration/tasks.ts';
import { clockCall, varyingCall } from '../../../src/facts/orchestration/varying.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const found = (source: string) => tasks(read(source)).map(({ name, framework }) => `${framework}:${name}`);

test('functions that a scheduler runs are known by decorator, operator and base class', () => {
  expect(found('from airflow.decorators import task as t\n@t\ndef a(): pass\n@t.virtualenv\ndef b(): pass\n')).toEqual([
    'airflow:a',
    'airflow:b',
  ]);
  expect(
    found(
      'from airflow.operators.python import PythonOperator\ndef work(): pass\ndef other(): pass\nPythonOperator(task_id="x", python_callable=work)\n',
    ),
  ).toEqual(['airflow:work']);
  expect(found('import prefect\n@prefect.flow(retries=2)\ndef f(): pass\n')).toEqual(['prefect:f']);
  expect(found('import luigi\nclass A(luigi.Task):\n    def run(self): pass\n    def output(self): pass\n')).toEqual([
    'luigi:run',
  ]);
  expect(found('from dagster import asset\n@asset\ndef rows(): pass\n')).toEqual(['dagster:rows']);
  expect(found('def task(f): return f\n@task\ndef a(): pass\n')).toEqual([]);
});

test('the calls of a task reach one step into helpers and not into other tasks', () => {
  const document = read(
    'from prefect import task\ndef help():\n    deep()\n@task\ndef b():\n    other()\n@task\ndef a():\n    help()\n    b()\n',
  );
  const task = tasks(document).find(({ name }) => name === 'a');
  expect(task && callsIn(document, task).map(({ callee }) => textOf(document, callee))).toEqual(['help', 'b', 'deep']);
});

test('a DAG file makes a DAG', () => {
  expect(definesDag(read('from airflow import DAG\nwith DAG("x"): pass\n'))).toBe(true);
  expect(definesDag(read('from airflow.decorators import dag\n@dag\ndef x(): pass\n'))).toBe(true);
  expect(definesDag(read('from airflow.models import Variable\nVariable.get("x")\n'))).toBe(false);
});

test('clock and chance are told apart, also through a variable', () => {
  const document = read(
    'import datetime as dt, uuid\nnow = dt.datetime.now()\nuse(now)\nuse(f"{uuid.uuid4()}")\nuse(dt.date(2024, 1, 1))\n',
  );
  const values = document.byType.get('call')?.filter((node) => textOf(document, node).startsWith('use')) ?? [];
  const first = values.map((node) =>
    node.children.find((each) => each.field === 'arguments')?.children.find((each) => each.named),
  );
  expect(first.map((node) => node !== undefined && varyingCall(document, node) !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
  expect(first.map((node) => node !== undefined && clockCall(document, node) !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
});
