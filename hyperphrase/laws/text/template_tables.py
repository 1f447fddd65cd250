"""The tables that ``template`` draws from: an alias table for each symbol and each number of words it can become."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.text.template_grammar import Grammar, RuleColumns
from hyperphrase.limits import MAX_LENGTH

MOST_OPTIONS = 1 << 22  # 64 MiB of records
_MEASURED = 100  # words of the phrase that entropies are taken over
_WORD = 2.0**32


class Tables(NamedTuple):
    """All states, a state being a symbol with the number of words that it is to become.

    records: uint32, shape (records, 4). A state is a record (options, 1 for a class and else 0, 0, 0) and one behind it
    for each option: (threshold, alias, first, second). A class's option has its id as the first; another's has the
    state of its left symbol and that of its right one, 0 if there is none. Record 0 is no state.
    shares: float64, shape (records,), the probability of each option.
    places: int64, shape (symbols, longest + 1), the state of each symbol and number of words, 0 if there is none.
    states: int64, shape (longest + 1,), those of a sentence. sentences: float64, how probable n words are among the
    sentences that are not longer.
    """

    records: NDArray[np.uint32]
    shares: NDArray[np.float64]
    places: NDArray[np.int64]
    states: NDArray[np.int64]
    sentences: NDArray[np.float64]


def count_options(grammar: Grammar, longest: int) -> int:
    """Return how many options the states have at most, words of classes apart."""
    rights = grammar.rules.rights
    pairs = int(np.count_nonzero(rights >= 0))
    return pairs * longest * (longest - 1) // 2 + (len(rights) - pairs) * longest


def build(grammar: Grammar, longest: int, classes: list[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> Tables:
    """Build the tables; classes: the ids of each class and their weights."""
    inside = grammar.inside(longest)
    places = np.zeros(inside.shape, np.int64)
    size = 1
    for i, (members, _) in enumerate(classes):
        places[i, 1] = size
        size += 1 + len(members)
    size = _place(grammar.rules, inside, places, size)
    records, shares = np.zeros((size, 4), np.uint32), np.zeros(size)
    for i, (members, weights) in enumerate(classes):
        place, options = int(places[i, 1]), slice(int(places[i, 1]) + 1, int(places[i, 1]) + 1 + len(members))
        records[place, :2] = len(members), 1
        records[options, 2] = members
        shares[options] = weights
    _fill(grammar.rules, inside, places, records, shares)
    _pair_all(records, shares)
    sentences = inside[grammar.start]
    return Tables(records, shares, places, places[grammar.start], sentences / _total(sentences))


def rows_of_sentences(sentences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how probable it is that sentences one after the other end at n words, n = 0..65,535.

    sentences: float64, weights of the sentences of 0, 1, ... words, any sum.
    """
    rows = np.zeros(MAX_LENGTH + 1)
    rows[0] = 1.0
    _renew(sentences / _total(sentences), rows)
    return rows


@kernel
def _total(weights: NDArray[np.float64]) -> float:
    total = 0.0
    for weight in weights:
        total += weight
    return total


@kernel
def _renew(sentences: NDArray[np.float64], rows: NDArray[np.float64]) -> None:
    for n in range(1, len(rows)):
        total = 0.0
        for m in range(1, min(len(sentences) - 1, n) + 1):
            total += sentences[m] * rows[n - m]
        rows[n] = total


@kernel
def _place(rules: RuleColumns, inside: NDArray[np.float64], places: NDArray[np.int64], size: int) -> int:
    """Write where the records of each state begin, after ``size`` of them; return the number of all records."""
    heads, lefts, rights, _ = rules
    first = 0
    while first < len(heads):
        last = first
        while last < len(heads) and heads[last] == heads[first]:
            last += 1
        for n in range(1, inside.shape[1]):
            options = 0
            for rule in range(first, last):
                if rights[rule] < 0:
                    options += inside[lefts[rule], n] > 0.0
                else:
                    for i in range(1, n):
                        options += inside[lefts[rule], i] * inside[rights[rule], n - i] > 0.0
            if options:
                places[heads[first], n] = size
                size += 1 + options
        first = last
    return size


@kernel
def _fill(
    rules: RuleColumns,
    inside: NDArray[np.float64],
    places: NDArray[np.int64],
    records: NDArray[np.uint32],
    weights: NDArray[np.float64],
) -> None:
    """Write the options of all states but classes, and their weights."""
    heads, lefts, rights, shares = rules
    for rule in range(len(heads)):
        left, right = lefts[rule], rights[rule]
        for n in range(1, inside.shape[1]):
            state = places[heads[rule], n]
            if right < 0:
                if inside[left, n] > 0.0:
                    records[state, 0] += 1
                    option = state + np.int64(records[state, 0])
                    records[option, 2] = places[left, n]
                    weights[option] = shares[rule] * inside[left, n]
                continue
            for i in range(1, n):
                if inside[left, i] * inside[right, n - i] > 0.0:
                    records[state, 0] += 1
                    option = state + np.int64(records[state, 0])
                    records[option, 2], records[option, 3] = places[left, i], places[right, n - i]
                    weights[option] = shares[rule] * inside[left, i] * inside[right, n - i]


