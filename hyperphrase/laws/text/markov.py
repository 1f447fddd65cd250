"""``markov``: each word depends on the n before it, as in a text that the user gives."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, Stepwise, Successors
from hyperphrase.laws.grammar import parameter
from hyperphrase.laws.law_file import FileLaw
from hyperphrase.laws.text import markov_model as models
from hyperphrase.laws.text.missing_words import missing_words, preparation
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import STEPS, WORDS, Position, step_words, uniform_below

_LANES = 8  # phrases that are drawn interleaved
_RATE_STEPS = 32  # symbols over which entropies are taken


@dataclass(frozen=True, kw_only=True)
class Markov(FileLaw):
    """P(w) = how often w followed the n words before it in a text, divided by how often these occurred.

    A text has one phrase a line, its words split by white space and written as in the lexicon; case=lower and
    punctuation=strip write them so. The first words of a phrase follow the first words of the lines. Where no word of
    the text follows n words, the last n - 1 decide, and so on (back-off). Words that the lexicon lacks are not drawn:
    their probability goes to the others that followed the same words. Line ends are not learned, lengths are a law of
    their own.

    The model goes with the corpus as a file of at most 16 MiB, see :mod:`hyperphrase.laws.text.markov_model`.
    """

    name = "markov"
    summary = "each word follows the n before it as often as in a text file"
    source = "Shannon 1948; back-off where a context is unseen, Katz 1987 without discounts"
    of_file = "a text, one phrase a line, words split by spaces; required"
    readings = {  # noqa: RUF012 - never changed
        "case": ("lower", "all words of the text in lower case"),
        "punctuation": ("strip", "words without punctuation at their beginning and end"),
    }
    order: int = parameter(1, 5, "words that the next one depends on", 2)

    def made_from(self, text: bytes | None, path: str, readings: Container[str]) -> bytes:
        if text is None:
            raise InputError(f"{self.name} needs file=PATH; {self.usage()}")
        data = models.dumps(models.learn(text, self.order, path, preparation(readings)))
        if len(data) > models.MOST_BYTES:
            raise InputError(
                f"{path} makes a model of {len(data):,} bytes, the largest has {models.MOST_BYTES:,}; "
                "give a lower order or a part of the text"
            )
        return data

    def notes(self, lexicon: Lexicon) -> Iterator[str]:
        if self.attached() is not None:
            model = models.loads(self.file())
            single = model.levels[0]
            pairs = zip(single.words.tolist(), single.counts.tolist(), strict=True)
            counts = {model.words[word - 1]: count for word, count in pairs if word}  # word 0 is START
            yield from missing_words(counts, lexicon)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        model = models.loads(self.file())
        if model.order != self.order:
            raise CorruptError(f"the model is of order {model.order}, the recipe says {self.order}")
        places = {word: place for place, word in enumerate(lexicon().words)}
        ids = np.array([-1, *(places.get(word, -1) for word in model.words)], np.int64)
        if ids.max() < 0:
            problem = "none of the text's words is in the lexicon; choose another text or another lexicon"
            raise InputError("; ".join([problem, *self.notes(lexicon())]), field="law", value=self)
        return _BoundMarkov(model, ids)


class _BoundMarkov(BoundLaw, Stepwise):
    """Draws by one alias table a context, in whole numbers, from one array of records.

    records: uint32, shape (contexts + successors, 4). A context is a record (successors, their total count, 0, 0), and
    behind it one for each of m successors: (threshold, alias, id, the context that it leads to). Column j of its
    alias table has the total as its capacity: its successor keeps what is below the threshold, the alias has the rest.

    entropy: the mean over the first 32 symbols. collision_entropy: the least over the first 1, 2, ... 32 symbols.
    """

    def __init__(self, model: models.Model, ids: NDArray[np.int64]) -> None:
        tree = _tree(model)
        suffixes = np.zeros(len(tree.words), np.int64)
        if not _find_suffixes(tree, suffixes):
            raise CorruptError("not a model of markov: it lacks the suffix of a run")
        known = ids[tree.words]
        places, states, size = _find_states(tree.first, known, suffixes)
        self._records = np.zeros((size, 4), np.uint32)
        shares = np.zeros(size)
        _fill(tree, known, places, states, self._records, shares)
        self.first_state = int(places[states[1]])  # node 1 is the run of START alone
        entropies, collisions = np.zeros(_RATE_STEPS), np.zeros(_RATE_STEPS)
        _rates(self._records, shares, self.first_state, entropies, collisions)
        self.entropy = float(entropies.mean()) + 0.0
        self.collision_entropy = float((-np.log2(collisions) / np.arange(1, _RATE_STEPS + 1)).min()) + 0.0

    def draw(self, batch: Batch) -> None:
        order = np.argsort(-np.diff(batch.offsets), kind="stable")
        _draw(batch, order, self._records, self.first_state)

    def successors(self, state: int) -> Successors:
        count, total = self._records[state, :2].tolist()
        columns = self._records[state + 1 : state + 1 + count].astype(np.int64)
        weights = columns[:, 0] + np.bincount(columns[:, 1], total - columns[:, 0], count)  # kept, and as an alias
        return Successors(self._records[state + 1 : state + 1 + count, 2], weights / (count * total), columns[:, 3])


class _Tree(NamedTuple):
    """The runs of all levels as nodes: node 0 is the empty one, then level by level; int64, shape (nodes,) each.

    first: where the longer runs of each node begin, one more entry than nodes. words: the last word of each node.
    counts: its count. parents: the run that it makes longer.
    """

    first: NDArray[np.int64]
    words: NDArray[np.int64]
    counts: NDArray[np.int64]
    parents: NDArray[np.int64]


def _tree(model: models.Model) -> _Tree:
    sizes = [len(level.words) for level in model.levels]
    longer = np.concatenate([[sizes[0]], *(level.longer for level in model.levels), np.zeros(sizes[-1], np.int64)])
    first = np.ones(len(longer) + 1, np.int64)
    np.cumsum(longer, out=first[1:])
    first[1:] += 1
    words = np.concatenate([[0], *(level.words for level in model.levels)])
    counts = np.concatenate([[0], *(level.counts for level in model.levels)])
    parents = np.concatenate([[0], np.repeat(np.arange(len(longer)), longer)])
    return _Tree(first, words, counts, parents)


@inline_kernel
def _find(words: NDArray[np.int64], low: int, high: int, word: int) -> int:
    """Return the index of ``word`` in ``words``, which ascend from ``low`` to ``high``; -1 if it is not there."""
    end = high
    while low < high:
        middle = (low + high) // 2
        if words[middle] < word:
            low = middle + 1
        else:
            high = middle
    return low if low < end and words[low] == word else -1


@kernel
def _find_suffixes(tree: _Tree, suffixes: NDArray[np.int64]) -> bool:
    """Write the node of each run without its first word; tell whether all exist. Runs of one word have node 0."""
    first, words, _, parents = tree
    for node in range(first[1], len(words)):
        above = suffixes[parents[node]]
        found = _find(words, first[above], first[above + 1], words[node])
        if found < 0:
            return False
        suffixes[node] = found
    return True


@kernel
def _find_states(
    first: NDArray[np.int64], known: NDArray[np.int64], suffixes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return where each node's records begin, which node's successors follow a run (back-off), and all records' number.

    A run's successors are those of its longest end that has known ones; the empty run always has some.
    """
    nodes = len(known)
    places, states = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    size = 0
    for node in range(nodes):
        successors = 0
        for child in range(first[node], first[node + 1]):
            successors += known[child] >= 0
        states[node] = node if successors else states[suffixes[node]]
        places[node] = size
        size += 1 + successors if successors else 0
    return places, states, size


