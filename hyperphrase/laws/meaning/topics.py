"""``topics``: each phrase has a few topics, each topic its own words (latent Dirichlet allocation)."""

import threading
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.philox import fill_rows
from hyperphrase.numbers.portable_math import exp_each, ln_each, power_weights
from hyperphrase.numbers.single_draws import WORDS, Position, categorical, step_words

#: The streams that the topics' own words come from; stick j of topic t has the place t M + j instead of a seed.
STICK_STREAM, STICK_WORD_STREAM = np.uint64(7), np.uint64(8)
_MOST_STICKS = 1 << 22  # of all topics: 48 MiB
_WORD = 2.0**32


@dataclass(frozen=True, kw_only=True)
class Topics(SymbolLaw):
    """theta ~ Dirichlet(alpha) over k topics for each phrase; for each symbol a topic z ~ theta and a word w ~ phi_z.

    A topic's words are phi_z ~ Dirichlet(eta p), the same for all phrases of a key: p(w) as (r + 1 + beta)^-s for the
    rank r of w, so over all topics words are as frequent as p says, and within one a few hundred take most of it. They
    are drawn by breaking sticks: phi_z = sum of b_j at w_j ~ p with b_j = v_j prod_i<j (1 - v_i), v ~ Beta(1, eta), and
    cut after the least power of two M >= 8 eta, where e^-8 of the whole is left, which all sticks share.

    theta is never drawn: given the topics of the symbols before, symbol i has topic z with probability
    (n_z + alpha) / (i + k alpha), which is the same law (Polya's urn).
    """

    name = "topics"
    summary = "a phrase is about a few topics, a topic has its own words: latent Dirichlet allocation"
    source = "Blei, Ng and Jordan 2003; sticks: Sethuraman 1994"
    k: int = parameter(1, 1 << 18, "topics", 100)
    alpha: float = parameter(1e-6, 1e6, "how evenly a phrase shares in the topics", 0.1)
    eta: float = parameter(0.1, 1e5, "how evenly a topic shares in the words", 200.0)
    s: float = parameter(0.0, 20.0, "exponent of the words' ranks over all topics", 1.0)
    beta: float = parameter(0.0, 1e6, "shift of the words' ranks", 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k * self.sticks > _MOST_STICKS:
            raise InputError(
                f"{self.name}:k={self.k},eta={self.eta} takes {self.k} tables of {self.sticks} words, "
                f"{_MOST_STICKS:,} in all is the most; give fewer topics or a lower eta"
            )

    @property
    def sticks(self) -> int:
        """The number of sticks of a topic, M."""
        return 1 << max(1, int(np.ceil(8.0 * self.eta)) - 1).bit_length()

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return _BoundTopics(self, power_weights(vocabulary, 1.0 + self.beta, self.s))


class TopicTables(NamedTuple):
    """The words of all topics: an alias table over the sticks of each topic, and each stick's word.

    entries, tails, words: uint32, shape (k, M). bits: log2 M.
    """

    entries: NDArray[np.uint32]
    tails: NDArray[np.uint32]
    bits: int
    words: NDArray[np.uint32]

    def probabilities(self, topic: int, vocabulary: int) -> NDArray[np.float64]:
        """Return phi of a topic: float64, shape (vocabulary,)."""
        table = AliasTable(self.entries[topic], self.tails[topic], self.bits)
        sticks = table.probabilities(len(self.words[topic]))
        return np.bincount(self.words[topic], weights=sticks, minlength=vocabulary).astype(np.float64)


class _BoundTopics(BoundLaw):
    """Step i takes its topic by word 2i, from the urn, and its word by word 2i + 1.

    entropy: that of a word given its topic, the expectation over all topics. A symbol has at least this entropy, and at
    most that of the topic more.
    collision_entropy: that of two symbols of one topic, less one bit, since a topic may be more peaked than the mean.
    """

    def __init__(self, law: Topics, weights: NDArray[np.float64]) -> None:
        self._law, self._lock = law, threading.Lock()
        self._tables: tuple[int, TopicTables] | None = None
        self._base = AliasTable.of(weights)
        p = self._base.probabilities(len(weights))
        p = p[p > 0.0]
        # phi(w) ~ Beta(eta p, eta (1 - p)), of which both means are known
        nats = _digamma_after(np.array([law.eta]))[0] - (p * _digamma_after(law.eta * p)).sum()
        self.entropy = float(nats / np.log(2.0)) + 0.0
        agree = float((p * (1.0 + law.eta * p)).sum()) / (1.0 + law.eta)
        self.collision_entropy = max(0.0, -float(np.log2(agree)) - 1.0)

    def tables(self, key: int) -> TopicTables:
        """Return the words of the topics under ``key``; those of the last key are kept."""
        with self._lock:
            if self._tables is None or self._tables[0] != key:
                self._tables = key, _topic_tables(self._law, np.uint64(key), self._base)
            return self._tables[1]

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._law.k, self._law.alpha, self.tables(int(batch.key)))


def _topic_tables(law: Topics, key: np.uint64, base: AliasTable) -> TopicTables:
    k, sticks = law.k, law.sticks
    places = np.arange(k * sticks, dtype=np.uint64)
    drawn = np.empty((4, len(places)), np.uint32)
    fill_rows(drawn, 0, STICK_STREAM, places, key)
    # 52 bits and a half: never 0, never 1
    uniform = (drawn[0] * 2.0**20 + (drawn[1] >> np.uint32(12)) + 0.5) * 2.0**-52
    logs = (ln_each(uniform) / law.eta).reshape(k, sticks)  # of 1 - v
    before = np.zeros((k, sticks))
    np.cumsum(logs[:, :-1], axis=1, out=before[:, 1:])
    weights = (exp_each(before.ravel()) * (1.0 - exp_each(logs.ravel()))).reshape(k, sticks)
    words = np.empty(len(places), np.int64)
    base.draw_one(key, places, STICK_WORD_STREAM, words)
    tables = [AliasTable.of(row) for row in weights]
    entries, tails = (np.stack(rows) for rows in ([t.entries for t in tables], [t.tails for t in tables]))
    return TopicTables(entries, tails, tables[0].bits, words.astype(np.uint32).reshape(k, sticks))


def _digamma_after(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the digamma function of x + 1 for x >= 0: up by recurrence to 8, then Stirling's series."""
    x = x + 1.0
    total = np.zeros_like(x)
    for _ in range(8):
        small = x < 8.0
        total -= np.where(small, 1.0 / x, 0.0)
        x = np.where(small, x + 1.0, x)
    square = 1.0 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return np.asarray(total + np.log(x) - 0.5 / x - series)


@kernel
def _draw(batch: Batch, k: int, alpha: float, tables: TopicTables) -> None:
    key, seeds, lengths, offsets, ids = batch
    entries, tails, bits, stick_words = tables
    words, topics = np.empty(WORDS, np.uint32), np.empty(longest_of(lengths), np.int64)
    for phrase in range(len(seeds)):
        seed, begin = seeds[phrase], offsets[phrase]
        for i in range(offsets[phrase + 1] - begin):
            place = step_words(words, i, seed, key)
            # where in 0..i + k alpha: below i the topic of one of the symbols before, then alpha for each topic
            at = words[place] * (1.0 / _WORD) * (i + k * alpha)
            topic = topics[np.int64(at)] if at < i else np.int64(min((at - i) / alpha, k - 1.0))
            topics[i] = topic
            table = AliasTable(entries[topic], tails[topic], bits)
            ids[begin + i] = stick_words[topic, categorical(words[place + 1], table, Position(i, 1, seed, key))]
