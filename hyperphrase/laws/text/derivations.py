"""Derivations by a grammar, for many phrases at once: which class each word of a phrase is of.

A derivation begins with a sentence of n words, so that those after it have the rest, and replaces states from left to
right (:mod:`hyperphrase.laws.text.template_tables`). A decision takes a step of the phrase's symbol stream
(:mod:`hyperphrase.numbers.single_draws`) unless there is one option only. A class takes the step that its word is
drawn by; which word that is, is another's business: of :mod:`hyperphrase.laws.text.template`, or of a law whose words
depend on more.

Four phrases are derived side by side, without a branch that depends on what is drawn: a single derivation would wait
for each record, and for each decision that the processor guessed wrong.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.laws.text.template_tables import Tables
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.philox import GROUP, SYMBOL_STREAM, philox_block
from hyperphrase.numbers.single_draws import Position, uniform_below

GROUP_WORDS = 1 << 13  #: of the phrases that are derived together, but for a longer one
_LANES = 4
_COUNT_BITS = np.uint64(24)
_COUNT = np.uint64((1 << 24) - 1)
_AT, _END, _STEP, _TOP, _SEED, _REST, _BASE, _ENDED = map(np.uint64, range(8))  # what a lane has
_FIELDS = 8
_ROOM = GROUP * 4  # steps of a lane, whose draws are made at once
_STEPS = np.uint64(_ROOM - 1)  # a decision and a word take two steps
_UNFILLED = np.uint64((1 << 64) - _ROOM)
_NONE, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)
_WORD = 2.0**32
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Derivations(NamedTuple):
    """What derivations are drawn from.

    nodes: uint64, four for each option: threshold, plus 2^32 times the alias's number among the state's options; first
    state; second state or 0; 0. A state is written as: its first option's number among all or, of a class, the class's
    number, times 2^25; plus 2^24 for a class; plus its number of options. 0 is no state.
    starts: uint64, shape (longest + 1,), the states of a sentence of n words. sentences: float64, how probable n words
    are among the sentences that are not longer. rows: float64, shape (65,536,), how probable it is that sentences one
    after the other end at n words.
    """

    nodes: NDArray[np.uint64]
    starts: NDArray[np.uint64]
    sentences: NDArray[np.float64]
    rows: NDArray[np.float64]


class Leaves(NamedTuple):
    """Room for the classes of the words of a group of phrases, and for deriving them.

    classes: uint64, shape (words,): the class of each word times 2^32, plus the step that draws the word. bits: uint64,
    shape (words,): the two words of 32 random bits of these steps, the first one lower. draws, stacks, lanes: what
    is derived now.
    """

    classes: NDArray[np.uint64]
    bits: NDArray[np.uint64]
    draws: NDArray[np.uint64]
    stacks: NDArray[np.uint64]
    lanes: NDArray[np.uint64]


def derivations(tables: Tables, classes: int, rows: NDArray[np.float64]) -> Derivations:
    """Return ``tables`` of a grammar, whose first ``classes`` symbols are classes, as they are derived from."""
    refs = np.zeros(len(tables.records), np.uint64)
    nodes = np.zeros((len(tables.records), 4), np.uint64)
    size = _link(tables.records, tables.places, classes, refs, nodes)
    return Derivations(nodes[:size].flatten(), refs[tables.states], tables.sentences, rows)


@kernel
def _link(
    records: NDArray[np.uint32],
    places: NDArray[np.int64],
    classes: int,
    refs: NDArray[np.uint64],
    nodes: NDArray[np.uint64],
) -> int:
    """Write how each state is written into ``refs``, at its record, and the options of all; return their number.

    What an option leads to has fewer words, or as many and a symbol of a lower number, so it is written before. A state
    of one option that leads to one state is written as that one.
    """
    for symbol in range(classes):
        state = places[symbol, 1]
        refs[state] = (np.uint64(symbol) << (_COUNT_BITS + _ONE)) | (_ONE << _COUNT_BITS)
        refs[state] |= np.uint64(records[state, 0])
    size = 1
    for n in range(1, places.shape[1]):
        for symbol in range(classes, len(places)):
            state = places[symbol, n]
            options = np.int64(records[state, 0])
            if options == 1 and records[state + 1, 3] == 0:
                refs[state] = refs[records[state + 1, 2]]
                continue
            if options > 0:
                refs[state] = (np.uint64(size) << (_COUNT_BITS + _ONE)) | np.uint64(options)
            for option in range(state + 1, state + 1 + options):
                nodes[size, 0] = np.uint64(records[option, 0]) | (np.uint64(records[option, 1]) << _HALF)
                nodes[size, 1], nodes[size, 2] = refs[records[option, 2]], refs[records[option, 3]]
                size += 1
    return size


def check_lengths(batch: Batch) -> None:
    """Raise ValueError if a phrase is longer than any may be, before a kernel looks up rows of its length."""
    if len(batch.lengths) and int(batch.lengths.max()) > MAX_LENGTH:
        raise ValueError(f"a phrase has at most {MAX_LENGTH} symbols")


@inline_kernel
def group_end(first: Any, offsets: NDArray[np.int64]) -> Any:
    """Return the end of the phrases from ``first`` on that have up to :data:`GROUP_WORDS` words, one at least."""
    last = first + 1
    while last < len(offsets) - 1 and offsets[last + 1] - offsets[first] <= GROUP_WORDS:
        last += 1
    return last


@inline_kernel
def leaves_of(offsets: NDArray[np.int64], made: Derivations) -> Any:
    """Return room for the leaves of any group of the phrases between ``offsets``."""
    size = max(np.int64(GROUP_WORDS), longest_of(offsets[1:] - offsets[:-1])) + 1
    return Leaves(
        np.empty(size, np.uint64),
        np.empty(size, np.uint64),
        np.empty(_LANES * _ROOM, np.uint64),
        np.zeros(_LANES * (len(made.starts) + 1), np.uint64),  # the lowest state of each stays 0
        np.empty(_LANES * _FIELDS, np.uint64),
    )


@bare_kernel
def derive(batch: Batch, first: int, last: int, made: Derivations, leaves: Leaves) -> None:
    """Write the leaves of the phrases ``first`` to ``last`` of ``batch`` into ``leaves``, from its beginning on."""
    nodes, starts = made.nodes, made.starts
    classes, bits, draws, stacks, lanes = leaves
    depth = np.uint64(len(starts) + 1)  # of a stack
    lanes[:] = 0
    waiting, running = first, _LANES
    while running > 0:
        for i in range(_LANES):
            lane, lowest, room = np.uint64(_FIELDS * i), np.uint64(i) * depth, np.uint64(_ROOM * i)
            if stacks[lowest + lanes[lane + _TOP]] == 0:
                while lanes[lane + _AT] >= lanes[lane + _END] and waiting < last:
                    _begin(lanes, lane, batch, waiting, batch.offsets[first])
                    waiting += 1
                if lanes[lane + _AT] >= lanes[lane + _END]:
                    running -= int(lanes[lane + _ENDED] == 0)
                    lanes[lane + _ENDED] = 1
                    continue
                if lanes[lane + _STEP] - lanes[lane + _BASE] >= _STEPS:
                    _fill(draws, room, lanes, lane, batch.key)
                draw = draws[room + lanes[lane + _STEP] - lanes[lane + _BASE]] & _LOW
                n = _sentence(draw * (1.0 / _WORD), int(lanes[lane + _REST]), made)
                lanes[lane + _STEP] += _ONE
                lanes[lane + _REST] -= np.uint64(n)
                lanes[lane + _TOP] = 1
                stacks[lowest + _ONE] = starts[n]
                if n == 0:  # no phrase has this length
                    lanes[lane + _AT] = lanes[lane + _END]
                    continue
            step, place, top = lanes[lane + _STEP], lanes[lane + _AT], lowest + lanes[lane + _TOP]
            if step - lanes[lane + _BASE] >= _STEPS:
                _fill(draws, room, lanes, lane, batch.key)
            state, draw = stacks[top], room + step - lanes[lane + _BASE]
            inner = ((state >> _COUNT_BITS) & _ONE) - _ONE  # all ones, and 0 of a class
            position = Position(step, 0, lanes[lane + _SEED], batch.key)
            then, second = _decided(state, inner, draws[draw], nodes, position)
            found = state ^ ((state ^ then) & inner)  # the class of the next word, if it is one
            leaf, more = (found >> _COUNT_BITS) & _ONE, np.uint64((state & _COUNT) > _ONE) & inner
            step += more
            classes[place] = ((found >> (_COUNT_BITS + _ONE)) << _HALF) | step
            bits[place] = draws[draw + more]
            place += leaf
            lanes[lane + _AT] = place
            lanes[lane + _STEP] = step + (np.uint64((found & _COUNT) > _ONE) & leaf)
            stacks[top] = second
            top += np.uint64(second != 0) - _ONE
            stacks[top + _ONE] = then
            top += _ONE - leaf
            lanes[lane + _TOP] = (top - lowest) if place < lanes[lane + _END] else _NONE


@inline_kernel
def _begin(lanes: NDArray[np.uint64], lane: Any, batch: Batch, phrase: Any, base: Any) -> None:
    """Have a lane derive a phrase, whose leaves are placed from offset ``base`` on."""
    lanes[lane + _SEED], lanes[lane + _STEP], lanes[lane + _BASE] = batch.seeds[phrase], 0, _UNFILLED
    lanes[lane + _AT] = np.uint64(batch.offsets[phrase] - base)
    lanes[lane + _END] = np.uint64(batch.offsets[phrase + 1] - base)
    lanes[lane + _REST] = np.uint64(batch.lengths[phrase])


@inline_kernel
def _decided(state: Any, inner: Any, draw: Any, nodes: NDArray[np.uint64], position: Position) -> Any:
    """Return the two states that ``state`` becomes by a step's draw, 0 for none; of a class, two times 0."""
    count, begin = state & _COUNT, state >> (_COUNT_BITS + _ONE)
    own = (begin + uniform_below(draw & _LOW, count, position)) & inner  # option 0 is none
    entry = nodes[own << _TWO]
    other = (begin + (entry >> _HALF)) & inner
    option = (own if (draw >> _HALF) < (entry & _LOW) else other) << _TWO
    return nodes[option + _ONE], nodes[option + _TWO]


