import { textOf } from '../../documents/python/python.ts';
import { builtIns } from '../../facts/sql/built.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'injection',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  grades: { network: { severity: 'critical', when: 'the value comes from a request' } },
  title: 'Value is written into the text of an SQL statement',
  why: `
    A quote in the value ends the literal, and what follows is executed: rows of other users are read, or training tables are
    changed.
  `,
  fix: 'Pass the value as a bound parameter; choose table and column names from a fixed list.',
  references: [
    'https://cwe.mitre.org/data/definitions/89.html',
    'https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text',
  ],
  mentions: ['execute', 'sql', 'raw', 'query', 'fetch', 'text(', 'read_gbq', 'scalar'],
  examples: [
    bad`
      import pandas as pd
      from sqlalchemy import text as statement

      def history(connection, user):
          cursor = connection.cursor()
          cursor.execute(f"SELECT * FROM events WHERE user_id = '{«user»}'")
          cursor.execute("SELECT * FROM events WHERE user_id = '%s'" % «user»)
          return pd.read_sql("SELECT * FROM events WHERE user_id = '" + «user» + "'", connection)

      class Store:
          def find(self, session, day, kind):
              query = f"""
                  SELECT amount FROM payments
                  WHERE day >= '{«day»}' AND kind IN ('{«kind»}')
              """
              session.execute(statement(query))
              self.spark.sql("DELETE FROM labels WHERE day = '{}'".format(«day»))
    `,
    bad.as('network')`
      from fastapi import FastAPI, Request

      app = FastAPI()

      @app.get("/rows")
      async def rows(table: str, request: Request):
          body = await request.json()
          db.execute(f"SELECT * FROM {«table»}")
          return db.execute(f"SELECT * FROM t WHERE x = '{«body["x"]»}'")
    `,
    good`
      from datetime import date
      import pandas as pd
      from sqlalchemy import bindparam, text

      TABLE = "events"
      COLUMNS = ["a", "b"]

      class Store:
          def find(self, connection, user, ids, limit: int, day: date, table):
              connection.execute(text("SELECT * FROM events WHERE user_id = :user").bindparams(bindparam("user", user)))
              connection.execute("SELECT * FROM events WHERE user_id = %s", (user,))
              connection.execute(f"SELECT * FROM {TABLE} LIMIT {int(user)}")
              connection.execute(f"SELECT * FROM {TABLE} WHERE day = '{day}' LIMIT {limit}")
              connection.execute(f"SELECT * FROM events WHERE id IN ({','.join(['?'] * len(ids))})", ids)
              connection.execute(f"SELECT count(*) FROM {self.table}")
              connection.execute(f"SELECT count(*) FROM {table}")
              for column in COLUMNS:
                  connection.execute(f"SELECT * FROM events WHERE kind = '{column}'")
              raise ValueError(f"select a value from {user} where = '{user}'")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const sql of embeddedSql(document)) {
      if (sql.statements.every(({ kind, confidence }) => kind === 'other' && confidence === 'low')) continue;
      for (const { expression, position, source } of builtIns(document, sql)) {
        if (source === 'constant' || (position === 'name' && source !== 'network')) continue;
        const shown = textOf(document, expression).slice(0, 60).replace(/\s+/g, ' ');
        const message =
          `\`${shown}\` becomes a part of the statement that \`${textOf(document, sql.call.callee)}\` sends`.replace(
            /\s+/g,
            ' ',
          );
        yield at(document, expression, message, source === 'network' ? { grade: 'network' } : {});
      }
    }
  },
});
