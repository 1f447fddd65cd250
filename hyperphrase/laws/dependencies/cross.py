"""``cross``: pairs at independently drawn distances, which cross one another."""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, bits_of
from hyperphrase.laws.dependencies.word_pairs import (
    CHUNK,
    REFERENCE,
    BoundPair,
    PairLaw,
    categorical_steps,
    draw_steps,
    step_buffers,
)
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.single_draws import Position

FREE = np.uint32(0xFFFFFFFF)  # no id: marks a cell that is not filled yet
MARGIN = 2  # cells on both sides of a phrase that are never free: as far as a partner is moved
_PILOT = 16  # phrases that the entropy is estimated from


@dataclass(frozen=True, kw_only=True)
class CrossLaw(PairLaw):
    """A law some of whose partners are at a distance d drawn for them: at t + d for a word at t.

    If that is beyond the phrase's end, the word has no partner. If the cell is taken, its partner moves to the nearest
    free one of d - 1, d + 1, d - 2 and d + 2, in this order, and is dropped if none is free. Distances are those of the
    pairs that ``nest`` closes in phrases of ``window`` symbols, opening with probability ``distance_q``: at 1/2 and
    512 the expected counts of the simulation that the published scripts draw from ("nesting-nolimit").
    """

    distance_q: float = parameter(0.0, 0.99, "probability of opening in the nest that distances are those of", 0.5)
    window: int = parameter(2, 4096, "length of the phrases of that nest", 512)


@dataclass(frozen=True, kw_only=True)
class Cross(CrossLaw):
    """From left to right, each free cell gets a word, and the word's partner a cell at a distance drawn for it.

    Word 2t of the symbol stream draws the distance of cell t, word 2t + 1 its word.
    """

    name = "cross"
    summary = "words and their partners at drawn distances, crossing one another"
    source = "Papadimitriou and Jurafsky 2023, arXiv 2304.13060"

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundCross(self, vocabulary)


