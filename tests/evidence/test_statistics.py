"""Statistics of few seeds, against values known from elsewhere."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import reporting, statistics
from evidence.statistics import holm, mean_interval, ratio_of_medians, share_interval, sign_flip_test, survival


@pytest.mark.parametrize("module", [reporting, statistics])
def test_the_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_eight_differences_of_one_sign_have_the_smallest_p_value():
    assert sign_flip_test([1.0, 2, 3, 4, 5, 6, 7, 8]) == 2 / 2**8
    assert sign_flip_test([-0.5] * 8) == 2 / 2**8


@given(st.lists(st.floats(-5, 5).map(lambda value: round(value, 3)), min_size=1, max_size=8))
def test_the_p_value_does_not_depend_on_the_direction(differences):
    value = sign_flip_test(differences)
    assert 0 < value <= 1
    assert value == sign_flip_test([-difference for difference in differences])


def test_p_values_without_an_effect_are_as_often_small_as_they_say():
    random = np.random.default_rng(0)
    small = np.mean([sign_flip_test(random.normal(size=7)) <= 0.05 for _ in range(600)])
    assert 0.02 < small < 0.08


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(6, 8, 0.349, 0.968), (0, 8, 0.0, 0.369), (8, 8, 0.631, 1.0), (1, 20, 0.0013, 0.249)],
)
def test_intervals_of_shares_are_those_of_tables(found, of, low, high):
    assert share_interval(found, of) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_the_ratio_of_medians_has_an_interval_around_it():
    ratio, low, high = ratio_of_medians([50, 75, 50, 100, 75], [400, 425, 450, 800, 500])
    assert ratio == 75 / 450
    assert low <= ratio <= high < 0.3
    assert ratio_of_medians([3, 3, 3], [6, 6, 6]) == (0.5, 0.5, 0.5)


def test_the_interval_of_a_mean_narrows_with_the_seeds():
    random = np.random.default_rng(1)
    few, many = (mean_interval(random.normal(2, 1, n)) for n in (8, 800))
    assert few[1] < few[0] < few[2]
    assert many[2] - many[1] < (few[2] - few[1]) / 4
    assert many[1] - 0.1 < 2 < many[2] + 0.1


def test_survival_counts_censored_times_while_they_last():
    times, shares = survival([1, 2, 2, 3, 4], [True, True, False, True, False])
    assert times.tolist() == [0, 1, 2, 3]
    assert shares == pytest.approx([1, 4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 1 / 2])


def test_the_correction_for_several_tests_keeps_their_order():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert not math.isnan(holm([1.0])[0])
