import { repoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { placeOf } from '../../../src/documents/document.ts';
import { parseSql, parseSqlText, type SqlQuery, type SqlStatement } from '../../../src/documents/sql.ts';

const one = (text: string): SqlStatement => {
  const [statement, ...rest] = parseSqlText(text).statements;
  if (statement === undefined || rest.length > 0) throw new Error(`${rest.length + 1} statements in ${text}`);
  return statement;
};
const query = (text: string): SqlQuery => {
  const [first] = one(text).queries;
  if (first === undefined) throw new Error('no query');
  return first;
};
const written = (
  text: string,
  clause: { readonly span: { start: number; end: number } } | undefined,
): string | undefined => clause && text.slice(clause.span.start, clause.span.end);

describe('statements', () => {
  test('are split outside of strings, comments and dollar quotes', () => {
    const text = `SELECT ';' -- a; b
; /* ; */ SELECT "a;b", $$x;y$$, $f$ ; $f$ ;
INSERT INTO t VALUES (E'\\';', 'it''s;')
GO
select \`;\`;;
`;
    const { statements, comments, damage } = parseSqlText(text);
    expect(statements.map((each) => written(text, each))).toEqual([
      "SELECT ';'",
      'SELECT "a;b", $$x;y$$, $f$ ; $f$',
      "INSERT INTO t VALUES (E'\\';', 'it''s;')",
      'select `;`',
    ]);
    expect(comments.map((each) => each.text)).toEqual(['-- a; b', '/* ; */']);
    expect(damage).toEqual([]);
  });

  test.each<[string, Partial<Record<keyof SqlStatement, unknown>>, readonly string[]]>([
    ['DELETE FROM a.b', { kind: 'delete', where: undefined }, ['a.b']],
    ['delete from "a"."B" as x where x.id = 1 returning *', { kind: 'delete' }, ['a.B']],
    ['UPDATE t SET a = (SELECT b FROM c WHERE d)', { kind: 'update', where: undefined }, ['t']],
    ['TRUNCATE TABLE a, b', { kind: 'truncate', object: 'TABLE' }, ['a', 'b']],
    ['TRUNCATE a', { kind: 'truncate', object: 'TABLE' }, ['a']],
    ['DROP TABLE IF EXISTS x.y CASCADE', { kind: 'drop', object: 'TABLE', ifExists: true }, ['x.y']],
    ['DROP MATERIALIZED VIEW v', { kind: 'drop', object: 'MATERIALIZED VIEW', ifExists: false }, ['v']],
    ['CREATE OR REPLACE TEMP TABLE t AS SELECT 1', { kind: 'create', temporary: true, orReplace: true }, ['t']],
    ['CREATE TABLE IF NOT EXISTS t (a int, b text)', { kind: 'create', ifNotExists: true, ifExists: false }, ['t']],
    ['CREATE TABLE #t (a int)', { kind: 'create', temporary: true }, ['#t']],
    ['ALTER TABLE t DROP COLUMN a, ADD b int', { kind: 'alter', object: 'TABLE' }, ['t']],
    ['INSERT OVERWRITE TABLE t PARTITION (d) SELECT 1', { kind: 'insert', overwrite: true }, ['t']],
    ['INSERT INTO t (a) SELECT 1 ON CONFLICT (a) DO NOTHING', { kind: 'insert', overwrite: false }, ['t']],
    ['REPLACE INTO t VALUES (1)', { kind: 'insert', overwrite: true }, ['t']],
    ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE', { kind: 'merge' }, ['t']],
    ['WITH x AS (SELECT 1) DELETE FROM t USING x', { kind: 'delete', where: undefined }, ['t']],
    ['EXPLAIN SELECT 1', { kind: 'select' }, []],
    ['((SELECT 1))', { kind: 'select' }, []],
    ['VACUUM t', { kind: 'other', confidence: 'low' }, []],
    ['Select the best model from the list of candidates', { kind: 'select', confidence: 'low' }, []],
    ['DELETE FROM `p.d.t` WHERE true', { kind: 'delete' }, ['p.d.t']],
  ])('%s', (text, wanted, targets) => {
    const statement = one(text);
    expect(statement).toMatchObject(wanted);
    expect(statement.targets.map((name) => name.text)).toEqual(targets);
  });

  test('clauses of their own have exact spans', () => {
    const remove = "DELETE FROM t WHERE a = 'é𝄞' AND b IN (SELECT c FROM d WHERE e) RETURNING a";
    expect(written(remove, one(remove).where)).toBe("WHERE a = 'é𝄞' AND b IN (SELECT c FROM d WHERE e)");
    const insert = 'INSERT INTO t SELECT a FROM b WHERE c ON CONFLICT (a) DO UPDATE SET a = 1';
    expect(written(insert, one(insert).onConflict)).toBe('ON CONFLICT (a) DO UPDATE SET a = 1');
    expect(written(insert, query(insert).where)).toBe('WHERE c');
    const alter = 'ALTER TABLE t DROP COLUMN a, ALTER COLUMN b TYPE numeric(1, 2)';
    expect(one(alter).actions.map((each) => written(alter, each))).toEqual([
      'DROP COLUMN a',
      'ALTER COLUMN b TYPE numeric(1, 2)',
    ]);
  });
});

describe('queries', () => {
  const text = `WITH RECURSIVE a AS (SELECT * FROM raw.x), b (c, d) AS NOT MATERIALIZED (SELECT 1, 2)
SELECT DISTINCT l.id, f.*, COUNT(*) AS n, CASE WHEN x THEN 'a,b' END kind, EXTRACT(year FROM l.ts), s['a,b'] z
FROM labels AS l
LEFT OUTER JOIN (SELECT id, max(ts) ts FROM feats GROUP BY id) f ON f.id = l.id AND f.ts <= l.ts
JOIN g USING (id), UNNEST(l.tags) AS tag
WHERE l.ts >= '2024-01-01' AND EXISTS (SELECT 1 FROM h)
GROUP BY 1 HAVING n > 1 ORDER BY l.ts DESC LIMIT 10 OFFSET 5`;
  const statement = one(text);
  const outer = statement.queries.find((each) => each.role === 'outer');

  test('roles and names', () => {
    expect(statement).toMatchObject({ kind: 'select', open: false, confidence: 'high' });
    expect(statement.ctes.map((each) => each.name)).toEqual(['a', 'b']);
    expect(statement.queries.map(({ role, cte }) => [role, cte])).toEqual([
      ['cte', 'a'],
      ['cte', 'b'],
      ['outer', undefined],
      ['from', undefined],
      ['expression', undefined],
    ]);
  });

  test('items', () => {
    expect(outer?.distinct).toBe(true);
    expect(outer?.items.map((item) => [written(text, item), item.star, item.name])).toEqual([
      ['l.id', false, 'id'],
      ['f.*', true, undefined],
      ['COUNT(*) AS n', false, 'n'],
      ["CASE WHEN x THEN 'a,b' END kind", false, 'kind'],
      ['EXTRACT(year FROM l.ts)', false, undefined],
      ["s['a,b'] z", false, 'z'],
    ]);
    expect(outer?.items[1]?.qualifier).toBe('f');
    expect(query('SELECT * EXCEPT (a) FROM t').items[0]).toMatchObject({ star: true, narrowed: true });
    expect(query('SELECT a * b FROM t').items[0]?.star).toBe(false);
    expect(query('SELECT TOP 5 a FROM t')).toMatchObject({ items: [{ name: 'a' }] });
  });

  test('sources', () => {
    const sources = outer?.sources ?? [];
    expect(sources.map(({ how, join, alias }) => [how, join, alias])).toEqual([
      ['first', undefined, 'l'],
      ['join', 'left', 'f'],
      ['join', 'inner', undefined],
      ['comma', undefined, 'tag'],
    ]);
    expect(sources.map((each) => each.name?.text)).toEqual(['labels', undefined, 'g', 'UNNEST']);
    expect(sources[1]?.query).toBe(3);
    expect(written(text, sources[1]?.on)).toBe('ON f.id = l.id AND f.ts <= l.ts');
    expect(written(text, sources[2]?.using)).toBe('USING (id)');
    expect(written(text, sources[2])).toBe('JOIN g USING (id)');
    expect(sources[3]?.isFunction).toBe(true);
  });

  test('clauses', () => {
    expect(written(text, outer?.where)).toBe("WHERE l.ts >= '2024-01-01' AND EXISTS (SELECT 1 FROM h)");
    expect(written(text, outer?.groupBy)).toBe('GROUP BY 1');
    expect(written(text, outer?.having)).toBe('HAVING n > 1');
    expect(written(text, outer?.orderBy)).toBe('ORDER BY l.ts DESC');
    expect(written(text, outer?.limit)).toBe('LIMIT 10');
  });

  test.each<[string, readonly unknown[]]>([
    ['SELECT 1 FROM a CROSS JOIN b', ['a', 'b:cross']],
    ['SELECT 1 FROM a ASOF LEFT JOIN b MATCH_CONDITION (a.t >= b.t) ON a.i = b.i', ['a', 'b:asof']],
    ['SELECT 1 FROM a NATURAL JOIN b', ['a', 'b:natural']],
    ['SELECT 1 FROM a LEFT SEMI JOIN b ON x', ['a', 'b:semi']],
    ['SELECT 1 FROM a CROSS APPLY f(a.x) b', ['a', 'f:apply']],
    ['SELECT 1 FROM a LATERAL VIEW explode(x) e AS k, v', ['a', 'explode:lateral view']],
    ['SELECT 1 FROM a, LATERAL (SELECT 1) b, c', ['a', 'undefined', 'c']],
    ["SELECT 1 FROM 's3://x/y.parquet' p JOIN read_csv('z') q ON true", ['s3://x/y.parquet', 'read_csv:inner']],
    ['SELECT 1 FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (1)', ['t']],
    ['SELECT 1 FROM t FOR SYSTEM_TIME AS OF x', ['t']],
    ['SELECT 1 FROM [dbo].[t] AS [x]', ['dbo.t']],
    ['SELECT a IS NOT DISTINCT FROM b FROM t', ['t']],
    ['SELECT a, b FROM t1 UNION ALL SELECT * FROM t2', ['t1']],
  ])('%s', (source, wanted) => {
    expect(
      query(source).sources.map(({ name, join }) => `${name?.text}${join === undefined ? '' : `:${join}`}`),
    ).toEqual(wanted);
    expect(one(source).confidence).toBe('high');
  });

  test('samples, unions and what INSERT and CREATE select', () => {
    const sample = 'SELECT 1 FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (1)';
    expect(written(sample, query(sample).sources[0]?.sample)).toBe('TABLESAMPLE BERNOULLI (10) REPEATABLE (1)');
    expect(one('SELECT 1 UNION ALL SELECT 2').queries.map((each) => each.role)).toEqual(['outer', 'outer']);
    expect(one('CREATE TABLE t AS (SELECT * FROM x)').queries[0]?.role).toBe('outer');
    expect(one('INSERT INTO t (a, b) (SELECT * FROM x)').queries[0]?.role).toBe('outer');
    expect(one('SELECT 1 WHERE a IN (SELECT b FROM c)').queries[1]?.role).toBe('expression');
    expect(query('SELECT a INTO backup.t FROM x').into?.text).toBe('backup.t');
  });
});

describe('templates', () => {
  test('stand for names and values', () => {
    const text = `{{ config(materialized='table') }}
select * from {{ ref('a') }} as x join {{ source('s', 't') }} on x.d = {{ var('d') }} where x.e > '{{ ds }}'`;
    const statement = one(text);
    expect(statement).toMatchObject({ kind: 'select', open: false, confidence: 'high' });
    expect(statement.queries[0]?.sources.map(({ name, alias }) => [name?.text, name?.open, alias])).toEqual([
      ["{{ ref('a') }}", true, 'x'],
      ["{{ source('s', 't') }}", true, undefined],
    ]);
    expect(one('DELETE FROM {{ schema }}.t_{{ ds }}').targets[0]).toMatchObject({
      text: '{{ schema }}.t_{{ ds }}',
      open: true,
    });
    expect(one('DROP TABLE `{{ dataset }}.t`').targets[0]).toMatchObject({ open: true });
    expect(one('DELETE FROM {table} WHERE id = %(id)s').open).toBe(false);
  });

  test('that may add clauses make a statement open', () => {
    expect(one('DELETE FROM t {{ where_clause }}').open).toBe(true);
    expect(one('select * from t {% if is_incremental() %} where a > 1 {% endif %}').open).toBe(true);
    expect(one('DELETE FROM t {filters}').open).toBe(true);
    expect(one('SELECT (1').open).toBe(true);
  });
});

describe('files and hostile text', () => {
  const read = (text: string) => parseSql({ path: repoPath('a.sql'), blob: 'blob' as BlobId, text });

  test('have places', () => {
    const document = read('\uFEFF-- x\r\nDELETE\r\nFROM t;\r\n');
    const [statement] = document.statements;
    expect(statement && placeOf(document, statement.span)).toMatchObject({
      startLine: 2,
      endLine: 3,
      startColumn: 1,
      endColumn: 7,
    });
    expect(document.template).toBe(false);
    expect(read('select {{ x }}').template).toBe(true);
    expect(read('').statements).toEqual([]);
  });

  const many = 5_000;
  test.each([
    ['an open string', "SELECT 'x"],
    ['an open comment', '/* x'],
    ['an open template', 'SELECT {{ x'],
    ['an open name', 'SELECT "x'],
    ['a statement that is too long', 'a '.repeat(200_000)],
  ])('%s is damage', (_, text) => {
    expect(read(text).damage.length).toBeGreaterThan(0);
  });

  test.each([
    ['deep brackets', `SELECT ${'('.repeat(many)}`],
    ['deep queries', '(SELECT a FROM b WHERE c IN '.repeat(many)],
    ['deep queries in FROM', 'SELECT a FROM (x, '.repeat(many)],
    ['flat queries', 'SELECT a FROM b '.repeat(many)],
    ['queries after commas', `SELECT 1 FROM a ${', (SELECT 1)'.repeat(many)}`],
    ['many joins', `SELECT 1 FROM a ${' JOIN b ON c'.repeat(many)}`],
    ['many expressions', `WITH ${'a AS (SELECT 1), '.repeat(many)} b AS (SELECT 2) SELECT 3`],
    ['many items', `SELECT ${'a, '.repeat(many)} b`],
    ['many dots', `SELECT * FROM ${'a.'.repeat(many)}b`],
    ['many templates', `SELECT ${'{{ a }}'.repeat(many)}`],
    ['many braces', '{'.repeat(many)],
    ['many dollars', '$a'.repeat(many)],
    ['a dollar quote that never ends', '$a$ '.repeat(many)],
    ['a long line', `INSERT INTO t VALUES ('${'x'.repeat(5_000_000)}')`],
    ['many hashes', `SELECT 1\n${'# x\n'.repeat(many)}`],
    ['many strings that may be open', "SELECT 'x\\' ".repeat(many)],
    ['many WITHs', 'WITH '.repeat(many)],
    ['many joins without a table', `SELECT 1 FROM ${'LEFT '.repeat(many)}`],
    ['merge conflict', '<<<<<<< HEAD\nSELECT 1\n=======\nSELECT 2\n>>>>>>> x'],
  ])('%s is read', (_, text) => {
    expect(read(text).statements.length).toBeGreaterThan(0);
  });
});
