"""The model of ``markov``: how often each word follows which words, counted in a text.

A model is the tree of all runs of 1 to n + 1 words of its lines, each line beginning with an unwritten START: level k
holds the runs of k words in the order of the tree, each with its last word and its count. A file of it is::

    hyperphrase markov 1, and a line end
    order n, number of words, bytes of the words: each u32, little-endian
    the words, UTF-8, a space between two
    for each level 1..n+1: number of runs u32, then the columns word, count and (but for the last level) longer runs

A column is one byte w, 1 to 4, then each number in w bytes, little-endian. Word 0 is START, words count from 1.
"""

import io
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.plain_text import check_words
from hyperphrase.limits import MAX_VOCABULARY

MOST_BYTES = 16 << 20  # 16 MiB: the largest model
_MAGIC = b"hyperphrase markov 1\n"
_RAW = 4  # times as many words a text may have before they are prepared
_MOST_COUNT = 1 << 31  # of all runs of a level together: a draw below it takes one word


@dataclass(frozen=True)
class Level:
    """The runs of k words, in the order of the tree.

    words: int64, the last word of each. counts: int64, 1 or more. longer: int64, how many runs of k + 1 words begin
    with it; 0 in the last level. All of the same shape.
    """

    words: NDArray[np.int64]
    counts: NDArray[np.int64]
    longer: NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """words: the texts of words 1, 2, ...; levels: of 1 to order + 1 words."""

    order: int
    words: tuple[str, ...]
    levels: tuple[Level, ...]


def learn(text: bytes, order: int, where: str, prepare: Callable[[str], str] | None = None) -> Model:
    """Count the runs in a text of one phrase a line, words split by spaces and tabs.

    prepare: what becomes of each word; nothing, if the word is left out. Raises InputError, in one line that names the
    file, if the text has no run of order + 1 words, too many words, or one with a character that nobody sees.
    """
    number: dict[bytes, int] = {}
    listed, most = array("q"), MAX_VOCABULARY if prepare is None else _RAW * MAX_VOCABULARY
    for line in io.BytesIO(text):
        if raw := line.split():
            listed.append(0)
            listed.extend([number.setdefault(word, len(number) + 1) for word in raw])
        if len(number) > most:
            raise _too_many(where)
    check_words(number, text, where)
    tokens, words = _prepared(np.frombuffer(listed, np.int64), number, prepare or str)
    if len(words) > MAX_VOCABULARY:
        raise _too_many(where)
    if len(words) < 2 or np.diff(np.flatnonzero(tokens == 0), append=len(tokens)).max(initial=0) - 1 <= order:
        raise InputError(
            f"{where} is too small for order={order}: it has no line of {order + 1} words, or not two different words; "
            "give a longer text or a lower order"
        )
    return Model(order, words, _count(tokens, len(words) + 1, order))


def _too_many(where: str) -> InputError:
    return InputError(f"{where} has more than {MAX_VOCABULARY} different words; give a text of fewer")


