"""The tables behind the text formats: from an id to the bytes that a file holds for it, and back.

Texts of at most four bytes (every symbol) are packed into one lane each, so that a kernel writes sixteen of them at
once. One-character texts are found again by their code point, all others by a hash table over their bytes.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Texts
from hyperphrase.codecs.symbols import NO_ID
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import WORD_PADDING, i64, load_u64

_PACKABLE = 4  # bytes
_CODE_POINTS = 1 << 21  # as many as four bytes of UTF-8 can spell
_ESCAPED = np.isin(np.arange(256), [*range(0x20), ord('"'), ord("\\")])  # bytes that JSON strings hold as escapes


class TextBytes(NamedTuple):
    """The bytes that a file holds for each id: its text, escaped if the format escapes, and the separator behind it.

    data: uint8, the bytes of all ids and WORD_PADDING more.
    starts: int64, shape (V + 1,), where the bytes of each id begin.
    tail: bytes of the separator, 0 or 1.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    tail: int


@dataclass(frozen=True, eq=False)
class TextEncoding:
    """The way from ids to bytes.

    texts: the bytes of each id.
    packed: uint32, shape (V,), the bytes of each id as a lane; empty unless every id fits one.
    separator: its byte, -1 for none.
    longest: bytes of the longest id.
    """

    texts: TextBytes
    packed: NDArray[np.uint32]
    separator: int
    longest: int

    def __len__(self) -> int:
        """Return the number of ids."""
        return len(self.texts.starts) - 1


class TextDecoding(NamedTuple):
    """The way back from bytes to ids; one of the two tables is empty.

    by_code_point: uint32, shape (2^21,), the id of each code point, NO_ID where there is none.
    slots: uint32, a hash table with open addressing of id + 1, 0 where free; a slot's text is compared with ``texts``.
    separator: its byte, -1 for none.
    """

    by_code_point: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    texts: TextBytes
    separator: int


