"""``shuffle_dyck``: every beginning of a word as often as the law says."""

import functools
import hashlib
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import shuffle_dyck as plain
from hyperphrase.errors import InputError
from hyperphrase.laws.dependencies.shuffle_dyck import ShuffleDyck
from hyperphrase.numbers.batch import Batch

# law -> first half of the SHA-256 of the ids of seeds 0..99, 101 symbols each; a change needs a new recipe_version
GOLDEN = {
    ShuffleDyck(): "3425b2d6b9aec9db30978ac82fb5241f",
    ShuffleDyck(k=2, p=0.5, max_depth=16): "9aef4b1ae8df1e1ecd55518c6df6cf31",
    ShuffleDyck(k=500_000, p=0.9, max_depth=65_535): "1104c22784599a66c3a4f152305cd7ab",
}


@functools.cache
def bound_law_of(law):
    return law.bind(law.vocabulary(), None)


def drawn(law, seeds, length, key=1):
    """Return the phrases of ``seeds`` as an array (phrases, length)."""
    seeds = np.asarray(seeds, np.uint64)
    ids = np.empty(len(seeds) * length, np.uint32)
    offsets = np.arange(len(seeds) + 1) * length
    bound_law_of(law).draw(Batch(np.uint64(key), seeds, np.full(len(seeds), length), offsets, ids))
    return ids.reshape(-1, length)


def words(length, law, weighted=False):
    """Return the probability of every phrase of ``length`` symbols; ``weighted`` closes brackets, not types, alike."""
    found = {}
    unfinished = [((), (0,) * law.k, 1.0)]
    while unfinished:
        word, counts, share = unfinished.pop()
        depth, kinds = sum(counts), [kind for kind in range(law.k) if counts[kind]]
        if len(word) == length:
            found[word] = share
            continue
        opens = 1.0 if depth == 0 else law.p if depth < law.max_depth else 0.0
        steps = [(kind, kind, 1, opens / law.k) for kind in range(law.k) if opens]
        for kind in kinds if opens < 1.0 else ():
            chance = counts[kind] / depth if weighted else 1 / len(kinds)
            steps.append((law.k + kind, kind, -1, (1.0 - opens) * chance))
        for bracket, kind, change, chance in steps:
            after = tuple(count + change * (i == kind) for i, count in enumerate(counts))
            unfinished.append(((*word, bracket), after, share * chance))
    return found


def refuted(phrases, expected):
    """Tell whether phrases are not as often as ``expected``, word -> probability, by chi-square; one in 30,000 errs."""
    counts = Counter(map(tuple, np.asarray(phrases).tolist()))
    if counts.keys() - expected.keys():
        return True
    n, free = len(phrases), len(expected) - 1
    statistic = sum((counts[word] - n * share) ** 2 / (n * share) for word, share in expected.items())
    return statistic > free * (1 - 2 / (9 * free) + 4 * math.sqrt(2 / (9 * free))) ** 3  # Wilson and Hilferty 1931


CASES = [
    (8, ShuffleDyck(k=1, p=0.51, max_depth=3)),
    (6, ShuffleDyck(k=2, p=0.51, max_depth=4)),
    (5, ShuffleDyck(k=3, p=0.4, max_depth=2)),
]


@pytest.mark.parametrize(("length", "law"), CASES, ids=str)
def test_every_phrase_is_as_likely_as_the_law_says(length, law):
    expected = words(length, law)
    assert math.isclose(1.0, math.fsum(expected.values()))
    assert not refuted(drawn(law, range(100_000), length), expected)
    theirs = plain.phrases(7, 10_000, length, 2 * law.k, k=law.k, p=law.p, max_depth=law.max_depth)
    assert not refuted(theirs, expected)


@pytest.mark.parametrize(("length", "law"), CASES, ids=str)
def test_a_slightly_wrong_law_is_found(length, law):
    wrong = ShuffleDyck(k=law.k, p=law.p + 0.02, max_depth=law.max_depth)
    assert refuted(drawn(wrong, range(100_000), length), words(length, law))


