import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { parseSqlText } from '../../../src/documents/sql.ts';
import { builtIns } from '../../../src/facts/sql/built.ts';
import { embeddedSql } from '../../../src/facts/sql/embedded.ts';
import { statementsOf } from '../../../src/facts/sql/everywhere.ts';
import { readsWholeTable } from '../../../src/facts/sql/whole.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const found = (body: string) => {
  const document = read(`from datetime import date\ndef f(db, user, table, n: int, day: date):\n    ${body}\n`);
  return embeddedSql(document).flatMap((sql) =>
    builtIns(document, sql).map(
      ({ expression, position, source }) => `${textOf(document, expression)} ${position} ${source}`,
    ),
  );
};

test.each([
  [`db.execute(f"SELECT a FROM t WHERE x = '{user}'")`, ['user value argument']],
  [`db.execute("SELECT a FROM t WHERE x = '%s'" % user)`, ['user value argument']],
  [`db.execute("SELECT a FROM t WHERE x = {}".format(user))`, ['user value argument']],
  [`db.execute("SELECT a FROM t WHERE x IN (" + user + ")")`, ['user value argument']],
  [`db.execute(f"SELECT a FROM {table}")`, ['table name argument']],
  [`db.execute(f"SELECT a FROM s.{table} LIMIT {n}")`, ['table name argument']],
  [`db.execute(f"SELECT a FROM t WHERE d = '{day}' AND x = {int(user)}")`, []],
  [`db.execute(f"SELECT a FROM t WHERE x IN ({','.join(['?'] * len(user))})")`, []],
  [`db.execute("SELECT a FROM t WHERE x = ?", (user,))`, []],
])('%s', (body, expected) => {
  expect(found(body)).toEqual(expected);
});

test('statements of strings are placed in the Python text', () => {
  const document = read('import sqlite3\nsqlite3.connect("x").execute("SELECT a FROM t")\n');
  const placed = statementsOf(document).map(({ statement, place }) => textOf(document, place(statement.span)));
  expect(placed).toEqual(['SELECT a FROM t']);
});

test.each([
  ['SELECT * FROM events', true],
  ['SELECT a, b FROM db.events', true],
  ['SELECT a FROM events WHERE day = 1', false],
  ['SELECT a FROM events LIMIT 5', false],
  ['SELECT count(*) FROM events', false],
  ['SELECT DISTINCT a FROM events', false],
  ['SELECT a FROM x JOIN y USING (id)', false],
  ['SELECT a FROM dim_country', false],
  ['DELETE FROM events', false],
])('reads a whole table: %s', (text, expected) => {
  expect(parseSqlText(text).statements.map(readsWholeTable)).toEqual([expected]);
});
