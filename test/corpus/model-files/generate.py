"""Writes the corpus of model files into the folder named as the only argument, with index.json.

Nothing here is ever loaded. Calls are to print and len, or name other functions without calling them in any program:
opcodes are written as bytes. An expectation that is absent is not tested.
"""

import base64
import bz2
import collections
import datetime
import decimal
import fractions
import gzip
import io
import json
import lzma
import os
import pickle
import pickletools
import struct
import sys
import tarfile
import uuid
import zipfile
import zlib

from containers import gguf, hdf5, npy, onnx, raw_zip, safetensors, saved_model, tflite, zipped
from evasions import evasions
from opcodes import call4, frame, glob, global4, inst, obj, reduce0, short, stop

OUT = sys.argv[1]
INDEX = []


def add(name, data, kind, tier="none", group="benign", **expected):
    """One file. `tier` is the worst tier of all names in it, `notes` must occur, `silent` means: no finding of any kind."""
    with open(os.path.join(OUT, name), "wb") as out:
        out.write(data)
    INDEX.append({"file": name, "kind": kind, "tier": tier, "group": group, **expected})


class Prints:
    def __reduce__(self):
        return (print, ("hello",))


class Own:
    def __init__(self):
        self.value = 1


def plain_pickles():
    values = {
        "scalars": [None, True, False, 0, 255, 65536, -1, 2**80, -(2**70), 1.5, "text", "ünïcode", b"bytes", bytearray(b"x")],
        "nested": {"a": [1, (2, 3), {"b": {4, 5}}, frozenset([6])], "long": "s" * 5000, "many": list(range(3000))},
        "shared": (lambda x: [x, x, (x, x)])(["shared"]),
    }
    for name, value in values.items():
        for protocol in range(6):
            data = pickle.dumps(value, protocol)
            named = any(opcode.name in ("GLOBAL", "STACK_GLOBAL") for opcode, _, _ in pickletools.genops(data))
            add(f"plain-{name}-{protocol}.pkl", data, "pickle", "allowed" if named else "none", silent=True)
    library = {
        "ordered": collections.OrderedDict(a=1), "counter": collections.Counter("abc"), "deque": collections.deque([1]),
        "default": collections.defaultdict(list, a=[1]), "date": datetime.datetime(2020, 1, 1), "decimal": decimal.Decimal("1.5"),
        "fraction": fractions.Fraction(1, 3), "uuid": uuid.UUID(int=7), "delta": datetime.timedelta(1), "complex": complex(1, 2),
    }
    for name, value in library.items():
        for protocol in (0, 2, 4):
            add(f"library-{name}-{protocol}.pkl", pickle.dumps(value, protocol), "pickle", "allowed", silent=True)


def own_and_unknown():
    for protocol in (0, 1, 2, 4):
        add(f"own-{protocol}.pkl", pickle.dumps(Own(), protocol), "pickle", "own", group="own")
    add("unknown-called.pkl", call4("acme.models", "Scorer", b")"), "pickle", "unknown", group="unknown", names=["acme.models.Scorer"])
    add("unknown-looked-up.pkl", stop(b"\x80\x04" + global4("acme.models", "Scorer")), "pickle", "unknown", group="unknown")
    add("unknown-newobj.pkl", b"\x80\x02cacme.nets\nNet\n)\x81}b.", "pickle", "unknown", group="unknown")


def calls_of_print():
    for protocol in range(6):
        data = pickle.dumps(Prints(), protocol)
        add(f"print-{protocol}.pkl", data, "pickle", "denied", group="call", names=["builtins.print"])
    data = pickle.dumps(Prints(), 4)
    add("print.joblib", zlib.compress(data), "zlib", "denied", group="compressed", names=["builtins.print"])
    add("print.pkl.gz", gzip.compress(data), "gzip", "denied", group="compressed", names=["builtins.print"])
    add("print-twice.pkl.gz", gzip.compress(gzip.compress(data)), "gzip", "denied", group="compressed", names=["builtins.print"])
    add("print-second-member.pkl.gz", gzip.compress(pickle.dumps(1)) + gzip.compress(data), "gzip", "denied", group="compressed")
    add("print-gzip-crc.pkl.gz", gzip.compress(data)[:-8] + b"\0\0\0\0" + gzip.compress(data)[-4:], "gzip", "denied", group="compressed", notes=["crc-wrong"])
    add("print-gzip-cut.pkl.gz", gzip.compress(data + bytes(range(256)) * 40)[:-60], "gzip", "denied", group="compressed", notes=["damaged"])
    add("print-zlib-trailing.joblib", zlib.compress(pickle.dumps(1)) + data, "zlib", "denied", group="compressed", notes=["bytes-after"])
    add("print.pkl.bz2", bz2.compress(data), "bzip2", "denied", group="compressed", names=["builtins.print"])
    add("print.pkl.xz", lzma.compress(data), "xz", "denied", group="compressed", names=["builtins.print"])
    add("print.joblib.lz4", b"\x04\x22\x4d\x18" + bytes(40), "lz4", group="not-scanned", notScanned=True, notes=["damaged"])
    add("seven.bin", b"7z\xbc\xaf'\x1c" + bytes(60), "7z", group="not-scanned", notScanned=True)
    add("seven.pt", b"7z\xbc\xaf'\x1c" + bytes(60), "7z", group="not-scanned", notScanned=True, mismatch=True)


