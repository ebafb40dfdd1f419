/** Names that Python defines without an import (CPython 3.9 to 3.14, without the site module's). */
export const BUILTINS: ReadonlySet<string> = new Set(
  (
    'abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir ' +
    'divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance ' +
    'issubclass iter len list locals map max memoryview min next object oct open ord pow print property range repr reversed round ' +
    'set setattr slice sorted staticmethod str sum super tuple type vars zip __import__ __name__ __file__ NotImplemented Ellipsis ' +
    'BaseException Exception ArithmeticError AssertionError AttributeError BufferError EOFError FileNotFoundError ImportError ' +
    'IndexError InterruptedError IOError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError ' +
    'NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError StopIteration SyntaxError SystemError ' +
    'SystemExit TimeoutError TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError ' +
    'ConnectionError ConnectionResetError ConnectionRefusedError BrokenPipeError GeneratorExit Warning DeprecationWarning ' +
    'UserWarning RuntimeWarning FutureWarning PendingDeprecationWarning ImportWarning ResourceWarning ExceptionGroup BaseExceptionGroup'
  ).split(' '),
);
