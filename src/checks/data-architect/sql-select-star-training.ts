import type { Document } from '../../documents/kinds.ts';
import type { SelectItem, SqlQuery, SqlStatement } from '../../documents/sql.ts';
import { statementsOf } from '../../facts/sql/everywhere.ts';
import { holdsMlData, isPassing } from '../../facts/sql/tables.ts';
import { buildsModel } from '../../facts/training/role.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const FEEDS = /(^|[/_.-])(features?|train|training|labels?|datasets?|embeddings?)([/_.-]|$)/i;
/** Layers that copy a source as it is. */
const COPY = /(^|[/_.])(raw|staging|stg|bronze|landing|base|src|source|tmp|temp)([/_.]|$)/i;
const DEEPEST = 8;

/** The star of a query takes columns that the statement does not name: those of a table. */
function isWide(statement: SqlStatement, query: SqlQuery, depth = 0): boolean {
  if (depth > DEEPEST || !query.understood) return false;
  return query.items.some((item) => takesTable(statement, query, item, depth));
}

function takesTable(statement: SqlStatement, query: SqlQuery, item: SelectItem, depth: number): boolean {
  if (!item.star || item.narrowed) return false;
  const sources = query.sources.filter(
    ({ alias, name }) => item.qualifier === undefined || alias === item.qualifier || name?.text === item.qualifier,
  );
  return sources.some((source) => {
    const inner = source.query === undefined ? undefined : statement.queries[source.query];
    if (inner !== undefined) return isWide(statement, inner, depth + 1);
    if (source.name === undefined || source.isFunction || source.name.open) return false;
    const name = source.name.text.toLowerCase();
    const known = statement.queries.filter(({ role, cte }) => role === 'cte' && cte?.toLowerCase() === name);
    return known.length > 0 ? known.some((each) => isWide(statement, each, depth + 1)) : !COPY.test(name);
  });
}

/** The statement makes a table or view, fills one that models learn from, or is read where a model is trained. */
function feedsModels(document: Document, statement: SqlStatement): boolean {
  const [target] = statement.targets;
  if (statement.temporary || (target !== undefined && (isPassing(target) || COPY.test(target.text)))) return false;
  if (statement.kind === 'create') return statement.object !== undefined && /TABLE|VIEW/.test(statement.object);
  if (statement.kind === 'insert' || statement.kind === 'merge') return target !== undefined && holdsMlData(target);
  if (statement.kind !== 'select') return false;
  return document.kind === 'python' ? buildsModel(document) : FEEDS.test(document.path);
}

export default defineCheck({
  evaluates: 'query-performance-and-patterns-for-ml',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'skip' },
  title: 'Training data takes whatever columns a table has',
  why: `
    A column that is added upstream becomes a feature, perhaps the label itself or a person’s name; a dropped or moved one
    breaks the model in serving. It also reads every column of a columnar store.
  `,
  fix: 'Name the columns that the model uses.',
  references: [
    'https://docs.sqlfluff.com/en/stable/reference/rules.html',
    'https://cloud.google.com/bigquery/docs/best-practices-costs',
  ],
  mentions: ['*'],
  examples: [
    bad`
      CREATE TABLE ml.training AS SELECT «*» FROM events;
      CREATE VIEW user_features AS SELECT u.id, «e.*» FROM users u JOIN events e ON u.id = e.user_id;
      INSERT INTO labels SELECT «*» FROM outcomes;
      CREATE TABLE t AS WITH a AS (SELECT * FROM events) SELECT «*» FROM a;
    `,
    bad({
      'train.py': `
        import pandas as pd
        from pandas import read_sql as load
        from sklearn.linear_model import Ridge

        QUERY = "SELECT «*» FROM rides"

        class Trainer:
            def run(self, engine):
                data = load(QUERY, engine)
                more = pd.read_sql("SELECT «r.*» FROM rides r", engine)
                Ridge().fit(data.drop(columns=["fare"]), data["fare"])
      `,
    }),
    good`
      CREATE TABLE ml.training AS SELECT id, fare FROM events;
      CREATE TABLE t AS WITH a AS (SELECT id FROM events) SELECT * FROM a;
      CREATE TABLE n AS SELECT COUNT(*) AS n FROM events;
      CREATE TABLE e AS SELECT id FROM events WHERE EXISTS (SELECT * FROM users);
      CREATE TABLE x AS SELECT * EXCEPT (name) FROM events;
      CREATE TABLE raw_events AS SELECT * FROM events;
      CREATE TABLE copy AS SELECT * FROM raw.events;
      CREATE TEMP TABLE events_now AS SELECT * FROM events;
      CREATE TABLE y AS SELECT * FROM (SELECT id FROM events) s;
    `,
    good({
      'sql/lookup.sql': 'SELECT * FROM events;\n',
      'report.py': 'import pandas as pd\n\ndef show(engine):\n    return pd.read_sql("SELECT * FROM rides", engine)\n',
    }),
  ],

  reads: ['sql', 'python'],
  *inspect(document) {
    if (document.kind === 'python' && document.origin !== undefined) return;
    if (COPY.test(document.path)) return;
    for (const { statement, place } of statementsOf(document)) {
      if (statement.open || statement.confidence === 'low' || !feedsModels(document, statement)) continue;
      for (const query of statement.queries.filter(({ role }) => role === 'outer')) {
        if (!query.understood || (query.limit !== undefined && statement.kind === 'select')) continue;
        const item = query.items.find((each) => takesTable(statement, query, each, 0));
        if (item === undefined) continue;
        const into = statement.targets[0]?.text;
        yield at(
          document,
          place(item.span),
          `\`${item.text.replace(/\s/g, '')}\` puts every column of the source into ${into === undefined ? 'the training data' : `\`${into}\``}`,
        );
      }
    }
  },
});
