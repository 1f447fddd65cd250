"""The kernels of the laws in ``tasks.py``: tokens of a phrase, and six functions of them.

Token i of a phrase comes from word i of its symbol stream, and the index of the token that ``delete`` deletes from the
word after those of the tokens; block i of the tie stream has more bits for word i. A phrase with ``drawn`` symbols has
(drawn - 1) // 2 tokens before the function, for every function.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.philox import GROUP, SYMBOL_STREAM, fill_words
from hyperphrase.numbers.single_draws import Position, uniform_below

COPY, REVERSE, SORT, SET, UNION, DELETE = range(6)

_CHUNK = 512  # words made at a time
_RANKED = 160  # tokens up to which ranks are counted: a comparison for each pair, but many at once
_LANES = 16  # ranks counted at once
_DIGIT = 7  # bits of a digit of an id: ids have three digits


class Task(NamedTuple):
    """Which function of how many different tokens; the separator is the id after theirs."""

    function: int
    tokens: int


class _Buffers(NamedTuple):
    """Arrays that one phrase after the other is made in, uint32 where nothing else is said.

    words: of the symbol stream. marks: shape (tokens + 1,), at each id a number of the last phrase that has it.
    spare: ids to sort. places: int64, shape (128,), where the ids of each digit go.
    ids: the phrase, with room for what is written after its end.
    """

    words: NDArray[np.uint32]
    marks: NDArray[np.uint32]
    spare: NDArray[np.uint32]
    places: NDArray[np.int64]
    ids: NDArray[np.uint32]


@kernel
def draw(batch: Batch, task: Task) -> None:
    """Write the first ids of each phrase of ``batch``."""
    _draw(batch, task, _buffers(task, longest_of(batch.lengths)))


@bare_kernel
def _draw(batch: Batch, task: Task, buffers: _Buffers) -> None:
    key, seeds, lengths, offsets, ids = batch
    words, phrase = buffers.words, buffers.ids
    for i in range(len(seeds)):
        begin, asked, n = offsets[i], offsets[i + 1] - offsets[i], (lengths[i] - 1) // 2
        if asked <= (n + 1) // 2:  # the beginning of x, whatever the function
            _tokens(asked, seeds[i], key, task.tokens, words, phrase)
        else:
            _write(n, np.uint32(i + 1), task, buffers, seeds[i], key)
        for j in range(asked):
            ids[begin + j] = phrase[j]


@kernel
def measure(
    key: np.uint64, seeds: NDArray[np.uint64], drawn: NDArray[np.int64], task: Task, lengths: NDArray[np.int64]
) -> None:
    """Write the length of the phrase of ``seeds[i]`` into ``lengths[i]``, for the functions that shorten.

    drawn: the lengths that the length law drew, shape (n,).
    """
    _measure(key, seeds, drawn, task, _buffers(task, longest_of(drawn)), lengths)


@bare_kernel
def _measure(
    key: np.uint64,
    seeds: NDArray[np.uint64],
    drawn: NDArray[np.int64],
    task: Task,
    buffers: _Buffers,
    lengths: NDArray[np.int64],
) -> None:
    function, words, marks, x = task.function, buffers.words, buffers.marks, buffers.ids
    for i in range(len(seeds)):
        n, mark = (drawn[i] - 1) // 2, np.uint32(i + 1)
        _tokens(n + 1, seeds[i], key, task.tokens, words, x)
        length = n + 3 if function == DELETE else n + 2 if function == UNION else n + 1
        if function == DELETE:
            token = x[_deleted(n, seeds[i], key, words)]
            for j in range(n):
                length += int(x[j] != token)
        else:
            for j in range(n):
                length += int(marks[x[j]] != mark)
                marks[x[j]] = mark
        lengths[i] = length


@inline_kernel
def _buffers(task: Task, longest: int) -> _Buffers:
    """Return buffers for phrases of at most ``longest`` symbols."""
    marks = np.zeros(task.tokens + 1 if task.function in (SET, UNION) else 0, np.uint32)
    spare = np.empty(max(longest // 2, 2 * _RANKED) if task.function == SORT else 0, np.uint32)
    places = np.empty(1 << _DIGIT, np.int64)
    return _Buffers(np.empty(_CHUNK, np.uint32), marks, spare, places, np.empty(longest + _LANES, np.uint32))


@bare_kernel
def _tokens(count: int, seed: Any, key: Any, tokens: int, words: NDArray[np.uint32], out: NDArray[np.uint32]) -> None:
    """Write the first ``count`` tokens of a phrase into ``out``; the last chunk's words stay in ``words``."""
    bound = np.uint64(tokens)
    undecided = np.uint32(np.uint64(1 << 32) - bound)
    for first in range(0, count, _CHUNK):
        here = min(_CHUNK, count - first)
        groups = (here + GROUP - 1) // GROUP
        fill_words(words[: groups * GROUP], first // 4, SYMBOL_STREAM, seed, key)
        largest = np.uint32(0)
        for i in range(here):
            product = np.uint64(words[i]) * bound
            out[first + i] = np.uint32(product >> np.uint64(32))
            largest = max(largest, np.uint32(product))
        if largest > undecided:  # for some token 32 bits may not be enough
            for i in range(here):
                out[first + i] = np.uint32(uniform_below(words[i], bound, Position(first + i, 0, seed, key)))


@inline_kernel
def _write(n: int, mark: Any, task: Task, buffers: _Buffers, seed: Any, key: Any) -> int:
    """Write the phrase with ``n`` tokens before the function into ``buffers.ids`` and return its length.

    mark: a number of the phrase, put at its ids in ``buffers.marks``.
    """
    function, separator = task.function, np.uint32(task.tokens)
    words, marks, spare, places, out = buffers
    _tokens(n + 1, seed, key, task.tokens, words, out)  # what word n makes is overwritten by the separator
    out[n] = separator
    if function == DELETE:
        return _delete(n, out[_deleted(n, seed, key, words)], separator, out)
    if function == UNION:
        half = (n + 1) // 2
        for i in range(n, half, -1):
            out[i] = out[i - 1]
        out[half] = out[n + 1] = separator
        marks[separator] = mark
        return _distinct(n + 1, n + 2, mark, marks, out)
    if function == SET:
        return _distinct(n, n + 1, mark, marks, out)
    if function == SORT:
        _sort(n, out, spare, places)
    elif function == REVERSE:
        for i in range(n):
            out[2 * n - i] = out[i]
    else:
        for i in range(n):
            out[n + 1 + i] = out[i]
    return 2 * n + 1


@inline_kernel
def _distinct(count: int, end: int, mark: Any, marks: NDArray[np.uint32], out: NDArray[np.uint32]) -> int:
    """Write those of the first ``count`` ids that are not marked from ``end`` on, mark them, return where they end."""
    for i in range(count):
        token = out[i]
        out[end] = token
        end += int(marks[token] != mark)
        marks[token] = mark
    return end


@inline_kernel
def _deleted(n: int, seed: Any, key: Any, words: NDArray[np.uint32]) -> int:
    """Return the index of the token that is deleted, of n: it is drawn by word n, which :func:`_tokens` made last."""
    return int(uniform_below(words[n % _CHUNK], np.uint64(n), Position(n, 0, seed, key)))


@inline_kernel
def _delete(n: int, token: Any, separator: Any, out: NDArray[np.uint32]) -> int:
    """Write a token, the separator, and all other ones of the first ``n``; return where they end."""
    out[n + 1], out[n + 2] = token, separator
    end = n + 3
    for i in range(n):
        other = out[i]
        out[end] = other
        end += int(other != token)
    return end


@bare_kernel
def _sort(n: int, out: NDArray[np.uint32], spare: NDArray[np.uint32], places: NDArray[np.int64]) -> None:
    """Write the first ``n`` ids in ascending order from n + 1 on.

    spare: n ids, or 2 _RANKED if that is more. places: (128,).
    """
    if n <= _RANKED:
        _sort_by_rank(n, out, spare[:_RANKED], spare[_RANKED : 2 * _RANKED])
        return
    target = out[n + 1 : 2 * n + 1]
    _sort_by_digit(out[:n], target, 0, places)
    _sort_by_digit(target, spare[:n], _DIGIT, places)
    _sort_by_digit(spare[:n], target, 2 * _DIGIT, places)


@inline_kernel
def _sort_by_rank(n: int, out: NDArray[np.uint32], keys: NDArray[np.uint32], ranks: NDArray[np.uint32]) -> None:
    """Put each id at the index that is its number of smaller ids; of equal ids the earlier one counts as smaller.

    A key is an id and its index in one number, so all differ; keys are padded with the largest one to whole lanes.
    """
    lanes = (n + _LANES - 1) // _LANES * _LANES
    for i in range(lanes):
        keys[i] = (out[i] << np.uint32(8)) | np.uint32(i) if i < n else np.uint32(0xFFFFFFFF)
        ranks[i] = 0
    for j in range(0, n, 4):
        first, second, third, fourth = keys[j], keys[j + 1], keys[j + 2], keys[j + 3]
        for i in range(lanes):
            smaller = np.uint32(first < keys[i]) + np.uint32(second < keys[i])
            ranks[i] += smaller + np.uint32(third < keys[i]) + np.uint32(fourth < keys[i])
    for i in range(n):
        out[n + 1 + np.int64(ranks[i])] = out[i]


@bare_kernel
def _sort_by_digit(
    source: NDArray[np.uint32], target: NDArray[np.uint32], shift: int, places: NDArray[np.int64]
) -> None:
    """Copy ids into ``target`` in ascending order of one digit, equal ones in their order."""
    digit, bits = np.uint32(shift), np.uint32((1 << _DIGIT) - 1)
    for d in range(len(places)):
        places[d] = 0
    for i in range(len(source)):
        places[(source[i] >> digit) & bits] += 1
    before = 0
    for d in range(len(places)):
        here = places[d]
        places[d] = before
        before += here
    for i in range(len(source)):
        d = (source[i] >> digit) & bits
        target[places[d]] = source[i]
        places[d] += 1
