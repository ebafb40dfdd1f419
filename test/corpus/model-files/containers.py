"""The containers that the standard library of Python does not write, or only writes correctly."""

import io
import json
import struct
import zipfile
import zlib


def npy(descr, data):
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': ({len(data)},), }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def safetensors(header, size):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(size)


def gguf(texts):
    def text(value):
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    pairs = [("general.count", struct.pack("<II", 4, 7)), ("tokenizer.ggml.tokens", struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"))]
    pairs += [(key, struct.pack("<I", 8) + text(value)) for key, value in texts.items()]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(text(key) + value for key, value in pairs)


def raw_zip(entries, directory=True):
    """A zip of which every field can lie."""
    body, central, count = b"", b"", 0
    for entry in entries:
        data, name = entry["data"], entry["name"].encode()
        local_name = entry.get("local_name", entry["name"]).encode()
        crc, flags = entry.get("crc", zlib.crc32(data)), entry.get("flags", 0)
        at = entry.get("at", len(body))
        if entry.get("local", True):
            method, size = entry.get("local_method", 0), entry.get("local_size", len(data))
            body += b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, size, size, len(local_name), 0) + local_name + data
        else:
            body += b"XX\x03\x04" + bytes(26) + local_name + data
        if not entry.get("listed", True):
            continue
        count += 1
        central += b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 0x314, 20, entry.get("central_flags", flags), 0, 0, 33, crc, len(data), len(data), len(name), 0, 0, 0, 0, entry.get("mode", 0o100644) << 16, at) + name
    if not directory:
        return body
    return body + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(body), 0)


def field(number, data):
    """A length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def onnx(nodes, external=None, subgraph=False):
    graph = b"".join(field(1, field(1, b"x") + field(4, op.encode()) + (field(7, domain.encode()) if domain else b"")) for domain, op in nodes)
    if external is not None:
        pair = field(1, b"location") + field(2, external.encode())
        tensor = field(8, b"w") + field(13, pair) + b"\x70\x01"
        graph += field(1, field(4, b"If") + field(5, field(1, b"then") + field(6, field(5, tensor)))) if subgraph else field(5, tensor)
    return b"\x08\x08" + field(2, b"maker") + field(7, graph + field(2, b"g")) + field(8, b"\x10\x0d")


def saved_model(operators, function=()):
    def nodes(names, number):
        return b"".join(field(number, field(1, f"n{index}".encode()) + field(2, name.encode())) for index, name in enumerate(names))

    graph = nodes(operators, 1)
    if function:
        graph += field(2, field(1, field(1, field(1, b"f")) + nodes(function, 3)))
    return b"\x08\x01" + field(2, field(1, b"") + field(2, graph))


def tflite(custom):
    """One table with a vector of operator codes, each with a custom name."""
    out = bytearray(struct.pack("<I", 0) + b"TFL3")
    vtable = len(out)
    out += struct.pack("<HHHH", 8, 8, 0, 4)
    root = len(out)
    out += struct.pack("<iI", root - vtable, 4)
    vector = len(out)
    out += struct.pack("<I", len(custom)) + bytes(4 * len(custom))
    for index, name in enumerate(custom):
        inner = len(out)
        out += struct.pack("<HHHH", 8, 8, 0, 4)
        table = len(out)
        out += struct.pack("<iI", table - inner, 4) + struct.pack("<I", len(name)) + name.encode() + b"\0"
        struct.pack_into("<I", out, vector + 4 + 4 * index, table - (vector + 4 + 4 * index))
    struct.pack_into("<I", out, 0, root)
    return bytes(out) + bytes(16)


UNDEFINED = 0xFFFFFFFFFFFFFFFF


def hdf5(attributes, modern=False, heap=False, base=0):
    """A root group with text attributes: superblock 0 and header 1, or superblock 2 and header 2 (`modern`)."""
    messages, heaps = b"", b""
    start = 96 if not modern else 48
    header_space = 16 + sum(len(value) + len(name) + 128 for name, value in attributes.items())
    for name, value in attributes.items():
        data, kind = value, 0x13
        if heap:
            heap_at = start + header_space + len(heaps)
            body = struct.pack("<HHIQ", 1, 1, 0, len(value)) + value + bytes(-len(value) % 8) + struct.pack("<HHIQ", 0, 0, 0, 0)
            heaps += b"GCOL\x01\0\0\0" + struct.pack("<Q", 16 + len(body)) + body
            data, kind = struct.pack("<IQI", len(value), heap_at, 1), 0x19
        messages += attribute(name, data, kind, modern)
    if modern:
        head = b"OHDR\x02\x02" + struct.pack("<I", len(messages)) + messages + bytes(4)
        super_block = b"\x89HDF\r\n\x1a\n\x02\x08\x08\0" + struct.pack("<QQQQ", base, UNDEFINED, start + len(head), start) + bytes(4)
    else:
        head = struct.pack("<BBHIII", 1, 0, len(attributes), 1, len(messages), 0) + messages
        super_block = b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + struct.pack("<HHI", 4, 16, 0)
        super_block += struct.pack("<QQQQ", base, UNDEFINED, start + len(head), UNDEFINED) + struct.pack("<QQII16x", 0, start, 0, 0)
    return super_block + head + bytes(header_space - len(head) if header_space > len(head) else 0) + heaps


def attribute(name, data, kind, modern):
    label = name.encode() + b"\0"
    datatype = struct.pack("<BBBBI", kind, 0, 0, 0, len(data)) if kind == 0x13 else struct.pack("<BBBBI", kind, 1, 0, 0, 16) + struct.pack("<BBBBI", 0x13, 0, 0, 0, 1)
    dataspace = struct.pack("<BBBB4x", 1, 0, 0, 0)
    if modern:
        body = struct.pack("<BBHHHB", 3, 0, len(label), len(datatype), len(dataspace), 0) + label + datatype + dataspace + data
        return struct.pack("<BHB", 12, len(body), 0) + body
    pad = lambda text: text + bytes(-len(text) % 8)
    body = pad(struct.pack("<BBHHH", 1, 0, len(label), len(datatype), len(dataspace)) + pad(label) + pad(datatype) + pad(dataspace) + data)
    return struct.pack("<HHBBBB", 12, len(body), 0, 0, 0, 0) + body


def zipped(members, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()
