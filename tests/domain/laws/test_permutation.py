"""permutation: uniform, without replacement, and inverted by rank."""

import hashlib
import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import permutation as plain
from hyperphrase.laws.whole_space.permutation import BoundPermutation, Permutation
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.feistel import ROUNDS
from hyperphrase.numbers.philox import philox_block

GOLDEN = {
    (2, "uniform:min=1,max=70", 0): "1c1993e42bedb9b6395c4cfcbb3f67c9",
    (5, "uniform:min=1,max=40", 2**64 - 1): "6d9a5a6530f06f1acfe4390d9741ad6f",
    (1000, "fixed:length=3", 1): "06a7204e9985b80917c905ef0f16c923",
    (50_000, "uniform:min=1,max=9", 2**63 + 5): "3865fb2befa0b1fd767b1932c85d1ace",
    (250_000, "uniform:min=10,max=190", 0): "9f7d22d304dd481fa830f424459a8cdf",
    (1 << 20, "uniform:min=1,max=6", 7): "918efc9e2b9eaa7ff15d20e67d7ad343",
}
SMALL = [(v, length) for v in (2, 3, 5, 7, 10, 30, 100, 4999) for length in range(1, 13) if v**length <= 5000]


def near(chi_square, freedom):
    """Tell whether a chi-square is within 4.5 standard deviations (Wilson and Hilferty 1931)."""
    cube = (chi_square / freedom) ** (1 / 3)
    return abs(cube - (1 - 2 / (9 * freedom))) < 4.5 * (2 / (9 * freedom)) ** 0.5


def chi_square(counts):
    """Return the chi-square of counts that should all be alike."""
    counts = np.asarray(counts, float).ravel()
    return ((counts - counts.mean()) ** 2 / counts.mean()).sum(), len(counts) - 1


def drawn(law, key, seeds, length, symbols=None):
    """Return the first symbols of phrases of one length: uint32, (seeds, symbols)."""
    seeds = np.asarray(seeds, np.uint64)
    symbols = length if symbols is None else symbols
    ids = np.empty(len(seeds) * symbols, np.uint32)
    offsets = np.arange(len(seeds) + 1, dtype=np.int64) * symbols
    law.draw(Batch(np.uint64(key), seeds, np.full(len(seeds), length), offsets, ids))
    return ids.reshape(len(seeds), symbols)


def feistel(x, a, b, size, length, key, rounds=ROUNDS):
    """Return what the permutation makes of x, by the formula of the module's docstring in plain Python."""
    left, right = divmod(x, b)
    for number in range(rounds):
        n, other = (b, left) if number % 2 else (a, right)
        counter = (length * ROUNDS + number, 4, other & 0xFFFFFFFF, other >> 32)
        words = philox_block.py_func(*map(np.uint64, (*counter, key & 0xFFFFFFFF, key >> 32)))
        shift = n * ((int(words[1]) << 32) | int(words[0])) >> 64
        left, right = ((left + shift) % a, right) if number % 2 == 0 else (left, (right + shift) % b)
    y = left * b + right
    return y if not size or y < size else feistel(y, a, b, size, length, key, rounds)


@pytest.mark.parametrize(("vocabulary", "length"), SMALL)
def test_all_seeds_together_give_every_phrase_once(vocabulary, length):
    ids = drawn(BoundPermutation(vocabulary), 3, range(vocabulary**length), length)
    numbers = ids.astype(np.int64) @ vocabulary ** np.arange(length)[::-1]
    assert list(range(vocabulary**length)) == sorted(numbers.tolist())