# Names only. Deny-list gaps of other scanners that became advisories, and the classic ones.
DENIED = """
posix.system nt.system os.popen subprocess.Popen subprocess.check_output pty.spawn pip.main pip._internal.main
uuid._get_command_stdout imaplib.IMAP4_stream _pyrepl.pager.pipe_pager _osx_support._read_output _aix_support._read_cmd_output
test.support.script_helper.assert_python_ok pkgutil.resolve_name _operator.attrgetter operator.methodcaller pydoc.locate
pydoc.pipepager cProfile.runctx profile.run trace.Trace doctest.debug_script ensurepip._run_pip ctypes.CDLL asyncio.unix_events._UnixSubprocessTransport
distutils.file_util.write_file idlelib.run.Executive idlelib.pyshell.ModifiedInterpreter lib2to3.pgen2.grammar.Grammar torch.utils.collect_env.run
torch.utils.bottleneck.__main__.run_cprofile torch.jit.unsupported_tensor_ops.execWrapper torch.utils._config_module.load_config
torch._dynamo.guards.GuardBuilder.get torch.utils.data.datapipes.utils.decoder.basichandlers torch._inductor.codecache.compile_file
torch.fx.experimental.symbolic_shapes.ShapeEnv torch.hub.load numpy.f2py.crackfortran.getlincoef numpy.testing._private.utils.runstring timeit.timeit
_io.FileIO io.open logging.FileHandler cloudpickle.cloudpickle._make_function dill._dill._create_code types.CodeType types.FunctionType
functools.partial builtins.eval builtins.exec builtins.getattr builtins.compile builtins.__import__ builtins.open runpy.run_path code.InteractiveInterpreter
importlib.import_module webbrowser.open socket.create_connection urllib.request.urlopen requests.get shutil.rmtree tempfile.mkstemp
marshal.loads pickle.loads _pickle.loads dill.loads joblib.load pandas.read_pickle numpy.load torch.load sys.modules gc.get_objects
multiprocessing.popen_fork.Popen bdb.Bdb pdb.run smtplib.SMTP ftplib.FTP telnetlib.Telnet unittest.main venv.create
_interpreters.run_string interpreters.create sqlite3.connect zipimport.zipimporter inspect.getattr_static weakref.finalize threading.Thread
rlcompleter.Completer cgitb.enable pipes.Template zipapp.create_archive plistlib.load xml.etree.ElementTree.parse asyncore.dispatcher readline.write_history_file json.load
fickling.fickle.Pickled picklescan.scanner.scan_bytes copyreg.add_extension aiohttp.request
""".split()


def denied_names():
    for index, name in enumerate(DENIED):
        module, _, attribute = name.rpartition(".")
        writer = (reduce0, call4, inst, obj)[index % 4]
        add(f"denied-{name}.pkl", writer(module, attribute, b"S'true'\n"), "pickle", "denied", group="deny-list", names=[name])


