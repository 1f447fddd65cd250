"""``pitman_yor``: words repeat the more often, the more they occurred; new ones become rarer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.portable_math import power_weights
from hyperphrase.numbers.single_draws import WORDS, Position, categorical, step_words, uniform_below

_RATE_SYMBOLS = 100  # over which entropies are taken
_WORD = 2.0**32


@dataclass(frozen=True, kw_only=True)
class PitmanYor(SymbolLaw):
    """The two-parameter Chinese restaurant, within a phrase.

    After n symbols at K tables of n_k symbols each: a new table with probability (theta + d K) / (n + theta), table k
    with (n_k - d) / (n + theta). A new table gets a word, w ~ (r + 1 + beta)^-s for the rank r = 0..V-1, which
    another table may have too. The number of tables grows as n^d (Heaps' law), with d = 0 as
    theta ln n.
    """

    name = "pitman_yor"
    summary = "words repeat within a phrase by the Chinese restaurant of Pitman and Yor: Heaps' law of slope d"
    source = "Pitman and Yor 1997, The two-parameter Poisson-Dirichlet distribution; Teh 2006"
    d: float = parameter(0.0, 0.999, "discount, the slope of Heaps' law", 0.5)
    theta: float = parameter(-0.999, 1e6, "strength, above -d", 10.0)
    s: float = parameter(0.0, 20.0, "exponent of new words' ranks, 0 for equal probability", 0.0)
    beta: float = parameter(0.0, 1e6, "shift of new words' ranks", 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.theta <= -self.d:
            raise InputError(f"{self.name}:theta={self.theta} is not above -d={-self.d}; give a larger theta")

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return _BoundPitmanYor(self.d, self.theta, power_weights(vocabulary, 1.0 + self.beta, self.s))


class _BoundPitmanYor(BoundLaw):
    """Step i decides by word 2i whether the table is new, and which one else; word 2i + 1 is the new table's word.

    A table is chosen in one step, without looking at the counts: n_k - d is (1 - d) for the first symbol of a table and
    1 for each further one. So either a table is chosen among the K, all alike, or a further symbol among n - K.

    entropy: the mean over the first 100 symbols. collision_entropy: the least over the first 1, 2, ... 100 symbols.
    Both as if words of new tables were never those of other tables, which holds but for few words or a steep law.
    """

    def __init__(self, d: float, theta: float, weights: NDArray[np.float64]) -> None:
        self._d, self._theta = d, theta
        self._table = AliasTable.of(weights)
        p = self._table.probabilities(len(weights))
        p = p[p > 0.0]
        of_words, collision = float(-(p * np.log2(p)).sum()), float((p**2).sum())
        self.entropy = min(_entropy(d, theta, of_words), float(np.log2(len(weights)))) + 0.0
        self.collision_entropy = min(_collision_entropy(d, theta, collision), -float(np.log2(collision))) + 0.0

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._d, self._theta, self._table)


@kernel
def _draw(batch: Batch, d: float, theta: float, table: AliasTable) -> None:
    key, seeds, lengths, offsets, ids = batch
    words = np.empty(WORDS, np.uint32)
    longest = longest_of(lengths)
    firsts, further = np.empty(longest, np.uint32), np.empty(longest, np.uint32)
    for phrase in range(len(seeds)):
        seed, begin, tables = seeds[phrase], offsets[phrase], 0
        for i in range(offsets[phrase + 1] - begin):
            place, position = step_words(words, i, seed, key), Position(i, 1, seed, key)
            # where in 0..i + theta: below theta + d K a new table, (1 - d) for each table, 1 for each further symbol
            at = words[place] * (1.0 / _WORD) * (i + theta) - (theta + d * tables)
            if at < 0.0 or i == 0:
                word = categorical(words[place + 1], table, position)
                firsts[tables] = word
                tables += 1
            else:
                known = tables * (1.0 - d)
                if at < known or tables == i:
                    word = firsts[np.int64(uniform_below(words[place + 1], np.uint64(tables), position))]
                else:
                    word = further[np.int64(uniform_below(words[place + 1], np.uint64(i - tables), position))]
                further[i - tables] = word
            ids[begin + i] = word


def _entropy(d: float, theta: float, of_words: float) -> float:
    """Return the mean entropy of the first symbols, in bits, where a new table's word has ``of_words``.

    The number of tables after n symbols is a Markov chain; the expected number of tables of m symbols after n is
    C(n, m) (1 - d)_(m-1) (theta + d)_(n-m) / (theta + 1)_(n-1), (x)_j being x (x + 1) ... (x + j - 1).
    """
    chance = np.zeros(_RATE_SYMBOLS + 1)  # of each number of tables
    chance[0] = 1.0
    tables, of_size = np.arange(_RATE_SYMBOLS + 1), np.zeros(_RATE_SYMBOLS + 1)
    total = 0.0
    for n in range(_RATE_SYMBOLS):
        new = np.clip((theta + d * tables) / (n + theta), 0.0, 1.0) if n else np.ones_like(chance)
        total += float((chance * (_bits(new) + new * of_words)).sum() + (of_size * _bits_of_sizes(n, d, theta)).sum())
        # a table of m symbols gets another one, or stays
        grown = of_size * np.clip((tables - d) / (n + theta), 0.0, 1.0) if n else np.zeros_like(of_size)
        of_size = of_size - grown
        of_size[1:] += grown[:-1]
        of_size[1] += float((chance * new).sum())
        moved = chance * new
        chance = chance - moved
        chance[1:] += moved[:-1]
    return total / _RATE_SYMBOLS


def _bits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return -p * np.log2(np.where(p > 0.0, p, 1.0))


def _bits_of_sizes(n: int, d: float, theta: float) -> NDArray[np.float64]:
    sizes = np.arange(_RATE_SYMBOLS + 1)
    return _bits(np.clip((sizes - d) / (n + theta), 0.0, 1.0)) if n else np.zeros(len(sizes))


def _collision_entropy(d: float, theta: float, collision: float) -> float:
    """Return the least of -log2 P(two phrases agree in m symbols) / m for m = 1..100.

    A way to seat m symbols at K tables has the probability prod_j<K (theta + j d) / (theta + 1)_(m-1) times the product
    of (1 - d)_(n_k - 1) over its tables. Two phrases agree if they are seated alike and all K words agree, so what is
    summed are squares: over all seatings with K tables that is a partial Bell polynomial of ((1 - d)_(n - 1))^2.
    """
    most = _RATE_SYMBOLS
    steps = np.arange(1, most)
    # (1 - d)_(n-1)^2 / (n-1)! for n = 1..100
    weights = np.concatenate([[1.0], np.cumprod((steps - d) ** 2 / steps)])
    bell = np.zeros((most + 1, most + 1))  # of m symbols at K tables, divided by m!
    bell[0, 0] = 1.0
    for m in range(1, most + 1):
        bell[m, 1:] = (weights[:m, None] * bell[m - 1 :: -1, :-1][:m]).sum(axis=0) / m
    tables = np.log2(collision) * np.arange(1, most + 1)
    tables[1:] += 2.0 * np.cumsum(np.log2(theta + d * steps))
    least = np.inf
    below_line = np.concatenate([[0.0], np.cumsum(np.log2(theta + steps))])  # log2 of (theta + 1)_(m-1)
    factorial = np.cumsum(np.log2(np.arange(1, most + 1)))
    for m in range(1, most + 1):
        with np.errstate(divide="ignore"):
            terms = np.log2(bell[m, 1 : m + 1]) + tables[:m]
        top = float(terms.max())
        log2 = top + float(np.log2(np.exp2(terms - top).sum())) + factorial[m - 1] - 2.0 * below_line[m - 1]
        least = min(least, -log2 / m)
    return float(least)