@pytest.mark.parametrize(
    ("vocabulary", "length", "a", "b", "size"),
    [
        (7, 3, 19, 19, 343),
        (2, 5, 6, 6, 32),
        (250_000, 3, 125_000_000, 125_000_000, 250_000**3),
        (250_000, 40, 250_000**2, 250_000**2, 0),
        (50_000, 5, 50_000**2, 50_000**3, 0),
        (2, 63, 2**31, 2**32, 0),
    ],
)
def test_the_first_symbols_are_the_digits_of_the_formula(vocabulary, length, a, b, size):
    digits = length if size else next(m for m in range(1, 99) if vocabulary**m >= 2**63)
    seeds = [0, 1, 5, 31] if size == 32 else [0, 1, 5, 342, *([] if size == 343 else [2**40 + 1, 2**53 - 1])]
    found = drawn(BoundPermutation(vocabulary), 2**63 + 9, seeds, length, digits)
    for seed, ids in zip(seeds, found.tolist(), strict=True):
        number = feistel(seed, a, b, size, length, 2**63 + 9)
        assert ids == [number // vocabulary**place % vocabulary for place in range(digits)][::-1]


@given(st.integers(2, 500_000), st.integers(1, 500), st.integers(0, 2**64 - 1), st.data())
def test_a_phrase_tells_its_seed(vocabulary, length, key, data):
    law, stop = BoundPermutation(vocabulary), min(vocabulary**length, 2**63)
    seed = data.draw(st.integers(0, stop - 1))
    assert seed == law.rank(key, drawn(law, key, [seed], length)[0].tolist())


@pytest.mark.parametrize("vocabulary", [250_000, 500_000, 1 << 20])
@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 17, 500])
def test_a_phrase_of_many_hyperwords_tells_its_seed(vocabulary, length):
    law, stop = BoundPermutation(vocabulary), min(vocabulary**length, 2**63)
    seeds = [0, 1, stop // 3, stop - 2, stop - 1]
    for seed, ids in zip(seeds, drawn(law, 99, seeds, length).tolist(), strict=True):
        assert seed == law.rank(99, ids)


@pytest.mark.parametrize(("vocabulary", "length", "keys"), [(2, 1, 2000), (3, 1, 3000), (2, 2, 6000), (5, 1, 9000)])
def test_every_order_of_a_tiny_space_is_equally_likely(vocabulary, length, keys):
    law, size = BoundPermutation(vocabulary), vocabulary**length
    orders = dict.fromkeys(itertools.permutations(range(size)), 0)
    for key in range(keys):
        ids = drawn(law, key, range(size), length).astype(np.int64)
        orders[tuple((ids @ vocabulary ** np.arange(length)[::-1]).tolist())] += 1
    assert near(*chi_square(list(orders.values())))


def test_fewer_rounds_do_not_make_every_order_equally_likely():
    """The test before refuses four rounds in place of ten."""
    orders = dict.fromkeys(itertools.permutations(range(4)), 0)
    for key in range(2000):
        orders[tuple(feistel(x, 2, 2, 4, 2, key, rounds=4) for x in range(4))] += 1
    assert not near(*chi_square(list(orders.values())))


@pytest.mark.parametrize(("vocabulary", "length"), [(40, 3), (40, 30), (3, 45), (6, 24), (40, 12)])
@pytest.mark.parametrize("first", [0, 2**50])
def test_symbols_are_uniform_and_pairs_of_them_independent(vocabulary, length, first):
    if first >= vocabulary**length:
        first = 1000
    ids = drawn(BoundPermutation(vocabulary), 5, range(first, first + 50_000), length)
    for place in {0, 1, length // 2 - 1, length // 2, length - 1}:
        counts = np.bincount(ids[:, place], minlength=vocabulary)
        # of a small space most phrases are taken: what is left varies less than a free draw
        assert chi_square(counts)[0] < vocabulary + 4.5 * (2 * vocabulary) ** 0.5
    if vocabulary**length > 10**6:
        pairs = [(ids[:, i], ids[:, j]) for i, j in ((0, 1), (0, length // 2), (1, length - 1))]
        pairs += [(ids[:-1, place], ids[1:, place]) for place in (0, length // 2)]  # of one seed and the next
        for x, y in pairs:
            assert near(*chi_square(np.bincount(x.astype(int) * vocabulary + y, minlength=vocabulary**2)))


def test_uniformity_refuses_a_law_that_prefers_one_symbol():
    ids = drawn(BoundPermutation(40), 5, range(50_000), 30)[:, 0]
    ids[np.random.default_rng(1).random(50_000) < 0.005] = 0
    assert not near(*chi_square(np.bincount(ids, minlength=40)))


def test_the_plain_version_draws_without_replacement_too():
    made = plain.phrases(1, 125, 3, 5)
    assert sorted(map(tuple, made)) == list(itertools.product(range(5), repeat=3))


def test_the_uniform_law_repeats_where_this_one_does_not(phrases_of, phrase_tuples):
    seeds = range(900)
    assert 900 == len(set(phrase_tuples(phrases_of("permutation", "fixed:length=2", 30), seeds)))
    assert 700 > len(set(phrase_tuples(phrases_of("uniform", "fixed:length=2", 30), seeds)))


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=9), st.integers(1, 30))
def test_a_prefix_is_the_beginning_of_the_phrase(phrases_of, phrase_tuples, seeds, symbols):
    for vocabulary in (2, 300):
        phrases = phrases_of("permutation", "uniform:min=1,max=99", vocabulary, 13)
        whole = phrase_tuples(phrases, seeds)
        lengths, rows = phrases.prefixes(np.array(seeds, np.uint64), symbols)
        read = [tuple(column[:length]) for column, length in zip(rows.T.tolist(), lengths, strict=True)]
        assert [phrase[:symbols] for phrase in whole] == read
        shuffled = random.Random(1).sample(range(len(seeds)), len(seeds))
        assert [whole[i] for i in shuffled] == phrase_tuples(phrases, [seeds[i] for i in shuffled])


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(phrases_of, recipe, expected):
    vocabulary, lengths, key = recipe
    block = phrases_of("permutation", lengths, vocabulary, key).draw_reused(
        np.array([*range(1000), 2**53 + 1, 2**62, 2**63 - 1], np.uint64)
    )
    state = hashlib.sha256(block.lengths.astype("<u4").tobytes() + block.ids.astype("<u4").tobytes())
    assert expected == state.hexdigest()[:32]


def test_seeds_end_with_the_phrases_of_the_shortest_length(recipe_of):
    assert 5 == recipe_of("permutation", "uniform:min=1,max=4", 5).seed_stop()
    assert 2**63 == recipe_of("permutation", "uniform:min=10,max=40", 250_000).seed_stop()
    assert 2**62 == recipe_of("permutation", "geometric:min=62,max=99,p=0.1", 2).seed_stop()
    assert 2**63 == recipe_of("permutation", "fixed:length=65535", 1 << 20).seed_stop()
    assert Permutation.injective


def test_a_seed_beyond_the_space_counts_on_from_its_start():
    """No command lets such seeds through; a sample that is drawn to tell bytes may hold some."""
    law = BoundPermutation(3)
    assert drawn(law, 1, range(9), 2).tolist() == drawn(law, 1, range(9, 18), 2).tolist()
