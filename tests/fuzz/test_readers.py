"""Bytes from strangers: whatever stands in a file, its reader returns what they say, or an error of ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
