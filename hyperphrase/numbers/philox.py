"""Philox4x32-10: the project's only source of randomness, a function of (key, counter) without state.

Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011. It is implemented
here, and tested against the Random123 known-answer vectors, since numpy may change its generators' streams (NEP 19).

The layout of the streams is frozen by ``recipe_version`` 1: a phrase owns one stream for each purpose, and the
counter of a block is (block number, stream, low half of the seed, high half of the seed) under the recipe's key.
A block is four 32-bit words; word number i of a stream is word i % 4 of block i // 4.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel

#: What a stream is for; the numbers are part of the frozen layout. Laws that need more have streams of their own:
#: permutation 4, discourse 5, loglinear 6, topics 7 and 8, mixture 9;
#: the order of training contexts 10, scene 11.
LENGTH_STREAM = np.uint64(0)
SYMBOL_STREAM = np.uint64(1)
TIE_STREAM = np.uint64(2)  # more bits for the few symbols whose first 32 bits do not decide

GROUP = 32  #: words that a processor with 512-bit registers computes at once

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@inline_kernel
def philox_block(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return the four 32-bit words (as uint64) of counter (c0, c1, c2, c3) under key (k0, k1)."""
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0 = (product_1 >> _HALF) ^ c1 ^ k0
        c1 = product_1 & _LOW
        c2 = (product_0 >> _HALF) ^ c3 ^ k1
        c3 = product_0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@inline_kernel
def fill_words(out: NDArray[np.uint32], first_block: int, stream: Any, seed: Any, key: Any) -> None:
    """Write the words of blocks ``first_block``... of a seed's stream into ``out``, whose length is a multiple of 4.

    It is a plain loop over blocks that LLVM vectorises: multiples of :data:`GROUP` words are the fastest.
    """
    c2, c3 = seed & _LOW, seed >> _HALF
    k0, k1 = key & _LOW, key >> _HALF
    for j in range(len(out) // 4):
        w0, w1, w2, w3 = philox_block(np.uint64(first_block + j), stream, c2, c3, k0, k1)
        out[4 * j] = w0
        out[4 * j + 1] = w1
        out[4 * j + 2] = w2
        out[4 * j + 3] = w3


@kernel
def fill_rows(out: NDArray[np.uint32], block: int, stream: Any, seeds: NDArray[np.uint64], key: Any) -> None:
    """Write word j of block ``block`` of each seed's stream into ``out[j]``; out: (4, number of seeds)."""
    k0, k1 = key & _LOW, key >> _HALF
    first, second, third, fourth = out[0], out[1], out[2], out[3]
    for i in range(len(seeds)):
        w0, w1, w2, w3 = philox_block(np.uint64(block), stream, seeds[i] & _LOW, seeds[i] >> _HALF, k0, k1)
        first[i] = w0
        second[i] = w1
        third[i] = w2
        fourth[i] = w3


@inline_kernel
def tie_bits(index: Any, stream: Any, seed: Any, key: Any) -> Any:
    """Return 64 more bits for draw number ``index`` of a stream: words 0 and 1 of the block of that number."""
    w0, w1, _, _ = philox_block(np.uint64(index), stream, seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF)
    return w0 | (w1 << _HALF)
