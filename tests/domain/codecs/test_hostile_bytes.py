"""Hostile bytes: a decoder raises CorruptError or yields what these bytes are the one spelling of, nothing else."""

import io
import json
import struct
import tracemalloc
import zlib

import google_crc32c
import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.codecs import FORMATS, ReadableFormat, Texts, avro, line_reading, tfrecord
from hyperphrase.codecs import line_writing as lines
from hyperphrase.codecs.avro import SYNC_MARKER, header
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.text_table import text_table
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock
from tests.parquet_release import without_release

SYMBOLS = Texts(
    text_table([chr(point) for point in (0x21, 0xE9, 0x44F, 0x4E00, 0x4E01, 0xE000, 0x1F600, 0x10FFFD)]), b""
)
WORDS = Texts(text_table(["a", "bc", "längeres", 'quo"te', "back\\slash", "b", "c", "d"]), b" ")
PHRASES = [[0, 1, 2, 3], [7], [4, 5, 6] * 5, [3, 0, 0]]
KINDS = [
    pytest.param(name, compression, texts, id=f"{name}-{compression}-{label}")
    for name, each in FORMATS.items()
    if isinstance(each, ReadableFormat)
    for compression in each.compressions
    for label, texts in ([("symbols", SYMBOLS), ("words", WORDS)] if each.text else [("ids", SYMBOLS)])
]


def block_of(rows):
    ids = np.array([value for _, row in rows for value in row], np.uint32)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(row) for _, row in rows], dtype=np.int64)])
    return PhraseBlock(ids, offsets, np.array([seed for seed, _ in rows], np.uint64))


def written(name, compression, rows, texts):
    encoder = FORMATS[name].encoder(compression, texts, MAX_VOCABULARY)
    return encoder.begin() + bytes(encoder.encode(block_of(rows))) + encoder.end()


def read(name, compression, data, texts=SYMBOLS):
    rows = []
    for block in FORMATS[name].decode(io.BytesIO(data), compression, texts, MAX_VOCABULARY, "shard-7"):
        bounds = block.offsets.tolist()
        rows += [(int(block.seeds[k]), block.ids[bounds[k] : bounds[k + 1]].tolist()) for k in range(len(block))]
    return rows


SMALL = [(7 if k == 0 else k * 10**17, ids) for k, ids in enumerate(PHRASES)]


def outcome(name, compression, data, texts):
    """Return the rows that ``data`` yields, or None if it is found corrupt; anything else escapes."""
    try:
        return read(name, compression, data, texts)
    except CorruptError as error:
        message = str(error)
    assert message.startswith("shard-7: ")
    assert "\n" not in message
    return None


def check(name, compression, data, texts):
    rows = outcome(name, compression, data, texts)
    if rows is not None and compression == "none":
        assert without_release(data) == without_release(written(name, compression, rows, texts))


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(not uses_avx512(), reason="no AVX-512"))])
def avx512(request, monkeypatch):
    """Read and write ids with AVX-512 or without, whatever this processor would choose."""
    for module in (avro, line_reading, lines, tfrecord):
        monkeypatch.setattr(module, "uses_avx512", lambda: request.param)


@pytest.mark.parametrize(("name", "compression", "texts"), KINDS)
def test_every_flipped_bit_is_found_or_makes_another_phrase(avx512, name, compression, texts):
    data = written(name, compression, SMALL, texts)
    for place in range(len(data)):
        for bit in range(8):
            damaged = bytearray(data)
            damaged[place] ^= 1 << bit
            check(name, compression, bytes(damaged), texts)


@pytest.mark.parametrize(("name", "compression"), [("tfrecord", "none"), ("tfrecord", "gzip"), ("jsonl", "gzip")])
def test_checksums_find_every_flipped_bit(name, compression):
    data = written(name, compression, SMALL, SYMBOLS)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 1 << (place % 8)
        rows = outcome(name, compression, bytes(damaged), SYMBOLS)
        # a deflate stream has up to seven spare bits at its end, which nothing protects and nothing reads
        assert rows is None or (compression == "gzip" and rows == SMALL), place


