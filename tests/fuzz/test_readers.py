"""Bytes from strangers: whatever stands in a file, its reader returns what they say, or an error of ours."""

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import mutations
from tests.fuzz.readers import READERS


@pytest.mark.parametrize("name", READERS)
def test_good_files_are_accepted(name):
    assert [True] * len(READERS[name].files) == [READERS[name].attempt(data) for data in READERS[name].files]


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=200)
@given(chance=st.randoms(use_true_random=False))
def test_changed_files_are_read_or_refused(name, chance):
    READERS[name].attempt(READERS[name].bad_file(chance))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=50)
@given(data=st.binary(max_size=300))
def test_noise_is_read_or_refused(name, data):
    READERS[name].attempt(data)
    READERS[name].attempt(READERS[name].files[0][:20] + data)


def test_changed_json_can_be_written_and_its_changes_stay_its_own():
    chance, before = random.Random(1), copy.deepcopy(mutations._NASTY)
    for _ in range(5_000):
        json.dumps(mutations.mutated_json(b'[{"a": [1, 2], "b": {"c": 3}}, 4]', chance))
    assert repr(before) == repr(mutations._NASTY)
