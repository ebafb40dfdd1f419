import type { SourceId } from './sources.ts';

/** What a denied name can do when a pickle calls it; completes "…, which". */
export interface Denial {
  readonly does: string;
  readonly source: SourceId;
}

interface ModuleRow extends Denial {
  /** The module and everything below it, except names that the first tier allows one by one. */
  readonly modules: string;
}

interface NamesRow extends Denial {
  /** `module.name`, and everything reached through it. */
  readonly names: string;
}

/** Modules that no model needs. */
const MODULE_ROWS: readonly ModuleRow[] = [
  {
    modules:
      'os nt posix subprocess pty commands popen2 _posixsubprocess _winapi multiprocessing concurrent.futures pwd grp resource signal',
    does: 'starts or controls processes',
    source: 'python-process',
  },
  {
    modules:
      'sys runpy code codeop importlib imp pkgutil zipimport _frozen_importlib _frozen_importlib_external _imp site sitecustomize usercustomize modulefinder pyclbr',
    does: 'imports or runs other code',
    source: 'python-import',
  },
  {
    modules: 'ctypes _ctypes cffi _cffi_backend msvcrt winreg mmap',
    does: 'reaches native code and raw memory',
    source: 'python-library',
  },
  {
    modules:
      'socket _socket ssl _ssl http urllib urllib2 urllib3 requests httpx aiohttp ftplib smtplib poplib imaplib nntplib telnetlib socketserver xmlrpc wsgiref webbrowser antigravity asyncio selectors select paramiko',
    does: 'opens network connections',
    source: 'python-network',
  },
  {
    modules:
      'shutil tempfile glob fileinput linecache pathlib io _io _pyio tarfile zipfile gzip bz2 lzma zlib sqlite3 _sqlite3 dbm shelve mailbox netrc csv',
    does: 'reads or writes files',
    source: 'python-files',
  },
  {
    modules:
      'aifc wave sunau sndhdr imghdr plistlib tomllib mailcap mimetypes filecmp tabnanny zipapp gettext posixpath ntpath genericpath nturl2path xml.sax xml.dom email.mime fcntl termios tty readline getpass crypt spwd nis ossaudiodev winsound msilib',
    does: 'reads or writes files or devices',
    source: 'python-files',
  },
  { modules: 'asyncore asynchat smtpd', does: 'opens network connections', source: 'python-network' },
  {
    modules: 'rlcompleter cgi cgitb pipes cmd curses this',
    does: 'runs the code or text it is given',
    source: 'python-debug',
  },
  {
    modules: 'pdb bdb cProfile profile _lsprof trace timeit doctest unittest test faulthandler tracemalloc pstats',
    does: 'runs the code it is given',
    source: 'python-debug',
  },
  {
    modules:
      'idlelib lib2to3 ensurepip venv pip setuptools distutils pydoc pydoc_data turtledemo tkinter turtle _pyrepl _osx_support _aix_support sysconfig _sysconfigdata compileall py_compile',
    does: 'runs tools that start programs',
    source: 'picklescan-advisories',
  },
  {
    modules:
      'inspect gc types ast dis opcode symtable tokenize weakref _weakref atexit sched threading _thread _threading_local contextvars _interpreters _xxsubinterpreters interpreters _testcapi _testinternalcapi',
    does: 'builds code or reaches into the interpreter',
    source: 'fickling-advisories',
  },
  {
    modules: 'pickle _pickle cPickle pickletools marshal dill._shims jsonpickle',
    does: 'unpickles or unmarshals once more, out of sight',
    source: 'python-pickle',
  },
  {
    modules: 'functools _functools operator _operator itertools copy',
    does: 'calls or reaches attributes of what it is given',
    source: 'picklescan-advisories',
  },
  { modules: 'cloudpickle dill', does: 'rebuilds functions from bytecode', source: 'dill-cloudpickle' },
  { modules: 'logging', does: 'opens files and loads classes by name', source: 'picklescan-advisories' },
  {
    modules:
      'numpy.f2py numpy.testing numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.utils numpy.lib.format numpy._core.memmap numpy.core.memmap',
    does: 'compiles, runs or loads what it is given',
    source: 'numpy-code',
  },
  {
    modules:
      'torch.hub torch._dynamo torch._inductor torch.jit torch.serialization torch.fx torch.package torch.utils.cpp_extension torch.utils.collect_env torch.utils.bottleneck torch.utils._config_module torch.utils.data.datapipes torch.distributed torch.multiprocessing torch.ops torch.classes torch._ops torch.onnx torch.export torch.testing torch.utils.model_zoo torch.utils.tensorboard torch._C._jit',
    does: 'loads, compiles or runs code',
    source: 'torch-code',
  },
  {
    modules: 'picklescan modelscan fickling modelaudit',
    does: 'belongs to a scanner, not to a model',
    source: 'fickling-advisories',
  },
  {
    modules: 'IPython ipykernel jupyter_client nbconvert pexpect sh fabric invoke plumbum psutil pexpect',
    does: 'starts programs',
    source: 'python-process',
  },
  {
    modules:
      'keras.utils.get_file tensorflow.python.lib.io tensorflow.io tensorflow.saved_model tensorflow.raw_ops keras.saving keras.models keras.src.saving',
    does: 'reads files or loads further models',
    source: 'python-files',
  },
];

