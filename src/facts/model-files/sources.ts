/** Where each entry of the tiers comes from. */
export const SOURCES = {
  'python-pickle': {
    title: 'Python, pickle: "unpickle only data you trust"',
    url: 'https://docs.python.org/3/library/pickle.html#restricting-globals',
  },
  'python-builtins': { title: 'Python, built-in functions', url: 'https://docs.python.org/3/library/functions.html' },
  'python-library': { title: 'Python, the standard library', url: 'https://docs.python.org/3/library/index.html' },
  'python-process': {
    title: 'Python, concurrent execution and processes',
    url: 'https://docs.python.org/3/library/subprocess.html',
  },
  'python-import': { title: 'Python, importing modules', url: 'https://docs.python.org/3/library/modules.html' },
  'python-network': { title: 'Python, internet protocols', url: 'https://docs.python.org/3/library/internet.html' },
  'python-files': { title: 'Python, file and directory access', url: 'https://docs.python.org/3/library/filesys.html' },
  'python-debug': { title: 'Python, debugging and profiling', url: 'https://docs.python.org/3/library/debug.html' },
  'python-copyreg': { title: 'Python, copyreg', url: 'https://docs.python.org/3/library/copyreg.html' },
  numpy: {
    title: 'NumPy, how arrays, scalars, types and generators reduce',
    url: 'https://numpy.org/doc/stable/reference/generated/numpy.ndarray.__reduce__.html',
  },
  pandas: {
    title: 'pandas, how frames and indexes are pickled',
    url: 'https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_pickle.html',
  },
  scipy: {
    title: 'SciPy, sparse arrays and distributions',
    url: 'https://docs.scipy.org/doc/scipy/reference/sparse.html',
  },
  'scikit-learn': { title: 'scikit-learn, public estimators', url: 'https://scikit-learn.org/stable/api/index.html' },
  'scikit-learn-persistence': {
    title: 'scikit-learn, model persistence',
    url: 'https://scikit-learn.org/stable/model_persistence.html',
  },
  joblib: { title: 'joblib, persistence', url: 'https://joblib.readthedocs.io/en/stable/persistence.html' },
  boosters: {
    title: 'XGBoost, LightGBM and CatBoost, Python estimators',
    url: 'https://xgboost.readthedocs.io/en/stable/python/python_api.html',
  },
  'torch-weights-only': {
    title: 'PyTorch, what torch.load(weights_only=True) allows',
    url: 'https://pytorch.org/docs/stable/notes/serialization.html',
  },
  'torch-nn': { title: 'PyTorch, torch.nn modules', url: 'https://pytorch.org/docs/stable/nn.html' },
  'torch-optim': { title: 'PyTorch, torch.optim', url: 'https://pytorch.org/docs/stable/optim.html' },
  'torch-code': {
    title: 'PyTorch, security policy: loading untrusted models',
    url: 'https://github.com/pytorch/pytorch/security/policy',
  },
  transformers: {
    title: 'Transformers, Trainer arguments',
    url: 'https://huggingface.co/docs/transformers/main_classes/trainer',
  },
  'picklescan-advisories': {
    title: 'picklescan, security advisories',
    url: 'https://github.com/mmaitre314/picklescan/security/advisories',
  },
  'fickling-advisories': {
    title: 'fickling, security advisories',
    url: 'https://github.com/trailofbits/fickling/security/advisories',
  },
  'dill-cloudpickle': {
    title: 'dill and cloudpickle, pickling of code objects',
    url: 'https://github.com/cloudpipe/cloudpickle',
  },
  'numpy-code': {
    title: 'NumPy, f2py and testing run compilers and strings',
    url: 'https://numpy.org/doc/stable/f2py/index.html',
  },
} as const;

export type SourceId = keyof typeof SOURCES;
