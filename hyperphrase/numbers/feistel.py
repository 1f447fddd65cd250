"""Feistel networks over pairs of numbers: keyed permutations of 0..n-1 for any n, made of Philox.

A number x is (left, right) = (x // b, x mod b), left below a, right below b; each round adds to one half, modulo a or
b, a pseudorandom function of the other (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Every round
can be undone, so the network is a permutation whatever the function is. Where a b is larger than n, a result that is
not below n is permuted again until it is (cycle walking, their second method).
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.numbers.philox import philox_block

ROUNDS = 10  # as many as FF1 has (NIST SP 800-38G); each half is changed five times
INDEX_STREAM = np.uint64(10)  # of :func:`permute_indices`

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Halves(NamedTuple):
    """What numbers are divided into, or the limits below which the halves stay: uint64, shape (n,) each."""

    left: NDArray[np.uint64]
    right: NDArray[np.uint64]


class Keyed(NamedTuple):
    """What Philox is keyed by. In its counter a half takes the place of the seed, and the block is that of a round."""

    stream: np.uint64
    key: np.uint64


def sides(size: int) -> tuple[int, int]:
    """Return a and b near the square root of ``size``, with a b not below it."""
    a = math.isqrt(max(size - 1, 0)) + 1
    return a, -(-size // a)


def permute_indices(indices: NDArray[np.int64], size: int, key: int) -> NDArray[np.int64]:
    """Return what each of ``indices``, in 0..size-1, becomes by the permutation of ``key``, 64 bits: int64, shape (n,).

    size: at most 2^62.
    """
    return _permute_indices(indices, *sides(size), size, Keyed(INDEX_STREAM, np.uint64(key)))


@inline_kernel
def _scaled(word_low: Any, word_high: Any, n: Any) -> Any:
    """Return floor(n x) for the binary fraction x of 64 digits in two words, n < 2^48."""
    n_low, n_high = n & _LOW, n >> _HALF
    middle = n_low * word_high + ((n_low * word_low) >> _HALF)
    other = n_high * word_low + (middle & _LOW)
    return n_high * word_high + (middle >> _HALF) + (other >> _HALF)


@kernel
def _rounds(halves: Halves, limits: Halves, numbers: NDArray[np.int64], keyed: Keyed, back: bool) -> None:
    """Apply all rounds to each pair of halves below ``limits``, or undo them, the last one first."""
    left, right = halves
    for i in range(ROUNDS):
        step = ROUNDS - 1 - i if back else i
        if step & 1:
            _one_round(right, left, limits.right, numbers, step, keyed, back)
        else:
            _one_round(left, right, limits.left, numbers, step, keyed, back)


@kernel
def _one_round(
    changed: NDArray[np.uint64],
    other: NDArray[np.uint64],
    limits: NDArray[np.uint64],
    numbers: NDArray[np.int64],
    step: int,
    keyed: Keyed,
    back: bool,
) -> None:
    """Add to ``changed``, modulo ``limits``, a function of ``other``: a plain loop that LLVM vectorises."""
    stream, k0, k1 = keyed.stream, keyed.key & _LOW, keyed.key >> _HALF
    for i in range(len(numbers)):
        n = limits[i]
        block = np.uint64(numbers[i]) * np.uint64(ROUNDS) + np.uint64(step)
        w0, w1, _, _ = philox_block(block, stream, other[i] & _LOW, other[i] >> _HALF, k0, k1)
        shift = _scaled(w0, w1, n)
        moved = changed[i] + (n - shift if back else shift)
        changed[i] = moved - n if moved >= n else moved


@kernel
def permute(halves: Halves, numbers: NDArray[np.int64], domains: NDArray[np.uint64], keyed: Keyed, back: bool) -> None:
    """Permute each pair of halves, or undo it; where the result is not in its domain, again until it is.

    numbers: int64, shape (n,), of the network that each pair takes; networks are independent of each other. domains:
    uint64, shape (m, 3 or more): a, b and the size of the domain of networks 0 to m - 1, the last for all further ones;
    a size of 0 is a b, where nothing is walked.
    """
    count, last = len(numbers), len(domains) - 1
    left, right = halves
    a, b = np.empty(count, np.uint64), np.empty(count, np.uint64)
    for i in range(count):
        row = min(numbers[i], last)
        a[i], b[i] = domains[row, 0], domains[row, 1]
    _rounds(halves, Halves(a, b), numbers, keyed, back)
    for i in range(count):
        size, one = domains[min(numbers[i], last), 2], slice(i, i + 1)
        while size != 0 and left[i] * b[i] + right[i] >= size:
            _rounds(Halves(left[one], right[one]), Halves(a[one], b[one]), numbers[one], keyed, back)


@kernel
def _permute_indices(indices: NDArray[np.int64], a: int, b: int, size: int, keyed: Keyed) -> NDArray[np.int64]:
    count = len(indices)
    halves = Halves(np.empty(count, np.uint64), np.empty(count, np.uint64))
    for i in range(count):
        halves.left[i], halves.right[i] = indices[i] // b, indices[i] % b
    domain = np.empty((1, 3), np.uint64)
    domain[0, 0], domain[0, 1], domain[0, 2] = a, b, size
    permute(halves, np.zeros(count, np.int64), domain, keyed, False)
    permuted = np.empty(count, np.int64)
    for i in range(count):
        permuted[i] = halves.left[i] * np.uint64(b) + halves.right[i]
    return permuted
