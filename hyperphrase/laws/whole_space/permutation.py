"""``permutation``: phrases drawn without replacement; no two seeds give the same one, and a phrase gives its seed.

The phrases of length L are numbers of L digits in base V. A permutation of them, keyed by the recipe's key and L, is
applied to the seed, and the digits of the result are the phrase. It is a Feistel network over pairs of numbers
(:mod:`hyperphrase.numbers.feistel`).

Where V^L has up to 63 bits, a and b are near its square root, and a result that is not below V^L is permuted again
until it is (cycle walking; fewer than one in about a needs it). Longer phrases have their first
m symbols from a permutation of V^m, the smallest power not below 2^63, with a = V^floor(m/2) and b = V^ceil(m/2): all
numbers stay in 64 bits, and nothing is walked. All further symbols are independent and uniform, from the phrase's own
stream. Seeds do not reach beyond 2^63, so different seeds differ within the first m symbols.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.limits import SEED_STOP
from hyperphrase.numbers.alias_table import AliasTable, draw_symbols
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.digits import number_of
from hyperphrase.numbers.feistel import Halves, Keyed, permute, sides

PERMUTATION_STREAM = np.uint64(4)  # of the network of each length


@dataclass(frozen=True, kw_only=True)
class Permutation(SymbolLaw):
    """phrase(seed) = the phrase whose number is pi(seed), pi a keyed permutation of the phrases of the drawn length."""

    name = "permutation"
    summary = "uniform without replacement: no two seeds give the same phrase, and a phrase tells its seed"
    source = "Black and Rogaway 2002 (ciphers with arbitrary finite domains); Luby and Rackoff 1988"
    injective = True

    def seed_stop(self, lengths: NDArray[np.int64], vocabulary: int) -> int:
        return int(min(vocabulary ** min(int(lengths.min()), 64), SEED_STOP))

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundPermutation(vocabulary)


class BoundPermutation(BoundLaw):
    """The permutations of all lengths. Entropies are for an unknown key: log2 V bits a symbol."""

    def __init__(self, vocabulary: int) -> None:
        """Bind to ``vocabulary`` ids."""
        self._vocabulary = vocabulary
        self.entropy = self.collision_entropy = math.log2(vocabulary)
        self._uniform = AliasTable.of(np.ones(vocabulary))
        self._domains = _domains(vocabulary)

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._uniform, self._domains, np.uint64(self._vocabulary))

    def rank(self, key: int, ids: Sequence[int]) -> int:
        """Return the number whose permutation has the digits that ``ids`` begin with; it may be above all seeds.

        The caller has to check whether that seed's phrase has as many symbols, and the same ones to its end.
        """
        symbols = min(len(ids), len(self._domains) - 1)
        b = int(self._domains[symbols, 1])
        halves = Halves(
            *(np.array([half], np.uint64) for half in divmod(number_of(ids[:symbols], self._vocabulary), b))
        )
        permute(halves, np.array([len(ids)]), self._domains, Keyed(PERMUTATION_STREAM, np.uint64(key)), True)
        return int(halves.left[0]) * b + int(halves.right[0])


def _domains(vocabulary: int) -> NDArray[np.uint64]:
    """Return the space that is permuted for each length 0, 1, ... m; row m is for longer ones too: uint64, (m + 1, 4).

    A row is a, b, V^length where cycles have to be walked (0 where not), and how many digits ``right`` has in the end.
    """
    rows = [(1, 1, 1, 0)]
    length = 1
    while vocabulary**length < SEED_STOP:
        size = vocabulary**length
        rows.append((*sides(size), size, length))
        length += 1
    low = -(-length // 2)
    rows.append((vocabulary ** (length - low), vocabulary**low, 0, low))
    return np.array(rows, np.uint64)


@inline_kernel
def _split(seeds: NDArray[np.uint64], lengths: NDArray[np.int64], domains: NDArray[np.uint64], halves: Halves) -> None:
    """Write the halves of each seed; seeds beyond the space of their length wrap around."""
    left, right = halves
    for i in range(len(seeds)):
        row = min(lengths[i], len(domains) - 1)
        b, size, seed = domains[row, 1], domains[row, 2], seeds[i]
        if size != 0 and seed >= size:
            seed %= size
        left[i] = seed // b
        right[i] = seed - left[i] * b


@kernel
def _draw(batch: Batch, uniform: AliasTable, domains: NDArray[np.uint64], vocabulary: np.uint64) -> None:
    """Draw all symbols, then overwrite the first ones of each phrase with the digits of its permuted number."""
    draw_symbols(batch, uniform)
    count = len(batch.seeds)
    halves = Halves(np.empty(count, np.uint64), np.empty(count, np.uint64))
    _split(batch.seeds, batch.lengths, domains, halves)
    permute(halves, batch.lengths, domains, Keyed(PERMUTATION_STREAM, batch.key), False)
    _write_digits(batch, halves, domains, vocabulary)


@inline_kernel
def _write_digits(batch: Batch, halves: Halves, domains: NDArray[np.uint64], vocabulary: np.uint64) -> None:
    """Overwrite the first symbols of each phrase with the digits of its pair, as far as they are asked for."""
    lengths, offsets, ids = batch.lengths, batch.offsets, batch.ids
    left, right = halves
    for i in range(len(lengths)):
        row = min(lengths[i], len(domains) - 1)
        begin, count = offsets[i], offsets[i + 1] - offsets[i]
        walked, first_right = domains[row, 2] != 0, row - np.int64(domains[row, 3])
        number = left[i] * domains[row, 1] + right[i] if walked else right[i]
        for place in range(row - 1, -1, -1):
            if place == first_right - 1:
                number = left[i]
            rest = number // vocabulary
            if place < count:
                ids[begin + place] = np.uint32(number - rest * vocabulary)
            number = rest
