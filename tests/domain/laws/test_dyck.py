"""``dyck``: every balanced word as often as the law says."""

import functools
import hashlib
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import dyck as plain
from hyperphrase.errors import InputError
from hyperphrase.laws.dependencies.dyck import Dyck
from hyperphrase.numbers.batch import Batch

# law -> first half of the SHA-256 of the ids of seeds 0..99, 100 symbols each; a change needs a new recipe_version
GOLDEN = {
    Dyck(): "da37b46be3fc3d98d7d8ad529cb142ba",
    Dyck(k=1, p=0.5): "0cf53861ff333f429b76abb7ee368ebd",
    Dyck(k=500_000, p=0.9): "3a74582fb44a9a0118d3cb7fb7b25400",
}


@functools.cache
def bound_law_of(law):
    return law.bind(law.vocabulary(), None)


def drawn(law, seeds, length, asked=None, key=1):
    """Return the first symbols of the phrases of ``seeds`` as an array (phrases, asked)."""
    asked = length if asked is None else asked
    seeds = np.asarray(seeds, np.uint64)
    ids = np.empty(len(seeds) * asked, np.uint32)
    offsets = np.arange(len(seeds) + 1) * asked
    bound_law_of(law).draw(Batch(np.uint64(key), seeds, np.full(len(seeds), length), offsets, ids))
    return ids.reshape(-1, asked)


def balanced(phrase, k):
    stack = []
    for bracket in phrase:
        if bracket < k:
            stack.append(bracket)
        elif not stack or stack.pop() != bracket - k:
            return False
    return not stack


def words(length, k, p):
    """Return the probability of every word."""
    found = {}
    unfinished = [((), (), 1.0)]
    while unfinished:
        word, stack, share = unfinished.pop()
        rest = length - len(word)
        if not rest:
            found[word] = share
            continue
        opens = 1.0 if not stack else p if len(stack) < rest else 0.0
        for kind in range(k) if opens else ():
            unfinished.append(((*word, kind), (*stack, kind), share * opens / k))
        if opens < 1.0:
            unfinished.append(((*word, k + stack[-1]), stack[:-1], share * (1.0 - opens)))
    return found


def refuted(phrases, expected):
    """Tell whether phrases are not as often as ``expected``, word -> probability, by chi-square; one in 30,000 errs."""
    counts = Counter(map(tuple, np.asarray(phrases).tolist()))
    if counts.keys() - expected.keys():
        return True
    n, free = len(phrases), len(expected) - 1
    statistic = sum((counts[word] - n * share) ** 2 / (n * share) for word, share in expected.items())
    return statistic > free * (1 - 2 / (9 * free) + 4 * math.sqrt(2 / (9 * free))) ** 3  # Wilson and Hilferty 1931


CASES = [(8, 1, 0.49), (6, 2, 0.49), (4, 5, 0.3), (10, 1, 0.8)]


@pytest.mark.parametrize(("length", "k", "p"), CASES)
def test_every_word_is_as_likely_as_the_law_says(length, k, p):
    expected = words(length, k, p)
    assert math.isclose(1.0, math.fsum(expected.values()))
    assert not refuted(drawn(Dyck(k=k, p=p), range(100_000), length), expected)
    assert not refuted(plain.phrases(7, 10_000, length, 2 * k, k=k, p=p), expected)


@pytest.mark.parametrize(("length", "k", "p"), CASES)
def test_a_slightly_wrong_law_is_found(length, k, p):
    assert refuted(drawn(Dyck(k=k, p=p + 0.02), range(100_000), length), words(length, k, p))


def test_types_are_uniform():
    phrases = drawn(Dyck(), range(5000), 100)
    counts = np.bincount(phrases.ravel(), minlength=128)
    assert counts[:64].tolist() == counts[64:].tolist()
    statistic = ((counts[:64] - 250_000 / 64) ** 2 / (250_000 / 64)).sum()
    assert statistic < 63 + 4.5 * math.sqrt(2 * 63)


@given(st.integers(1, 5), st.floats(0, 1), st.integers(1, 200), st.integers(0, 2**63 - 4))
def test_phrases_are_balanced(k, p, pairs, seed):
    assert all(balanced(phrase, k) for phrase in drawn(Dyck(k=k, p=p), range(seed, seed + 3), 2 * pairs).tolist())


@given(st.integers(1, 300), st.integers(1, 600))
def test_a_prefix_is_the_beginning_of_the_phrase(pairs, asked):
    asked = min(asked, 2 * pairs)
    whole = drawn(Dyck(), range(9), 2 * pairs)
    assert whole[:, :asked].tolist() == drawn(Dyck(), range(9), 2 * pairs, asked).tolist()


@pytest.mark.parametrize(("law", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(law, expected):
    ids = drawn(law, [*range(99), 2**63 - 1], 100, key=7)
    assert expected == hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(("length", "k", "p"), [*CASES, (2, 64, 0.49), (6, 2, 1.0), (6, 2, 0.0)])
def test_entropies_are_those_of_all_words(length, k, p):
    shares = np.array([share for share in words(length, k, p).values() if share])
    law = Dyck(k=k, p=p).bind(2 * k, None).for_lengths(np.array([length]))
    assert math.isclose(-(shares * np.log2(shares)).sum() / length, law.entropy, rel_tol=1e-9)
    assert math.isclose(-math.log2((shares**2).sum()) / length, law.collision_entropy, rel_tol=1e-9)


def test_the_shortest_length_has_the_least_collision_entropy():
    law = Dyck(k=3).bind(6, None)
    each = [law.for_lengths(np.array([length])).collision_entropy for length in range(2, 100, 2)]
    assert sorted(each) == each
    assert each[4] == law.for_lengths(np.arange(10, 100, 2)).collision_entropy


def test_closed_words_are_even():
    assert [True, False, True] == Dyck().makes(np.array([2, 3, 100]), 128).tolist()


def test_the_vocabulary_has_two_brackets_of_each_type():
    assert 128 == Dyck().vocabulary()
    assert 2 == Dyck(k=1).vocabulary()


@pytest.mark.parametrize(
    ("parameters", "named"), [({"k": 0}, "k=0"), ({"k": 600_000}, "k=600000"), ({"p": 1.1}, "p=1")]
)
def test_wrong_parameters_are_refused(parameters, named):
    with pytest.raises(InputError, match=named):
        Dyck(**parameters)