def bypasses():
    bad = reduce0("posix", "system", b"S'true'\n")
    lookup = global4("posix", "system")
    add("mapped-commands.pkl", reduce0("commands", "getoutput", b"S'true'\n"), "pickle", "denied", group="mapped", names=["subprocess.getoutput"])
    add("mapped-builtin.pkl", reduce0("__builtin__", "eval", b"S'1'\n"), "pickle", "denied", group="mapped", names=["builtins.eval"])
    add("dotted-hub.pkl", call4("torch", "hub.load", b"S'x'\n"), "pickle", "denied", group="dotted")
    add("dotted-future.pkl", call4("__future__", "_ssl.RAND_bytes", b"K\x01"), "pickle", "denied", group="dotted")
    add("dotted-os.pkl", call4("acme", "tools.os.system", b"S'true'\n"), "pickle", "denied", group="dotted")
    add("dotted-globals.pkl", call4("acme", "f.__globals__.get", b"S'x'\n"), "pickle", "denied", group="dotted")
    add("dotted-allowed.pkl", call4("collections", "OrderedDict.__init__.__globals__.get", b"S'x'\n"), "pickle", "denied", group="dotted")
    add("submodule.pkl", call4("asyncio.unix_events", "_UnixSubprocessTransport._start", b"S'x'\n"), "pickle", "denied", group="submodule")
    add("broken-after.pkl", bad[:-1] + b"\xff\xfe", "pickle", "denied", group="broken", notes=["broken"])
    add("broken-cut.pkl", bad[:-1], "pickle", "denied", group="broken", notes=["broken"])
    add("broken-before.pkl", b"\x80\x04\xff" + bad, "pickle", "denied", group="broken", notes=["broken"], mayBeUnreached=True)
    add("broken-memo.pkl", bad[:-1] + b"h\x63.", "pickle", "denied", group="broken", notes=["get-without-put", "broken"])
    add("broken-underflow.pkl", bad[:-1] + b"0R.", "pickle", "denied", group="broken", notes=["broken"])
    add("obj-pop.pkl", obj("posix", "system", b"S'true'\n")[:-1] + b"0N.", "pickle", "denied", group="invisible")
    add("pop-mark.pkl", b"(" + bad[:-1] + b"1N.", "pickle", "denied", group="invisible")
    add("dup-pop.pkl", b"\x80\x04N2" + lookup + short("true") + b"\x85R00.", "pickle", "denied", group="invisible")
    add("memo-swap.pkl", b"\x80\x04" + short("len") + b"q\x00" + short("system") + b"q\x000" + b"0" + short("posix") + b"h\x00\x93" + short("true") + b"\x85R.", "pickle", "denied", group="memo", names=["posix.system"])
    add("memoize-name.pkl", b"\x80\x04" + short("posix") + b"\x94" + short("system") + b"\x9400h\x00h\x01\x93" + short("true") + b"\x85R.", "pickle", "denied", group="memo", names=["posix.system"])
    add("long-binput.pkl", b"\x80\x02" + glob("posix", "system") + b"r\x00\x01\x00\x000j\x00\x01\x00\x00" + b"(S'true'\ntR.", "pickle", "denied", group="memo")
    add("memo-bomb.pkl", b"\x80\x02Nr\xff\xff\xff\x7f.", "pickle", group="memo", notes=["memo-sparse"])
    add("expansion.pkl", b"\x80\x02]q\x00" + b"(" + b"h\x00" * 4000 + b"l.", "pickle", group="expansion", notes=["expansion"])
    add("dup-expansion.pkl", b"\x80\x02N" + b"2" * 4000 + b".", "pickle", group="expansion", notes=["expansion"])
    add("not-constant.pkl", b"\x80\x04" + call4("acme", "make", b"S'x'\n")[2:-1] + short("system") + b"\x93.", "pickle", "denied", group="not-constant")
    add("persistent-name.pkl", b"\x80\x04" + short("id") + b"Q" + short("system") + b"\x93.", "pickle", "denied", group="not-constant")
    add("bytes-name.pkl", b"\x80\x04C\x05posix" + short("system") + b"\x93.", "pickle", "denied", group="not-constant", notes=["broken"])
    for opcode, code in (("1", b"\x82\x07"), ("2", b"\x83\x07\x00"), ("4", b"\x84\x07\x00\x00\x00")):
        add(f"extension-{opcode}.pkl", b"\x80\x02" + code + b"(S'x'\ntR.", "pickle", "denied", group="extension")
    add("escape-string.pkl", b"\x80\x04S'\\x70osix'\nS's\\171stem'\n\x93" + short("true") + b"\x85R.", "pickle", "denied", group="encoding", names=["posix.system"])
    add("escape-unicode.pkl", b"\x80\x04V\\u0070osix\nVsystem\n\x93" + short("true") + b"\x85R.", "pickle", "denied", group="encoding", names=["posix.system"])
    add("second-pickle.pkl", pickle.dumps(1, 4) + bad, "pickle", "denied", group="stacked", notes=["pickle-after-stop"])
    add("tenth-pickle.pkl", pickle.dumps(1, 2) * 9 + bad, "pickle", "denied", group="stacked", notes=["pickle-after-stop"])
    add("hidden-pickle.pkl", pickle.dumps(1, 4) + bytes(range(200, 256)) * 3 + call4("posix", "system", b"S'true'\n"), "pickle", "denied", group="stacked", notes=["bytes-after-stop", "pickle-hidden"])
    add("hidden-text-pickle.pkl", pickle.dumps(1, 4) + b"\xff" * 70 + bad, "pickle", "denied", group="stacked", notes=["pickle-hidden"])
    add("padding.pkl", pickle.dumps([1, 2], 4) + bytes(64), "pickle", silent=True)
    add("proto-twice.pkl", b"\x80\x02\x80\x04N.", "pickle", group="protocol", notes=["protocol-repeated"])
    add("proto-late.pkl", b"N0\x80\x04N.", "pickle", group="protocol", notes=["protocol-repeated"])
    add("proto-nine.pkl", b"\x80\x09N.", "pickle", group="protocol", notes=["protocol-unknown"])
    add("frame-nested.pkl", b"\x80\x04" + frame(frame(b"N0") + b"N.") , "pickle", group="frame", notes=["frame-nested"])
    add("frame-too-long.pkl", b"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00N.", "pickle", group="frame", notes=["frame-truncated"])
    # In memory the payload of BINBYTES is one object; read from a file CPython reads it behind the frame, and what is left differs.
    head = b"B" + struct.pack("<I", 8) + b"xx"
    tail = b"0N.ABCDE" + call4("posix", "system", b"S'true'\n")[2:]
    add("frame-straddled.pkl", b"\x80\x04" + b"\x95" + struct.pack("<Q", len(head)) + head + tail, "pickle", "denied", group="frame", notes=["frame-straddled"])
    add("build-class.pkl", b"\x80\x02ccollections\nOrderedDict\nN}U\x04attrK\x01s\x86b.", "pickle", "allowed", group="overwrite", notes=["attribute-overwritten"])
    add("setitem-name.pkl", b"\x80\x02ccollections\nOrderedDict\nU\x04attrK\x01s.", "pickle", "allowed", group="overwrite", notes=["item-set-on-object"])
    add("call-constant.pkl", b"\x80\x02K\x01)R.", "pickle", group="confusion", notes=["wrong-operand"])
    add("list-arguments.pkl", b"\x80\x02" + glob("posix", "system") + b"]R.", "pickle", "denied", group="confusion", notes=["wrong-operand"])
    add("pickle-in-pickle.pkl", call4("torch.storage", "_load_from_bytes", b"C" + bytes([len(bad)]) + bad), "pickle", "denied", group="nested", names=["posix.system"])
    add("bound-method.pkl", b"\x80\x04" + global4("builtins", "getattr") + global4("collections", "OrderedDict") + b")R" + short("keys") + b"\x86R.", "pickle", "allowed", silent=True)
    add("bound-method-called.pkl", b"\x80\x04" + global4("builtins", "getattr") + global4("collections", "OrderedDict") + b")R" + short("keys") + b"\x86R)R.", "pickle", "denied", group="getattr")
    add("getattr-module.pkl", b"\x80\x04" + global4("builtins", "getattr") + global4("acme", "thing") + short("run") + b"\x86R.", "pickle", "denied", group="getattr")
    add("buffers.pkl", b"\x80\x05\x97\x98.", "pickle")
    add("bytearray.pkl", pickle.dumps(bytearray(b"abc" * 200), 5), "pickle", silent=True)