@kernel
def _fill(
    tree: _Tree,
    known: NDArray[np.int64],
    places: NDArray[np.int64],
    states: NDArray[np.int64],
    records: NDArray[np.uint32],
    shares: NDArray[np.float64],
) -> None:
    """Write all records, and the probability of each successor into ``shares``, float64, one a record."""
    first, counts = tree.first, tree.counts
    for node in range(len(known)):
        if states[node] != node:
            continue
        place, successors, total = places[node], 0, 0
        for child in range(first[node], first[node + 1]):
            if known[child] >= 0:
                successors += 1
                total += counts[child]
                records[place + successors, 2] = known[child]
                records[place + successors, 3] = places[states[child]]
        records[place, 0], records[place, 1] = successors, total
        column = place
        left = np.empty(successors, np.int64)
        for child in range(first[node], first[node + 1]):
            if known[child] >= 0:
                column += 1
                shares[column] = counts[child] / total
                left[column - place - 1] = counts[child] * successors
        _pair(left, total, records[place + 1 : place + 1 + successors])


@kernel
def _pair(left: NDArray[np.int64], capacity: int, columns: NDArray[np.uint32]) -> None:
    """Fill thresholds and aliases of one context (Vose 1991); left: weights, their mean is the capacity of a column."""
    lights, heavies = 0, len(left)
    order = np.empty(len(left), np.int64)  # light columns from the front, heavy ones from the back
    for column in range(len(left)):
        columns[column, 0], columns[column, 1] = capacity, column
        if left[column] < capacity:
            order[lights] = column
            lights += 1
        elif left[column] > capacity:
            heavies -= 1
            order[heavies] = column
    while lights > 0 and heavies < len(left):
        lights -= 1
        small, large = order[lights], order[heavies]
        columns[small, 0], columns[small, 1] = left[small], large
        left[large] -= capacity - left[small]
        if left[large] <= capacity:
            heavies += 1
        if left[large] < capacity:
            order[lights] = large
            lights += 1


