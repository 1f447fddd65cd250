"""CRC32C: the published vectors, and agreement with Google's library by instruction and by table."""

import google_crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core import config

from hyperphrase.codecs.crc32c import crc32c_by_instruction, crc32c_by_table, masked
from hyperphrase.kernels import intrinsics
from hyperphrase.kernels.intrinsics import has_crc32c_instruction

WAYS = [
    crc32c_by_table,
    pytest.param(
        crc32c_by_instruction,
        marks=pytest.mark.skipif(not has_crc32c_instruction(), reason="this processor has no CRC32C instruction"),
    ),
]
RFC_3720 = [
    (bytes(32), 0x8A9136AA),
    (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
    (bytes(range(31, -1, -1)), 0x113FDB5C),
    (b"123456789", 0xE3069283),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("data", "expected"), RFC_3720)
def test_published_vectors(way, data, expected):
    assert expected == way(np.frombuffer(data, np.uint8), 0, len(data))


@pytest.mark.parametrize("way", WAYS)
@given(data=st.binary(max_size=200), cut=st.integers(0, 200))
def test_both_ways_agree_with_googles_library_from_any_place_on(way, data, cut):
    array, cut = np.frombuffer(data, np.uint8), min(cut, len(data))
    assert google_crc32c.value(data) == way(array, 0, len(data))
    assert google_crc32c.value(data[:cut]) == way(array, 0, cut)
    assert google_crc32c.value(data[cut:]) == way(array, cut, len(data))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [3 * 4096 - 1, 3 * 4096, 3 * 4096 + 9, 100_003])
def test_long_data_of_any_alignment(way, size):
    array = np.random.default_rng(size).integers(0, 256, size, np.uint8)
    assert google_crc32c.value(array.tobytes()) == way(array, 0, size)
    assert google_crc32c.value(array[5:].tobytes()) == way(array, 5, size)


def test_masking_rotates_and_adds():
    assert masked(np.uint32(0xE3069283)) == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize(("features", "expected"), [("", False), ("+sse2,+sse4.2", True), ("+sse2,-sse4.2", False)])
def test_the_instruction_is_used_only_where_numba_compiles_for_it(monkeypatch, features, expected):
    monkeypatch.setattr(config, "CPU_FEATURES", features)
    assert expected is has_crc32c_instruction()


def test_without_a_set_target_the_host_decides(monkeypatch):
    monkeypatch.setattr(config, "CPU_FEATURES", None)
    monkeypatch.setattr(intrinsics, "get_host_cpu_features", lambda: "+sse2,-sse4.2")
    assert has_crc32c_instruction() is False
