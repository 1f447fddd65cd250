"""Encoding and decoding each format and compression; what is counted are symbols."""

import io

import google_crc32c
import numpy as np
import pytest

from hyperphrase.codecs import FORMATS, ReadableFormat
from hyperphrase.limits import MAX_VOCABULARY

CASES = [
    (form.name, compression, text)
    for form in FORMATS.values()
    if form.is_installed()
    for compression in form.compressions
    for text in (("symbols", "words") if form.text else ("symbols",))
]


@pytest.fixture
def case(request, texts):
    """Return the format, the compression and the texts of a case."""
    name, compression, text = request.param
    return FORMATS[name], compression, texts[text] if FORMATS[name].text else None


READABLE = [case for case in CASES if isinstance(FORMATS[case[0]], ReadableFormat)]


@pytest.mark.parametrize("case", CASES, ids="-".join, indirect=True)
def test_encode(rate, block, case):
    """One block of a shard."""
    form, compression, texts = case
    encoder = form.encoder(compression, texts, MAX_VOCABULARY)
    encoder.begin()
    rate(lambda: encoder.encode(block), len(block.ids), "symbols")


@pytest.mark.parametrize("case", READABLE, ids="-".join, indirect=True)
def test_decode(rate, block, case):
    """A shard of four blocks."""
    form, compression, texts = case
    encoder = form.encoder(compression, texts, MAX_VOCABULARY)
    shard = b"".join([encoder.begin(), *(bytes(encoder.encode(block)) for _ in range(4)), encoder.end()])

    def work():
        for _ in form.decode(io.BytesIO(shard), compression, texts, MAX_VOCABULARY, "shard"):
            pass

    rate(work, 4 * len(block.ids), "symbols")


def test_crc32c(rate):
    """The checksum of a file, of a piece as writers get it: bytes."""
    piece = np.tile(np.arange(256, dtype=np.uint8), 1 << 11)
    rate(lambda: google_crc32c.extend(0, piece), len(piece), "bytes")
