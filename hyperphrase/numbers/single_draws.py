"""Single draws, for laws whose next symbol depends on the symbols before it.

Step i of a phrase, which makes its symbol i, owns words 2i and 2i + 1 of the phrase's symbol stream; where 32 bits do
not decide, block i of its tie stream gives 64 more (words 0 and 1 for word 2i, words 2 and 3 for word 2i + 1). So a
phrase does not depend on how much of it is drawn, and every draw is exact to 2^-40 or better.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.philox import SYMBOL_STREAM, TIE_STREAM, philox_block

STEPS = 128  #: steps whose words are made at once
WORDS = 2 * STEPS  #: length of the buffer that :func:`step_words` fills

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@inline_kernel
def step_words(words: NDArray[np.uint32], step: int, seed: Any, key: Any) -> int:
    """Return the index in ``words`` (uint32, shape (WORDS,)) of the first of the two words of ``step``.

    Steps have to be asked for in order, from 0: every STEPS-th one fills the buffer again.
    """
    place = step % STEPS
    if place == 0:
        low, high, k0, k1 = seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF
        for j in range(WORDS // 4):  # a constant number of blocks: else LLVM would not vectorise it in a loop of steps
            w0, w1, w2, w3 = philox_block(np.uint64(step // 2 + j), SYMBOL_STREAM, low, high, k0, k1)
            words[4 * j] = w0
            words[4 * j + 1] = w1
            words[4 * j + 2] = w2
            words[4 * j + 3] = w3
    return 2 * place


def threshold(probability: float) -> np.uint64:
    """Return what :func:`bernoulli` compares a word with: ``probability`` in units of 2^-32, rounded."""
    return np.uint64(round(probability * 2.0**32))


@inline_kernel
def bernoulli(word: Any, limit: Any) -> Any:
    """Return True with the probability of which ``limit`` is the :func:`threshold`."""
    return np.uint64(word) < limit


class Position(NamedTuple):
    """Where a word stands: in the symbol stream of ``seed`` under ``key``, as one of the two words of ``step``.

    second: 0 for the step's first word, 1 for its second.
    """

    step: int
    second: int
    seed: np.uint64
    key: np.uint64


@inline_kernel
def more_bits(position: Position) -> Any:
    """Return the 64 bits, uint64, that decide where the 32 bits of the word at ``position`` do not."""
    step, seed, key = np.uint64(position.step), position.seed, position.key
    w0, w1, w2, w3 = philox_block(step, TIE_STREAM, seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF)
    return (w2 | (w3 << _HALF)) if position.second else (w0 | (w1 << _HALF))


@inline_kernel
def uniform_below(word: Any, n: Any, position: Position) -> Any:
    """Return a uniform whole number below ``n`` (uint64, 1 to 2^31) as uint64, by the ``word`` at ``position``.

    It is floor(n x) for the binary fraction x whose first 32 digits are ``word``: 32 more digits are looked at where
    they could carry. Exact to 2^-64.
    """
    product = np.uint64(word) * n
    if (product & _LOW) > np.uint64(1 << 32) - n:
        carry = ((more_bits(position) >> _HALF) * n) >> _HALF
        product += carry
    return product >> _HALF


@inline_kernel
def categorical(word: Any, table: AliasTable, position: Position) -> Any:
    """Return one outcome of ``table``, uint32, by the ``word`` at ``position``."""
    entries, tails, bits = table.entries, table.tails, table.bits
    column = word >> np.uint32(32 - bits)
    entry = entries[column]
    fraction, head = word & np.uint32((1 << (32 - bits)) - 1), entry >> np.uint32(bits)
    own = fraction < head
    if fraction == head:
        own = more_bits(position) >> np.uint64(56 - bits) < np.uint64(tails[column])
    return np.uint32(column) if own else np.uint32(entry & np.uint32((1 << bits) - 1))
