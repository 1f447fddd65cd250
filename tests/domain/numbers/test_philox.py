"""Philox4x32-10: the published vectors, and the layout of the streams against a second implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.kernels import kernel
from hyperphrase.numbers.philox import (
    LENGTH_STREAM,
    SYMBOL_STREAM,
    TIE_STREAM,
    fill_rows,
    fill_words,
    philox_block,
    tie_bits,
)

M32 = 2**32 - 1
U64 = st.integers(0, 2**64 - 1)


def philox(counter, key):
    """Philox4x32-10 as in Salmon et al. 2011, in Python's integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & M32, (p0 >> 32) ^ c3 ^ k1, p0 & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


def block_of(number, stream, seed, key):
    return philox((number, stream, seed & M32, seed >> 32), (key & M32, key >> 32))


@kernel
def _call(c0, c1, c2, c3, k0, k1):
    return philox_block(c0, c1, c2, c3, k0, k1)


@kernel
def _tie(index, stream, seed, key):
    return tie_bits(index, stream, seed, key)


@kernel
def _fill(out, first_block, stream, seed, key):
    fill_words(out, first_block, stream, seed, key)


def words_of(first_block, blocks, stream, seed, key):
    out = np.zeros(4 * blocks + 4, np.uint32)
    _fill(out[: 4 * blocks], first_block, np.uint64(stream), np.uint64(seed), np.uint64(key))
    assert out[4 * blocks :].tolist() == [0] * 4  # nothing beyond what was asked for
    return out[: 4 * blocks].tolist()


# Random123 1.14, tests/kat_vectors, lines "philox4x32 10"
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((M32, M32, M32, M32), (M32, M32), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_known_answers_of_random123(counter, key, expected):
    assert expected == tuple(int(word) for word in _call(*map(np.uint64, (*counter, *key))))
    assert expected == philox(counter, key)


def test_the_streams_numbers_are_frozen():
    assert (int(LENGTH_STREAM), int(SYMBOL_STREAM), int(TIE_STREAM)) == (0, 1, 2)


@given(seed=U64, key=U64, stream=st.integers(0, 2), first=st.integers(0, 20_000), blocks=st.integers(0, 35))
def test_a_stream_is_its_blocks_in_order(seed, key, stream, first, blocks):
    expected = [word for j in range(blocks) for word in block_of(first + j, stream, seed, key)]
    assert expected == words_of(first, blocks, stream, seed, key)


@given(seed=U64, key=U64)
def test_a_block_does_not_depend_on_where_the_filling_starts(seed, key):
    assert words_of(0, 8, 1, seed, key)[12:] == words_of(3, 5, 1, seed, key)


@given(seeds=st.lists(U64, max_size=35), key=U64, stream=st.integers(0, 2), number=st.integers(0, 20_000))
def test_rows_hold_one_block_of_each_seed(seeds, key, stream, number):
    out = np.zeros((4, len(seeds)), np.uint32)
    fill_rows(out, number, np.uint64(stream), np.array(seeds, np.uint64), np.uint64(key))
    assert [block_of(number, stream, seed, key) for seed in seeds] == [tuple(block) for block in out.T.tolist()]


@given(seed=U64, key=U64, index=st.integers(0, 65_534))
def test_tie_bits_are_the_first_two_words_of_the_block_of_the_draw(seed, key, index):
    w0, w1, _, _ = block_of(index, 2, seed, key)
    assert w0 | w1 << 32 == int(_tie(index, np.uint64(2), np.uint64(seed), np.uint64(key)))


def test_every_part_of_the_counter_and_the_key_counts():
    base = words_of(0, 1, 1, 5, 7)
    others = [(1, 1, 5, 7), (0, 0, 5, 7), (0, 1, 5 + 2**32, 7), (0, 1, 4, 7), (0, 1, 5, 7 + 2**32), (0, 1, 5, 6)]
    assert all(base != words_of(first, 1, stream, seed, key) for first, stream, seed, key in others)
