"""Alias tables: draw from any fixed distribution by one look-up, exactly.

Walker 1977; Vose 1991. A table has 2^k columns of equal weight. The top k bits of a 32-bit word choose the column and
the other 32 - k bits are compared with the head of the column's threshold: below it the column's own id is drawn,
above it the column's alias. Only when the bits equal the head (once in 2^(32 - k) draws) do more random bits decide,
so a draw costs half a Philox number and is still exact to 2^-40 of a column.

Head and alias share one ``uint32``: 1 MiB for 250,000 words. All arithmetic on weights is in integers.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.numbers.batch import Batch, owner_of
from hyperphrase.numbers.philox import GROUP, SYMBOL_STREAM, TIE_STREAM, fill_rows, fill_words, tie_bits
from hyperphrase.numbers.portable_math import exact_sum

COLUMN_BITS = 40  # a column's weight is 2^40: with 2^20 columns all weights together stay below 2^63
CHUNK = 512  # words looked up at a time: with their entries 4 KiB, well inside the first-level cache


class AliasTable(NamedTuple):
    """A distribution over 0..outcomes-1, ready to draw from; a named tuple, so that kernels take it as one argument.

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

    def draw_symbols(self, batch: Batch) -> None:
        """Write the first symbols of each phrase, drawn independently of each other."""
        draw_symbols(batch, self)

    def draw_rows(self, key: np.uint64, seeds: NDArray[np.uint64], rows: NDArray[np.uint32]) -> None:
        """Write symbol r of the phrase of ``seeds[i]`` into ``rows[r, i]``: the symbols of :meth:`draw_symbols`."""
        _draw_rows(key, seeds, rows, self)

    def draw_one(self, key: np.uint64, seeds: NDArray[np.uint64], stream: Any, out: NDArray[np.int64]) -> None:
        """Write one outcome a seed, from block 0 of ``stream``, into ``out`` (int64, shape of ``seeds``)."""
        _draw_one(key, seeds, stream, out, self)

    def probabilities(self, outcomes: int) -> NDArray[np.float64]:
        """Return the probability of each outcome that the table draws: float64, shape (outcomes,)."""
        columns = 1 << self.bits
        alias = self.entries & np.uint32(columns - 1)
        head = (self.entries >> np.uint32(self.bits)).astype(np.float64)
        own = (head * 2.0 ** (8 + self.bits) + self.tails) / 2.0**COLUMN_BITS
        total = np.bincount(alias, weights=1.0 - own, minlength=columns)
        return ((total + own) / columns)[:outcomes]


def integer_weights(weights: NDArray[np.float64], total: int) -> NDArray[np.uint64]:
    """Scale ``weights`` to integers whose sum is exactly ``total``; the largest one absorbs the rounding errors."""
    weights = np.ldexp(weights, -math.frexp(weights.max())[1])  # exact; any unit, and no overflow below
    scale = float(total) / exact_sum(weights)
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
    for outcome in range(len(weights)):  # numba takes two seconds to compile the assignment of a slice
        left[outcome] = np.int64(weights[outcome])
    thresholds = np.zeros(columns, np.uint64)
    aliases = np.empty(columns, np.uint64)
    light = np.empty(columns, np.int64)
    heavy = np.empty(columns, np.int64)
    lights, heavies = 0, 0
    for column in range(columns):
        aliases[column] = np.uint64(column)
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


@bare_kernel
def look_up(words: NDArray[np.uint32], table: AliasTable, found: NDArray[np.uint32], out: NDArray[Any]) -> bool:
    """Write the outcome of each word into ``out`` and its column's entry into ``found``; tell whether any word ties.

    Two loops, since loads from anywhere and arithmetic together would not be vectorised. A word without its column,
    shifted up, has its fraction where an entry has its head: the entry minus that is less than 2^bits where they tie.
    """
    entries, bits = table.entries, table.bits
    column_shift = np.uint64(32 - bits)
    for i in range(len(words)):
        found[i] = entries[np.uint64(words[i]) >> column_shift]
    # that shifts are below 32, which the masks say, keeps the arithmetic in 32 bits
    shift, up = np.uint32(32 - bits) & np.uint32(31), np.uint32(bits) & np.uint32(31)
    alias_mask = np.uint32((np.uint32(1) << up) - np.uint32(1))
    head_mask = np.uint32(~alias_mask)
    closest = np.uint32(0xFFFFFFFF)
    for i in range(len(words)):
        fraction = np.uint32(words[i] << up)
        closest = min(closest, np.uint32(found[i] - fraction))
        own = fraction < np.uint32(found[i] & head_mask)
        out[i] = np.uint32(words[i] >> shift) if own else np.uint32(found[i] & alias_mask)
    return bool(closest <= alias_mask)


