"""Pickles written opcode by opcode, so that names need not exist and nothing is ever called."""

import struct


def short(text):
    data = text.encode()
    return b"\x8c" + bytes([len(data)]) + data


def glob(module, name):
    return f"c{module}\n{name}\n".encode()


def global4(module, name):
    return short(module) + short(name) + b"\x93"


def stop(data):
    return data + b"."


def frame(data):
    return b"\x95" + struct.pack("<Q", len(data)) + data


def reduce0(module, name, argument):
    """Protocol 0: GLOBAL and REDUCE."""
    return glob(module, name) + b"(" + argument + b"tR."


def call4(module, name, argument):
    """Protocol 4: STACK_GLOBAL and REDUCE. `argument` is one value, or `)` for none."""
    return b"\x80\x04" + global4(module, name) + (b")" if argument == b")" else argument + b"\x85") + b"R."


def inst(module, name, argument):
    """Protocol 0: INST."""
    return b"(" + argument + f"i{module}\n{name}\n".encode() + b"."


def obj(module, name, argument):
    """Protocol 1: OBJ."""
    return b"(" + glob(module, name) + argument + b"o."
