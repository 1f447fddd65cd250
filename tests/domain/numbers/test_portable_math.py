"""Portable logarithm, exponential and power: accurate, and the same bits everywhere."""

import hashlib
import math
from decimal import Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.laws.lengths import Lognormal, Uniform
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.portable_math import exact_sum, exp_each, ln_each, power_weights

EXACT = Context(prec=40)
WORST = Decimal("1e-14")


def relative_error(exact, value):
    return abs((Decimal(float(value)) - exact) / exact) if exact else abs(Decimal(float(value)))


def digest(table):
    state = hashlib.sha256(table.entries.astype("<u4").tobytes())
    state.update(table.tails.astype("<u4").tobytes())
    return state.hexdigest()


@given(st.floats(1e-300, 1e300))
def test_ln_is_accurate(x):
    value = float(ln_each(np.array([x]))[0])
    assert abs(Decimal(value) - EXACT.ln(Decimal(x))) <= WORST * max(abs(EXACT.ln(Decimal(x))), Decimal("1e-2"))


@given(st.floats(0.5, 2.0))
def test_ln_is_accurate_near_one_too(x):
    assert math.isclose(math.log(x), float(ln_each(np.array([x]))[0]), rel_tol=1e-14, abs_tol=1e-300)


@given(st.floats(-699.0, 30.0))
def test_exp_is_accurate(y):
    # an exponent of size 700 carries an error of 2^-53 * 700 of its own before exp sees it; here y is exact
    assert relative_error(EXACT.exp(Decimal(y)), exp_each(np.array([y]))[0]) < WORST


def test_values_that_must_be_exact():
    assert ln_each(np.array([1.0])).tolist() == [0.0]
    assert exp_each(np.array([0.0, -0.0, -700.5, -1e300])).tolist() == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("shift", "exponent"), [(1.0, 1.0), (3.7, 1.0), (1.0, 0.5), (1.0, 2.0), (101.0, 1.3)])
def test_power_weights_are_accurate(shift, exponent):
    ranks = [0, 1, 2, 3, 9, 99, 999]
    weights = power_weights(1000, shift, exponent)
    errors = [relative_error(EXACT.power(Decimal(r + shift), Decimal(-exponent)), weights[r]) for r in ranks]
    assert max(errors) < WORST


def test_exponent_zero_gives_equal_weights():
    assert power_weights(5, 1.0, 0.0).tolist() == [1.0] * 5


def test_the_alias_table_of_zipf_is_frozen():
    assert digest(AliasTable.of(power_weights(250_000, 1.0, 1.0))) == ZIPF


def test_the_alias_table_of_zipf_mandelbrot_is_frozen():
    assert digest(AliasTable.of(power_weights(500_000, 3.7, 1.1))) == MANDELBROT


def test_the_alias_tables_of_lengths_are_frozen():
    assert digest(AliasTable.of(Uniform().weights())) == UNIFORM_LENGTHS
    assert digest(AliasTable.of(Lognormal().weights())) == LOGNORMAL_LENGTHS
    assert digest(AliasTable.of(Lognormal(mu=3.3, sigma=0.123, max=2000).weights())) == NARROW_LENGTHS


# Golden: a change here is a change of phrase(seed) and needs a new recipe_version
ZIPF = "81ff6e092564a259e42ec5996cb3b1fc50f4434ab70fdbd01fb0f7bff9083ae9"
MANDELBROT = "7e99727a82b5e089699b57eb564bea610a5380403a71e23b75acfa9543b6138a"
UNIFORM_LENGTHS = "154adc9425300944239fb30ce5d59663e1c8ebf2c181db097f3af86a833e9ac4"
LOGNORMAL_LENGTHS = "b98a9c7167018910baa21505decbde86f9eec8e998bfc628b7dc907be0e57059"
NARROW_LENGTHS = "86b86e4e6b84ba7440bd3a828f3d800a3fc9f25505bfb4e516f14d262a0e338f"


@given(st.lists(st.floats(-1e300, 1e300) | st.floats(-1.0, 1.0), max_size=60))
def test_a_sum_is_rounded_once(values):
    assert math.fsum(values).hex() == float(exact_sum(np.array(values, np.float64))).hex()


def test_a_sum_is_rounded_once_where_the_last_bits_decide():
    ulp = 2.0**-52
    for values in ([1.0, ulp / 2, ulp**3], [1.0, ulp / 2, -(ulp**3)], [1.0 + ulp, ulp / 2, -(ulp**3)], [1.0, ulp / 2]):
        for sign in (1.0, -1.0):
            assert math.fsum(sign * x for x in values) == exact_sum(sign * np.array(values))
    wide = [2.0**e for e in range(-1074, 1000, 29)]
    assert math.fsum(wide) == exact_sum(np.array(wide))
    shares = np.random.default_rng(0).random(5000) ** 9
    assert exact_sum(shares) == math.fsum(shares.tolist()) != float(shares.sum())
