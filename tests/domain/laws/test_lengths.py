"""Length laws: their probabilities against the formulas, and histograms as an earlier corpus wrote them."""

import gzip
import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.corpus.statistics import lengths_csv, lengths_json
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS, Empirical, Fixed, Geometric, Lognormal, Uniform
from hyperphrase.limits import MAX_LENGTH

HISTOGRAMS = st.dictionaries(st.integers(1, MAX_LENGTH), st.integers(1, 2**53 - 1), min_size=1, max_size=20)


def empirical(data):
    if isinstance(data, str):
        data = data.encode()
    return parse_law("empirical:file=old/lengths", LENGTH_LAWS, "lengths", lambda path: io.BytesIO(data))


def shares(weights):
    total = math.fsum(weights.values())
    return {length: weight / total for length, weight in weights.items() if weight}


def assert_close(expected, actual):
    assert list(expected) == list(actual)
    np.testing.assert_allclose(list(actual.values()), list(expected.values()), rtol=1e-12)


def test_fixed_is_one_length():
    assert Fixed(length=7).probabilities() == {7: 1.0}


@pytest.mark.parametrize(("low", "high"), [(10, 190), (1, 1), (1, MAX_LENGTH), (MAX_LENGTH, MAX_LENGTH)])
def test_uniform_gives_all_lengths_alike(low, high):
    expected = dict.fromkeys(range(low, high + 1), 1 / (high - low + 1))
    assert_close(expected, Uniform(min=low, max=high).probabilities())


@pytest.mark.parametrize("p", [1e-9, 0.01, 0.3, 0.9])
def test_geometric_is_its_formula(p):
    expected = shares({length: (1 - p) ** (length - 10) for length in range(10, 201)})
    assert_close(expected, Geometric(min=10, max=200, p=p).probabilities())


@pytest.mark.parametrize(("mu", "sigma"), [(4.5, 0.5), (2.0, 1.5), (12.0, 0.3), (-5.0, 2.0)])
def test_lognormal_is_its_formula(mu, sigma):
    logs = {length: -((math.log(length) - mu) ** 2) / (2 * sigma**2) - math.log(length) for length in range(10, 501)}
    top = max(logs.values())
    expected = shares({length: math.exp(log - top) for length, log in logs.items()})
    assert_close(expected, Lognormal(mu=mu, sigma=sigma).probabilities())


def test_a_law_far_from_its_range_keeps_the_nearest_length():
    assert list(Lognormal(mu=-5.0, sigma=0.01).probabilities()) == [10]


@given(HISTOGRAMS)
def test_means_are_those_of_the_probabilities(histogram):
    law = Empirical(counts=tuple(sorted(histogram.items())))
    expected = sum(length * n for length, n in histogram.items()) / sum(histogram.values())
    assert math.isclose(expected, law.mean(), rel_tol=1e-9)


def test_the_default_mean_is_100():
    assert math.isclose(100.0, Uniform().mean(), rel_tol=1e-12)


@given(HISTOGRAMS)
def test_our_own_csv_and_json_give_the_same_law_back(histogram):
    histogram = dict(sorted(histogram.items()))
    expected = Empirical(counts=tuple(histogram.items()))
    assert expected == empirical(lengths_csv(histogram))
    assert expected == empirical(lengths_json(histogram))


def test_a_law_is_its_counts_and_not_their_order_or_empty_lengths():
    assert empirical('{"10": 5, "12": 7}') == empirical('\ufeff{"12": 7, "11": 0, "10": 5}')
    assert empirical("length,phrases\n10,5\n12,7\n") == empirical("phrases,length\r\n7,12\r\n0,11\r\n5,10\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfLength,Phrases\r\n10,5\r\n12,7\r\n",
        b"length,phrases\r10,5\r12,7\r",
        b"length;phrases\n10;5\n\n12;7\n",
        b"length\tphrases\n 10\t5\n+12\t7",
        b'"length","share","phrases"\n"10","0.4","5"\n"12","0.6","7"\n',
    ],
)
def test_histograms_are_read_as_people_have_them(data):
    assert empirical(data) == empirical('{"10": 5, "12": 7}')