@kernel
def _rates(
    records: NDArray[np.uint32],
    shares: NDArray[np.float64],
    start: int,
    entropies: NDArray[np.float64],
    collisions: NDArray[np.float64],
) -> None:
    """Write the entropy of each of the first symbols, in bits, and how likely two phrases agree up to it."""
    chance, both = np.zeros(len(records)), np.zeros(len(records))
    chance[start], both[start] = 1.0, 1.0
    for step in range(len(entropies)):
        next_chance, next_both = np.zeros(len(records)), np.zeros(len(records))
        place = 0
        while place < len(records):
            last = place + records[place, 0]
            if chance[place] > 0.0:
                for i in range(place + 1, last + 1):
                    after = records[i, 3]
                    entropies[step] -= chance[place] * shares[i] * np.log2(shares[i])
                    next_chance[after] += chance[place] * shares[i]
                    next_both[after] += both[place] * shares[i] * shares[i]
            place = last + 1
        chance, both = next_chance, next_both
        collisions[step] = both.sum()


@kernel
def _draw(batch: Batch, order: NDArray[np.int64], records: NDArray[np.uint32], start: int) -> None:
    """Draw the phrases in ``order``, longest first, eight interleaved, so that their records are loaded at once."""
    key, seeds, offsets, ids = batch.key, batch.seeds, batch.offsets, batch.ids
    words, contexts = np.empty((_LANES, WORDS), np.uint32), np.empty(_LANES, np.int64)
    for first in range(0, len(order), _LANES):
        contexts[:] = start
        lanes = min(_LANES, len(order) - first)
        longest = offsets[order[first] + 1] - offsets[order[first]]
        for i in range(longest):
            while offsets[order[first + lanes - 1] + 1] - offsets[order[first + lanes - 1]] <= i:
                lanes -= 1
            if i % STEPS == 0:
                for lane in range(lanes):
                    step_words(words[lane], i, seeds[order[first + lane]], key)
            word = 2 * (i % STEPS)
            for lane in range(lanes):
                phrase, context = order[first + lane], contexts[lane]
                first_word, second_word = Position(i, 0, seeds[phrase], key), Position(i, 1, seeds[phrase], key)
                column = uniform_below(words[lane, word], np.uint64(records[context, 0]), first_word)
                drawn = uniform_below(words[lane, word + 1], np.uint64(records[context, 1]), second_word)
                record = context + 1 + np.int64(column)
                if drawn >= records[record, 0]:
                    record = context + 1 + np.int64(records[record, 1])
                ids[offsets[phrase] + i] = records[record, 2]
                contexts[lane] = records[record, 3]
