"""Feistel networks over pairs of numbers: permutations of 0..n-1 for any n, keyed, made of Philox.

A number x is (left, right) = (x // b, x mod b), left below a, right below b; each round adds to one half a pseudorandom
function of the other, modulo a or b (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Every round
can be undone, so the network is a permutation whatever the function is. Where a b is larger than n, a result that is
not below n is permuted again until it is (cycle walking, their second method).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.numbers.philox import philox_block

ROUNDS = 10  # as many as FF1 has (NIST SP 800-38G); each half is changed five times
SHUFFLE_STREAM = np.uint64(10)  # of the permutations of :func:`permute_indices`; no recipe has a stream of this number

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@inline_kernel
def scaled(word_low: Any, word_high: Any, n: Any) -> Any:
    """Return floor(n x) for the binary fraction x of 64 digits in two words, n < 2^48."""
    n_low, n_high = n & _LOW, n >> _HALF
    middle = n_low * word_high + ((n_low * word_low) >> _HALF)
    other = n_high * word_low + (middle & _LOW)
    return n_high * word_high + (middle >> _HALF) + (other >> _HALF)


def permute_indices(indices: NDArray[np.int64], size: int, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return what each of ``indices``, in 0..size-1, becomes by the permutation of its key: int64, shape (n,).

    keys: uint64, shape (n,). size: at most 2^62.
    """
    a = math.isqrt(max(size - 1, 0)) + 1
    out = np.empty(len(indices), np.int64)
    _permute_indices(indices, np.uint64(size), np.uint64(a), np.uint64(-(-size // a)), keys, out)
    return out


@kernel
def _permute_indices(
    indices: NDArray[np.int64], size: Any, a: Any, b: Any, keys: NDArray[np.uint64], out: NDArray[np.int64]
) -> None:
    for i in range(len(indices)):
        x = np.uint64(indices[i])
        k0, k1 = keys[i] & _LOW, keys[i] >> _HALF
        walking = True
        while walking:
            left = x // b
            right = x - left * b
            for step in range(0, ROUNDS, 2):
                w0, w1, _, _ = philox_block(np.uint64(step), SHUFFLE_STREAM, right & _LOW, right >> _HALF, k0, k1)
                left += scaled(w0, w1, a)
                left = left - a if left >= a else left
                w0, w1, _, _ = philox_block(np.uint64(step + 1), SHUFFLE_STREAM, left & _LOW, left >> _HALF, k0, k1)
                right += scaled(w0, w1, b)
                right = right - b if right >= b else right
            x = left * b + right
            walking = x >= size
        out[i] = np.int64(x)
