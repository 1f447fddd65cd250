"""The choice of phrases: the greedy one of its source, within the budget, and no near-copies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.meaning.choice import choose
from hyperphrase.meaning.fragments import DIVERSITY
from hyperphrase.meaning.nearest import cosines

rows = st.lists(st.tuples(*[st.integers(-3, 3)] * 3).filter(any), min_size=1, max_size=12)


def by_hand(relevance, vectors, costs, budget, diversity, most):
    """The choice as its source describes it: all scores anew for each step."""
    chosen = []
    while len(chosen) < most:
        spent = sum(costs[i] for i in chosen)
        scores = {}
        for i in range(len(vectors)):
            if i not in chosen and spent + costs[i] <= budget:
                near = max((cosines(vectors[j], vectors[i : i + 1])[0] for j in chosen), default=0.0)
                scores[i] = (1.0 - diversity) * relevance[i] - diversity * near
        if not scores:
            break
        chosen.append(max(scores, key=lambda i: (scores[i], -i)))
    return chosen


def made_up(vectors, query):
    """Return (relevance, vectors), nearest first, as a search gives them."""
    found = np.array(vectors, np.int8)
    relevance = cosines(np.array(query, np.int8), found)
    order = np.argsort(-relevance, kind="stable")
    return relevance[order], found[order]


@given(
    vectors=rows,
    costs=st.lists(st.integers(1, 9), min_size=12, max_size=12),
    budget=st.integers(0, 40),
    diversity=st.sampled_from([0.0, 0.25, DIVERSITY, 0.5, 1.0]),
    most=st.integers(1, 12),
)
def test_the_choice_is_that_of_the_source(vectors, costs, budget, diversity, most):
    relevance, found = made_up(vectors, (1, 2, 3))
    chosen = choose(relevance, found, costs.__getitem__, budget, diversity=diversity, most=most)
    assert by_hand(relevance, found, costs, budget, diversity, most) == chosen
    spent = sum(costs[i] for i in chosen)
    assert spent <= budget
    rest = [costs[i] for i in range(len(found)) if i not in chosen]
    assert len(chosen) == most or all(spent + cost > budget for cost in rest)  # no other one fits


def test_without_diversity_the_nearest_are_chosen():
    relevance, vectors = made_up([(9, 1, 0), (9, 2, 0), (0, 9, 1), (9, 1, 1), (1, 1, 9)], (9, 1, 0))
    assert [0, 1, 2] == choose(relevance, vectors, lambda row: 1, 3, diversity=0.0, most=5)


def test_near_copies_are_avoided():
    copies = [(100, 60 + i, 0) for i in range(10)]
    others = [(100, -60, 0), (100, 0, 60), (100, 0, -60)]
    relevance, vectors = made_up(copies + others, (100, 20, 0))
    assert set(copies) == set(map(tuple, vectors[:10].tolist()))  # the nearest
    chosen = choose(relevance, vectors, lambda row: 1, 4, diversity=DIVERSITY, most=4)
    assert {copies[0], *others} == set(map(tuple, vectors[chosen].tolist()))
    assert [0, 1, 2, 3] == choose(relevance, vectors, lambda row: 1, 4, diversity=0.0, most=4)


def test_the_first_is_the_nearest_with_any_diversity():
    relevance, vectors = made_up([(1, 0, 0), (0, 1, 0), (0, 0, 1)], (1, 2, 3))
    for diversity in (0.0, 0.5, 1.0):
        assert 0 == choose(relevance, vectors, lambda row: 1, 3, diversity=diversity, most=3)[0]


def test_ties_go_to_the_lower_row():
    relevance, vectors = np.full(5, 0.5), np.tile(np.array([[3, 4, 0]], np.int8), (5, 1))
    for diversity in (0.0, 0.5, 1.0):
        assert [0, 1, 2, 3, 4] == choose(relevance, vectors, lambda row: 1, 9, diversity=diversity, most=9)


@pytest.mark.parametrize("budget", [3, 10, 100])
def test_a_cost_is_asked_for_only_when_its_row_comes_next(budget):
    asked = set()

    def cost(row):
        asked.add(row)
        return 10

    relevance, vectors = made_up([(1, i, 0) for i in range(20)], (1, 0, 0))
    chosen = choose(relevance, vectors, cost, budget, diversity=0.0, most=2)
    assert asked == (set(chosen) if len(chosen) == 2 else set(range(20)))
