"""Compression: any content comes back by somebody else's reader, and equal content makes equal bytes, always."""

import hashlib
import heapq
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.codecs import FORMATS, Texts
from hyperphrase.codecs.deflate import PIECE_BYTES, Deflater
from hyperphrase.codecs.huffman import code_lengths, codes
from hyperphrase.lexicon.text_table import text_table
from hyperphrase.phrases.blocks import PhraseBlock


def deflated(content, cut=None):
    """Deflate ``content``, given in parts of ``cut`` bytes."""
    deflater = Deflater()
    step = cut or max(len(content), 1)
    parts = [bytes(deflater.add(content[at : at + step])) for at in range(0, len(content), step)]
    return b"".join(parts) + deflater.end()


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
    "one piece": random_bytes(PIECE_BYTES),
    "one piece and a byte": random_bytes(PIECE_BYTES + 1),
    "many pieces": random_bytes(1000) * 500,
    "window": far_copies(1 << 15),
    "beyond the window": far_copies((1 << 15) + 1),
    "beyond 2^16": far_copies((1 << 16) + 1),
    "half": random_bytes(300) + bytes(257) + random_bytes(300) + bytes(258) + random_bytes(300) + bytes(259),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_zlib_inflates_what_we_deflate(name):
    content = CONTENTS[name]
    assert content == inflated(deflated(content))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=12), st.integers(1, 60)), max_size=30))
def test_any_content_comes_back(parts):
    content = b"".join(piece * times for piece, times in parts)
    assert content == inflated(deflated(content))


@pytest.mark.parametrize("cut", [1, 777, PIECE_BYTES - 1, PIECE_BYTES, 200_001])
def test_the_parts_in_which_content_comes_leave_no_trace(cut):
    content = random_bytes(100) * 20 + random_bytes(2 * PIECE_BYTES + 5)
    content = content[:9000] if cut == 1 else content
    assert deflated(content) == deflated(content, cut)


def test_a_deflater_forgets_the_stream_before():
    deflater = Deflater()
    first = deflater.whole(random_bytes(1000) * 3)
    deflater.whole(random_bytes(200_000, 7))
    assert first == deflater.whole(random_bytes(1000) * 3)


def test_noise_grows_little_and_repetition_shrinks_much():
    assert len(deflated(random_bytes(PIECE_BYTES))) < PIECE_BYTES * 1.01
    assert len(deflated(random_bytes(100) * 1000)) < 2000
    assert len(deflated(far_copies(1 << 15))) < len(deflated(far_copies((1 << 15) + 1)))


def least_bits(counts):
    """Return the bits of the best prefix code without a limit, the usual way."""
    heap = [count for count in counts if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        total += both
        heapq.heappush(heap, both)
    return total


counted = st.lists(st.integers(0, 10_000), min_size=2, max_size=286).filter(lambda x: sum(map(bool, x)) > 1)


@given(counted)
@settings(deadline=None)
def test_code_lengths_are_the_best_ones(counts):
    lengths = code_lengths(np.array(counts), 60)
    assert least_bits(counts) == int(lengths @ np.array(counts))
    assert [count > 0 for count in counts] == [length > 0 for length in lengths]


@given(counted)
@settings(deadline=None)
def test_limited_codes_are_whole_and_no_code_begins_another(counts):
    lengths = code_lengths(np.array(counts), 9)
    used = lengths[lengths > 0]
    assert used.max() <= 9
    assert (2.0**-used).sum() == 1
    spelled = [format(code & 0xFFFFFFFF, f"0{code >> 32}b")[::-1] for code in map(int, codes(lengths)) if code]
    assert len(used) == len({word.ljust(9, "0") for word in spelled})
    assert sorted(spelled) == sorted(spelled, key=lambda word: (len(word), word))  # canonical


def test_a_tree_as_deep_as_can_be_is_flattened():
    fibonacci = [1, 1]
    while len(fibonacci) < 30:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert code_lengths(np.array(fibonacci), 60).max() == 29
    assert code_lengths(np.array(fibonacci), 13).max() <= 13


def test_content_of_extreme_frequencies_comes_back():
    fibonacci = [1, 1]
    while sum(fibonacci) < PIECE_BYTES // 2:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    values = np.repeat(np.arange(len(fibonacci)), fibonacci).astype(np.uint8)
    content = np.random.default_rng(3).permutation(values).tobytes()
    assert content == inflated(deflated(content))


def shard(name, compression):
    """Encode phrases that need no random numbers, enough for more than one piece."""
    lengths = np.arange(1, 3000) % 97 + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(offsets[-1], dtype=np.uint64)
    ids = ((places * np.uint64(2654435761) >> np.uint64(7)) % np.uint64(3000)).astype(np.uint32)
    block = PhraseBlock(ids * ids // 3000, offsets, np.arange(len(lengths), dtype=np.uint64) * np.uint64(10**15))
    texts = Texts(text_table([chr(0x4E00 + k) for k in range(3000)]), b"")
    encoder = FORMATS[name].encoder(compression, texts)
    return encoder.begin() + bytes(encoder.encode(block)) + encoder.end()


GOLDEN = {
    ("tfrecord", "gzip"): "33243905143da377",
    ("avro", "deflate"): "f158bfbcbec3452b",
    ("avro", "zstandard"): "12cc915fd80f75cf",
    ("jsonl", "gzip"): "d74f518bd1d5ad57",
    ("txt", "gzip"): "5f5940197d3597d1",
}
KINDS = [(name, compression) for name, each in FORMATS.items() for compression in each.compressions[1:]]


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_compressed_bytes_never_change(name, compression):
    assert GOLDEN[name, compression] == hashlib.sha256(shard(name, compression)).hexdigest()[:16]
