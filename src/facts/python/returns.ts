/** Functions whose result is a pandas frame, though they are no constructor of it. */
const FRAME_MAKERS =
  /^pandas\.(read_(csv|table|fwf|excel|json|html|xml|hdf|feather|parquet|orc|sas|spss|sql|sql_table|sql_query|gbq|stata|clipboard)|merge|merge_asof|merge_ordered|concat|get_dummies|melt|pivot|pivot_table|crosstab|json_normalize|wide_to_long)$/;

const FRAME_METHODS = new Set(
  (
    'merge join append assign drop drop_duplicates dropna fillna ffill bfill interpolate rename reset_index set_index sort_values ' +
    'sort_index head tail sample copy astype query filter replace clip round abs reindex melt pivot pivot_table transpose isna notna ' +
    'isnull notnull where mask shift diff pct_change rank cumsum nlargest nsmallest select_dtypes explode convert_dtypes infer_objects ' +
    'tz_localize tz_convert truncate add_prefix add_suffix corr cov describe combine_first applymap set_axis'
  ).split(' '),
);
const SERIES_METHODS = new Set(
  (
    'fillna ffill bfill dropna astype map apply replace clip round abs shift diff pct_change rank cumsum copy rename reset_index ' +
    'sort_values sort_index head tail sample isna notna isnull notnull where mask isin between interpolate'
  ).split(' '),
);
/** Methods that answer with the object they were called on. */
const FLUENT = new Set(
  'fit eval train to cuda cpu half float double bfloat16 set_params requires_grad_ partial_fit compile_model'.split(
    ' ',
  ),
);

const FRAME = 'pandas.DataFrame()';
const SERIES = 'pandas.Series()';

const GROUPS = 'pandas.DataFrame().groupby()';
/** What turns groups back into a frame. */
const AGGREGATES = new Set(
  'agg aggregate mean median sum min max std var first last count size nunique transform head tail'.split(' '),
);

/** The type of what a call of this full name answers: its own name with `()` unless something better is known. */
export function resultOf(name: string): string {
  if (FRAME_MAKERS.test(name)) return FRAME;
  const dot = name.lastIndexOf('.');
  const owner = name.slice(0, dot);
  const method = name.slice(dot + 1);
  if (owner === FRAME && FRAME_METHODS.has(method)) return FRAME;
  if (owner === SERIES && SERIES_METHODS.has(method)) return SERIES;
  if (owner === GROUPS && AGGREGATES.has(method)) return FRAME;
  if (owner.endsWith('()') && FLUENT.has(method)) return owner;
  return `${name}()`;
}

/** The type of `value[key]`, where it is known. */
export function itemOf(type: string | undefined, keyType: string): string | undefined {
  if (type === GROUPS) return GROUPS;
  if (type === SERIES) return keyType === 'slice' || keyType === 'comparison_operator' ? SERIES : undefined;
  if (type !== FRAME) return undefined;
  if (keyType === 'string') return SERIES;
  return /^(list|list_comprehension|slice|comparison_operator|binary_operator|unary_operator)$/.test(keyType)
    ? FRAME
    : undefined;
}

/** The type of `value.name`, where it is known. */
export function partOf(type: string | undefined, name: string): string | undefined {
  return type === FRAME && /^(T|loc|iloc)$/.test(name) ? FRAME : undefined;
}