def test_a_wrong_histogram_names_what_is_wrong():
    for data, reason in (
        (b"a,b\n1,2\n", "line 1 is 'a,b', not length,phrases"),
        (b"length,phrases\n5,x\n", "'x' is not a"),
    ):
        with pytest.raises(InputError, match=reason):
            empirical(data)


def test_an_empirical_law_has_the_shares_of_its_counts():
    assert_close({10: 0.25, 12: 0.75}, empirical('{"10": 5, "12": 15}').probabilities())


@given(HISTOGRAMS, st.sampled_from([lengths_csv, lengths_json]))
def test_a_histogram_with_a_length_beyond_the_limit_is_refused(histogram, write):
    for beyond in (0, -1, MAX_LENGTH + 1, 10**400):
        with pytest.raises(InputError, match=r"^lengths=empirical:file=old/lengths: old/lengths is not a histogram"):
            empirical(write({**histogram, beyond: 1}))


HOSTILE = {
    "empty": b"",
    "only a header": b"length,phrases\n",
    "all counts zero": b"length,phrases\n5,0\n",
    "no such columns": b"a,b\n1,2\n",
    "a column too few": b"length,phrases\n5\n",
    "not a number": b"length,phrases\n5,many\n",
    "a length twice": b"length,phrases\n5,1\n5,2\n",
    "a length twice, written otherwise": b"length,phrases\n5,1\n05,2\n",
    "negative": b"length,phrases\n5,-1\n",
    "a fraction": b"length,phrases\n5,1.5\n",
    "a count above 2^53": b"length,phrases\n5,9007199254740992\n",
    "a cell that the csv module refuses": b"length,phrases\n5," + b"9" * 200_000 + b"\n",
    "digits of another script": "length,phrases\n\u0665,1\n".encode(),
    "separators of thousands": b'length,phrases\n5,"1,000"\n',
    "digits with an underscore": b'{"1_0": 5}',
    "a fraction with a comma": b"length;phrases\n5;1,5\n",
    "gzip": gzip.compress(b"length,phrases\n5,1\n", mtime=0),
    "UTF-16": "length,phrases\n5,1\n".encode("utf-16"),
    "NUL": b"length,phrases\n5,\x001\n",
    "not UTF-8": b"length,phrases\n5,\xff\n",
    "empty JSON": b"{}",
    "broken JSON": b'{"5": 1',
    "JSON of a list": b'{"5": [1]}',
    "JSON of a fraction": b'{"5": 1.5}',
    "JSON of infinity": b'{"5": Infinity}',
    "JSON of NaN": b'{"5": NaN}',
    "JSON of true": b'{"5": true}',
    "JSON of null": b'{"5": null}',
    "JSON, nested like a bomb": b'{"5": ' + b"[" * 100_000,
    "JSON of too many digits": b'{"5": ' + b"9" * 10_000 + b"}",
    "too large": b" " * (4 << 20) + b'{"5": 1}',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_histogram_is_refused_in_one_line(case):
    with pytest.raises(InputError) as caught:
        empirical(HOSTILE[case])
    assert len(str(caught.value).splitlines()) == 1
    assert "old/lengths" in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_law_or_a_refusal(data):
    try:
        law = empirical(data)
    except InputError:
        return
    assert isinstance(law, Empirical)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        parse_law(f"empirical:file={tmp_path}", LENGTH_LAWS, "lengths", lambda path: open(path, "rb"))  # noqa: PTH123, SIM115  # as the program opens it


def test_only_a_file_is_a_parameter_of_empirical():
    with pytest.raises(InputError, match="needs file=PATH and nothing else"):
        parse_law("empirical:file=a,min=3", LENGTH_LAWS, "lengths", lambda path: io.BytesIO(b""))


@pytest.mark.parametrize("counts", [(), ((0, 1),), ((5, 0),), ((5, 1), (5, 2)), ((MAX_LENGTH + 1, 1),), ((5, 2**53),)])
def test_counts_that_no_table_can_hold_are_refused(counts):
    with pytest.raises(InputError, match="each once"):
        Empirical(counts=counts)


def test_laws_say_what_they_are():
    assert str(Uniform()) == "uniform:min=10,max=190"
    assert str(empirical('{"10": 5, "12": 7}')) == "empirical (2 lengths, 10 to 12)"
