"""Deflate (RFC 1951), written so that the same content makes the same bytes on every machine, and fast.

The fast libraries make other bytes on other processors or in other versions, and those that do not are slower. Here
integers alone decide. Sampled ids hold next to no repeated strings, only the framing of records does: so the search is
one probe of a small hash table for each byte, and the codes do the rest.

Content is cut into pieces at fixed places, and each piece stands for itself: a block of dynamic codes whose copies
reach no further back than the piece, then an empty stored block, which ends at a whole byte.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Buffer
from hyperphrase.codecs.huffman import code_lengths, codes
from hyperphrase.kernels import kernel
from hyperphrase.kernels.intrinsics import SLACK, i64, load_u32, load_u64, store_u64

PIECE_BYTES = 1 << 17  # of content; twice as much saves 0.1 %, but begins to leave the caches

_END = b"\x03\x00"  # a last block, with nothing in it
_HASH_BITS = 13  # a table of 16 KiB stays in the first cache; twice as much saves 0.5 % and takes 1.3 times as long
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, near 2^64 over the golden ratio
_MIN_COPY = 6  # bytes; shorter copies are hardly shorter than their literals
_BEYOND_MIN = np.uint64(64 - 8 * _MIN_COPY)  # bits to shift out of eight bytes
_MAX_COPY = 258
_WINDOW = 1 << 15
_CODE_LIMIT = 13  # bits; four such codes behind 7 bits that wait fit into 64
_MAX_STORED = PIECE_BYTES * _CODE_LIMIT // 8 + 256  # a copy takes fewer bits than its literals may; and the header
_LITERALS, _DISTANCES = 286, 30  # symbols of the two alphabets
_BLOCK_END = 256

Bytes = NDArray[np.uint8]


def _ranges(bases: int, group: int, first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the range of each symbol begins and its extra bits, which grow by one every ``group`` symbols."""
    extra = np.maximum(np.arange(bases) // group - 1, 0)
    return first + np.cumsum(np.left_shift(1, extra)) - np.left_shift(1, extra), extra


_LENGTH_BASE, _LENGTH_EXTRA = _ranges(29, 4, 3)
_LENGTH_BASE[28], _LENGTH_EXTRA[28] = _MAX_COPY, 0
_DISTANCE_BASE, _DISTANCE_EXTRA = _ranges(_DISTANCES, 2, 1)
_LENGTH_SYMBOL = (np.searchsorted(_LENGTH_BASE, np.arange(_MAX_COPY + 1), side="right") - 1).astype(np.uint8)
_DISTANCE_SYMBOL = (np.searchsorted(_DISTANCE_BASE, np.arange(_WINDOW + 1), side="right") - 1).astype(np.uint8)


@kernel
def _copy_length(data: Bytes, start: int, at: int, size: int) -> int:
    """Return how many bytes from ``start`` and from ``at`` on agree, _MIN_COPY known to; at most _MAX_COPY."""
    most = min(_MAX_COPY, size - at)
    length = _MIN_COPY
    while length + 8 <= most and load_u64(data, start + length) == load_u64(data, at + length):
        length += 8
    while length < most and data[start + length] == data[at + length]:
        length += 1
    return length


@kernel
def _find_copies(data: Bytes, size: int, copies: NDArray[np.int32]) -> int:
    """Fill the rows (literals before it, length, distance) of ``copies``, the last one with length 0; return how many.

    Each position is compared with the last one whose first bytes had the same hash; the first agreement is taken.
    """
    recent = np.zeros(1 << _HASH_BITS, np.uint16)  # the lower half of that position
    count = done = at = 0
    while at < size - SLACK:
        word = load_u64(data, at) << _BEYOND_MIN
        slot = (word * _HASH_FACTOR) >> np.uint64(64 - _HASH_BITS)
        distance = (at - i64(recent[slot])) & 0xFFFF
        recent[slot] = at
        if 0 < distance <= min(at, _WINDOW) and load_u64(data, at - distance) << _BEYOND_MIN == word:
            length = _copy_length(data, at - distance, at, size)
            copies[count, 0] = at - done
            copies[count, 1] = length
            copies[count, 2] = distance
            count += 1
            at += length
            done = at
        else:
            at += 1
    copies[count, 0] = size - done
    copies[count, 1] = 0
    return count + 1


@kernel
def _count_symbols(data: Bytes, copies: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how often each symbol occurs: int64, shapes (_LITERALS,) and (_DISTANCES,)."""
    literals = np.zeros((4, 256), np.int64)  # in turn, so that equal neighbours do not wait for each other
    lengths = np.zeros(_LITERALS, np.int64)
    distances = np.zeros(_DISTANCES, np.int64)
    at = 0
    for k in range(len(copies)):
        for j in range(copies[k, 0]):
            literals[j & 3, data[at + j]] += 1
        at += copies[k, 0] + copies[k, 1]
        if copies[k, 1] > 0:
            lengths[_BLOCK_END + 1 + i64(_LENGTH_SYMBOL[copies[k, 1]])] += 1
            distances[_DISTANCE_SYMBOL[copies[k, 2]]] += 1
    lengths[:256] += literals.sum(axis=0)
    lengths[_BLOCK_END] = 1
    lengths[0] += 1  # a code needs two symbols
    distances[:2] += 1
    return lengths, distances


@kernel
def _put(bits: np.uint64, held: np.uint64, code: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Put a code (its bits, and their number above bit 32) behind the ``held`` lowest bits of ``bits``."""
    return bits | (code & np.uint64(0xFFFFFFFF)) << held, held + (code >> np.uint64(32))


@kernel
def _flush(out: Bytes, at: int, bits: np.uint64, held: np.uint64) -> tuple[int, np.uint64, np.uint64]:
    """Store whole bytes; return the place behind them and what is left, fewer than 8 bits."""
    store_u64(out, at, bits)
    return at + i64(held >> np.uint64(3)), bits >> (held & np.uint64(56)), held & np.uint64(7)


@kernel
def _code(value: int, length: int) -> np.uint64:
    """Return ``value`` as a code of ``length`` bits for :func:`_put`."""
    return np.uint64(value | length << 32)


@kernel
def _write_header(
    out: Bytes, literal_lengths: NDArray[np.int64], distance_lengths: NDArray[np.int64]
) -> tuple[int, np.uint64, np.uint64]:
    """Open a block of dynamic codes; each code's length is written in four bits, without runs."""
    bits, held = _put(np.uint64(0), np.uint64(0), _code(0b100, 3))  # not the last block; dynamic codes
    bits, held = _put(bits, held, _code(_LITERALS - 257, 5))
    bits, held = _put(bits, held, _code(_DISTANCES - 1, 5))
    bits, held = _put(bits, held, _code(19 - 4, 4))
    at, bits, held = _flush(out, 0, bits, held)
    for k in range(19):  # the lengths' own code: four bits for each of 0 to 15, none for the three runs in front
        bits, held = _put(bits, held, _code(4 if k > 2 else 0, 3))
        at, bits, held = _flush(out, at, bits, held)
    four_bits = codes(np.full(16, 4))
    for k in range(_LITERALS + _DISTANCES):
        length = literal_lengths[k] if k < _LITERALS else distance_lengths[k - _LITERALS]
        bits, held = _put(bits, held, four_bits[length])
        at, bits, held = _flush(out, at, bits, held)
    return at, bits, held


@kernel
def _write_symbols(
    out: Bytes,
    state: tuple[int, np.uint64, np.uint64],
    data: Bytes,
    copies: NDArray[np.int32],
    literals: NDArray[np.uint64],
    distances: NDArray[np.uint64],
) -> tuple[int, np.uint64, np.uint64]:
    """Write literals and copies in their codes, and the end of the block."""
    at, bits, held = state
    start = 0
    for k in range(len(copies)):
        stop = start + copies[k, 0]
        while start + 4 <= stop:
            word = load_u32(data, start)
            bits, held = _put(bits, held, literals[word & np.uint32(0xFF)])
            bits, held = _put(bits, held, literals[(word >> np.uint32(8)) & np.uint32(0xFF)])
            bits, held = _put(bits, held, literals[(word >> np.uint32(16)) & np.uint32(0xFF)])
            bits, held = _put(bits, held, literals[word >> np.uint32(24)])
            at, bits, held = _flush(out, at, bits, held)
            start += 4
        while start < stop:
            bits, held = _put(bits, held, literals[data[start]])
            at, bits, held = _flush(out, at, bits, held)
            start += 1
        length, distance = copies[k, 1], copies[k, 2]
        if length > 0:
            symbol, back = _LENGTH_SYMBOL[length], _DISTANCE_SYMBOL[distance]
            bits, held = _put(bits, held, literals[_BLOCK_END + 1 + i64(symbol)])
            bits, held = _put(bits, held, _code(length - _LENGTH_BASE[symbol], _LENGTH_EXTRA[symbol]))
            bits, held = _put(bits, held, distances[back])
            bits, held = _put(bits, held, _code(distance - _DISTANCE_BASE[back], _DISTANCE_EXTRA[back]))
            at, bits, held = _flush(out, at, bits, held)
            start += length
    bits, held = _put(bits, held, literals[_BLOCK_END])
    return _flush(out, at, bits, held)


@kernel
def _deflate_piece(data: Bytes, size: int, out: Bytes, copies: NDArray[np.int32]) -> int:
    """Write the piece ``data[:size]`` to the front of ``out``; return its bytes."""
    found = copies[: _find_copies(data, size, copies)]
    literal_counts, distance_counts = _count_symbols(data, found)
    literal_lengths = code_lengths(literal_counts, _CODE_LIMIT)
    distance_lengths = code_lengths(distance_counts, _CODE_LIMIT)
    state = _write_header(out, literal_lengths, distance_lengths)
    at, bits, held = _write_symbols(out, state, data, found, codes(literal_lengths), codes(distance_lengths))
    bits, held = _put(bits, held, _code(0, 3))  # a stored block, not the last
    at, bits, held = _flush(out, at, bits, held + np.uint64(7))  # filled up to a whole byte
    store_u64(out, at, np.uint64(0xFFFF0000))  # its size 0, and the complement
    return at + 4


class Deflater:
    """Deflates one stream after the other, in memory that is used again."""

    def __init__(self) -> None:
        self._content = Buffer()  # of the piece that is not full yet
        self._content.reserve(PIECE_BYTES)
        self._copies = np.empty((PIECE_BYTES // _MIN_COPY + 1, 3), np.int32)
        self._out = Buffer()

    def add(self, content: bytes | memoryview) -> memoryview:
        """Return the bytes of the pieces that ``content`` fills, valid until the next call."""
        self._out.size = 0
        rest = memoryview(content)
        while len(rest):
            taken = min(len(rest), PIECE_BYTES - self._content.size)
            self._content.append(rest[:taken])
            rest = rest[taken:]
            if self._content.size == PIECE_BYTES:
                self._close_piece()
        return self._out.view()

    def _close_piece(self) -> None:
        """Move the pending content to the output."""
        self._out.reserve(_MAX_STORED)
        at = self._out.size
        self._out.size += _deflate_piece(self._content.data, self._content.size, self._out.data[at:], self._copies)
        self._content.size = 0

    def end(self) -> bytes:
        """Return the bytes that close the stream; the next call begins another one."""
        self._out.size = 0
        if self._content.size:
            self._close_piece()
        return bytes(self._out.view()) + _END

    def whole(self, content: bytes | memoryview) -> bytes:
        """Return the stream of ``content`` alone; not between :meth:`add` and :meth:`end`."""
        return bytes(self.add(content)) + self.end()