@bare_kernel
def _fill(
    draws: NDArray[np.uint64], room: np.uint64, lanes: NDArray[np.uint64], lane: np.uint64, key: np.uint64
) -> None:
    """Write the draws of a lane's step and of those behind it, from where a block begins."""
    seed, block = lanes[lane + _SEED], lanes[lane + _STEP] >> _ONE
    low, high, k0, k1 = seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF
    lanes[lane + _BASE] = block << _ONE
    out = draws[room : room + np.uint64(_ROOM)]
    for j in range(_ROOM // 2):
        w0, w1, w2, w3 = philox_block(block + np.uint64(j), SYMBOL_STREAM, low, high, k0, k1)
        out[2 * j] = w0 | (w1 << _HALF)
        out[2 * j + 1] = w2 | (w3 << _HALF)


@bare_kernel
def _sentence(share: float, rest: int, made: Derivations) -> int:
    """Return the words of the next sentence where ``rest`` are left: the number at ``share`` of all, from 0 to 1."""
    sentences, rows = made.sentences, made.rows
    at, n = share * rows[rest], 0
    for m in range(1, min(len(sentences) - 1, rest) + 1):
        part = sentences[m] * rows[rest - m]
        if part > 0.0:
            n = m
            at -= part
            if at < 0.0:
                break
    return n