@inline_kernel
def _ties(word: Any, entry: Any, bits: int) -> Any:
    """Tell whether a word's fraction equals the head of its column's entry."""
    return (word ^ (entry >> np.uint32(bits))) & ((np.uint32(1) << np.uint32(32 - bits)) - np.uint32(1)) == 0


@kernel
def draw_symbols(batch: Batch, table: AliasTable) -> None:
    """Draw independent symbols: symbol i of a phrase from word i of its symbol stream, for any ``batch.lengths``."""
    _draw_chunks(batch, table, np.empty(CHUNK + GROUP, np.uint32), np.empty(CHUNK, np.uint32))


@bare_kernel
def _draw_chunks(batch: Batch, table: AliasTable, words: NDArray[np.uint32], found: NDArray[np.uint32]) -> None:
    """Collect the words of several phrases until a chunk is full, so that loops are long, and draw the chunk.

    A phrase's words are made in whole groups; the next phrase overwrites the surplus.
    words: shape (CHUNK + GROUP,). found: shape (CHUNK,).
    """
    key, seeds, offsets, ids = batch.key, batch.seeds, batch.offsets, batch.ids
    done, filled = offsets[0], 0
    for phrase in range(len(seeds)):
        length = offsets[phrase + 1] - offsets[phrase]
        for start in range(0, length, CHUNK):
            count = min(CHUNK, length - start)
            if filled + count > CHUNK:
                if look_up(words[:filled], table, found, ids[done : done + filled]):
                    _settle_symbols(words[:filled], found, done, batch, table)
                done += filled
                filled = 0
            groups = (count + GROUP - 1) // GROUP
            fill_words(words[filled : filled + groups * GROUP], start // 4, SYMBOL_STREAM, seeds[phrase], key)
            filled += count
    if look_up(words[:filled], table, found, ids[done : done + filled]):
        _settle_symbols(words[:filled], found, done, batch, table)


@kernel
def _settle_symbols(
    words: NDArray[np.uint32], found: NDArray[np.uint32], done: int, batch: Batch, table: AliasTable
) -> None:
    """Decide the ties among ``words``, which gave ``ids[done]`` and those after it, by more bits of their phrases."""
    bits = table.bits
    for i in range(len(words)):
        if _ties(words[i], found[i], bits):
            phrase = owner_of(done + i, batch.offsets)
            symbol = done + i - batch.offsets[phrase]
            more = tie_bits(symbol, TIE_STREAM, batch.seeds[phrase], batch.key) >> np.uint64(56 - bits)
            column = words[i] >> np.uint32(32 - bits)
            if more < table.tails[column]:
                batch.ids[done + i] = column


@kernel
def _draw_rows(key: np.uint64, seeds: NDArray[np.uint64], rows: NDArray[np.uint32], table: AliasTable) -> None:
    """Draw the first symbols of many phrases, a row at a time: a short phrase would not fill a group of words."""
    tails, bits = table.tails, table.bits
    words, found = np.empty((4, len(seeds)), np.uint32), np.empty(len(seeds), np.uint32)
    for symbol in range(len(rows)):
        row, of_row = words[symbol & 3], rows[symbol]
        if symbol & 3 == 0:
            fill_rows(words, symbol // 4, SYMBOL_STREAM, seeds, key)
        if not look_up(row, table, found, of_row):
            continue
        for i in range(len(seeds)):
            if _ties(row[i], found[i], bits):
                column = row[i] >> np.uint32(32 - bits)
                if tie_bits(symbol, TIE_STREAM, seeds[i], key) >> np.uint64(56 - bits) < tails[column]:
                    of_row[i] = column


@kernel
def _draw_one(
    key: np.uint64, seeds: NDArray[np.uint64], stream: Any, out: NDArray[np.int64], table: AliasTable
) -> None:
    """Draw one outcome a seed: word 0 of block 0 decides, words 2 and 3 where it ties."""
    tails, bits = table.tails, table.bits
    words, found = np.empty((4, CHUNK), np.uint32), np.empty(CHUNK, np.uint32)
    for start in range(0, len(seeds), CHUNK):
        part = seeds[start : start + CHUNK]
        fill_rows(words, 0, stream, part, key)
        row = words[0, : len(part)]
        if not look_up(row, table, found, out[start : start + len(part)]):
            continue
        for i in range(len(part)):
            if _ties(row[i], found[i], bits):
                column = row[i] >> np.uint32(32 - bits)
                more = np.uint64(words[2, i]) | (np.uint64(words[3, i]) << np.uint64(32))
                if more >> np.uint64(56 - bits) < tails[column]:
                    out[start + i] = column
