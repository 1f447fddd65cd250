"""``eca``: the rows of an elementary cellular automaton, cut into patches of cells, one symbol a patch.

Zhang et al. 2024, "Intelligence at the Edge of Chaos", arXiv 2410.02536, train on windows of 100 cells and 60 rows of
a ring of 1,000 cells that begins at random. They feed rows of bits to the network; here, rows are cut into
patches, so that they become symbols. Their windows are from any row of one run of 1,000 rows; here they begin with the
random row, since only then it is known how many phrases differ (some rules have few possible later rows).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import SYMBOL_STREAM, fill_words

MAX_WIDTH = 4096  # cells of the ring

_ONE = np.uint64(1)
_TOP = np.uint64(63)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, kw_only=True)
class Eca(SymbolLaw):
    """A ring of ``width`` cells begins with fair coins; each next row follows by Wolfram's rule number ``rule``.

    The new cell is bit 4 l + 2 c + r of the rule for its old left neighbour l, itself c and its right neighbour r.
    Every ``every``-th row is shown, the first one included; of each the first ``window`` cells, from left to right in
    patches of ``patch`` cells, and a patch's id is the binary number that its cells spell. So V = 2^patch. A phrase may
    end within a row.
    """

    name = "eca"
    summary = "rows of an elementary cellular automaton from a random row on, a patch of cells a symbol"
    source = "Zhang et al. 2024, arXiv 2410.02536; rule numbers: Wolfram 1983"
    rule: int = parameter(0, 255, "Wolfram's number of the rule", 110)
    width: int = parameter(3, MAX_WIDTH, "cells of the ring", 64)
    window: int = parameter(1, MAX_WIDTH, "cells shown of each row", 64)
    patch: int = parameter(1, 18, "cells of a symbol", 8)
    every: int = parameter(1, 1000, "steps from one row shown to the next", 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.window > self.width:
            raise InputError(f"eca:window={self.window} is above width={self.width}; give at most the width")
        if self.window % self.patch:
            raise InputError(f"eca:window={self.window} is no multiple of patch={self.patch}; choose one that is")

    def vocabulary(self) -> int:
        return 1 << self.patch

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundEca(self, MAX_LENGTH)


class Automaton(NamedTuple):
    """What phrases are drawn by.

    masks: uint64, shape (8,): all bits of ``masks[b]`` are bit b of the rule. The others are the law's parameters.
    """

    masks: NDArray[np.uint64]
    width: int
    window: int
    patch: int
    every: int


class BoundEca(BoundLaw):
    """The law for phrases of at most ``longest`` symbols.

    Both entropies are those of the part of the first row that the longest phrase shows: exact if the window is the
    whole ring, since nothing else is random; else, and for shorter phrases, a lower bound.
    """

    def __init__(self, law: Eca, longest: int) -> None:
        self._law = law
        self.entropy = self.collision_entropy = min(float(law.patch), law.window / longest)
        bits = (law.rule >> np.arange(8)) & 1
        masks = np.where(bits == 1, _ALL, np.uint64(0))
        self._automaton = Automaton(masks, law.width, law.window, law.patch, law.every)

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return BoundEca(self._law, int(lengths[-1]))

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._automaton)


@inline_kernel
def _first_row(row: NDArray[np.uint64], words: NDArray[np.uint32], width: int, seed: Any, key: Any) -> None:
    """Fill a ring of fair cells: cell i is bit 63 - i % 64 of ``row[i // 64]``, beyond the ring are zeros."""
    fill_words(words, 0, SYMBOL_STREAM, seed, key)
    for i in range(len(row)):
        row[i] = (np.uint64(words[2 * i]) << np.uint64(32)) | np.uint64(words[2 * i + 1])
    row[len(row) - 1] &= _ALL << np.uint64(64 * len(row) - width)


@inline_kernel
def _next_row(old: NDArray[np.uint64], new: NDArray[np.uint64], masks: NDArray[np.uint64], width: int) -> None:
    """Apply the rule whose bit b is all of ``masks[b]``, 64 cells at a time."""
    last = len(old) - 1
    end = np.uint64(64 * len(old) - width)  # the bit of the ring's last cell
    before = (old[last] >> end) & _ONE
    for i in range(len(old)):
        cell = old[i]
        left = (cell >> _ONE) | (before << _TOP)
        right = cell << _ONE
        if i < last:
            right |= old[i + 1] >> _TOP
        else:
            right |= (old[0] >> _TOP) << end
        before = cell & _ONE
        low = (~right & masks[0]) | (right & masks[1])  # the new cell if the left one and the cell itself are 0
        high = (~right & masks[2]) | (right & masks[3])
        alone = (~cell & low) | (cell & high)
        low = (~right & masks[4]) | (right & masks[5])
        high = (~right & masks[6]) | (right & masks[7])
        new[i] = (~left & alone) | (left & ((~cell & low) | (cell & high)))
    new[last] &= _ALL << end


@kernel
def _draw(batch: Batch, automaton: Automaton) -> None:
    key, seeds, offsets, ids = batch.key, batch.seeds, batch.offsets, batch.ids
    masks, width, window, patch, every = automaton
    count = (width + 63) // 64
    words = np.empty((count + 1) // 2 * 4, np.uint32)
    row, other = np.empty(count, np.uint64), np.empty(count, np.uint64)
    down = np.uint64(64 - patch)
    for phrase in range(len(seeds)):
        place, stop = offsets[phrase], offsets[phrase + 1]
        _first_row(row, words, width, seeds[phrase], key)
        while True:
            for start in range(0, window, patch):
                if place == stop:
                    break
                shift = np.uint64(start & 63)
                cells = row[start >> 6] << shift
                if (start & 63) + patch > 64:
                    cells |= row[(start >> 6) + 1] >> (np.uint64(64) - shift)
                ids[place] = np.uint32(cells >> down)
                place += 1
            if place == stop:
                break
            for _ in range(every):
                _next_row(row, other, masks, width)
                row, other = other, row
