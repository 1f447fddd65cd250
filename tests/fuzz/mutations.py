"""How a good file becomes a bad one: a few changes of the kinds that hurt readers, drawn from a source of chance."""

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

_ABSURD = (
    0,
    1,
    2,
    127,
    128,
    255,
    2**15,
    2**16 - 1,
    2**24,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**62,
    2**63 - 1,
    2**63,
    2**64 - 1,
)
_TOKENS = (
    b"\x00", b"\n", b"\r\n", b" ", b'"', b"\\", b"\\u0000", b"{", b"[" * 2000, b"]", b",", b":", b"=", b"->", b"|",
    b"*",
    b"NaN", b"-Infinity", b"1e999", b"-1", b"9" * 5000, b"\x1b[2J", b"\xed\xa0\x80", b"\xff\xfe", b"\xe2\x80\xae",
    b"\xef\xbb\xbf", b"../", b"\xc2\x85", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b"\x80\x80\x00", b"Obj\x01", b"PAR1",
)  # fmt: skip
_NASTY: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, 0.0, -0.5, 1e308, float("nan"),
    float("inf"), "", "x", "x" * 300, "../../x", "/etc/passwd", "gs://bucket/x", "a\x00b", "\x1b[2J", "\ud800", [], {},
    [[]] * 9, {"a": 1}, "0" * 64, "1.0", "true", "٣",
)  # fmt: skip

Chance = random.Random


def varint(value: int) -> bytes:
    """Return a number as Protocol Buffers write it."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _flip(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _byte(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))]) + data[at + 1 :]


def _cut(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at]


def _lose(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + data[at + chance.choice((1, 2, 4, 8, 16, 100)) :]


def _insert(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + chance.choice(_TOKENS) + data[at:]


def _noise(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + chance.randbytes(chance.randrange(1, 20)) + data[at + chance.choice((0, 0, 8)) :]


def _repeat(data: bytes, at: int, chance: Chance) -> bytes:
    return data[:at] + data[at : at + chance.choice((1, 8, 50))] * chance.choice((2, 3, 200)) + data[at:]


def _swap(data: bytes, at: int, chance: Chance) -> bytes:
    size, other = chance.choice((1, 4, 16)), chance.randrange(len(data))
    low, high = sorted((at, other))
    if high - low < size:
        return data
    parts = data[:low], data[high : high + size], data[low + size : high], data[low : low + size], data[high + size :]
    return b"".join(parts)


def _number(data: bytes, at: int, chance: Chance) -> bytes:
    """Put an absurd number in the place of some bytes, in one of the ways in which files write numbers."""
    value = chance.choice(_ABSURD)
    ways = [varint(value), varint(value << 1 & 2**64 - 1), str(value).encode()]
    ways += [(value & (1 << 8 * size) - 1).to_bytes(size, "little") for size in (2, 4, 8)]
    written = chance.choice(ways)
    return data[:at] + written + data[at + chance.choice((0, 1, len(written))) :]


def _digits(data: bytes, at: int, chance: Chance) -> bytes:
    """Put an absurd number in the place of the next one in digits."""
    found = re.compile(rb"-?[0-9]+").search(data, at)
    if not found:
        return data
    return data[: found.start()] + str(chance.choice(_ABSURD)).encode() + data[found.end() :]


_CHANGES: tuple[Callable[[bytes, int, Chance], bytes], ...] = (
    _flip, _flip, _byte, _cut, _lose, _insert, _noise, _repeat, _swap, _number, _number, _digits,
)  # fmt: skip


def mutated(files: Sequence[bytes], chance: Chance) -> bytes:
    """Return one of the files after one to four changes, or parts of two of them."""
    data = chance.choice(files)
    if chance.random() < 0.1:
        other = chance.choice(files)
        data = data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]
    for _ in range(chance.randrange(1, 5)):
        if data:
            data = chance.choice(_CHANGES)(data, chance.randrange(len(data)), chance)
    return data[: 1 << 20]


def mutated_json(text: bytes, chance: Chance) -> Any:
    """Return what a JSON text says, with one to three of its values lost, doubled, or nasty ones in their place."""
    value = json.loads(text)
    for _ in range(chance.randrange(1, 4)):
        holders = list(_holders(value))
        if not holders:
            break
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        kind = chance.randrange(6)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.append(holder[key])
        elif kind == 2 and isinstance(holder, dict):
            holder[str(chance.choice(_NASTY))] = holder[key]
        elif kind == 3 and isinstance(holder[key], int):
            holder[key] += chance.choice((-1, 1, 2**32))
        else:
            holder[key] = copy.deepcopy(chance.choice(_NASTY))
    return value


def _holders(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)
