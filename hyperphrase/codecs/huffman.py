"""Prefix codes for deflate: Huffman's lengths from counts, the codes that follow from the lengths.

Integers and a fixed order of ties alone decide, so equal counts make equal codes on every machine.
Sources: D. A. Huffman, "A Method for the Construction of Minimum-Redundancy Codes" (1952), with two queues (van
Leeuwen 1976); RFC 1951, 3.2.2.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel

_SYMBOL_BITS = 9  # of a symbol's number beside its count in a key to sort by
_SYMBOL_MASK = (1 << _SYMBOL_BITS) - 1


@kernel
def _depths(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the depth of each leaf in Huffman's tree over ascending ``weights``: int64, shape (n,), n at least 2."""
    leaves = len(weights)
    weight = np.empty(2 * leaves - 1, np.int64)  # of the leaves, then of the inner nodes, which ascend as well
    weight[:leaves] = weights
    parent = np.zeros(2 * leaves - 1, np.int64)
    leaf, inner = 0, leaves
    for node in range(leaves, 2 * leaves - 1):
        total = 0
        for _ in range(2):
            if leaf < leaves and (inner >= node or weight[leaf] <= weight[inner]):
                child = leaf
                leaf += 1
            else:
                child = inner
                inner += 1
            parent[child] = node
            total += weight[child]
        weight[node] = total
    depth = np.zeros(2 * leaves - 1, np.int64)
    for node in range(2 * leaves - 3, -1, -1):
        depth[node] = depth[parent[node]] + 1
    return depth[:leaves]


@kernel
def code_lengths(counts: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Return the bits of each symbol's code, at most ``limit``: int64, shape (n,); 0 where the count is 0.

    At least two of the ``counts`` (int64, shape (n,), n at most 512) must not be 0. A tree that is too deep is built
    anew from halved counts, which flatten it; that costs next to nothing in size.
    """
    counts = counts.copy()
    lengths = np.zeros(len(counts), np.int64)
    while True:
        used = np.flatnonzero(counts)
        keys = np.sort((counts[used] << _SYMBOL_BITS) | used)  # ties go by symbol
        depths = _depths(keys >> _SYMBOL_BITS)
        if depths.max() <= limit:
            lengths[keys & _SYMBOL_MASK] = depths
            return lengths
        counts[used] = (counts[used] >> 1) | 1


@kernel
def codes(lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the canonical code of each symbol, first bit lowest, and its length above bit 32: uint64, shape (n,)."""
    result = np.zeros(len(lengths), np.uint64)
    code = 0
    for length in range(1, lengths.max() + 1):
        code <<= 1
        for symbol in range(len(lengths)):
            if lengths[symbol] == length:
                reverse = 0
                for bit in range(length):
                    reverse |= ((code >> bit) & 1) << (length - 1 - bit)
                result[symbol] = reverse | (length << 32)
                code += 1
    return result
