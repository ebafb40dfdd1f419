import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { importsModule } from '../python/imports.ts';
import { typeOf } from '../python/types.ts';

export const FRAME = 'pandas.DataFrame()';

/** How people call a frame when nothing else tells what it is. */
const FRAME_NAME = /^(df|df\d|dataframe)$|_df$|^df_|(^|_)frame$/;

/** Libraries whose frames are called the same and behave otherwise. */
const OTHERS = ['polars', 'pyspark', 'cudf', 'modin', 'vaex', 'dask'];

/**
 * True when an expression is a pandas frame: by its construction or annotation, else by a customary name in a file that
 * imports pandas and no other frame library. A dictionary of frames is none.
 */
export function isFrame(document: PythonDocument, node: PyNode): boolean {
  const type = typeOf(document, node);
  if (type !== undefined) return type === FRAME;
  if (node.type !== 'identifier' && node.type !== 'attribute') return false;
  const name = node.type === 'attribute' ? child(node, 'attribute') : node;
  if (name === undefined || !FRAME_NAME.test(textOf(document, name))) return false;
  return importsModule(document, 'pandas') && !importsModule(document, ...OTHERS);
}

/** `df.loc[:, "x"]` */
function isWholeColumn(document: PythonDocument, value: PyNode, [rows, column]: readonly PyNode[]): boolean {
  const object =
    value.type === 'attribute' && /\.loc$/.test(textOf(document, value)) ? child(value, 'object') : undefined;
  const all = rows?.type === 'slice' && textOf(document, rows) === ':';
  return all && column?.type === 'string' && object !== undefined && isFrame(document, object);
}

/** Attributes of a frame that are no columns. */
const NO_COLUMNS = new Set(
  'T at attrs axes columns dtypes empty flags iat iloc index loc ndim shape size sparse str style values plot'.split(
    ' ',
  ),
);

/** `df["x"]`, `df[name]`, `df.x` on a frame: one column, which pandas hands out as an object of its own. */
export function isFrameColumn(document: PythonDocument, node: PyNode): boolean {
  if (node.type === 'subscript') {
    const keys = node.children.filter((each) => each.field === 'subscript');
    const value = child(node, 'value');
    const [key] = keys;
    if (value === undefined || key === undefined) return false;
    if (keys.length === 2) return isWholeColumn(document, value, keys);
    if (keys.length !== 1) return false;
    return (key.type === 'string' || key.type === 'identifier') && isFrame(document, value);
  }
  if (node.type !== 'attribute') return false;
  const object = child(node, 'object');
  const name = child(node, 'attribute');
  return (
    object !== undefined && name !== undefined && !NO_COLUMNS.has(textOf(document, name)) && isFrame(document, object)
  );
}
