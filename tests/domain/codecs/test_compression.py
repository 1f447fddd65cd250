"""Compression: any content comes back by somebody else's reader, and equal content makes equal bytes, always."""

import gzip
import hashlib
import zlib
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.codecs import FORMATS, Texts
from hyperphrase.codecs.base import Encoder
from hyperphrase.codecs.compression import DEFLATE_BYTES, GzipEncoder, deflate
from hyperphrase.lexicon.text_table import text_table
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock
from tests.parquet_release import without_release

ROOT = Path(__file__).parents[3]


class Unchanged(Encoder):
    """Stands for a format's encoder: what it is given to encode are the file's bytes."""

    def begin(self):
        return b""

    def encode(self, block):
        return block

    def end(self):
        return b""


def gzipped(content, cuts=()):
    """Compress ``content``, given in the parts between ``cuts``."""
    encoder = GzipEncoder(Unchanged())
    places = [0, *cuts, len(content)]
    parts = [bytes(encoder.encode(memoryview(content)[a:b])) for a, b in pairwise(places)]
    return b"".join([encoder.begin(), *parts, encoder.end()])


def inflated(stream):
    """Inflate by zlib, which must find one whole stream."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(stream)
    assert (inflater.eof, inflater.unused_data) == (True, b"")
    return content


def random_bytes(size, seed=1):
    return np.random.default_rng(seed).bytes(size)


def far_copies(distance):
    """Content whose only repetition lies ``distance`` bytes back."""
    return random_bytes(40) + random_bytes(distance - 40, 2) + random_bytes(40)


CONTENTS = {
    "nothing": b"",
    "one byte": b"a",
    "short": b"abcdefgh",
    "zeros": bytes(100_000),
    "period 3": b"abc" * 10_000,
    "noise": random_bytes(100_000),
    "one piece": random_bytes(DEFLATE_BYTES),
    "one piece and a byte": random_bytes(DEFLATE_BYTES + 1),
    "many pieces": random_bytes(1000) * 500,
    "window": far_copies(1 << 15),
    "beyond the window": far_copies((1 << 15) + 1),
    "beyond 2^16": far_copies((1 << 16) + 1),
    "half": random_bytes(300) + bytes(257) + random_bytes(300) + bytes(258) + random_bytes(300) + bytes(259),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_zlib_inflates_what_we_deflate(name):
    content = CONTENTS[name]
    assert content == inflated(deflate(content))
    assert content == gzip.decompress(gzipped(content))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=12), st.integers(1, 60)), max_size=30))
def test_any_content_comes_back(parts):
    content = b"".join(piece * times for piece, times in parts)
    assert content == inflated(deflate(content))
    assert content == gzip.decompress(gzipped(content))


@pytest.mark.parametrize("cut", [1, 777, DEFLATE_BYTES - 1, DEFLATE_BYTES, 400_001])
def test_the_parts_in_which_content_comes_leave_no_trace(cut):
    content = random_bytes(100) * 20 + random_bytes(2 * DEFLATE_BYTES + 5)
    content = content[:9000] if cut == 1 else content
    assert gzipped(content) == gzipped(content, range(cut, len(content), cut))


MIXED = b"".join(random_bytes(50_000, k) + random_bytes(40, k) * 1500 for k in range(8))  # 880,000 bytes


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, len(MIXED)), max_size=40).map(sorted))
def test_no_cut_leaves_a_trace(cuts):
    assert gzipped(MIXED) == gzipped(MIXED, cuts)


def test_streams_do_not_depend_on_those_before():
    first = deflate(random_bytes(1000) * 3)
    deflate(random_bytes(200_000, 7))
    assert first == deflate(random_bytes(1000) * 3)


def test_noise_grows_little_and_repetition_shrinks_much():
    assert len(deflate(random_bytes(DEFLATE_BYTES))) < DEFLATE_BYTES * 1.01
    assert len(deflate(random_bytes(100) * 1000)) < 2000
    near, far = (len(deflate(far_copies(distance))) - distance for distance in (30_000, 40_000))
    assert near < far


def test_content_of_extreme_frequencies_comes_back():
    fibonacci = [1, 1]
    while sum(fibonacci) < 1 << 16:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    values = np.repeat(np.arange(len(fibonacci)), fibonacci).astype(np.uint8)
    content = np.random.default_rng(3).permutation(values).tobytes()
    assert content == inflated(deflate(content))
    assert content == gzip.decompress(gzipped(content))


def shard(name, compression):
    """Encode phrases that need no random numbers, enough for more than one piece."""
    lengths = np.arange(1, 3000) % 97 + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(offsets[-1], dtype=np.uint64)
    ids = ((places * np.uint64(2654435761) >> np.uint64(7)) % np.uint64(3000)).astype(np.uint32)
    block = PhraseBlock(ids * ids // 3000, offsets, np.arange(len(lengths), dtype=np.uint64) * np.uint64(10**15))
    texts = Texts(text_table([chr(0x4E00 + k) for k in range(3000)]), b"")
    encoder = FORMATS[name].encoder(compression, texts, MAX_VOCABULARY)
    return encoder.begin() + bytes(encoder.encode(block)) + encoder.end()


GOLDEN = {
    ("tfrecord", "gzip"): "235ecff82ca17e89",
    ("avro", "deflate"): "1962b15676eba6a3",
    ("avro", "zstandard"): "12cc915fd80f75cf",
    ("parquet", "zstandard"): "17dab14cd5a9a0ec",  # by pyarrow 23 to 26
    ("jsonl", "gzip"): "c1bbdeffffac023d",
    ("txt", "gzip"): "7b4f508a1db3f571",
}
KINDS = [(name, compression) for name, each in FORMATS.items() for compression in each.compressions[1:]]


VERSIONS = {"zlib-ng": "1.1.0", "zstandard": "0.25.0"}  # those that write the bytes of GOLDEN


@pytest.mark.parametrize("library", VERSIONS)
def test_the_libraries_have_the_versions_that_write_these_bytes(library):
    assert VERSIONS[library] == metadata.version(library)
    pin = f"{library}=={VERSIONS[library]}"
    required = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("setup.py", "pyproject.toml"))
    assert f'"{pin}"' in required
    assert pin in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_compressed_bytes_never_change(name, compression):
    data = without_release(shard(name, compression))
    assert GOLDEN[name, compression] == hashlib.sha256(data).hexdigest()[:16]
