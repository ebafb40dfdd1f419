"""Ways past a scanner that reads files otherwise than their loaders do. Names of functions, never called in any program."""

import bz2
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib

from containers import field, npy, saved_model, zipped
from opcodes import call4, frame, global4, reduce0, short

BAD = call4("posix", "system", short("true"))
BAD_0 = reduce0("posix", "system", b"S'true'\n")
GOOD = pickle.dumps({"a": 1}, 2)


def headless(add):
    """No unpickler asks for a PROTO opcode, whichever protocol the others belong to."""
    for name in ("headless.pkl", "headless.bin", "headless", "headless.dat"):
        add(name, BAD[2:], "pickle", "denied", group="headless", names=["posix.system"])
    add("headless-frame.pkl", frame(BAD[2:]), "pickle", "denied", group="headless")
    add("headless-extension.pkl", b"\x82\x01)R.", "pickle", "denied", group="headless")


def text4(text):
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def payloads(add):
    """Protocols below 3 write bytes as text and a call; what is put together otherwise cannot be looked into."""
    loads = b"ctorch.storage\n_load_from_bytes\n"
    for name, inner, tier in (("bad", BAD_0, "denied"), ("good", pickle.dumps([1], 2), "allowed"), ("long", b"(" + b"S'x'\n" * 900 + b"l0" + BAD_0, "denied")):
        text = b"c_codecs\nencode\n" + text4(inner.decode("latin1")) + text4("latin1") + b"\x86R"
        add(f"encoded-{name}.pkl", b"\x80\x02" + loads + text + b"\x85R.", "pickle", tier, group="payload")
    numbers = b"".join(b"K" + bytes([byte]) for byte in BAD_0)
    add("encoded-list.pkl", b"\x80\x02" + loads + b"cbuiltins\nbytes\n](" + numbers + b"e\x85R\x85R.", "pickle", "allowed", group="payload", notes=["payload-unseen"])


def compressed(add):
    add("old.joblib", b"ZF" + hex(len(BAD)).encode().ljust(19) + zlib.compress(BAD), "zlib", "denied", group="compressed")
    alone = lzma.compress(BAD, format=lzma.FORMAT_ALONE)
    add("alone.joblib", alone, "lzma", "denied", group="compressed", names=["posix.system"])
    add("alone-cut.joblib", lzma.compress(BAD + bytes(range(256)) * 40, format=lzma.FORMAT_ALONE)[:-40], "lzma", "denied", group="compressed", notes=["damaged"], notScanned=True)
    add("filtered.xz", lzma.compress(BAD, filters=[{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2}]), "xz", group="not-scanned", notScanned=True)
    add("two.xz", lzma.compress(GOOD) + lzma.compress(BAD, check=lzma.CHECK_SHA256), "xz", "denied", group="compressed")
    add("two.pkl.bz2", bz2.compress(GOOD) + bz2.compress(BAD, 1), "bzip2", "denied", group="compressed")
    add("behind.pkl.bz2", bz2.compress(GOOD) + BAD, "bzip2", "denied", group="compressed", notes=["bytes-after"])
    add("good.pkl.xz", lzma.compress(GOOD), "xz", silent=True)
    add("good.pkl.bz2", bz2.compress(GOOD), "bzip2", silent=True)
    add("large.pkl.xz", lzma.compress(bytes(40_000_000), preset=0), "xz", group="not-scanned", notScanned=True, notes=["bomb"])
    # One frame with one stored block, as an LZ4 program writes what does not get smaller.
    frame_head = b"\x04\x22\x4d\x18\x60\x40\x82"
    add("stored.joblib", frame_head + struct.pack("<I", len(BAD) | 0x80000000) + BAD + bytes(4), "lz4", "denied", group="compressed")
    literals = b"\xf0" + bytes([len(BAD) - 15]) + BAD
    add("literals.joblib.lz4", frame_head + struct.pack("<I", len(literals)) + literals + bytes(4), "lz4", "denied", group="compressed")


