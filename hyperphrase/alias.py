"""Alias tables: draw from any fixed distribution by one look-up, exactly.

Walker 1977; Vose 1991. A table has 2^k columns of equal weight. The top k bits of a 32-bit word choose the column and
the other 32 - k bits are compared with the head of the column's threshold: below it the column's own id is drawn,
above it the column's alias. Only when the bits equal the head (once in 2^(32 - k) draws) do more random bits decide,
so a draw costs half a Philox number and is still exact to 2^-40 of a column.

Head and alias share one ``uint32``: 1 MiB for 250,000 words. All arithmetic on weights is in integers.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
from hyperphrase.philox import SYMBOL_STREAM, TIE_STREAM, fill_words, philox_block, tie_bits

COLUMN_BITS = 40  # a column's weight is 2^40: with 2^20 columns all weights together stay below 2^63
CHUNK = 512  # words drawn at a time: 2 KiB, well inside the first-level cache


@dataclass(frozen=True, eq=False)
class AliasTable:
    """A distribution over 0..outcomes-1, ready to draw from.

    entries: uint32, shape (2^bits,): threshold head in the top 32 - bits bits, alias in the low ``bits`` bits.
    tails: uint32, shape (2^bits,): the lower ``8 + bits`` bits of each threshold.
    """

    entries: NDArray[np.uint32]
    tails: NDArray[np.uint32]
    bits: int

    @classmethod
    def of(cls, weights: NDArray[np.float64]) -> "AliasTable":
        """Build the table of ``weights`` (non-negative and finite, not all zero; at most 2^20 of them)."""
        bits = max(1, (len(weights) - 1).bit_length())
        integers = integer_weights(weights, 1 << (COLUMN_BITS + bits))
        thresholds, aliases = _vose(integers, 1 << bits)
        tail_bits = np.uint64(8 + bits)
        entries = ((thresholds >> tail_bits) << np.uint64(bits)) | aliases
        tails = thresholds & np.uint64((1 << (8 + bits)) - 1)
        return cls(entries.astype(np.uint32), tails.astype(np.uint32), bits)

    def draw_symbols(
        self, key: int, seeds: NDArray[np.uint64], offsets: NDArray[np.int64], ids: NDArray[np.uint32]
    ) -> None:
        """Fill ``ids[offsets[i]:offsets[i + 1]]`` with the first symbols of the phrase of ``seeds[i]``, i.i.d."""
        _draw_symbols(np.uint64(key), seeds, offsets, ids, self.entries, self.tails, self.bits)

    def draw_one(self, key: int, seeds: NDArray[np.uint64], stream: Any, out: NDArray[np.int64]) -> None:
        """Write one outcome a seed, from block 0 of ``stream``, into ``out`` (int64, shape of ``seeds``)."""
        _draw_one(np.uint64(key), seeds, stream, out, self.entries, self.tails, self.bits)

    def probabilities(self, outcomes: int) -> NDArray[np.float64]:
        """Return what the table draws, as float64 of shape (outcomes,): the law itself, to check it."""
        columns = 1 << self.bits
        alias = self.entries & np.uint32(columns - 1)
        head = (self.entries >> np.uint32(self.bits)).astype(np.float64)
        own = (head * 2.0 ** (8 + self.bits) + self.tails) / 2.0**COLUMN_BITS
        total = np.bincount(alias, weights=1.0 - own, minlength=columns)
        return ((total + own) / columns)[:outcomes]


def integer_weights(weights: NDArray[np.float64], total: int) -> NDArray[np.uint64]:
    """Scale ``weights`` to integers whose sum is exactly ``total``; the largest one takes the rounding."""
    weights = np.ldexp(weights, -math.frexp(weights.max())[1])  # exact; any unit, and no overflow below
    scale = float(total) / math.fsum(weights.tolist())  # fsum is exact: the same on every machine
    integers = np.floor(weights * scale).astype(np.uint64)
    heaviest = int(np.argmax(weights))
    rest = total - (int(integers.sum(dtype=np.uint64)) - int(integers[heaviest]))
    if rest < 0:
        raise ArithmeticError(f"weights do not scale to {total}")
    integers[heaviest] = rest
    return integers


@kernel
def _vose(weights: NDArray[np.uint64], columns: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Pair light columns with heavy ones (Vose 1991), in integers: return thresholds and aliases."""
    capacity = np.int64(1) << np.int64(COLUMN_BITS)
    left = np.zeros(columns, np.int64)
    left[: len(weights)] = weights
    thresholds = np.zeros(columns, np.uint64)
    aliases = np.arange(columns).astype(np.uint64)
    light = np.empty(columns, np.int64)
    heavy = np.empty(columns, np.int64)
    lights, heavies = 0, 0
    for column in range(columns):
        if left[column] < capacity:
            light[lights] = column
            lights += 1
        elif left[column] > capacity:
            heavy[heavies] = column
            heavies += 1
    while lights > 0 and heavies > 0:
        lights -= 1
        small, large = light[lights], heavy[heavies - 1]
        thresholds[small] = np.uint64(left[small])
        aliases[small] = np.uint64(large)
        left[large] -= capacity - left[small]
        if left[large] <= capacity:
            heavies -= 1
        if left[large] < capacity:
            light[lights] = large
            lights += 1
    return thresholds, aliases


