"""Single draws are exact, and come from the words that their step owns."""

import numpy as np
import pytest

from hyperphrase.kernels import kernel
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.philox import SYMBOL_STREAM, TIE_STREAM, philox_block
from hyperphrase.numbers.single_draws import (
    STEPS,
    WORDS,
    Position,
    bernoulli,
    categorical,
    step_words,
    threshold,
    uniform_below,
)

KEY, SEED = np.uint64(0x0123456789ABCDEF), np.uint64(2**40 + 7)


@kernel
def words_of_steps(steps, seed, key):
    words, out = np.empty(WORDS, np.uint32), np.empty(2 * steps, np.uint32)
    for step in range(steps):
        at = step_words(words, step, seed, key)
        out[2 * step] = words[at]
        out[2 * step + 1] = words[at + 1]
    return out


@kernel
def uniforms_below(words, n, second, seed, key):
    out = np.empty(len(words), np.uint64)
    for step in range(len(words)):
        out[step] = uniform_below(words[step], n, Position(step, second, seed, key))
    return out


@kernel
def outcomes(words, table, second, seed, key):
    out = np.empty(len(words), np.uint32)
    for step in range(len(words)):
        out[step] = categorical(words[step], table, Position(step, second, seed, key))
    return out


@kernel
def bernoullis(words, limit):
    out = np.empty(len(words), np.bool_)
    for step in range(len(words)):
        out[step] = bernoulli(words[step], limit)
    return out


def block(number, stream):
    """Return the four words of a block of the phrase's stream."""
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    halves = SEED & mask, SEED >> half, KEY & mask, KEY >> half
    return [int(word) for word in philox_block.py_func(np.uint64(number), stream, *halves)]


def test_step_i_owns_words_2i_and_2i_plus_1():
    steps = 2 * STEPS + 3
    expected = [word for number in range(steps // 2 + 1) for word in block(number, SYMBOL_STREAM)][: 2 * steps]
    assert expected == words_of_steps(steps, SEED, KEY).tolist()


@pytest.mark.parametrize("second", [0, 1])
@pytest.mark.parametrize("n", [1, 2, 3, 1000, 249_999, 2**20, 2**31])
def test_uniform_below_is_the_product_of_n_and_a_binary_fraction(n, second):
    edges = [i * 2**32 // n + d for i in (1, n // 2, n - 1) for d in (-1, 0, 1)]  # where a carry may decide
    words = np.array([word % 2**32 for word in [0, 1, 2**32 - 1, 12345, *edges]], np.uint32)
    more = [block(step, TIE_STREAM)[2 * second + 1] for step in range(len(words))]
    expected = [(int(word) * 2**32 + low) * n >> 64 for word, low in zip(words, more, strict=True)]
    assert expected == uniforms_below(words, np.uint64(n), second, SEED, KEY).tolist()


@pytest.mark.parametrize("second", [0, 1])
def test_categorical_draws_the_tables_law_and_settles_ties_by_more_bits(second):
    table = AliasTable.of(1.0 / np.arange(1, 51))
    heads, low = table.entries >> np.uint32(table.bits), 32 - table.bits
    ties = (np.arange(len(heads), dtype=np.uint32) << np.uint32(low)) | heads  # each column's fraction is its head
    more = [block(step, TIE_STREAM)[2 * second : 2 * second + 2] for step in range(len(ties))]
    own = [(m[0] | m[1] << 32) >> (56 - table.bits) < int(t) for m, t in zip(more, table.tails, strict=True)]
    alias = table.entries & np.uint32((1 << table.bits) - 1)
    expected = [column if o else int(alias[column]) for column, o in enumerate(own)]
    assert expected == outcomes(ties, table, second, SEED, KEY).tolist()
    below_head, above = ties[heads > 0] - np.uint32(1), ties + np.uint32(1)
    columns = np.flatnonzero(heads > 0)
    drawn = outcomes(below_head, table, second, SEED, KEY)
    assert columns.tolist() == drawn.tolist()
    assert alias.tolist() == outcomes(above, table, second, SEED, KEY).tolist()


@pytest.mark.parametrize("probability", [0.0, 0.25, 0.51, 1.0])
def test_an_event_happens_for_its_share_of_words(probability):
    limit = round(probability * 2**32)
    words = np.array([w for w in (0, limit - 1, limit, 2**32 - 1) if 0 <= w < 2**32], np.uint32)
    assert [int(word) < limit for word in words] == bernoullis(words, threshold(probability)).tolist()