def disguises():
    bad = call4("posix", "system", b"S'true'\n")
    for name in ("model.safetensors", "model.onnx", "config.json", "vocab.txt", "data.csv", "logo.png", "model.h5", "model.gguf", "a.npy"):
        add(f"pickle-as-{name}", bad, "pickle", "denied", group="extension", mismatch=True)
    for name in ("weights.bin", "model", "model.dat", "model.model", "state.ckpt", "state.pt"):
        add(f"pickle-as-{name}", bad, "pickle", "denied", group="extension", mismatch=False)
    add("text-pickle.txt", reduce0("posix", "system", b"S'true'\n"), "pickle", "denied", group="extension", mismatch=True)
    add("requirements.txt", b"catboost\nnumpy\npandas==2.0\n", "text", silent=True)
    add("notes.md", b"# Model\n\n(see the card)\nIt works.\n", "text", silent=True)
    add("path.pth", b"import os; x = 'A'; os.environ.get(x, 'local') == 'local' and None\nimport sys\n", "text", silent=True)
    add("page.pkl", b"<html><body>404 Not Found</body></html>\n", "text")
    add("pointer.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n", "lfs-pointer", group="pointer")
    add("weights.pt.dvc", b"outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 10\n  path: weights.pt\n", "dvc-pointer", group="pointer")
    add("empty.pkl", b"", "empty")
    add("numbers.bin", bytes((i * 37 + 11) % 251 for i in range(4096)), "unknown")
    add("tool.bin", b"\x7fELF" + bytes(60), "elf")