@pytest.mark.parametrize(("name", "compression", "texts"), KINDS)
def test_every_cut_and_every_inserted_or_lost_byte(avx512, name, compression, texts):
    data = written(name, compression, SMALL, texts)
    for place in range(len(data)):
        check(name, compression, data[:place], texts)
        check(name, compression, data[:place] + data[place + 1 :], texts)
        for byte in b'\x00\x01\x0a "\\\x7f\x80\xff':
            check(name, compression, data[:place] + bytes([byte]) + data[place:], texts)
    for tail in (b"\x00", b"\n", SYNC_MARKER, data):
        check(name, compression, data + tail, texts)


@pytest.mark.parametrize(("name", "compression", "texts"), [kind for kind in KINDS if kind.values[1] != "none"])
def test_a_compressed_shard_is_whole_or_corrupt(name, compression, texts):
    data = written(name, compression, SMALL, texts)
    start = len(header(compression)) + 1 if name == "avro" else 0
    for size in range(start, len(data)):
        assert outcome(name, compression, data[:size], texts) is None, size
    assert outcome(name, compression, data + b"\x00", texts) is None


@pytest.mark.parametrize(("name", "compression", "texts"), KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=120))
def test_arbitrary_bytes(name, compression, texts, data):
    check(name, compression, data, texts)
    start = written(name, compression, [], texts)
    check(name, compression, start + data, texts)


def corrupt(name, data, message, compression="none", texts=SYMBOLS):
    with pytest.raises(CorruptError, match=message):
        read(name, compression, data, texts)


def framed(data):
    """Return ``data`` in TFRecord's framing, by Google's CRC."""

    def crc(piece):
        value = google_crc32c.value(piece)
        return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    size = struct.pack("<Q", len(data))
    return size + crc(size) + data + crc(data)


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(tag, content):
    return bytes([tag]) + varint(len(content)) + content


def feature(key, packed):
    return field(0x0A, field(0x0A, key) + field(0x12, field(0x1A, field(0x0A, packed))))


def example(ids, seed, ids_key=b"input_ids", seed_key=b"seed", tail=b""):
    return framed(field(0x0A, feature(ids_key, ids) + feature(seed_key, seed)) + tail)


GOOD = example(b"\x01\x02", b"\x05")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (example(b"\x01", b"\x05", ids_key=b"input_idz"), "not the tf.train.Example"),
        (example(b"\x01", b"\x05", seed_key=b"sead"), "not the tf.train.Example"),
        (example(b"\x01", b"\x05", tail=b"\x00"), "not the tf.train.Example"),
        (framed(b""), "not the tf.train.Example"),
        (framed(field(0x0A, feature(b"seed", b"\x05") + feature(b"input_ids", b"\x01"))), "not the tf.train.Example"),
        (framed(field(0x0A, feature(b"input_ids", b"\x05"))), "not the tf.train.Example"),
        (framed(b"\x0a\xff\xff\xff\x7f"), "not the tf.train.Example"),
        (example(b"", b"\x05"), "ids that are not"),
        (example(b"\x81\x00", b"\x05"), "ids that are not"),  # two bytes for what one can hold
        (example(b"\x81\x80\x00", b"\x05"), "ids that are not"),
        (example(b"\x80\x80\x40", b"\x05"), "ids that are not"),  # 2^20
        (example(b"\x80\x80\x80\x01", b"\x05"), "ids that are not"),
        (example(b"\x01\x80", b"\x05"), "ids that are not"),  # goes on behind its end
        (example(b"\x01" * (MAX_LENGTH + 1), b"\x05"), "ids that are not"),
        (example(b"\x01", b""), "not the tf.train.Example"),
        (example(b"\x01", b"\x05\x06"), "not the tf.train.Example"),
        (example(b"\x01", b"\x85\x00"), "seed that is not"),
        (example(b"\x01", b"\x80" * 9 + b"\x01"), "seed that is not"),  # 2^63
        (framed(bytes(3 * MAX_LENGTH + 97)), "more than .* bytes"),
        (struct.pack("<Q", 2**63) + GOOD[8:], "more than .* bytes|wrong CRC"),
        (GOOD[:11], "cut off"),
        (GOOD[:-1], "cut off"),
    ],
)
def test_tfrecord_defects_are_named_with_their_place(record, message):
    assert read("tfrecord", "none", GOOD) == [(5, [1, 2])]
    corrupt("tfrecord", GOOD + record, rf"^shard-7: ({message}).* in record 1 at byte {len(GOOD)}$")