@kernel
def _pair_all(records: NDArray[np.uint32], shares: NDArray[np.float64]) -> None:
    """Fill thresholds and aliases of all states (Vose 1991), and divide each state's weights by their sum."""
    state = 1
    while state < len(records):
        options, first = np.int64(records[state, 0]), state + 1
        total = 0.0
        for i in range(options):
            total += shares[first + i]
        left, order = np.empty(options, np.float64), np.empty(options, np.int64)
        lights, heavies = 0, int(options)
        for i in range(options):
            shares[first + i] /= total
            left[i] = shares[first + i] * options
            records[first + i, 0], records[first + i, 1] = 0xFFFFFFFF, i
            if left[i] < 1.0:
                order[lights] = i
                lights += 1
            else:
                heavies -= 1
                order[heavies] = i
        while lights > 0 and heavies < options:
            lights -= 1
            small, large = order[lights], order[heavies]
            records[first + small, 0], records[first + small, 1] = np.int64(left[small] * _WORD), large
            left[large] -= 1.0 - left[small]
            if left[large] < 1.0:
                heavies += 1
                order[lights] = large
                lights += 1
        state = int(first + options)


def word_entropies(made: Tables, classes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, of the first ``classes`` symbols, entropy and collision entropy of their words: two of (1, classes)."""
    bits, agree = np.empty((1, classes)), np.empty((1, classes))
    for symbol, state in enumerate(made.places[:classes, 1].tolist()):
        shares = made.shares[state + 1 : state + 1 + int(made.records[state, 0])]
        shares = shares[shares > 0.0]
        bits[0, symbol] = -(shares * np.log2(shares)).sum()
        agree[0, symbol] = -np.log2((shares * shares).sum())
    return bits, agree


def measured_length(rows: NDArray[np.float64]) -> int:
    """Return the length of the phrases that entropies are taken over: 100, or the next possible one."""
    possible = np.flatnonzero(rows[: _MEASURED + 1])
    return int(possible[-1]) if possible[-1] else int(np.flatnonzero(rows)[1])


def entropies(
    made: Tables, rows: NDArray[np.float64], words: NDArray[np.float64], agreements: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return entropies and collision entropies of derivations, in bits a word; rows: of rows_of_sentences.

    words, agreements: float64, shape (n, classes), the same of the words of each class, in n ways to draw them. Returns
    two arrays of shape (n,).
    """
    length = measured_length(rows)
    out = np.empty((2, len(words)))
    _measure_all(made, rows, length, words, agreements, out)
    return out[0], out[1]


@kernel
def _measure_all(
    made: Tables,
    rows: NDArray[np.float64],
    length: int,
    words: NDArray[np.float64],
    agreements: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    bits, agree = np.zeros(len(made.records)), np.zeros(len(made.records))
    total, collision = np.zeros(length + 1), np.zeros(length + 1)
    for way in range(len(words)):
        for symbol in range(words.shape[1]):
            state = made.places[symbol, 1]
            bits[state], agree[state] = words[way, symbol], -agreements[way, symbol]
        _measure(made, words.shape[1], bits, agree)
        for n in range(1, length + 1):
            total[n], collision[n] = 0.0, -np.inf
            for m in range(1, min(len(made.states) - 1, n) + 1):
                p = made.sentences[m] * rows[n - m]
                if p > 0.0:
                    p /= rows[n]
                    state = made.states[m]
                    total[n] += p * (bits[state] + total[n - m] - np.log2(p))
                    collision[n] = _log_sum(collision[n], 2.0 * np.log2(p) + agree[state] + collision[n - m])
        out[0, way], out[1, way] = total[length] / length, -collision[length] / length


@kernel
def _measure(made: Tables, classes: int, bits: NDArray[np.float64], agree: NDArray[np.float64]) -> None:
    """Write, at each state, the entropy of what it derives, and log2 of how probably two derivations of it agree.

    Those of the states of classes are there. What an option leads to has fewer words, or as many and a symbol of a
    lower number, so it is done before.
    """
    records, shares, places = made.records, made.shares, made.places
    for n in range(1, places.shape[1]):
        for symbol in range(classes, len(places)):
            state = places[symbol, n]
            total, same = 0.0, -np.inf
            for option in range(state + 1, state + 1 + np.int64(records[state, 0])):
                p = shares[option]
                if p > 0.0:
                    left, right = np.int64(records[option, 2]), np.int64(records[option, 3])
                    log = np.log2(p)
                    total += p * (bits[left] + bits[right] - log)
                    same = _log_sum(same, 2.0 * log + agree[left] + agree[right])
            if state:
                bits[state], agree[state] = total, same


@inline_kernel
def _log_sum(a: Any, b: Any) -> Any:
    """Return log2(2^a + 2^b), of which neither power may be representable; b is finite."""
    return max(a, b) + np.log2(1.0 + np.exp2(min(a, b) - max(a, b)))
