"""Fingerprints: 64-bit hashes, equal for equal phrases and almost always different for different ones.

Phrases with equal fingerprints are compared symbol by symbol, so the hash only has to be fast: it takes two ids at each
step, multiplies and folds, and ends with the finaliser of MurmurHash3 (Appleby 2011).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range

WHOLE = 65_535  # a prefix that is the whole phrase, of any length
LONGEST_PREFIX = 128  # symbols; a longer prefix is hardly shorter than the phrase
COLLISION_BITS = 64.0  # the collision entropy that a prefix reaches: the width of a fingerprint
_PILOT = 4 * CHUNK  # phrases drawn to check that prefixes distinguish phrases
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_FINAL_1 = np.uint64(0xFF51AFD7ED558CCD)
_FINAL_2 = np.uint64(0xC4CEB9FE1A85EC53)


@inline_kernel
def _begin(salt: Any, length: Any) -> Any:
    return (salt + np.uint64(length)) * _MULTIPLIER


@inline_kernel
def _mix(h: Any, two_ids: Any) -> Any:
    h = (h ^ two_ids) * _MULTIPLIER
    return h ^ (h >> np.uint64(29))


@inline_kernel
def _finish(h: Any) -> Any:
    h = (h ^ (h >> np.uint64(33))) * _FINAL_1
    h = (h ^ (h >> np.uint64(33))) * _FINAL_2
    return h ^ (h >> np.uint64(33))


@kernel
def _hash_phrases(offsets: NDArray[np.int64], ids: NDArray[np.uint32], salt: Any, out: NDArray[np.uint64]) -> None:
    """Write the hash of (salt, length, ids) of each phrase into ``out``."""
    for phrase in range(len(out)):
        begin, end = offsets[phrase], offsets[phrase + 1]
        h = _begin(salt, end - begin)
        for i in range(begin, end - 1, 2):
            h = _mix(h, np.uint64(ids[i]) | (np.uint64(ids[i + 1]) << np.uint64(32)))
        if (end - begin) & 1:
            h = _mix(h, np.uint64(ids[end - 1]))
        out[phrase] = _finish(h)


@kernel
def _hash_rows(lengths: NDArray[np.int64], rows: NDArray[np.uint32], salt: Any, out: NDArray[np.uint64]) -> None:
    """Write the hash of (salt, length, first ids) of each phrase into ``out``, row by row for all phrases at once.

    Ids beyond the end of a phrase are hashed as 0.
    """
    for phrase in range(len(out)):
        out[phrase] = _begin(salt, lengths[phrase])
    for row in range(0, len(rows), 2):
        first, second = rows[row], rows[min(row + 1, len(rows) - 1)]
        for phrase in range(len(out)):
            left = min(lengths[phrase], len(rows)) - row
            id_1 = np.uint64(first[phrase] if left > 0 else 0)
            id_2 = np.uint64(second[phrase] if left > 1 else 0)
            out[phrase] = _mix(out[phrase], id_1 | (id_2 << np.uint64(32)))
    for phrase in range(len(out)):
        out[phrase] = _finish(out[phrase])


def fingerprints(phrases: Phrases, seeds: NDArray[np.uint64], prefix: int = WHOLE, salt: int = 0) -> NDArray[np.uint64]:
    """Return the fingerprint of the length and first ``prefix`` symbols of each phrase: uint64, shape of ``seeds``.

    prefix: 1 to LONGEST_PREFIX, or WHOLE. Fingerprints are comparable only for the same prefix and salt.
    """
    out = np.empty(len(seeds), np.uint64)
    for start in range(0, len(seeds), CHUNK):
        part = slice(start, start + CHUNK)
        if prefix == WHOLE:
            block = phrases.draw_reused(seeds[part])
            _hash_phrases(block.offsets, block.ids, np.uint64(salt), out[part])
        else:
            lengths, rows = phrases.prefixes(seeds[part], prefix)
            _hash_rows(lengths, rows, np.uint64(salt), out[part])
    return out


def prefix_length(phrases: Phrases, first_seed: int = 0) -> int:
    """Return the shortest prefix whose collision entropy reaches 64 bits; WHOLE if it is too long or collides often.

    The law states its collision entropy, and a sample of 8,192 phrases checks it. A stated value that is too high
    costs time only: the corpus does not depend on the prefix.
    """
    entropy = phrases.law.collision_entropy
    if entropy <= 0.0 or COLLISION_BITS / entropy > LONGEST_PREFIX:
        return WHOLE
    prefix = max(1, math.ceil(COLLISION_BITS / entropy))
    seeds = seed_range(first_seed, first_seed + _PILOT)
    by_prefix = np.sort(fingerprints(phrases, seeds, prefix))
    by_phrase = np.sort(fingerprints(phrases, seeds))
    needless = np.count_nonzero(by_prefix[1:] == by_prefix[:-1]) - np.count_nonzero(by_phrase[1:] == by_phrase[:-1])
    return WHOLE if needless > _PILOT // 100 else prefix