def test_closing_by_brackets_instead_of_types_is_found():
    length, law = CASES[1]
    assert refuted(drawn(law, range(100_000), length), words(length, law, weighted=True))


def closings(phrases, k):
    """Yield (place of the closed type among the open ones by id, number of open types) of each closed bracket."""
    for phrase in phrases:
        counts = Counter()
        for bracket in phrase:
            if bracket < k:
                counts[bracket] += 1
            else:
                kinds = sorted(kind for kind in counts if counts[kind])
                yield kinds.index(bracket - k), len(kinds)
                counts[bracket - k] -= 1


def test_the_published_parameters_open_and_close_as_they_say():
    """Depths, types of opened brackets and types of closed ones, over phrases too long to list."""
    law, n = ShuffleDyck(), 400
    ours = drawn(law, range(n), 500)
    theirs = np.array(plain.phrases(3, 40, 500, 128))
    for phrases in (ours, theirs):
        depth = np.cumsum(np.where(phrases < 64, 1, -1), axis=1)
        assert (0, 8) == (depth.min(), depth.max())
        inside = (depth[:, :-1] > 0) & (depth[:, :-1] < 8)
        opened = (phrases[:, 1:] < 64)[inside]
        assert abs(opened.mean() - 0.51) < 4.5 * 0.5 / math.sqrt(len(opened))
        counts = np.bincount(phrases[phrases < 64], minlength=64)
        assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 63 + 4.5 * math.sqrt(2 * 63)
        table = np.zeros((9, 8))
        for place, kinds in closings(phrases[:40].tolist(), 64):
            table[kinds, place] += 1
        for kinds in range(2, 9):
            row = table[kinds, :kinds]
            assert ((row - row.mean()) ** 2 / row.mean()).sum() < kinds - 1 + 4.5 * math.sqrt(2 * (kinds - 1))


@given(st.integers(1, 4), st.floats(0, 1), st.integers(1, 9), st.integers(1, 300), st.integers(0, 2**63 - 4))
def test_nothing_closes_that_is_not_open(k, p, max_depth, length, seed):
    law = ShuffleDyck(k=k, p=p, max_depth=max_depth)
    for phrase in drawn(law, range(seed, seed + 3), length):
        depths = np.array([np.cumsum((phrase == kind).astype(int) - (phrase == k + kind)) for kind in range(k)])
        assert depths.min() >= 0
        assert depths.sum(axis=0).max() <= max_depth
        assert phrase.max() < 2 * k


@given(st.integers(1, 600))
def test_a_shorter_phrase_is_the_beginning_of_a_longer_one(length):
    law = ShuffleDyck(k=3, max_depth=20)
    assert drawn(law, range(9), 600)[:, :length].tolist() == drawn(law, range(9), length).tolist()


@pytest.mark.parametrize(("law", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(law, expected):
    ids = drawn(law, [*range(99), 2**63 - 1], 101, key=7)
    assert expected == hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(("length", "law"), CASES, ids=str)
def test_entropies_are_those_of_all_phrases(length, law):
    shares = np.array([share for share in words(length, law).values() if share])
    bound = law.bind(2 * law.k, None).for_lengths(np.array([length]))
    assert math.isclose(-(shares * np.log2(shares)).sum() / length, bound.entropy, abs_tol=0.03)
    collision = -math.log2((shares**2).sum()) / length
    assert 0.8 * collision < bound.collision_entropy <= collision + 1e-9


def test_the_vocabulary_has_two_brackets_of_each_type():
    assert 128 == ShuffleDyck().vocabulary()


@pytest.mark.parametrize(
    ("parameters", "named"), [({"k": 0}, "k=0"), ({"p": -0.1}, "p=-0.1"), ({"max_depth": 0}, "max_depth=0")]
)
def test_wrong_parameters_are_refused(parameters, named):
    with pytest.raises(InputError, match=named):
        ShuffleDyck(**parameters)