def _escape(data: NDArray[np.uint8], starts: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the table of the texts as they stand inside JSON strings, as json.dumps(ensure_ascii=False) has them."""
    if not _ESCAPED[data].any():
        return data, starts
    raw = data.tobytes()
    rows = [raw[start:stop].decode() for start, stop in pairwise(starts.tolist())]
    escaped = [json.dumps(row, ensure_ascii=False)[1:-1].encode() for row in rows]
    ends = np.cumsum([len(row) for row in escaped], dtype=np.int64)
    return np.frombuffer(b"".join(escaped), np.uint8), np.concatenate([np.zeros(1, np.int64), ends])


@lru_cache(maxsize=8)
def text_encoding(texts: Texts, escapes: bool) -> TextEncoding:
    """Return the bytes of each id of ``texts``, as JSON escapes them if ``escapes``; built once for each pair."""
    data, starts = texts.table.data, texts.table.offsets
    if escapes:
        data, starts = _escape(data, starts)
    if texts.separator:
        data = np.insert(data, starts[1:], texts.separator[0])
        starts = starts + np.arange(len(starts)) * len(texts.separator)
    data = np.concatenate([data, np.zeros(WORD_PADDING, np.uint8)])
    sizes = np.diff(starts)
    longest = int(sizes.max(initial=0))
    packable = longest <= _PACKABLE and sizes.min(initial=1) > 0 and data[: starts[-1]].all()
    packed = _pack(data, starts) if packable else np.zeros(0, np.uint32)
    encoded = TextBytes(data, starts, len(texts.separator))
    return TextEncoding(encoded, packed, texts.separator[0] if texts.separator else -1, longest)


def _pack(data: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return the lane of each id (:mod:`hyperphrase.codecs.vector_packing`); ids have at most four bytes, none zero."""
    sizes = np.diff(starts)
    packed = np.zeros(len(sizes), np.uint32)
    for k in range(_PACKABLE):
        byte = np.where(k < sizes, data[starts[:-1] + k], 0).astype(np.uint32)
        packed |= byte << np.uint32(8 * k)
    return packed


@lru_cache(maxsize=8)
def text_decoding(texts: Texts, escapes: bool) -> TextDecoding:
    """Return the way back from the bytes of :func:`text_encoding`; built once for each pair.

    Raises :class:`ValueError` if there is none: texts that are equal, empty, hold the separator or a line's end, or
    have several characters and nothing between them.
    """
    words = text_encoding(texts, escapes)
    _check_readable(texts, words)
    size = int(words.texts.starts[-1])
    characters = words.texts.data[:size].tobytes().decode() if words.separator < 0 else ""
    by_code_point, slots = np.zeros(0, np.uint32), np.zeros(0, np.uint32)
    if words.separator < 0 and len(characters) == len(words.packed):
        points = np.frombuffer(characters.encode("utf-32-le"), np.uint32)
        by_code_point = np.full(_CODE_POINTS, NO_ID, np.uint32)
        by_code_point[points] = np.arange(len(points), dtype=np.uint32)
        equal = bool((by_code_point[points] != np.arange(len(points))).any())
    else:
        slots = np.zeros(1 << (2 * len(words)).bit_length(), np.uint32)
        equal = not fill_slots(slots, words.texts)
    if equal:
        raise ValueError("texts: two ids have the same text, which cannot be read back")
    return TextDecoding(by_code_point, slots, words.texts, words.separator)


def _check_readable(texts: Texts, words: TextEncoding) -> None:
    """Raise :class:`ValueError` for texts whose phrases cannot be cut into texts again."""
    table = texts.table
    if np.diff(table.offsets).min(initial=1) < 1:
        raise ValueError("texts: an empty text cannot be read back")
    if texts.separator and texts.separator in table.data.tobytes():
        raise ValueError(f"texts: a text holds the separator {texts.separator!r}")
    if not texts.separator and len(table.data.tobytes().decode()) != len(words):
        raise ValueError("texts: without a separator each text has to be one character")


@bare_kernel
def hash_of(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return a 64-bit hash of ``data[start:stop]``; touches WORD_PADDING bytes behind. It is never stored."""
    value = np.uint64(stop - start)
    at = start
    while at < stop:
        word = load_u64(data, at)
        if stop - at < 8:
            word &= (np.uint64(1) << np.uint64(8 * (stop - at))) - np.uint64(1)
        value = (value ^ word) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
        at += 8
    return value ^ (value >> np.uint64(32))


@bare_kernel
def fill_slots(slots: NDArray[np.uint32], texts: TextBytes) -> bool:
    """Enter each id under its bytes without the separator; return whether all are different."""
    for row in range(len(texts.starts) - 1):
        start, stop = texts.starts[row], texts.starts[row + 1] - texts.tail
        if find(slots, texts, texts.data, start, stop) >= 0:
            return False
        slot = hash_of(texts.data, start, stop) & np.uint64(len(slots) - 1)
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & np.uint64(len(slots) - 1)
        slots[slot] = row + 1
    return True


@bare_kernel
def find(slots: NDArray[np.uint32], texts: TextBytes, data: NDArray[np.uint8], start: int, stop: int) -> int:
    """Return the id whose bytes without the separator are ``data[start:stop]``, -1 if there is none."""
    slot = hash_of(data, start, stop) & np.uint64(len(slots) - 1)
    while slots[slot] != 0:
        row = i64(slots[slot]) - 1
        first = texts.starts[row]
        if texts.starts[row + 1] - texts.tail - first == stop - start:
            different = np.uint64(0)
            for k in range(0, stop - start, 8):
                beyond = np.uint64(8 * max(k + 8 - (stop - start), 0))
                different |= (load_u64(texts.data, first + k) ^ load_u64(data, start + k)) << beyond
            if different == np.uint64(0):
                return row
        slot = (slot + np.uint64(1)) & np.uint64(len(slots) - 1)
    return -1
