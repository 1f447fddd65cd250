"""Codes of ids: what they say they take is what a reader needs to give the ids back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hyperphrase.planning.coding import entropy_coded, frequencies, planes, varints, with_dictionary

IDS = some.lists(some.integers(0, (1 << 20) - 1), min_size=1, max_size=200).map(lambda ids: np.array(ids, np.uint32))


def read_varints(data):
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


@given(IDS)
def test_varints_and_planes_are_read_back(ids):
    assert ids.tolist() == read_varints(varints(ids))
    columns = np.frombuffer(planes(ids), np.uint8).reshape(-1, len(ids)).astype(np.uint32)
    assert ids.tolist() == sum(column << np.uint32(8 * i) for i, column in enumerate(columns)).tolist()


def test_varints_have_the_bytes_that_the_specification_gives():
    assert bytes([0, 127, 128, 1, 172, 2, 128, 128, 1]) == varints(np.array([0, 127, 128, 300, 16384], np.uint32))


@pytest.mark.parametrize("law", [np.ones(250_000), 1.0 / np.arange(1, 250_001), np.array([0.99, 0.01])])
def test_the_entropy_coder_comes_within_a_percent_of_the_information(law):
    p = law / law.sum()
    ids = np.random.default_rng(3).choice(len(p), 50_000, p=p).astype(np.uint32)
    least = -np.log2(p[ids]).sum() / 8
    assert least * 0.999 < entropy_coded(ids, p) < least * 1.01 + 8


@given(IDS)
def test_frequencies_are_a_distribution_that_misses_nothing(ids):
    p = frequencies(ids, 1 << 20)
    assert (1.0, True) == (pytest.approx(p.sum()), bool(p.min() > 0))


def test_a_dictionary_is_trained_and_read():
    random = np.random.default_rng(2)
    texts = [bytes(random.choice(np.frombuffer(b"abcdefgh", np.uint8), 60)) for _ in range(3000)]
    each, together = with_dictionary(texts[:2000], texts[2000:])
    assert 1000 * 60 * 3 / 8 < together < each < 1000 * 60  # 3 bits a letter at least
    assert with_dictionary(texts[:3], texts) is None
    assert with_dictionary([b""] * 100, texts) is None
