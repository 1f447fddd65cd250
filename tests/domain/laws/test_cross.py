"""``cross``: distances of partners, where they move to, words without one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import cross
from hyperphrase.errors import InputError
from hyperphrase.laws.dependencies.cross import distance_weights
from tests.domain.laws.pair_laws import (
    bound_law_of,
    differs,
    digest,
    disagree,
    draw,
    law_of,
    prefixes_agree,
    shares,
    steps_of,
)

# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("cross", 250_000): "0d97892bd4e384cb15a95baffadb906c",
    ("cross:distance_q=0.4,window=40,paired=true,s=0", 50_000): "5686f0a81574ac302b769eca0c83fca3",
    ("cross:window=2,s=0.5,beta=0", 30): "de5d9e8239b5dc378c27dde16f3b0a77",
}


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == digest(*recipe)


@pytest.mark.parametrize("law", ["cross", "cross:window=20,paired=true"])
def test_a_prefix_is_the_beginning_of_the_phrase(law):
    assert prefixes_agree(law, 1000)


def replay(law, vocabulary, seed, length):
    """Draw a phrase cell by cell, in a list."""
    bound = bound_law_of(law, vocabulary)
    words = steps_of(bound.table, 1, seed, length)[1]
    distances = steps_of(bound.distances, 0, seed, length)[1]
    cells = [-1] * length
    for t in range(length):
        if cells[t] < 0:
            cells[t] = words[t]
            cross.place_partner(cells, t, 1 + 2 * distances[t], words[t] + int(bound.partner))
    return cells


@given(
    st.sampled_from(["cross", "cross:paired=true,window=30", "cross:s=0,distance_q=0.9"]),
    st.integers(0, 2**63),
    st.integers(1, 300),
)
def test_many_steps_at_a_time_are_one_step_after_the_other(law, seed, length):
    expected = replay(law, 500_000, seed, length)
    assert expected == draw(law, 500_000, 1, length, first=seed)[0].tolist()


@pytest.mark.parametrize(
    ("taken", "cell"), [("", 5), ("5", 4), ("45", 6), ("456", 3), ("3456", 7), ("34567", None), ("5678", 4)]
)
def test_a_partner_moves_to_the_nearest_free_cell(taken, cell):
    """The rule of the plain version, which the replay shows to be ours."""
    cells = [1 if t == 0 or str(t) in taken else -1 for t in range(9)]
    before = list(cells)
    cross.place_partner(cells, 0, 5, 77)
    assert ([cell] if cell else []) == [t for t in range(9) if cells[t] != before[t]]


def test_a_partner_beyond_the_end_is_not_moved_into_the_phrase():
    cells = [1, -1, -1]
    cross.place_partner(cells, 0, 3, 77)
    assert [1, -1, -1] == cells


def arcs_of(ids, words):
    """Return how far each word's partner is, 0 if it has none, -1 for partners: (phrases of distinct words, length)."""
    found = []
    for phrase in ids.tolist():
        at = {word: t for t, word in enumerate(phrase)}
        if len(at) == len(phrase):
            found.append([at.get(word + words, t) - t if word < words else -1 for t, word in enumerate(phrase)])
    return np.array(found)


