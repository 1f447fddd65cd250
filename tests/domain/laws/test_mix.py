"""``mix``: ``nest`` with a share of ``cross``."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import cross, mix
from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.numbers.single_draws import Position, categorical, more_bits
from tests.domain.laws.pair_laws import KEY, bound_law_of, digest, disagree, draw, law_of, prefixes_agree, steps_of

# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("mix", 250_000): "14e3d32842531db830fdc0f0232569ae",
    ("mix:eps=0.3,paired=true,q=0.4,s=0", 50_000): "2408e62fcfb49b06b2f62b8c8576f763",
    ("mix:eps=0.1,window=40,distance_q=0.4", 30): "2a62be5796079ea8c3f17570a16650c8",
}


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == digest(*recipe)


@pytest.mark.parametrize("law", ["mix", "mix:eps=0.5,paired=true", "mix:eps=1"])
def test_a_prefix_is_the_beginning_of_the_phrase(law):
    assert prefixes_agree(law, 1000)


@kernel
def distance_at(table, position):
    draw = np.uint32(more_bits(position) & np.uint64(0xFFFFFFFF))
    return 1 + 2 * np.int64(categorical(draw, table, position))


def replay(law, vocabulary, seed, length):
    """Draw a phrase cell by cell, in a list and a stack."""
    bound, eps = bound_law_of(str(law), vocabulary), law.eps
    draws, words = steps_of(bound.table, 1, seed, length)
    far, partner = bound.distances, int(bound.partner)
    cells, stack = [-1] * length, []
    for t in range(length):
        if cells[t] >= 0:
            continue
        if draws[t][0] < round(eps * 2**32):
            cells[t] = words[t]
            distance = int(distance_at(far, Position(t, 0, np.uint64(seed), np.uint64(KEY))))
            cross.place_partner(cells, t, distance, words[t] + partner)
        elif not stack or draws[t][0] < round((eps + (1 - eps) * law.q) * 2**32):
            cells[t] = words[t]
            stack.append(words[t])
        else:
            cells[t] = stack.pop() + partner
    return cells


@given(st.sampled_from(["mix", "mix:eps=0.4,paired=true", "mix:eps=1,s=0"]), st.integers(0, 2**63))
def test_many_steps_at_a_time_are_one_step_after_the_other(law, seed):
    assert replay(law_of(law), 500_000, seed, 300) == draw(law, 500_000, 1, 300, first=seed)[0].tolist()


def test_without_crossing_it_is_nest():
    assert draw("nest:q=0.4", 1000, 200, 300).tolist() == draw("mix:eps=0,q=0.4", 1000, 200, 300).tolist()


def crossings(ids, words):
    """Count the phrases' pairs by how many others they cross, in phrases of distinct words."""
    counts = np.zeros(12, int)
    for phrase in np.asarray(ids).tolist():
        at = {word: t for t, word in enumerate(phrase)}
        if len(at) < len(phrase):
            continue
        arcs = np.array([(t, at[word + words]) for word, t in at.items() if word < words and word + words in at])
        starts, ends = arcs[:, :1], arcs[:, 1:]
        crossed = ((starts < starts.T) & (starts.T < ends) & (ends < ends.T)).sum(axis=0)
        counts += np.bincount(np.minimum(crossed, 11), minlength=12)
    return counts


@pytest.mark.parametrize("eps", [0.01, 0.1])
def test_as_many_pairs_cross_as_in_the_plain_version(eps):
    ours = crossings(draw(f"mix:eps={eps},paired=true,s=0", 400_000, 5000, 60), 200_000)
    assert not disagree(ours, crossings(mix.phrases(4, 5000, 60, 400_000, eps=eps, paired=True, s=0), 200_000))
    assert disagree(ours, crossings(draw(f"mix:eps={eps + 0.02},paired=true,s=0", 400_000, 5000, 60), 200_000))


def test_nothing_crosses_without_crossing_and_all_that_pairs_may_cross_with():
    nested = crossings(draw("mix:eps=0,paired=true,s=0", 400_000, 500, 60), 200_000)
    assert nested[1:].sum() == 0 < nested[0]
    ours = crossings(draw("mix:eps=1,paired=true,s=0", 400_000, 3000, 60), 200_000)
    assert not disagree(ours, crossings(draw("cross:paired=true,s=0", 400_000, 3000, 60), 200_000))


def test_open_words_at_the_end_are_as_many_as_in_the_plain_version():
    def counts(ids):
        ids = np.asarray(ids)
        return np.bincount((ids < 50).sum(axis=1), minlength=61)

    ours = counts(draw("mix:eps=0.1,paired=true", 100, 20_000, 60))
    assert not disagree(ours, counts(mix.phrases(6, 4000, 60, 100, eps=0.1, paired=True)))
    assert disagree(ours, counts(draw("mix:eps=0.1,q=0.51,paired=true", 100, 20_000, 60)))


@pytest.mark.parametrize("law", ["mix:eps=1.1", "mix:q=2", "mix:distance_q=1", "mix:close=true"])
def test_parameters_outside_their_range_are_refused(law):
    with pytest.raises(InputError, match=f"law={law}: "):
        law_of(law)


def test_the_entropy_is_nests_without_crossing_and_crosss_with_nothing_else():
    for paired in ("true", "false"):
        nest, cross_alone = (bound_law_of(f"{law}:paired={paired}", 20_000).entropy for law in ("nest", "cross"))
        assert bound_law_of(f"mix:eps=0,paired={paired}", 20_000).entropy == pytest.approx(nest, rel=0.02)
        assert bound_law_of(f"mix:eps=1,paired={paired}", 20_000).entropy == cross_alone