def arrays(add):
    """NumPy evaluates the header as a Python literal and hands the type to numpy.dtype."""
    types = ["'|\\x4f'", "'f8,O'", "'|' 'O'", "'2O'", "'(2,)O'", "'<f8', 'descr': '|O'", "b'|O'", "[('a', '<f8'), ('b', '\\117')]", "('<f8', 'O')", "'obj\\x65ct'"]
    for index, code in enumerate(types):
        header = f"{{'descr': {code}, 'fortran_order': False, 'shape': (1,), }}"
        header += " " * (63 - (len(header) + 10) % 64) + "\n"
        start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
        add(f"type-{index}.npy", start + BAD, "npy", "denied", group="numpy", notes=["object-array"])
        far = start + b"\x80\x04X" + struct.pack("<I", 90_000) + b"A" * 90_000 + b"0" + BAD[2:]
        add(f"type-{index}.npz", zipped([("x.npy", far)], zipfile.ZIP_DEFLATED), "npz", "denied", group="numpy")
    add("named-o.npy", npy([("oO", "<i4"), ("Other", "<f8")], bytes(120)), "npy", silent=True)


def local(name, data, raw):
    return b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8 if raw is not data else 0, 0, 33, zlib.crc32(data), len(raw), len(data), len(name), 0) + name + raw


def listed(name, data, raw, at):
    return b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 0x314, 20, 0, 8 if raw is not data else 0, 0, 33, zlib.crc32(data), len(raw), len(data), len(name), 0, 0, 0, 0, 0, at) + name


def end(count, size, offset, comment=b""):
    return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, offset, len(comment)) + comment


def wide(count, size, offset):
    return b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)


