import { bare, child, type PyNode, walk } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame, isFrameColumn } from '../pandas/frames.ts';
import { rootOf } from '../pandas/roots.ts';
import { argument, type Call, callAt, calls, callsOfMethod } from '../python/calls.ts';
import { isConstant } from '../python/constants.ts';
import { singleAssignment } from '../python/reaching.ts';
import { learntRows } from './fits.ts';
import { MOST } from './most.ts';
import { callsInto } from './rows.ts';
import { learnsStatistics, shortName } from './transformers.ts';

/** A call that computes numbers over all rows it is given and puts them into those rows. */
export interface StatisticFit {
  readonly node: PyNode;
  /** The rows as they are afterwards, and the rows that were learnt from. */
  readonly output: PyNode;
  readonly rows: PyNode;
  readonly says: string;
}

const COMBINES = /^sklearn\.(pipeline|compose)\.(\w+\.)?\w+\(\)$/;
const STATISTICS = new Set(['mean', 'median', 'mode', 'std', 'quantile']);

/** A scaler, imputer, PCA or vectoriser that learns from rows which it also gives back. */
function transformerFits(document: PythonDocument): readonly StatisticFit[] {
  const learns = (type: string, receiver: PyNode): boolean =>
    learnsStatistics(type) ||
    (COMBINES.test(type) && callsInto(document, receiver).some(({ name }) => learnsStatistics(`${name}()`)));
  return learntRows(document, learns).map(({ call, type, output, rows }) => ({
    node: call.node,
    output,
    rows,
    says: `\`${textOf(document, call.callee)}\` (${shortName(type)}) learns`,
  }));
}

/** `df["x"].mean()`, also behind a name or with an index behind it. */
function statisticOf(document: PythonDocument, value: PyNode | undefined): Call | undefined {
  const known = value && bare((value.type === 'identifier' ? singleAssignment(document, value) : undefined) ?? value);
  const inner = known?.type === 'subscript' ? child(known, 'value') : known;
  const call = inner?.type === 'call' ? callAt(document, inner) : undefined;
  return call?.method !== undefined && STATISTICS.has(call.method) ? call : undefined;
}

/** `df["x"].fillna(df["x"].mean())`: the gap is filled with what the test rows say as well. */
function meanFills(document: PythonDocument): readonly StatisticFit[] {
  return callsOfMethod(document, 'fillna')
    .slice(0, MOST)
    .flatMap(({ node, receiver, args, keywords }: Call) => {
      const value = args[0] ?? keywords.get('value');
      const rows = statisticOf(document, value)?.receiver;
      if (value === undefined || rows === undefined || receiver === undefined) return [];
      const isWhole = isFrame(document, receiver);
      if (!isWhole && !isFrameColumn(document, receiver)) return [];
      const changes = isWhole && isConstant(document, keywords.get('inplace'), true);
      return [{ node, output: changes ? receiver : node, rows, says: `\`${textOf(document, value)}\` is computed` }];
    });
}

/** `(df - df.mean()) / df.std()`. */
function standardised(document: PythonDocument): readonly StatisticFit[] {
  const found = new Map<PyNode, StatisticFit>();
  for (const call of callsOfMethod(document, 'mean', 'std', 'min', 'max').slice(0, MOST)) {
    const { node, receiver: rows } = call;
    if (rows === undefined || isConstant(document, argument(call, 0, 'axis'), 1)) continue;
    let whole = node;
    for (let at = node.parent; at && /^(binary_operator|parenthesized_expression)$/.test(at.type); at = at.parent)
      if (at.type === 'binary_operator') whole = at;
    if (whole === node || child(whole, 'operator')?.type !== '/' || found.has(whole)) continue;
    const written = textOf(document, rows);
    const moved = [...walk(whole)].some(
      (each) => each !== rows && each.type === rows.type && textOf(document, each) === written,
    );
    if (!moved || !isFrame(document, rootOf(rows))) continue;
    found.set(whole, { node: whole, output: whole, rows, says: `\`${textOf(document, node)}\` is computed` });
  }
  return [...found.values()];
}

const functionsToo = (document: PythonDocument): readonly StatisticFit[] =>
  calls(document)
    .filter(({ name }) => name === 'sklearn.preprocessing.scale' || name === 'pandas.qcut')
    .flatMap(({ node, callee, args: [rows] }) =>
      rows === undefined
        ? []
        : { node, output: node, rows, says: `\`${textOf(document, callee)}\` computes its numbers` },
    );

/** Every place of the file that computes numbers over rows and puts them into those rows. */
export const statisticFits = (document: PythonDocument): readonly StatisticFit[] => [
  ...transformerFits(document),
  ...meanFills(document),
  ...standardised(document),
  ...functionsToo(document),
];
