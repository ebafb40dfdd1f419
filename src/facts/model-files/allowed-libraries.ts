import { rows } from './tier-rows.ts';

/** Arrays, frames, sparse matrices and boosters, under their names of NumPy 1 and 2, pandas 1 and 2, SciPy since 1.5. */
export const ALLOWED_LIBRARIES = [
  ...rows(
    'numpy',
    `
numpy: ndarray dtype matrix recarray record poly1d bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
numpy: longdouble float128 complex64 complex128 clongdouble str_ bytes_ void object_ datetime64 timedelta64 intc uintc intp uintp longlong
numpy: ulonglong half single double int_ uint float_ complex_ string_ unicode_ long ulong nan inf ufunc vectorize
numpy: mean median sum min max amin amax std var prod average log log1p log2 log10 exp expm1 sqrt square abs absolute add subtract
numpy: multiply divide maximum minimum sin cos tan tanh sign floor ceil power clip argmax argmin nanmean nansum identity
numpy.core.multiarray: _reconstruct scalar
numpy._core.multiarray: _reconstruct scalar
numpy.core.numeric: _frombuffer
numpy._core.numeric: _frombuffer
numpy.core: _ufunc_reconstruct
numpy._core: _ufunc_reconstruct
numpy.core.records: record recarray
numpy._core.records: record recarray
numpy.core._multiarray_umath: log log1p log2 log10 exp expm1 sqrt square absolute add subtract multiply divide maximum minimum tanh sign
numpy._core._multiarray_umath: log log1p log2 log10 exp expm1 sqrt square absolute add subtract multiply divide maximum minimum tanh sign
numpy.dtypes: Float64DType Float32DType Int64DType Int32DType Int8DType UInt8DType BoolDType StrDType ObjectDType DateTime64DType
numpy.dtypes: TimeDelta64DType StringDType
numpy.ma.core: MaskedArray _mareconstruct MaskedConstant
numpy.matrixlib.defmatrix: matrix
numpy.random: RandomState Generator
numpy.random._pickle: __randomstate_ctor __generator_ctor __bit_generator_ctor
numpy.random.mtrand: RandomState
numpy.random._mt19937: MT19937
numpy.random._pcg64: PCG64 PCG64DXSM
numpy.random._philox: Philox
numpy.random._sfc64: SFC64
numpy.random.bit_generator: SeedSequence __pyx_unpickle_SeedSequence
`,
  ),
  ...rows(
    'pandas',
    `
pandas: DataFrame Series Index RangeIndex MultiIndex DatetimeIndex Timestamp Timedelta Period Interval Categorical NaT NA
pandas.core.frame: DataFrame
pandas.core.series: Series
pandas.core.internals.managers: BlockManager SingleBlockManager
pandas.core.internals.blocks: new_block Block ObjectBlock FloatBlock IntBlock DatetimeBlock CategoricalBlock ExtensionBlock
pandas._libs.internals: _unpickle_block BlockPlacement
pandas._libs.arrays: __pyx_unpickle_NDArrayBacked NDArrayBacked
pandas._libs.missing: NA NAType
pandas._libs.interval: Interval __pyx_unpickle_IntervalMixin
pandas._libs.sparse: IntIndex BlockIndex
pandas._libs.tslibs.timestamps: Timestamp _unpickle_timestamp
pandas._libs.tslibs.timedeltas: Timedelta _timedelta_unpickle
pandas._libs.tslibs.nattype: NaTType __nat_unpickle _nat_unpickle
pandas._libs.tslibs.period: Period
pandas._libs.tslibs.offsets: Day Hour Minute Second MonthEnd MonthBegin BusinessDay Week YearEnd YearBegin QuarterEnd DateOffset Milli Micro Nano
pandas.core.indexes.base: Index _new_Index
pandas.core.indexes.range: RangeIndex
pandas.core.indexes.numeric: Float64Index Int64Index UInt64Index
pandas.core.indexes.multi: MultiIndex
pandas.core.indexes.datetimes: DatetimeIndex _new_DatetimeIndex
pandas.core.indexes.timedeltas: TimedeltaIndex
pandas.core.indexes.period: PeriodIndex _new_PeriodIndex
pandas.core.indexes.category: CategoricalIndex
pandas.core.indexes.interval: IntervalIndex _new_IntervalIndex
pandas.core.indexes.frozen: FrozenList
pandas.core.arrays.categorical: Categorical
pandas.core.arrays.datetimes: DatetimeArray
pandas.core.arrays.timedeltas: TimedeltaArray
pandas.core.arrays.period: PeriodArray
pandas.core.arrays.interval: IntervalArray
pandas.core.arrays.integer: IntegerArray Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype
pandas.core.arrays.floating: FloatingArray Float32Dtype Float64Dtype
pandas.core.arrays.boolean: BooleanArray BooleanDtype
pandas.core.arrays.string_: StringArray StringDtype
pandas.core.arrays.numpy_: PandasArray NumpyExtensionArray PandasDtype
pandas.core.arrays.sparse.array: SparseArray
pandas.core.arrays.sparse.dtype: SparseDtype
pandas.core.dtypes.dtypes: CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype NumpyEADtype PandasDtype
pandas.core.flags: Flags
pytz: _UTC _p utc
pytz.tzfile: DstTzInfo StaticTzInfo
dateutil.tz.tz: tzutc tzlocal tzoffset tzfile
`,
  ),
  ...rows(
    'scipy',
    `
scipy.sparse._csr: csr_matrix csr_array
scipy.sparse._csc: csc_matrix csc_array
scipy.sparse._coo: coo_matrix coo_array
scipy.sparse._lil: lil_matrix lil_array
scipy.sparse._dok: dok_matrix dok_array
scipy.sparse._bsr: bsr_matrix bsr_array
scipy.sparse._dia: dia_matrix dia_array
scipy.sparse._arrays: csr_array csc_array coo_array lil_array dok_array bsr_array dia_array
scipy.sparse.csr: csr_matrix
scipy.sparse.csc: csc_matrix
scipy.sparse.coo: coo_matrix
scipy.interpolate._bsplines: BSpline
scipy.interpolate._interpolate: interp1d
scipy.interpolate.interpolate: interp1d
scipy.spatial._ckdtree: cKDTree
scipy.spatial._kdtree: KDTree
scipy.stats._distn_infrastructure: rv_continuous_frozen rv_discrete_frozen rv_frozen
scipy.stats._continuous_distns: norm_gen uniform_gen expon_gen lognorm_gen gamma_gen beta_gen t_gen reciprocal_gen loguniform_gen
scipy.stats._discrete_distns: randint_gen binom_gen poisson_gen geom_gen
`,
  ),
  ...rows(
    'joblib',
    `
joblib.numpy_pickle: NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
joblib.numpy_pickle_compat: NDArrayWrapper ZNDArrayWrapper
sklearn.externals.joblib.numpy_pickle: NumpyArrayWrapper NDArrayWrapper
`,
  ),
  ...rows(
    'boosters',
    `
xgboost.sklearn: XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor XGBModel
xgboost.core: Booster DMatrix
lightgbm.sklearn: LGBMClassifier LGBMRegressor LGBMRanker LGBMModel
lightgbm.basic: Booster Dataset
catboost.core: CatBoostClassifier CatBoostRegressor CatBoostRanker CatBoost Pool
`,
  ),
  ...rows(
    'transformers',
    `
transformers.training_args: TrainingArguments OptimizerNames
transformers.training_args_seq2seq: Seq2SeqTrainingArguments
transformers.trainer_utils: IntervalStrategy SchedulerType HubStrategy SaveStrategy EvaluationStrategy ShardedDDPOption FSDPOption
transformers.trainer_pt_utils: AcceleratorConfig
transformers.integrations.deepspeed: HfTrainerDeepSpeedConfig HfDeepSpeedConfig
transformers.tokenization_utils_base: BatchEncoding AddedToken
transformers.utils.generic: PaddingStrategy
accelerate.state: PartialState AcceleratorState
accelerate.utils.dataclasses: DistributedType DeepSpeedPlugin
omegaconf.dictconfig: DictConfig
omegaconf.listconfig: ListConfig
omegaconf.base: ContainerMetadata Metadata
omegaconf.nodes: AnyNode StringNode IntegerNode FloatNode BooleanNode
pytorch_lightning.callbacks.model_checkpoint: ModelCheckpoint
pytorch_lightning.utilities.parsing: AttributeDict
lightning_fabric.utilities.data: AttributeDict
lightning.fabric.utilities.data: AttributeDict
`,
  ),
];