def directories(add):
    """Two directories in one zip: Python believes the place of the end record, others the offset that it holds."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = squeezed.compress(BAD) + squeezed.flush()
    first = local(b"m/data.pkl", GOOD, GOOD)
    inner_at = len(first) + len(local(b"m/data/0", b"", b"")) + 200
    hidden = local(b"m/data.pkl", BAD, raw)
    hidden_directory = listed(b"m/data.pkl", BAD, raw, inner_at)
    tensor = b"\xee" * 200 + hidden + hidden_directory + b"\xee" * 9
    body = first + local(b"m/data/0", tensor, tensor)
    directory = listed(b"m/data.pkl", GOOD, GOOD, 0) + listed(b"m/data/0", tensor, tensor, len(first))
    hidden_at = inner_at + len(hidden)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, len(body) + len(directory), 1)
    cases = {
        "offset": directory + end(2, len(directory), hidden_at),
        "wide": directory + wide(1, len(hidden_directory), hidden_at) + wide(2, len(directory), len(body)) + locator + end(2, len(directory), len(body)),
        "wide-only": directory + wide(1, len(hidden_directory), hidden_at) + locator + end(2, len(directory), len(body)),
        "comment": directory + end(2, len(directory), len(body), end(1, len(hidden_directory), hidden_at)),
    }
    for name, rest in cases.items():
        add(f"directories-{name}.pt", body + rest, "torch-zip", "denied", group="directories", notes=["directories-disagree"])
    config = json.dumps({"module": "keras", "class_name": "Sequential", "config": {"layers": [{"module": "os", "class_name": "system", "config": {}}]}}).encode()
    members = [("config.json", config), ("metadata.json", b"{}")]
    add("behind-text.keras", b"x" * 600 + b"\n" + zipped(members), "text", group="directories", keras="code", notes=["polyglot"])
    add("behind-json.keras", b'{"a": "' + b"x" * 600 + b'"}\n' + zipped([("a.pkl", BAD)]), "json", "denied", group="directories", notes=["polyglot"])


def header(name, size, kind=b"0", signed=False):
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:157] = b"0000644\x000000000\x000000000\x00" + b"%011o\x00" % size + b"00000000000\x00        " + kind
    block[257:265] = b"ustar\x0000"
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in block)
    block[148:156] = b"%06o\x00 " % total
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


def tars(add):
    record = b" size=%d\n" % len(BAD)
    record = b"%d" % (len(record) + 2) + record
    text = header(b"b.txt", 2) + padded(b"hi")
    pax = header(b"PaxHeader", len(record), b"x") + padded(record) + header(b"a.pkl", 0) + padded(BAD)
    add("pax-size.tar", text + pax + bytes(1024), "tar", "denied", group="tar")
    add("signed.tar", header("ä.pkl".encode("latin1"), len(BAD), signed=True) + padded(BAD) + bytes(1024), "tar", "denied", group="tar")
    add("unknown-type.tar", text + header(b"a.pkl", len(BAD), b"Z") + padded(BAD) + bytes(1024), "tar", "denied", group="tar")
    add("broken-header.tar", text + b"x" * 512 + header(b"a.pkl", len(BAD)) + padded(BAD), "tar", group="tar", notScanned=True, notes=["damaged"])


def messages(add):
    """Protocol buffers: fields in any order, fields of no schema, and of a repeated field the last."""
    outside = field(8, b"w") + field(13, field(1, b"location") + field(2, b"../../x")) + b"\x70\x01"
    node = field(1, field(1, b"x") + field(4, b"Relu"))
    tail = field(2, b"g")
    cases = {
        "sparse": b"\x08\x08" + field(7, node + field(15, field(1, outside)) + tail) + field(8, b"\x10\x0d"),
        "sparse-attribute": b"\x08\x08" + field(7, field(1, field(4, b"Constant") + field(5, field(1, b"v") + field(22, field(2, outside)))) + tail) + field(8, b"\x10\x0d"),
        "training": b"\x08\x08" + field(7, node + tail) + field(8, b"\x10\x0d") + field(20, field(1, node + field(5, outside))),
        "foreign-field": b"\x08\x08" + field(7, node + field(5, outside) + tail) + field(8, b"\x10\x0d") + field(99, b"zz"),
        "other-order": field(2, b"maker") + b"\x08\x08" + field(7, node + field(5, outside) + tail),
        "long-key": b"\x88\x00\x08" + field(7, node + field(5, outside) + tail),
    }
    for name, data in cases.items():
        add(f"{name}.onnx", data, "onnx", group="message", escapes=True)
    model = saved_model(["MatMul", "ReadFile"])
    add("order-saved_model.pb", model[2:] + model[:2], "saved-model", group="message", operator="reaches-out")
    add("foreign-saved_model.pb", model + field(9, b"q"), "saved-model", group="message", operator="reaches-out")
    frozen = b"".join(field(1, field(1, b"n") + field(2, name)) for name in (b"MatMul", b"WriteFile"))
    add("foreign-frozen.pb", frozen + field(77, b"x"), "saved-model", group="message", operator="reaches-out")
    twice = field(1, field(1, b"n") + field(2, b"Identity") + field(2, b"ReadFile"))
    add("twice.pb", twice, "saved-model", group="message", operator="reaches-out")
    add("other-order-good.onnx", field(2, b"maker") + b"\x08\x08" + field(7, node + tail) + field(8, b"\x10\x0d"), "onnx", silent=True)
    add("named-only.pb", field(1, b"hello"), "saved-model", silent=True)


TEMPLATES = [
    "{{ messages['_'*2 ~ 'class' ~ '_'*2] }}", "{{ messages[['_','_','class','_','_']|join] }}", "{{ messages['XXclassXX'|replace('X','_')] }}",
    "{% set a = 'XXclassXX'|replace('X','_') %}{{ messages[a] }}", "{{ messages['__CLASS__'|lower] }}", "{{ messages['__ssalc__'[::-1]] }}",
    "{{ messages['%s%sclass%s%s'|format('_','_','_','_')] }}", "{{ messages|map(attribute='_'*2~'class'~'_'*2)|list }}",
    "{{ messages['\\137\\137class\\137\\137'] }}", "{{ messages['\\N{LOW LINE}\\N{LOW LINE}class\\N{LOW LINE}\\N{LOW LINE}'] }}",
    "{{ messages['\\U0000005f\\U0000005fclass\\U0000005f\\U0000005f'] }}", "{{ messages['_''_class_''_'] }}", "{% set u = '_' %}{{ messages[u ~ u ~ 'class' ~ u ~ u] }}",
    "{{ self._TemplateReference__context }}", "{% set c %}__cla{% endset %}{% set d %}ss__{% endset %}{{ messages[c ~ d] }}", "{% set c %}__class__{% endset %}{{ messages[c] }}",
    "{{ messages['xx__class__'.removeprefix('xx')] }}", "{% set ns = namespace(k='_') %}{% set ns.k = ns.k * 2 ~ 'class' %}{{ messages[ns.k] }}",
]
ORDINARY = [
    "{% for message in messages %}{% set content = '<|h|>' + message['role'] + '\\n\\n' + message['content'] | trim %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}",
    "{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}{{ '<think>' + content }}{{ messages[(messages|length) - 1].content }}",
    "{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{{ messages[index]['role'] ~ ': ' }}{%- endfor %}",
    "{%- if tools %}{%- for tool in tools %}{{ tool | tojson(indent=4) }}{% for key, value in tool.function.parameters.items() %}{{ key ~ value['type'] }}{% endfor %}{%- endfor %}{%- endif %}",
    "{%- set ns = namespace(is_first=false, is_tool=false, system_prompt='') -%}{%- set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] %}{{ ns.system_prompt }}{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|join('\\n') }}",
]


def templates(add):
    for index, template in enumerate(TEMPLATES):
        add(f"built-{index}-tokenizer_config.json", json.dumps({"chat_template": template}).encode(), "tokenizer-config", group="template", template=True)
    for index, template in enumerate(ORDINARY):
        add(f"ordinary-{index}-tokenizer_config.json", json.dumps({"chat_template": template}).encode(), "tokenizer-config", silent=True)


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def configurations(add):
    """What YAML and Python's JSON take for the same as a plain spelling."""
    texts = [b'_target_: "os\\x2esystem"', b'"\\x5ftarget_": os.system', b"_target_: >-\n    os.system", b"{? _target_ : os.system}", b"a: &t os.system\n  _target_: *t", b"? _target_\n  : os.system", b"_target_: !!str os.system"]
    for index, text in enumerate(texts):
        add(f"yaml-{index}.nemo", tarred([("model_config.yaml", b"model:\n  " + text + b"\n")]), "nemo", "denied", group="hydra", names=["os.system"])

    def keras(layer):
        return json.dumps({"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}, "registered_name": None}).encode()

    system = {"module": "os", "class_name": "system", "config": {}}
    cases = {
        "bom": (b"\xef\xbb\xbf" + keras(system), "code"),
        "utf16": (keras(system).decode().encode("utf-16"), "code"),
        "utf32": (keras(system).decode().encode("utf-32-be"), "code"),
        "nan": (keras({**system, "config": {"x": float("nan"), "y": "NaN"}}), "code"),
        "builtin": (keras({"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"}), "code"),
        "vocabulary": (keras({"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/hostname"}}), "code"),
        "vocabulary-beside": (keras({"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "vocabulary.txt"}}), "custom"),
        "vocabulary-inside": (keras({"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": ["a", "b"]}}), None),
    }
    for name, (config, grade) in cases.items():
        add(f"spelled-{name}.keras", zipped([("config.json", config), ("metadata.json", b"{}")]), "keras-zip", group="keras", keras=grade)
    schema = b'{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": {"x": NaN}}'
    add("spelled-nan.skops", zipped([("schema.json", schema)]), "skops", "denied", group="skops", names=["os.system"])


def programs(add):
    """Code that comes with a model. Harmless when run; what it would call is print."""
    manifest = json.dumps({"model": {"handler": "handler.py:handle", "serializedFile": "model.pt"}}).encode()
    sources = {
        "process": (b"from subprocess import run\n\ndef handle(data, context):\n    return run(['true'])\n", "runs"),
        "evaluates": (b"def handle(data, context):\n    return eval('print(1)')\n", "runs"),
        "imports": (b"def handle(data, context):\n    return __import__('os').system('true')\n", "runs"),
        "alias": (b"import os as o\nf = o.system\n\ndef handle(data, context):\n    o.popen('true')\n", "runs"),
        "network": (b"import urllib.request\n\ndef handle(data, context):\n    urllib.request.urlopen('http://127.0.0.1:9/')\n", "runs"),
        "native": (b"import ctypes\nctypes.CDLL('libm.so.6')\n", "runs"),
        "bytecode": (b"import marshal\nmarshal.loads(b'N')\n", "runs"),
        "ordinary": (b"import json\nimport logging\nimport os\nimport torch\nfrom urllib.parse import quote\n\nlog = logging.getLogger(__name__)\n\ndef handle(data, context):\n    path = os.path.join(context['dir'], 'model.pt')\n    print(quote(path), json.dumps({}), len(data))\n    return [1]\n", "bundled"),
        "syntax": (b"def handle(:\n", "bundled"),
    }
    for name, (source, code) in sources.items():
        members = [("MAR-INF/MANIFEST.json", manifest), ("handler.py", source), ("model.pt", zipped([("m/data.pkl", GOOD)]))]
        add(f"handler-{name}.mar", zipped(members, zipfile.ZIP_DEFLATED), "torchserve-archive", group="program", code=code)
    add("handler-built-in.mar", zipped([("MAR-INF/MANIFEST.json", b'{"model": {"handler": "image_classifier"}}'), ("labels.json", b"{}")]), "torchserve-archive", silent=True)
    add("handler-compiled.mar", zipped([("MAR-INF/MANIFEST.json", manifest), ("handler.pyc", b"\xa7\r\r\n" + bytes(40))]), "torchserve-archive", group="program", code="bundled")
    add("library.nemo", tarred([("model_config.yaml", b"model: {}\n"), ("lib.so", b"\x7fELF" + bytes(60))]), "nemo", group="program", code="bundled")
    maps = {
        "beside": ({"AutoModel": "modeling_net.Net"}, "beside"),
        "list": ({"AutoTokenizer": ["tokenization_net.Slow", None]}, "beside"),
        "elsewhere": ({"AutoConfig": "configuration_net.Config", "AutoModel": "someone/else--modeling_net.Net"}, "elsewhere"),
        "none": ({}, None),
    }
    for name, (value, code) in maps.items():
        add(f"map-{name}-config.json", json.dumps({"auto_map": value, "architectures": ["Net"]}).encode(), "json", group="program", code=code)
    add("map-pipeline-config.json", json.dumps({"custom_pipelines": {"pair": {"impl": "someone/else--pair.Pipeline"}}}).encode(), "json", group="program", code="elsewhere")


def bound(add):
    """A bound method is allowed while nobody calls it: no argument of a function that calls its arguments, none that writes files."""
    getter = global4("builtins", "getattr")
    harmless = getter + global4("collections", "OrderedDict") + b")R" + short("keys") + b"\x86R"
    rebuild = global4("torch._tensor", "_rebuild_from_type_v2")
    tensor = global4("torch", "Tensor")
    path = global4("pathlib", "PosixPath") + short("x") + b"\x85R"
    add("bound-handed-on.pkl", b"\x80\x04" + harmless + b"0" + rebuild + b"(" + getter + tensor + b"(" + tensor + short("__class__") + b"t}tR.", "pickle", "denied", group="getattr", names=["builtins.getattr"])
    add("bound-called-by.pkl", b"\x80\x04" + rebuild + b"(" + harmless + tensor + b")}tR.", "pickle", "denied", group="getattr", names=["builtins.getattr"])
    add("bound-writes.pkl", b"\x80\x04" + getter + path + short("write_text") + b"\x86R.", "pickle", "denied", group="getattr", names=["builtins.getattr"])
    add("bound-twice.pkl", b"\x80\x04(" + harmless + b"\x94" + harmless + b"h\x00l.", "pickle", "allowed", silent=True)


def evasions(add):
    for step in (bound, programs, headless, payloads, compressed, arrays, directories, tars, messages, templates, configurations):
        step(add)