def zigzag(value):
    return varint(value << 1)


def container(data, records, sync=SYNC_MARKER, codec="null"):
    return header(codec) + zigzag(records) + zigzag(len(data)) + data + sync


RECORD = zigzag(5) + zigzag(2) + b"\x02\x04\x00"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header("deflate"), "header at byte 0"),
        (header("null")[:50], "header at byte 0"),
        (b"", "header at byte 0"),
        (container(RECORD, 2), "2 records are stated, 1 are there"),
        (container(RECORD * 2, 1), "1 records are stated, 2 are there"),
        (container(RECORD, 1, sync=bytes(16)), "no sync marker"),
        (container(RECORD, 1)[:-1], "no sync marker"),
        (container(RECORD[:-1], 1), "cut off in record 0"),
        (container(RECORD, 0), "out of bounds"),
        (container(b"", 1), "out of bounds"),
        (header("null") + zigzag(1) + zigzag(2**40), "out of bounds"),
        (header("null") + zigzag(2**62) + zigzag(9), "out of bounds"),
        (header("null") + b"\x01", "no count or size"),
        (header("null") + b"\x82\x00", "no count or size"),
        (header("null") + zigzag(1) + zigzag(400) + b"abc", "cut off"),
        (container(b"\x01" + RECORD[1:], 1), "seed that is not"),  # -1
        (container(b"\x8a\x00" + RECORD[1:], 1), "seed that is not"),
        (container(zigzag(5) + b"\x00" * 5, 1), "one array block"),
        (
            container(zigzag(5) + b"\x03\x02\x04\x00" + b"\x00" * 5, 1),
            "one array block",
        ),  # a negative count, with a size
        (container(zigzag(5) + zigzag(MAX_LENGTH + 1) + bytes(9), 1), "one array block"),
        (container(zigzag(5) + zigzag(2**30) + bytes(9), 1), "one array block"),
        (container(zigzag(5) + zigzag(1) + b"\x01\x00", 1), "id that is not"),
        (container(zigzag(5) + zigzag(1) + zigzag(1 << 20) + b"\x00", 1), "id that is not"),
        (container(zigzag(5) + zigzag(1) + b"\x82\x00\x00", 1), "id that is not"),
        (container(zigzag(5) + zigzag(1) + b"\x02\x02\x02\x00", 1), "array that does not end"),
    ],
)
def test_avro_defects_are_named(data, message):
    assert read("avro", "none", container(RECORD, 1)) == [(5, [1, 2])]
    corrupt("avro", data, rf"^shard-7: .*{message}")