def first_distances(ids, words):
    """Count the distances 1, 3, ... of the first word's partner, after those without one."""
    return np.bincount((arcs_of(ids, words)[:, 0] + 1) // 2, minlength=ids.shape[1] // 2 + 1)


def first_law(length, q=0.5, window=512):
    """Return the law of :func:`first_distances`: the first cell's partner is never moved."""
    weights = distance_weights(q, window)
    inside = weights[: length // 2] / weights.sum()
    return np.append(1 - inside.sum(), inside)


def test_distances_follow_their_law():
    assert not differs(first_distances(draw("cross:paired=true,s=0", 400_000, 10_000, 40), 200_000), first_law(40))
    short = draw("cross:paired=true,s=0,distance_q=0.4,window=30", 400_000, 10_000, 40)
    assert not differs(first_distances(short, 200_000)[:16], first_law(30, 0.4, 30))
    plain = np.array(cross.phrases(1, 2000, 40, 400_000, paired=True, s=0))
    assert not differs(first_distances(plain, 200_000), first_law(40))


@pytest.mark.parametrize("wrong", ["distance_q=0.38", "distance_q=0.42", "distance_q=0.4,window=60"])
def test_slightly_wrong_distances_are_refused(wrong):
    ids = draw(f"cross:paired=true,s=0,{wrong}", 400_000, 20_000, 40)
    assert differs(first_distances(ids, 200_000), first_law(40, 0.4))


def test_all_distances_and_words_without_a_partner_are_those_of_the_plain_version():
    def counts(ids):
        return np.bincount(arcs_of(np.asarray(ids), 200_000).ravel() + 1, minlength=61)[1:]

    ours = counts(draw("cross:paired=true,s=0,distance_q=0.4", 400_000, 6000, 60))
    assert not disagree(ours, counts(cross.phrases(2, 4000, 60, 400_000, paired=True, s=0, distance_q=0.4)))
    assert disagree(ours, counts(draw("cross:paired=true,s=0,distance_q=0.42", 400_000, 6000, 60)))
    assert ours[2::2].sum() > 0.05 * ours[1:].sum()  # distances that only moved partners have


def test_words_follow_their_weights():
    def counts(ids):
        return np.bincount(ids[ids < 50], minlength=50)

    assert not differs(counts(draw("cross:paired=true", 100, 10_000, 60)), shares(50))
    assert not differs(counts(np.array(cross.phrases(5, 2000, 60, 100, paired=True))), shares(50))
    assert differs(counts(draw("cross:paired=true,s=1.02", 100, 20_000, 60)), shares(50))


def test_partners_are_the_words_again_unless_paired():
    assert (draw("cross:paired=true", 100, 300, 120) % 50).tolist() == draw("cross", 50, 300, 120).tolist()


def test_distances_are_those_of_the_published_simulation():
    """Counts of deplengths_nesting-nolimit.json: pairs closed in 5,000 lines of 512 symbols, opened by fair coins."""
    published = {1: 661878, 3: 164239, 5: 81838, 7: 50996, 9: 35561, 11: 26833, 21: 10312, 51: 2519, 101: 897, 201: 236}
    counts = 5000 * distance_weights(0.5, 512)
    for distance, count in published.items():
        assert abs(counts[distance // 2] - count) < 4.5 * np.sqrt(count)


@pytest.mark.parametrize(("q", "window"), [(0.0, 2), (0.0, 9), (0.3, 7), (0.5, 2), (0.99, 12)])
def test_distances_are_those_of_all_short_nests(q, window):
    """Every sequence of coins, with its probability."""
    expected = np.zeros(window // 2)
    for coins in range(1 << window):
        stack, chance, closed = [], 1.0, []
        for t in range(window):
            opens = coins >> t & 1
            chance *= q if opens else 1.0 - q
            if not stack or opens:
                stack.append(t)
            else:
                closed.append((t - stack.pop()) // 2)
        for j in closed:
            expected[j] += chance
    np.testing.assert_allclose(distance_weights(q, window), expected, rtol=1e-12)


@pytest.mark.parametrize("law", ["cross:distance_q=1", "cross:window=1", "cross:window=5000", "cross:window=2.5"])
def test_parameters_outside_their_range_are_refused(law):
    with pytest.raises(InputError, match=f"law={law}: "):
        law_of(law)


def test_a_vocabulary_that_cannot_be_halved_is_refused():
    with pytest.raises(InputError, match="101 is odd"):
        law_of("cross:paired=true").check(101)


def test_the_entropy_is_about_that_of_words_and_of_distances_together():
    """Of 100 symbols some 54 are words; a partner's cell says less than its distance, some of which lead nowhere."""
    bound = bound_law_of("cross:paired=true", 20_000)
    ids, p, d = draw("cross:paired=true", 20_000, 2000, 100), shares(10_000), distance_weights(0.5, 512)
    words = (ids < 10_000).mean() * -(p * np.log2(p)).sum()
    d = d / d.sum()
    assert words < bound.entropy < words + (ids < 10_000).mean() * -(d * np.log2(d)).sum()
