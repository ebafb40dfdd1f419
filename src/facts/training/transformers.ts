/** Transformers whose fit learns numbers from the rows it sees (means, categories by target, vocabularies). */
const LEARNS_STATISTICS =
  /^sklearn\.(preprocessing\.(\w+\.)?(StandardScaler|MinMaxScaler|MaxAbsScaler|RobustScaler|QuantileTransformer|PowerTransformer|KBinsDiscretizer|SplineTransformer)|impute\.(\w+\.)?(SimpleImputer|KNNImputer|IterativeImputer)|decomposition\.(\w+\.)?(PCA|IncrementalPCA|KernelPCA|TruncatedSVD|NMF|FastICA|FactorAnalysis|LatentDirichletAllocation)|feature_extraction\.text\.(TfidfVectorizer|CountVectorizer|TfidfTransformer))\(\)$/;

/** Transformers that look at one row at a time, or at names only. */
const STATELESS = /\.(HashingVectorizer|FeatureHasher|FunctionTransformer|Normalizer)\(\)$/;

const TRANSFORMER =
  /^(sklearn\.(preprocessing|impute|decomposition|feature_extraction|feature_selection|compose|pipeline|random_projection|manifold|kernel_approximation)\.|category_encoders\.|feature_engine\.|umap\.UMAP|tensorflow\.keras\.preprocessing\.text\.Tokenizer|keras\.preprocessing\.text\.Tokenizer)/;

/** Models: their fit learns the target. */
const ESTIMATOR =
  /^(sklearn\.(linear_model|ensemble|tree|svm|neighbors|naive_bayes|neural_network|gaussian_process|discriminant_analysis|calibration|multiclass|multioutput|model_selection|dummy|kernel_ridge)\.|xgboost\.XGB|lightgbm\.LGBM|catboost\.CatBoost|imblearn\.(ensemble|pipeline)\.)/;

export const learnsStatistics = (type: string | undefined): boolean =>
  type !== undefined && LEARNS_STATISTICS.test(type);

export const isTransformer = (type: string | undefined): boolean =>
  type !== undefined && TRANSFORMER.test(type) && !STATELESS.test(type);

export const isEstimator = (type: string | undefined): boolean => type !== undefined && ESTIMATOR.test(type);

/** The last part of a type, for messages: `StandardScaler`. */
export const shortName = (type: string): string =>
  type.replace(/\(\)$/, '').slice(type.replace(/\(\)$/, '').lastIndexOf('.') + 1);