def deflated(data):
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("codec", "stored"),
    [
        ("deflate", deflated(bytes(10**7))),  # a bomb
        ("deflate", deflated(RECORD)[:-1]),
        ("deflate", deflated(RECORD) + b"\x00"),
        ("deflate", b"\xff\xff"),
        ("zstandard", zstandard.compress(bytes(10**7))),  # a bomb
        ("zstandard", zstandard.compress(RECORD)[:-1]),
        ("zstandard", zstandard.compress(RECORD) + b"\x00"),
        ("zstandard", zstandard.compress(RECORD) * 2),
        ("zstandard", zstandard.ZstdCompressor(write_content_size=False).compress(RECORD)),
        ("zstandard", b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8),  # claims 2^64 bytes
        ("zstandard", b"nothing"),
    ],
)
def test_damaged_or_exploding_container_blocks(codec, stored):
    corrupt("avro", container(stored, 1, codec=codec), "container block at byte", compression=codec)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"seed": 1, "text": "!"} \n', "form of a phrase's line"),
        (b'{"seed":1, "text": "!"}\n', "form of a phrase's line"),
        (b'{"seed": 1, "txet": "!"}\n', "form of a phrase's line"),
        (b'{"text": "!", "seed": 1}\n', "form of a phrase's line"),
        (b'{"seed": 1, "text": "!"}\r\n', "form of a phrase's line"),
        (b"\n", "form of a phrase's line"),
        (b'{"seed": 01, "text": "!"}\n', "seed that is not"),
        (b'{"seed": -1, "text": "!"}\n', "seed that is not"),
        (b'{"seed": , "text": "!"}\n', "seed that is not"),
        (b'{"seed": 9223372036854775808, "text": "!"}\n', "seed that is not"),
        (b'{"seed": 10000000000000000000000000, "text": "!"}\n', "seed that is not"),
        (b'{"seed": 1, "text": ""}\n', "1 to 65535 texts"),
        (b'{"seed": 1, "text": "' + b"!" * (MAX_LENGTH + 1) + b'"}\n', "1 to 65535 texts"),
        (b'{"seed": 1, "text": "x"}\n', "not in the lexicon"),
        (b'{"seed": 1, "text": "\\u0021"}\n', "not in the lexicon"),
        (b'{"seed": 1, "text": "\xc3"}\n', "not in the lexicon"),
        (b'{"seed": 1, "text": "\xc0\xa1"}\n', "not in the lexicon"),  # an overlong "!"
        (b'{"seed": 1, "text": "\xed\xa0\x80"}\n', "not in the lexicon"),  # a surrogate
        (b'{"seed": 1, "text": "\xff\xff\xff\xff"}\n', "not in the lexicon"),
        (b'{"seed": 1, "text": "!"}', "cut off"),
        (b'{"seed": 1', "cut off"),
        (b'{"seed": 1, "text": "!', "cut off"),
    ],
)
def test_jsonl_defects_are_named_with_their_place(line, message):
    good = b'{"seed": 3, "text": "!"}\n'
    assert read("jsonl", "none", good) == [(3, [0])]
    corrupt("jsonl", good + line, rf"^shard-7: .*{message}.* in record 1 at byte {len(good)}$")


@pytest.mark.parametrize(
    "tail", [b" a\n", b"a \n", b"a  bc\n", b"A\n", b"a bcd\n", b"a\tbc\n", b" \n", b"a" * 9 + b"\n"]
)
def test_words_are_known_and_stand_one_space_apart(tail):
    assert read("txt", "none", b"a bc\n", WORDS) == [(0, [0, 1])]
    corrupt("txt", b"a bc\n" + tail, "not in the lexicon in record 1 at byte 5", texts=WORDS)


@pytest.mark.parametrize(
    ("line", "texts"),
    [(b"\n", SYMBOLS), (b"\n", WORDS), (b"!" * 65_536 + b"\n", SYMBOLS), (b"a " * 65_535 + b"a\n", WORDS)],
)
def test_txt_lines_hold_a_bounded_number_of_texts(line, texts):
    corrupt("txt", line, "1 to 65535 texts", texts=texts)


def test_json_that_is_equal_but_spelled_otherwise_is_refused():
    assert json.loads('"\\u00e9"') == "é"
    corrupt("jsonl", b'{"seed": 1, "text": "\\u00e9"}\n', "not in the lexicon")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "gzip header"),
        (zlib.compress(b"!\n"), "gzip header"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff", "cut off"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff\xff\xff", "damaged"),
    ],
)
def test_gzip_defects_are_named(data, message):
    corrupt("txt", data, message, compression="gzip")


def test_a_second_gzip_member_is_refused():
    member = written("txt", "gzip", SMALL, SYMBOLS)
    corrupt("txt", member * 2, "trailer is wrong, or not the end", compression="gzip")


@pytest.mark.parametrize("name", ["tfrecord", "jsonl", "txt"])
def test_a_gzip_bomb_is_given_up_in_bounded_memory(name):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff" + b"".join(packer.compress(b"!" * 2**20) for _ in range(100))
    outcome(name, "gzip", bomb, SYMBOLS)  # the kernels and tables are ready
    tracemalloc.start()
    assert outcome(name, "gzip", bomb, SYMBOLS) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20