class BoundCross(BoundPair):
    """``cross`` bound to its words."""

    def __init__(self, law: CrossLaw, vocabulary: int) -> None:
        """Bind ``law`` to ``vocabulary`` ids."""
        super().__init__(law, vocabulary)
        self.distances = AliasTable.of(distance_weights(law.distance_q, law.window))
        self._shares = self.distances.probabilities(law.window // 2)
        self.eps, self.q = 1.0, 0.0

    @cached_property
    def entropy(self) -> float:  # type: ignore[override]
        """Bits a symbol of what phrases of 100 symbols draw; equal words in a phrase may hide some of it.

        The mean over 16 simulated phrases of the entropy of each step, given those before.
        """
        return self.at_most(_step_entropy(self.eps, self.q, self._shares, self.word_entropy))

    def draw(self, batch: Batch) -> None:
        _draw(batch, self.table, self.distances, self.partner)


@kernel
def distance_weights(q: float, window: int) -> NDArray[np.float64]:
    """Return how many pairs of distance 2j + 1 ``nest`` is expected to close in a phrase of ``window`` symbols.

    An opened word is closed after 2j + 1 steps with probability C_j q^j (1 - q)^(j + 1), C_j the j-th Catalan number.
    j = 0..window // 2 - 1: float64, shape (window // 2,).
    """
    opened = np.empty(window, np.float64)  # [t]: expected number that steps 0..t open
    depths, then = np.zeros(window + 2, np.float64), np.zeros(window + 2, np.float64)
    depths[0] = 1.0
    total = 0.0
    for t in range(window):
        total += depths[0] + q * (1.0 - depths[0])
        opened[t] = total
        then[0] = (1.0 - q) * depths[1]
        then[1] = depths[0] + (1.0 - q) * depths[2]
        for depth in range(2, window + 1):
            then[depth] = q * depths[depth - 1] + (1.0 - q) * depths[depth + 1]
        depths, then = then, depths
    weights = np.empty(window // 2, np.float64)
    closes = 1.0 - q
    for j in range(window // 2):
        weights[j] = closes * opened[window - 2 - 2 * j]
        closes = closes * (2.0 * (2 * j + 1) / (j + 2)) * (q * (1.0 - q))
    return weights


def _step_entropy(eps: float, q: float, shares: NDArray[np.float64], word_entropy: float) -> float:
    """Return the mean entropy of a step of ``mix``, in bits a symbol. shares: of the distances 1, 3, 5, ..."""
    rng, bits = random.Random(0), 0.0  # noqa: S311  # no secrets here
    distances, cumulative = 1 + 2 * np.arange(len(shares)), np.cumsum(shares).tolist()
    for _ in range(_PILOT):
        taken = np.zeros(REFERENCE + 2 * MARGIN, np.bool_)
        taken[REFERENCE:] = True  # the margins: index -1 is the last
        depth = 0
        for t in range(REFERENCE):
            if taken[t]:
                continue
            taken[t] = True
            opens = eps + (1.0 - eps) * (q if depth else 1.0)
            bits += bits_of(np.array([eps, opens - eps, 1.0 - opens])) + opens * word_entropy
            if eps > 0.0:
                cells = _cells(t + distances, taken)
                bits += eps * bits_of(np.bincount(cells, weights=shares).astype(np.float64))
            if rng.random() < eps:
                taken[rng.choices(cells, cum_weights=cumulative)[0]] = True
            else:
                depth += 1 if rng.random() < (opens - eps) / (1.0 - eps) else -1
    return bits / (_PILOT * REFERENCE)


def _cells(wanted: NDArray[np.int64], taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the cell of each partner that is to be at ``wanted``, or the margin's first one if it is dropped."""
    inside = wanted < REFERENCE
    found = np.full(len(wanted), REFERENCE)
    for move in (2, -2, 1, -1, 0):  # a later one that is free replaces an earlier one
        cell = np.where(inside, wanted + move, REFERENCE)
        found = np.where(taken[cell], found, cell)
    return found


@inline_kernel
def clear(cells: NDArray[np.uint32], length: int) -> None:
    """Free the cells of a phrase: cell t has index t + MARGIN; the MARGIN cells on both sides are taken."""
    for t in range(length):
        cells[t + MARGIN] = FREE
    for side in range(MARGIN):
        cells[side] = np.uint32(0)
        cells[length + MARGIN + side] = np.uint32(0)


@inline_kernel
def partner_cell(cells: NDArray[np.uint32], wanted: Any, length: int) -> Any:
    """Return the index of a partner's cell, or of one beyond the phrase's end if it is dropped."""
    one, two, nowhere = np.uint64(1), np.uint64(2), np.uint64(length + MARGIN)
    if wanted >= nowhere:
        return nowhere
    if cells[wanted] == FREE:
        return wanted
    if cells[wanted - one] == FREE:
        return wanted - one
    if cells[wanted + one] == FREE:
        return wanted + one
    if cells[wanted - two] == FREE:
        return wanted - two
    return wanted + two if cells[wanted + two] == FREE else nowhere


@kernel
def _draw(batch: Batch, table: AliasTable, distances: AliasTable, partner: Any) -> None:
    key, seeds, lengths, offsets, ids = batch
    steps, far = step_buffers(), np.empty(CHUNK, np.uint32)
    first, words = steps.first, steps.words
    cells = np.empty(longest_of(lengths) + 2 * MARGIN, np.uint32)
    for phrase in range(len(seeds)):
        begin, asked, seed = offsets[phrase], offsets[phrase + 1] - offsets[phrase], seeds[phrase]
        clear(cells, lengths[phrase])
        for start in range(0, asked, CHUNK):
            count = min(CHUNK, asked - start)
            drawn = draw_steps(steps, count, table, Position(start, 1, seed, key))
            categorical_steps(first[:drawn], distances, Position(start, 0, seed, key), steps.entries, far)
            out = ids[begin + start : begin + start + count]
            for i in range(count):
                here = np.uint64(start + i + MARGIN)
                if cells[here] != FREE:
                    out[i] = cells[here]
                else:
                    out[i] = cells[here] = words[i]
                    wanted = here + np.uint64(1) + np.uint64(2) * np.uint64(far[i])
                    cells[partner_cell(cells, wanted, lengths[phrase])] = np.uint32(words[i] + partner)