def torch_files():
    good = pickle.dumps(collections.OrderedDict(a=1), 2)
    bad = call4("posix", "system", b"S'true'\n")
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        mark = "stored" if compression == zipfile.ZIP_STORED else "deflated"
        add(f"good-{mark}.pt", zipped([("m/data.pkl", good), ("m/version", b"3\n"), ("m/data/0", bytes(400))], compression), "torch-zip", "allowed", silent=True)
        add(f"bad-{mark}.pt", zipped([("m/data.pkl", bad), ("m/version", b"3\n"), ("m/data/0", bytes(400))], compression), "torch-zip", "denied", group="torch")
    script = [("s/data.pkl", good), ("s/constants.pkl", good), ("s/code/__torch__/net.py", b"class Net(Module):\n  pass\n")]
    add("script.pt", zipped(script), "torchscript", "allowed", silent=True)
    add("script-reads.pt", zipped(script + [("s/code/__torch__/x.py", b"def f(self):\n  return torch.from_file('/etc/hostname')\n")]), "torchscript", "allowed", group="torch", notes=["suspicious-op"])
    add("pickle-as-tensor.pt", zipped([("m/data.pkl", good), ("m/data/0", bad)]), "torch-zip", "denied", group="torch")
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    storage = b"\x80\x02}U\x01w(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x03tQs."
    legacy = magic + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2) + storage + pickle.dumps(["0"], 2)
    tensor = struct.pack("<q", 3) + struct.pack("<fff", 1, 2, 3)
    add("legacy.pth", legacy + tensor, "torch-legacy", "allowed", silent=True)
    add("legacy-more.pth", legacy + tensor + b"\xff" * 80, "torch-legacy", "allowed", group="torch", notes=["bytes-after-stop"])
    add("legacy-bad.pth", magic + pickle.dumps(1001, 2) + pickle.dumps({}, 2) + bad + pickle.dumps([], 2), "torch-legacy", "denied", group="torch")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in (("sys_info", pickle.dumps({}, 2)), ("pickle", bad)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    add("oldest.pt", out.getvalue(), "tar", "denied", group="torch")
    add("service.mar", zipped([("MAR-INF/MANIFEST.json", b"{}"), ("handler.py", b"print(1)\n"), ("model.pt", bad)]), "torchserve-archive", "denied", group="torch", notes=["code-member"])


def archives():
    bad = call4("posix", "system", b"S'true'\n")
    good = pickle.dumps(1, 4)
    nested = zipped([("b.zip", zipped([("c.tar.gz", gzip.compress(tarred([("d.pkl", bad)])))]))])
    add("nested.zip", nested, "zip", "denied", group="archive")
    deep = bad
    for level in range(7):
        deep = zipped([(f"{level}.zip" if level else "x.pkl", deep)])
    add("too-deep.zip", deep, "zip", group="archive", notScanned=True)
    add("flag-1.pt", raw_zip([dict(name="m/data.pkl", data=bad, central_flags=1)]), "torch-zip", "denied", group="archive", notes=["encrypted-flag", "flags-disagree"])
    for flags in (0x1, 0x20, 0x40):
        add(f"flags-{flags}.pt", raw_zip([dict(name="m/data.pkl", data=bad, flags=flags, central_flags=flags)]), "torch-zip", "denied", group="archive", notes=["encrypted-flag"])
    add("crc.pt", raw_zip([dict(name="m/data.pkl", data=bad, crc=1)]), "torch-zip", "denied", group="archive", notes=["crc-wrong"])
    add("name-local.pt", raw_zip([dict(name="m/data.pkl", data=bad, local_name="m/data.txt")]), "torch-zip", "denied", group="archive", notes=["name-disagrees"])
    add("size-local.pt", raw_zip([dict(name="m/data.pkl", data=bad, local_size=3)]), "torch-zip", "denied", group="archive", notes=["size-disagrees"])
    add("method-local.pt", raw_zip([dict(name="m/data.pkl", data=bad, local_method=8)]), "torch-zip", "denied", group="archive", notes=["method-disagrees"])
    add("twice.pt", raw_zip([dict(name="m/data.pkl", data=good), dict(name="m/data.pkl", data=bad)]), "torch-zip", "denied", group="archive", notes=["duplicate-entry"])
    add("slip.zip", raw_zip([dict(name="../../x.pkl", data=good)]), "zip", group="archive", notes=["path-escapes"])
    add("absolute.zip", raw_zip([dict(name="/x/y.pkl", data=good)]), "zip", group="archive", notes=["path-escapes"])
    add("link.zip", raw_zip([dict(name="x", data=b"/somewhere", mode=0o120777)]), "zip", group="archive", notes=["link-escapes"])
    add("unlisted.pt", raw_zip([dict(name="m/data.pkl", data=good), dict(name="m/more.pkl", data=bad, listed=False)]), "torch-zip", "denied", group="archive", notes=["entry-not-in-directory"])
    add("no-directory.pt", raw_zip([dict(name="m/data.pkl", data=bad)], directory=False), "zip", "denied", group="archive", notes=["directory-missing"])
    add("no-local.pt", raw_zip([dict(name="m/data.pkl", data=bad, local=False)]), "unknown", "denied", group="archive", notes=["entry-without-local-header"])
    add("overlap.zip", raw_zip([dict(name="a", data=good * 4), dict(name="b", data=b"", at=0)]), "zip", group="archive", notes=["overlap"])
    add("polyglot.pkl", bad + zipped([("a.txt", b"hello")]), "pickle", "denied", group="archive", notes=["polyglot"])
    add("prefix.bin", b"\xfe\xed" * 40 + zipped([("a.pkl", bad)]), "unknown", "denied", group="archive", notes=["polyglot", "bytes-before"])
    add("appended.zip", zipped([("a.txt", b"x")]) + b"more bytes here", "zip", group="archive", notes=["bytes-after"])
    add("bomb.zip", zipped([("zeros", bytes(80_000_000))], zipfile.ZIP_DEFLATED), "zip", group="archive", notes=["bomb"], notScanned=True)
    add("lzma.zip", zipped([("a.pkl", bad)], zipfile.ZIP_LZMA), "zip", group="archive", notScanned=True)
    add("tar-slip.tar", tarred([("../x.pkl", good)]), "tar", group="archive", notes=["path-escapes"])
    add("tar-link.tar", tarred([], links=[("x", "../../y")]), "tar", group="archive", notes=["link-escapes"])
    add("tar-bad.tar", tarred([("x.pkl", bad)]), "tar", "denied", group="archive")
    add("good.nemo", tarred([("model_config.yaml", b"model:\n  _target_: torch.nn.modules.linear.Linear\n")]), "nemo", "allowed")
    add("bad.nemo", tarred([("model_config.yaml", b"model:\n  _target_: os.system\n  _args_: ['true']\n")]), "nemo", "denied", group="hydra", names=["os.system"])


def tarred(members, links=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


def arrays():
    bad = call4("posix", "system", b"S'true'\n")
    add("numbers.npy", npy("<f8", bytes(80)), "npy", silent=True)
    add("records.npy", npy([("a", "<i4"), ("b", "<f8")], bytes(120)), "npy", silent=True)
    add("objects.npy", npy("|O", pickle.dumps([1, 2], 4)), "npy", notes=["object-array"])
    add("objects-bad.npy", npy("|O", bad), "npy", "denied", group="numpy", notes=["object-array"])
    add("records-bad.npy", npy([("a", "<i4"), ("b", "|O")], bad), "npy", "denied", group="numpy", notes=["object-array"])
    add("broken.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr'", "npy", group="numpy", notes=["header-invalid"])
    add("good.npz", zipped([("a.npy", npy("<f4", bytes(40)))]), "npz", silent=True)
    add("bad.npz", zipped([("a.npy", npy("<f4", bytes(40))), ("b.npy", npy("|O", bad))], zipfile.ZIP_DEFLATED), "npz", "denied", group="numpy")
    wrapper = joblib_array()
    add("array.joblib", wrapper, "joblib", "allowed", silent=True)
    add("array-bad.joblib", wrapper[:-1] + bad[2:], "joblib", "denied", group="joblib")
    add("array.joblib.z", zlib.compress(wrapper), "zlib", "allowed", silent=True)


def joblib_array():
    """What joblib writes for an array of three floats: a wrapper, a padding byte, the numbers, then the rest of the pickle."""
    dtype = global4("numpy", "dtype") + short("f8") + b"\x89\x88\x87R" + b"(K\x03" + short("<") + b"NNN" + b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"}(" + short("shape") + b"K\x03\x85" + short("order") + short("C") + short("dtype") + dtype + short("numpy_array_alignment_bytes") + b"K\x10u"
    return b"\x80\x04" + global4("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + state + b"b" + b"\x05" + b"\xff" * 5 + struct.pack("<ddd", 1, 2, 3) + b"."


def keras_files():
    def sequential(*layers):
        return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}, "registered_name": None}

    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}, "registered_name": None}
    code = base64.b64encode(b"\xe3" + bytes(40)).decode()
    layers = {
        "dense": (dense, None),
        "lambda": ({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}}}, "code"),
        "lambda-2": ({"class_name": "Lambda", "config": {"function": [code, None, None], "function_type": "lambda"}}, "code"),
        "module": ({"module": "os", "class_name": "system", "config": {}, "registered_name": "system"}, "code"),
        "get-file": ({"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "function"}}}, "code"),
        "unsafe": ({"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization", "registered_name": "function"}, "code"),
        "torch": ({"module": "keras.utils.torch_utils", "class_name": "TorchModuleWrapper", "config": {"module": code}}, "code"),
        "op-file": ({"class_name": "TFOpLambda", "config": {"name": "f", "function": "io.read_file"}}, "code"),
        "op": ({"class_name": "TFOpLambda", "config": {"name": "f", "function": "math.reduce_sum"}}, None),
        "custom": ({"module": "acme.layers", "class_name": "Gate", "config": {}, "registered_name": "acme>Gate"}, "custom"),
        "registered": ({"module": None, "class_name": "Gate", "config": {}, "registered_name": "acme>Gate"}, "custom"),
    }
    for name, (layer, grade) in layers.items():
        config = json.dumps(sequential(dense, layer)).encode()
        group = "benign" if grade is None else "keras"
        members = [("metadata.json", b"{}"), ("config.json", config), ("model.weights.h5", hdf5({}))]
        add(f"{name}.keras", zipped(members), "keras-zip", group=group, keras=grade)
        add(f"{name}.h5", hdf5({"model_config": config, "keras_version": b"2.11.0"}), "hdf5", group=group, keras=grade)
    add("v2.h5", hdf5({"model_config": json.dumps(sequential(layers["lambda"][0])).encode()}, modern=True), "hdf5", group="keras", keras="code")
    add("heap.h5", hdf5({"model_config": json.dumps(sequential(layers["lambda"][0])).encode()}, heap=True), "hdf5", group="keras", keras="code")
    add("user-block.h5", bytes(512) + hdf5({"model_config": json.dumps(sequential(layers["lambda"][0])).encode()}, base=512), "hdf5", group="keras", keras="code")
    add("pickle-in.h5", hdf5({"title": b"x"}) + call4("posix", "system", b"S'true'\n"), "hdf5", "denied", group="keras", notes=["pickle-hidden"])
    add("config.json", json.dumps(sequential(layers["lambda"][0])).encode(), "json", group="keras", keras="code")


def graphs():
    add("good.onnx", onnx([("", "Relu"), ("", "Gemm")]), "onnx", silent=True)
    add("custom.onnx", onnx([("", "Relu"), ("acme.ops", "Fuse")]), "onnx", group="onnx", operator="custom")
    add("beside.onnx", onnx([("", "Relu")], external="weights.bin"), "onnx", silent=True)
    for name, location in (("up", "../../weights.bin"), ("absolute", "/data/weights.bin"), ("drive", "C:\\weights.bin"), ("url", "file:///data/x")):
        add(f"external-{name}.onnx", onnx([("", "Relu")], external=location), "onnx", group="onnx", escapes=True)
    add("external-in-subgraph.onnx", onnx([("", "If")], external="../x.bin", subgraph=True), "onnx", group="onnx", escapes=True)
    add("cut.onnx", onnx([("", "Relu")] * 5)[:-3], "unknown")
    add("good.pb", saved_model(["MatMul", "Softmax", "RestoreV2", "SaveV2"]), "saved-model", silent=True)
    for operator in ("ReadFile", "WriteFile", "PyFunc", "EagerPyFunc"):
        add(f"op-{operator}.pb", saved_model(["MatMul", operator]), "saved-model", group="saved-model", operator="reaches-out")
    add("op-in-function.pb", saved_model(["MatMul"], function=["WriteFile"]), "saved-model", group="saved-model", operator="reaches-out")
    add("op-MatchingFiles.pb", saved_model(["MatchingFiles"]), "saved-model", group="saved-model", operator="lists-files")
    add("good.tflite", tflite([]), "tflite", silent=True)
    add("custom.tflite", tflite(["AcmeOp"]), "tflite", group="tflite", operator="custom")


ORDINARY = "{%- set ns = namespace(found=false) -%}{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|im_start|>' + message.content.strip() }}{% else %}{{ raise_exception('x') }}{% endif %}{% endfor %}{{ strftime_now('%d') }}"
ESCAPES = {
    "dunder": "{{ messages.__class__.__mro__ }}",
    "subscript": "{{ messages['__class__'] }}",
    "filter": "{{ messages|attr('x') }}",
    "cycler": "{{ cycler.next }}",
    "pieces": "{{ messages['__cla' ~ 'ss__'] }}",
    "hexadecimal": "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "import": "{% import 'x' as y %}",
    "os": "{{ os.popen('true') }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
}


def templates():
    add("good.gguf", gguf({"tokenizer.chat_template": ORDINARY, "general.name": "m"}), "gguf", silent=True)
    add("no-template.gguf", gguf({"general.name": "m"}), "gguf", silent=True)
    add("comment.gguf", gguf({"tokenizer.chat_template": "{# __class__ #}text __class__ {{ messages }}"}), "gguf", silent=True)
    for name, template in ESCAPES.items():
        add(f"template-{name}.gguf", gguf({"tokenizer.chat_template": template}), "gguf", group="template", template=True)
        add(f"template-{name}-tokenizer_config.json", json.dumps({"chat_template": template}).encode(), "tokenizer-config", group="template", template=True)
    add("named.gguf", gguf({"tokenizer.chat_template": ORDINARY, "tokenizer.chat_template.tool_use": ESCAPES["dunder"]}), "gguf", group="template", template=True)
    add("list-tokenizer_config.json", json.dumps({"chat_template": [{"name": "default", "template": ORDINARY}, {"name": "x", "template": ESCAPES["dunder"]}]}).encode(), "tokenizer-config", group="template", template=True)
    add("good-tokenizer_config.json", json.dumps({"chat_template": ORDINARY}).encode(), "tokenizer-config", silent=True)
    add("chat_template.jinja", ESCAPES["dunder"].encode(), "chat-template", group="template", template=True)
    add("good.jinja", ORDINARY.encode(), "chat-template", silent=True)
    add("cut.gguf", gguf({"tokenizer.chat_template": ORDINARY})[:60], "gguf", notes=["truncated"], notScanned=True)
    add("auto-map.json", json.dumps({"auto_map": {"AutoModel": "modeling.Net"}}).encode(), "json", code="beside")


def tensors():
    header = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "__metadata__": {"format": "pt"}}
    add("good.safetensors", safetensors(header, 8), "safetensors", silent=True)
    broken = {
        "hole": ({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, 8, "offsets-hole"),
        "rest": ({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, 8, "offsets-hole"),
        "overlap": ({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, 8, "offsets-overlap"),
        "outside": ({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}, 8, "header-invalid"),
        "shape": ({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, 8, "header-invalid"),
        "metadata": ({"__metadata__": {"x": 1}}, 0, "metadata-not-text"),
        "script": ({"__metadata__": {"x": "<script>1</script>"}}, 0, "metadata-suspicious"),
    }
    for name, (head, size, note) in broken.items():
        add(f"{name}.safetensors", safetensors(head, size), "safetensors", group="safetensors", notes=[note])
    twice = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    add("twice.safetensors", struct.pack("<Q", len(twice)) + twice + b"x", "safetensors", group="safetensors", notes=["duplicate-key"])
    add("long.safetensors", struct.pack("<Q", 2**40) + b"{}", "safetensors", group="safetensors", notes=["header-invalid"])


def others():
    good = {"__class__": "Pipeline", "__module__": "sklearn.pipeline", "__loader__": "ObjectNode", "content": {}}
    bad = {"__class__": "Pipeline", "__module__": "sklearn.pipeline", "__loader__": "ObjectNode", "content": {"x": {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode"}}}
    add("good.skops", zipped([("schema.json", json.dumps(good).encode())]), "skops", "allowed", silent=True)
    add("bad.skops", zipped([("schema.json", json.dumps(bad).encode())]), "skops", "denied", group="skops", names=["os.system"])
    add("booster.json", json.dumps({"learner": {"attributes": {}}, "version": [2, 0, 0]}).encode(), "xgboost-json", silent=True)
    add("booster.ubj", b"{L\0\0\0\0\0\0\0\x07learner{" + bytes(50), "xgboost-binary", silent=True)
    add("booster.txt", b"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n", "lightgbm-text", silent=True)
    add("model.cbm", b"CBM1" + bytes(80), "catboost", silent=True)


for step in (plain_pickles, own_and_unknown, calls_of_print, denied_names, bypasses, disguises, torch_files, archives, arrays, keras_files, graphs, templates, tensors, others):
    step()
evasions(add)

with open(os.path.join(OUT, "index.json"), "w") as out:
    json.dump(INDEX, out, indent=1)
print(len(INDEX))