def _prepared(
    tokens: NDArray[np.int64], number: dict[bytes, int], prepare: Callable[[str], str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the tokens and the words after ``prepare``; lines without words are left out.

    tokens: words by their number, 1, 2, ..., in which ``number`` has them in order; 0 before each line.
    """
    words: dict[str, int] = {}
    places = np.zeros(len(number) + 1, np.int64)
    for i, raw in enumerate(number, 1):
        word = prepare(raw.decode())
        places[i] = words.setdefault(word, len(words) + 1) if word else -1
    tokens = places[tokens]
    tokens = tokens[tokens >= 0]
    empty = (tokens == 0) & (np.append(tokens[1:], 0) == 0)
    return tokens[~empty], tuple(words)


def _count(tokens: NDArray[np.int64], words: int, order: int) -> tuple[Level, ...]:
    """Return the levels; tokens: all lines one after the other, each after its START."""
    levels: list[Level] = []
    run = np.zeros(len(tokens), np.int64)  # the run of k words that begins at each token, by its number in level k
    starts = np.arange(len(tokens))
    parents = 1
    for k in range(order + 1):
        last = starts + k
        inside = last < len(tokens)
        starts, last, run = starts[inside], last[inside], run[inside]
        inside = (tokens[last] > 0) | (k == 0)
        starts, last, run = starts[inside], last[inside], run[inside]
        keys = run * words + tokens[last]
        ordered = np.sort(keys)
        first = np.flatnonzero(np.diff(ordered, prepend=-1))
        distinct, counts = ordered[first], np.diff(first, append=len(ordered))
        if levels:
            longer = np.bincount(distinct // words, minlength=parents).astype(np.int64)
            levels[-1] = Level(levels[-1].words, levels[-1].counts, longer)
        levels.append(Level(distinct % words, counts, np.zeros(0, np.int64)))
        run, parents = np.searchsorted(distinct, keys), len(distinct)
    return tuple(levels)


def dumps(model: Model) -> bytes:
    """Return the file of a model."""
    texts = " ".join(model.words).encode()
    parts = [_MAGIC, np.array([model.order, len(model.words), len(texts)], "<u4").tobytes(), texts]
    for level in model.levels:
        parts.append(np.array([len(level.words)], "<u4").tobytes())
        columns = (level.words, level.counts, level.longer)[: 2 if level is model.levels[-1] else 3]
        parts += [_packed(column) for column in columns]
    return b"".join(parts)


def _packed(column: NDArray[np.int64]) -> bytes:
    width = max(1, (int(column.max(initial=0)).bit_length() + 7) // 8)
    return bytes([width]) + column.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :width].tobytes()


class _Reader:
    """Reads a file from front to back. Raises ValueError where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if size > len(self._data) - self._at:
            raise ValueError("it is truncated")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self) -> int:
        """Return the next u32."""
        return int.from_bytes(self.take(4), "little")

    def column(self, count: int) -> NDArray[np.int64]:
        """Return the next column, of ``count`` numbers."""
        width = self.take(1)[0]
        if not 1 <= width <= 4:
            raise ValueError(f"a column of {width} bytes")
        packed = np.frombuffer(self.take(width * count), np.uint8).reshape(count, width)
        whole = np.zeros((count, 4), np.uint8)
        whole[:, :width] = packed
        return whole.view("<u4").reshape(count).astype(np.int64)

    def end(self) -> None:
        """Check that nothing follows."""
        if self._at != len(self._data):
            raise ValueError("it has trailing bytes")


def loads(data: bytes) -> Model:
    """Return the model in a file from elsewhere: every number is checked before it is used. Raises CorruptError."""
    if len(data) > MOST_BYTES:
        raise CorruptError(f"not a model of markov: larger than {MOST_BYTES >> 20} MiB")
    try:
        return _parse(_Reader(data))
    except ValueError as error:
        raise CorruptError(f"not a model of markov: {error}") from error


def _parse(reader: _Reader) -> Model:
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise ValueError("its first line is another")
    order, count, size = reader.number(), reader.number(), reader.number()
    words = tuple(reader.take(size).decode().split(" "))
    if not 1 <= order <= 64 or not 2 <= count <= MAX_VOCABULARY or len(words) != count or len(set(words)) != count:
        raise ValueError("its order or its words are out of bounds")
    levels: list[Level] = []
    runs = np.array([count + 1])  # of each run of the level before, how many go on with it
    for k in range(order + 1):
        total = int(runs.sum())
        if reader.number() != total:
            raise ValueError("a level does not have the number of runs that the one before says")
        last, counts = reader.column(total), reader.column(total)
        longer = reader.column(total) if k < order else np.zeros(0, np.int64)
        _check_level(k, last, counts, runs, count)
        levels.append(Level(last, counts, longer))
        runs = longer
    reader.end()
    return Model(order, words, tuple(levels))


def _check_level(
    k: int, words: NDArray[np.int64], counts: NDArray[np.int64], runs: NDArray[np.int64], most: int
) -> None:
    begins = np.zeros(len(words), np.bool_)
    starts = np.cumsum(runs) - runs
    begins[starts[runs > 0]] = True
    if not len(words) or words.max() > most or words.min() < (k > 0):
        raise ValueError("a level is empty, or has an unknown word")
    if not (begins[1:] | (words[1:] > words[:-1])).all():
        raise ValueError("runs are out of order")
    if counts.min() < 1 or int(counts.sum()) >= _MOST_COUNT:
        raise ValueError("a count is 0 or too large")
