import { child, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt } from '../python/calls.ts';
import { reachingBindings } from '../python/reaching.ts';
import { type Source, sourceOf } from '../serving/requests.ts';
import type { EmbeddedSql } from './embedded.ts';

/** A value that the code writes into the text of a statement. */
export interface BuiltIn {
  readonly expression: PyNode;
  /** `value`: stands where a bound parameter could; `name`: for a table, a column or a whole clause, which cannot be bound. */
  readonly position: 'value' | 'name';
  readonly source: Source;
}

const BEFORE_VALUE = /(['"%]|[=<>!~]|\b(like|ilike|between|and|limit|offset|values|in)\b)\s*[(]?\s*['"%]?$/i;
const BEFORE_NAME = /(\b(from|join|into|table|update|view|schema|database|by|select|where|using|set|index)|[.`"])\s*$/i;
const TEMPLATE_VALUE =
  /(=|<|>|\blike|\bin\s*\(|\bvalues\s*\(|\blimit|\bbetween)\s*['"(]{0,2}\s*(%s|\{\w*\})|'%?(%s|\{\w*\})/i;

/** Results that hold no quote: numbers, dates, lengths. */
const HARMLESS =
  /^(builtins\.(int|float|len|bool|round|hash)|datetime\..*|.*\.(isoformat|strftime|timestamp|hexdigest|toordinal)|uuid\..*|time\.\w+|pendulum\..*|hashlib\..*)$/;
const HARMLESS_TYPE = /^(int|float|bool|(datetime\.)?(date|datetime)|(uuid\.)?UUID|Literal\[|Enum)/;

/** A parameter that is declared to be a number or a date. */
function isDeclaredHarmless(document: PythonDocument, node: PyNode): boolean {
  if (node.type !== 'identifier') return false;
  const bound = reachingBindings(document, node);
  return (
    bound.length > 0 &&
    bound.every(({ kind, node: name }) => {
      const declared = name.parent === undefined ? undefined : child(name.parent, 'type');
      return kind === 'parameter' && declared !== undefined && HARMLESS_TYPE.test(textOf(document, declared));
    })
  );
}

function isHarmless(document: PythonDocument, node: PyNode): boolean {
  if (node.type === 'call') {
    const call = callAt(document, node);
    if (
      call?.names.some((name) => HARMLESS.test(name)) ||
      /^(isoformat|strftime|timestamp|hexdigest)$/.test(call?.method ?? '')
    )
      return true;
    // `",".join(["?"] * len(ids))` writes placeholders, not values.
    return /["'](\?|%s|:\w+|\$\d)["']/.test(textOf(document, node));
  }
  if (node.type === 'binary_operator') return parts(node).some((each) => each.type === 'integer');
  return isDeclaredHarmless(document, node);
}

/** Every value that is only known when the code runs and is written into the statement's text, numbers and dates aside. */
export function builtIns(document: PythonDocument, sql: EmbeddedSql): readonly BuiltIn[] {
  const found: BuiltIn[] = [];
  const inPlace =
    sql.node.type === 'string' || sql.parts.every((part) => 'text' in part || part.node.type === 'interpolation');
  let before = '';
  for (const part of sql.parts) {
    if ('text' in part) {
      before = (before + part.text).slice(-400);
      continue;
    }
    const template = !inPlace && TEMPLATE_VALUE.test(before);
    const value = template || (BEFORE_VALUE.test(before) && !BEFORE_NAME.test(before.replace(/['"]$/, '')));
    before += 'x';
    if (isHarmless(document, part.expression)) continue;
    found.push({
      expression: part.expression,
      position: value ? 'value' : 'name',
      source: sourceOf(document, part.expression),
    });
  }
  return found;
}