@kernel
def _draw_symbols(
    key: Any,
    seeds: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    ids: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    tails: NDArray[np.uint32],
    bits: int,
) -> None:
    """Draw i.i.d. symbols: symbol i of a phrase from word i of its symbol stream."""
    buffer = np.empty(CHUNK // 2, np.uint64)
    words = buffer.view(np.uint32)
    shift, alias_bits = np.uint64(32 - bits), np.uint64(bits)
    low = (np.uint64(1) << shift) - np.uint64(1)
    alias_mask = (np.uint64(1) << alias_bits) - np.uint64(1)
    tie_shift = np.uint64(64 - 8 - bits)
    for phrase in range(len(seeds)):
        seed = seeds[phrase]
        begin, length = offsets[phrase], offsets[phrase + 1] - offsets[phrase]
        for start in range(0, length, CHUNK):
            count = min(CHUNK, length - start)
            fill_words(buffer, (count + 3) // 4, start // 4, SYMBOL_STREAM, seed, key)
            ties = np.uint64(0)
            for i in range(count):
                word = np.uint64(words[i])
                column = word >> shift
                entry = np.uint64(entries[column])
                fraction, head = word & low, entry >> alias_bits
                own = np.uint64(np.int64(fraction - head) >> np.int64(63))  # all ones where fraction < head
                ties |= np.uint64(fraction == head)
                ids[begin + start + i] = np.uint32((column & own) | (entry & alias_mask & ~own))
            if ties:
                for i in range(count):
                    word = np.uint64(words[i])
                    column = word >> shift
                    if word & low == np.uint64(entries[column]) >> alias_bits:
                        more = tie_bits(start + i, TIE_STREAM, seed, key) >> tie_shift
                        if more < np.uint64(tails[column]):
                            ids[begin + start + i] = np.uint32(column)


@kernel
def _draw_one(
    key: Any,
    seeds: NDArray[np.uint64],
    stream: Any,
    out: NDArray[np.int64],
    entries: NDArray[np.uint32],
    tails: NDArray[np.uint32],
    bits: int,
) -> None:
    """Draw one outcome a seed: word 0 of block 0 decides, words 2 and 3 where it ties."""
    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    shift, alias_bits = np.uint64(32 - bits), np.uint64(bits)
    alias_mask = (np.uint64(1) << alias_bits) - np.uint64(1)
    for i in range(len(seeds)):
        seed = seeds[i]
        word, _, w2, w3 = philox_block(np.uint64(0), stream, seed & low, seed >> half, key & low, key >> half)
        column = word >> shift
        entry = np.uint64(entries[column])
        fraction, head = word & ((np.uint64(1) << shift) - np.uint64(1)), entry >> alias_bits
        more = (w2 | (w3 << half)) >> np.uint64(64 - 8 - bits)
        if fraction < head or (fraction == head and more < np.uint64(tails[column])):
            out[i] = np.int64(column)
        else:
            out[i] = np.int64(entry & alias_mask)
