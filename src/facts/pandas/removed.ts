/** A name that a release took away. */
export interface Removal {
  readonly library: 'pandas' | 'numpy';
  readonly since: string;
  /** The version in which the name is there again. */
  readonly until?: string;
  /** New text for what stands after the module, or for the whole expression when it has no dot. */
  readonly instead?: string;
}

const numpy = (since: string, instead?: string): Removal => ({
  library: 'numpy',
  since,
  ...(instead === undefined ? {} : { instead }),
});

/** By full name. */
export const REMOVED_NAMES: Readonly<Record<string, Removal>> = {
  'pandas.datetime': { library: 'pandas', since: '2.0' },
  'pandas.np': { library: 'pandas', since: '2.0' },
  'pandas.Panel': { library: 'pandas', since: '1.0' },
  'pandas.Int64Index': { library: 'pandas', since: '2.0' },
  'pandas.Float64Index': { library: 'pandas', since: '2.0' },
  'numpy.float': numpy('1.24', 'float'),
  'numpy.int': numpy('1.24', 'int'),
  'numpy.object': numpy('1.24', 'object'),
  'numpy.str': numpy('1.24', 'str'),
  'numpy.complex': numpy('1.24', 'complex'),
  'numpy.bool': { library: 'numpy', since: '1.24', until: '2.0', instead: 'bool' },
  'numpy.NaN': numpy('2.0', '.nan'),
  'numpy.NAN': numpy('2.0', '.nan'),
  'numpy.Inf': numpy('2.0', '.inf'),
  'numpy.Infinity': numpy('2.0', '.inf'),
  'numpy.infty': numpy('2.0', '.inf'),
  'numpy.float_': numpy('2.0', '.float64'),
  'numpy.complex_': numpy('2.0', '.complex128'),
  'numpy.unicode_': numpy('2.0', '.str_'),
  'numpy.string_': numpy('2.0', '.bytes_'),
  'numpy.product': numpy('2.0', '.prod'),
  'numpy.cumproduct': numpy('2.0', '.cumprod'),
  'numpy.alltrue': numpy('2.0', '.all'),
  'numpy.sometrue': numpy('2.0', '.any'),
  'numpy.round_': numpy('2.0', '.round'),
};

/** Members of frames and series. */
export const REMOVED_MEMBERS: Readonly<Record<string, Removal>> = {
  append: { library: 'pandas', since: '2.0' },
  iteritems: { library: 'pandas', since: '2.0', instead: '.items' },
  ix: { library: 'pandas', since: '1.0' },
  mad: { library: 'pandas', since: '2.0' },
  lookup: { library: 'pandas', since: '2.0' },
  as_matrix: { library: 'pandas', since: '1.0' },
  get_value: { library: 'pandas', since: '1.0' },
};