/** Single names in modules that are not denied as a whole. */
const NAME_ROWS: readonly NamesRow[] = [
  {
    names:
      'torch.load torch.save torch.compile torch._utils_internal torch.storage._load_from_file torch.from_file torch._C._load_mobile_module_from_file torch._C._functions',
    does: 'loads, compiles or runs code',
    source: 'torch-code',
  },
  {
    names:
      'numpy.load numpy.save numpy.savez numpy.fromfile numpy.memmap numpy.loadtxt numpy.genfromtxt numpy.savetxt numpy.frompyfunc numpy.apply_along_axis',
    does: 'reads files or calls what it is given',
    source: 'numpy-code',
  },
  {
    names:
      'pandas.read_pickle pandas.io pandas.eval pandas.read_csv pandas.core.computation pandas.compat.pickle_compat',
    does: 'reads files or evaluates text',
    source: 'pandas',
  },
  {
    names:
      'joblib.load joblib.numpy_pickle.load joblib.numpy_pickle_utils joblib.memory joblib.parallel joblib.externals joblib.numpy_pickle_compat joblib.func_inspect',
    does: 'unpickles once more or runs code',
    source: 'joblib',
  },
  {
    names: 'sklearn.externals sklearn.datasets sklearn.utils._testing sklearn.utils.fixes',
    does: 'fetches files or unpickles once more',
    source: 'scikit-learn-persistence',
  },
  {
    names:
      'uuid._get_command_stdout uuid._popen uuid._ifconfig_getter uuid._find_mac platform.popen platform._syscmd_ver platform._syscmd_file platform.processor',
    does: 'starts programs',
    source: 'picklescan-advisories',
  },
  {
    names:
      'copyreg.add_extension copyreg.pickle copyreg.remove_extension copyreg.clear_extension_cache copyreg.constructor',
    does: 'changes how later pickles are read',
    source: 'python-copyreg',
  },
  {
    names:
      '_codecs.lookup codecs.open codecs.register codecs.EncodedFile xml.etree.ElementTree.parse xml.etree.ElementTree.iterparse email.message_from_file email.message_from_binary_file json.load',
    does: 'opens files or registers code',
    source: 'python-files',
  },
  {
    names:
      'typing.get_type_hints typing.ForwardRef typing._eval_type collections.namedtuple string.Formatter dataclasses.make_dataclass enum._make_class_unpicklable',
    does: 'evaluates text',
    source: 'fickling-advisories',
  },
  {
    names:
      'transformers.pipelines transformers.pipeline transformers.utils.hub transformers.dynamic_module_utils transformers.AutoModel huggingface_hub diffusers',
    does: 'fetches and loads further models',
    source: 'transformers',
  },
  {
    names:
      'sympy.sympify sympy.parsing numexpr.evaluate asteval yaml.load yaml.unsafe_load yaml.full_load ruamel.yaml hydra.utils',
    does: 'evaluates text',
    source: 'fickling-advisories',
  },
];

/** Built-ins that build plain values; all other built-ins are denied. */
export const SAFE_BUILTINS: ReadonlySet<string> = new Set(
  (
    'bool bytearray bytes complex dict float frozenset int list object range reversed set slice str tuple enumerate zip NotImplemented ' +
    'Ellipsis None True False abs divmod hash hex len max min ord pow round sum chr bin oct ' +
    'Exception ValueError TypeError KeyError IndexError AttributeError RuntimeError ArithmeticError StopIteration ZeroDivisionError ' +
    'NotImplementedError OSError AssertionError OverflowError'
  ).split(' '),
);

/** Parts of a dotted name that lead from any object to the interpreter. */
export const TELLING_ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    '__globals__ __builtins__ __class__ __bases__ __base__ __mro__ __subclasses__ __dict__ __code__ __closure__ __func__ __self__ ' +
    '__getattribute__ __getattr__ __import__ __loader__ __spec__ __init_subclass__ __reduce__ __reduce_ex__ __call__ ' +
    'func_globals gi_frame f_globals f_builtins cr_frame tb_frame'
  ).split(' '),
);

/** Every denied module or name with what it does. */
export const DENIED: ReadonlyMap<string, Denial> = new Map(
  [
    ...MODULE_ROWS.map((row) => ({ ...row, list: row.modules })),
    ...NAME_ROWS.map((row) => ({ ...row, list: row.names })),
  ].flatMap(({ list, does, source }) => list.split(' ').map((name): [string, Denial] => [name, { does, source }])),
);
