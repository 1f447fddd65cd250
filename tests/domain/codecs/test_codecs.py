"""Codecs: what is written is read back by other people's readers and by our own, however it was cut into blocks."""

import gzip
import hashlib
import io
import json
from itertools import pairwise

import fastavro
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.codecs import FORMATS, ReadableFormat, Texts, avro, line_reading, tfrecord, tfrecord_framing
from hyperphrase.codecs import line_writing as lines
from hyperphrase.codecs.avro import BLOCK_BYTES, SCHEMA, SYNC_MARKER, header
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.errors import InputError
from hyperphrase.kernels.intrinsics import has_crc32c_instruction
from hyperphrase.lexicon.text_table import text_table
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock
from tests.parquet_release import without_release

V = 3000  # spread over one to four bytes of UTF-8
POINTS = [0x21, 0x7E, *range(0xA1, 0x2A1), *range(0x4E00, 0x5600), *range(0x1F000, 0x1F000 + V)][:V]
SYMBOLS = Texts(text_table([chr(point) for point in POINTS if chr(point) not in '"\\']), b"")
WORDS = Texts(text_table([f"word{k}" if k % 3 else f'ж"\\\t{k}' for k in range(V)]), b" ")
SHORT_WORDS = Texts(text_table([chr(0x61 + k // 26) + chr(0x61 + k % 26) for k in range(26 * 26)]), b" ")
QUOTED = Texts(text_table(['"', "\\", "\x01", "я", "😀"]), b"")
READABLE = [name for name, each in FORMATS.items() if isinstance(each, ReadableFormat)]
KINDS = [(name, compression) for name in READABLE for compression in FORMATS[name].compressions]


def block_of(phrases, seeds=None):
    lengths = np.array([len(phrase) for phrase in phrases], np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    ids = np.array([value for phrase in phrases for value in phrase], np.uint32)
    return PhraseBlock(ids, offsets, np.array(range(len(phrases)) if seeds is None else seeds, np.uint64))


def random_block(count, vocabulary=V, seed=1, longest=300):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest + 1, count)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    ids = (rng.random(offsets[-1]) ** 4 * vocabulary).astype(np.uint32)
    return PhraseBlock(ids, offsets, rng.integers(0, 2**63, count, np.uint64))


def part(block, start, stop):
    first, last = block.offsets[start], block.offsets[stop]
    return PhraseBlock(block.ids[first:last], block.offsets[start : stop + 1] - first, block.seeds[start:stop])


def written(name, compression, blocks, texts=SYMBOLS):
    encoder = FORMATS[name].encoder(compression, texts, MAX_VOCABULARY)
    parts = [encoder.begin()]
    parts += [bytes(encoder.encode(block)) for block in blocks]
    return b"".join([*parts, encoder.end()])


def read(name, compression, data, texts=SYMBOLS):
    stream = data if hasattr(data, "read") else io.BytesIO(data)
    rows = []
    for block in FORMATS[name].decode(stream, compression, texts, MAX_VOCABULARY, "shard"):
        for k in range(len(block)):
            rows.append((int(block.seeds[k]), block.ids[block.offsets[k] : block.offsets[k + 1]].tolist()))
    return rows


def rows_of(block, name="tfrecord"):
    stored = FORMATS[name].stores_seeds
    return [
        (int(block.seeds[k]) if stored else k, block.ids[block.offsets[k] : block.offsets[k + 1]].tolist())
        for k in range(len(block))
    ]


class ShortReads(io.BytesIO):
    """A stream that gives less than it is asked for, as network streams do."""

    def read(self, size=-1):
        return super().read(min(size, 7) if size > 0 else size)


phrases = st.lists(
    st.tuples(st.integers(0, 2**63 - 1), st.lists(st.integers(0, MAX_VOCABULARY - 1), min_size=1, max_size=300)),
    max_size=8,
)


@pytest.mark.parametrize(("name", "compression"), [kind for kind in KINDS if not FORMATS[kind[0]].text])
@settings(max_examples=50, deadline=None)
@given(rows=phrases)
def test_any_phrases_come_back(name, compression, rows):
    block = block_of([ids for _, ids in rows], [seed for seed, _ in rows])
    assert rows_of(block, name) == read(name, compression, written(name, compression, [block]))


@pytest.mark.parametrize(("name", "compression"), [kind for kind in KINDS if FORMATS[kind[0]].text])
@pytest.mark.parametrize("texts", [SYMBOLS, WORDS, SHORT_WORDS], ids=["symbols", "words", "short words"])
@settings(max_examples=20, deadline=None)
@given(rows=phrases)
def test_any_texts_come_back(name, compression, texts, rows):
    vocabulary = len(texts.table)
    block = block_of([[value % vocabulary for value in ids] for _, ids in rows], [seed for seed, _ in rows])
    assert rows_of(block, name) == read(name, compression, written(name, compression, [block], texts), texts)


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_the_way_phrases_are_cut_into_blocks_leaves_no_trace(name, compression):
    block = random_block(3000, SYMBOLS.table.offsets.size - 1)
    cuts = [0, 1, 2, 700, 700, 2999, 3000]
    whole = written(name, compression, [block])
    assert len(whole) > BLOCK_BYTES
    assert whole == written(name, compression, [part(block, a, b) for a, b in pairwise(cuts)])
    assert rows_of(block, name) == read(name, compression, whole)


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_short_reads_change_nothing(name, compression):
    block = random_block(40)
    assert rows_of(block, name) == read(name, compression, ShortReads(written(name, compression, [block])))


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_a_shard_without_phrases_comes_back_empty(name, compression):
    assert read(name, compression, written(name, compression, [])) == []
    assert read(name, compression, written(name, compression, [block_of([])])) == []


@pytest.mark.parametrize(("name", "compression"), KINDS)
def test_the_greatest_phrases_come_back(name, compression):
    last = V - 1 if FORMATS[name].text else MAX_VOCABULARY - 1
    block = block_of([[last] * MAX_LENGTH] * 5 + [[0]], [2**63 - 1] * 6)
    assert rows_of(block, name) == read(name, compression, written(name, compression, [block]))


@pytest.mark.parametrize(("name", "compression"), KINDS)
@pytest.mark.parametrize(
    "block",
    [
        block_of([[MAX_VOCABULARY]]),
        block_of([[1], []]),
        block_of([[1] * (MAX_LENGTH + 1)]),
        block_of([[1]], [2**63]),
        PhraseBlock(np.zeros(2, np.uint32), np.array([0, 1]), np.zeros(1, np.uint64)),
    ],
    ids=["id", "empty", "long", "seed", "offsets"],
)
def test_a_block_beyond_the_limits_is_refused(name, compression, block):
    with pytest.raises(ValueError, match=r"allowed are|do not fit"):
        written(name, compression, [block])


def test_a_compression_that_a_format_lacks_is_refused():
    with pytest.raises(InputError, match="compression=zstd: format jsonl has none, gzip"):
        FORMATS["jsonl"].encoder("zstd", SYMBOLS, MAX_VOCABULARY)


def test_extensions():
    actual = [FORMATS[name].extension(compression) for name, compression in KINDS]
    binary, texts = ["tfrecord", "tfrecord.gz", *["avro"] * 3, *["parquet"] * 2], ["jsonl", "jsonl.gz", "txt", "txt.gz"]
    assert actual == binary + texts + ["tokens", "bin"]


@pytest.mark.parametrize("compression", FORMATS["avro"].compressions)
def test_fastavro_reads_avro(compression):
    block = random_block(1500)
    data = written("avro", compression, [block])
    reader = fastavro.reader(io.BytesIO(data))
    assert {key: reader.writer_schema[key] for key in SCHEMA} == SCHEMA
    assert rows_of(block) == [(row["seed"], row["ids"]) for row in reader]
    assert len(list(fastavro.block_reader(io.BytesIO(data)))) > 1


@pytest.mark.parametrize("codec", ["null", "deflate", "zstandard"])
def test_the_avro_header_is_the_one_that_fastavro_writes(codec):
    stream = io.BytesIO()
    fastavro.writer(stream, SCHEMA, [], codec=codec, sync_marker=SYNC_MARKER)
    assert stream.getvalue() == header(codec)


def expected_texts(block, texts):
    table = texts.table
    rows = [table.data[a:b].tobytes() for a, b in zip(table.offsets[:-1], table.offsets[1:], strict=True)]
    return [texts.separator.join(rows[value] for value in ids).decode() for _, ids in rows_of(block)]


@pytest.mark.parametrize("texts", [SYMBOLS, WORDS, SHORT_WORDS, QUOTED], ids=["symbols", "words", "short", "quoted"])
def test_jsonl_is_what_json_dumps_writes(texts):
    block = random_block(50, len(texts.table))
    lines = [
        json.dumps({"seed": int(seed), "text": text}, ensure_ascii=False) + "\n"
        for seed, text in zip(block.seeds, expected_texts(block, texts), strict=True)
    ]
    data = written("jsonl", "none", [block], texts)
    assert "".join(lines).encode() == data
    assert rows_of(block) == read("jsonl", "none", data, texts)


@pytest.mark.parametrize("texts", [SYMBOLS, SHORT_WORDS], ids=["symbols", "words"])
def test_txt_is_one_phrase_a_line(texts):
    block = random_block(50, len(texts.table))
    data = written("txt", "none", [block], texts)
    assert expected_texts(block, texts) == data.decode().split("\n")[:-1]


@pytest.mark.parametrize("name", ["tfrecord", "jsonl", "txt"])
def test_gzip_opens_what_we_compress_and_its_header_tells_nothing(name):
    block = random_block(50)
    data = written(name, "gzip", [block])
    assert written(name, "none", [block]) == gzip.decompress(data)
    assert bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255]) == data[:10]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (Texts(text_table(["a", "b", "a"]), b""), "same text"),
        (Texts(text_table(["aa", "b", "aa"]), b" "), "same text"),
        (Texts(text_table(["a", ""]), b" "), "empty"),
        (Texts(text_table(["a", "b c"]), b" "), "separator"),
        (Texts(text_table(["a", "bc"]), b""), "one character"),
    ],
)
def test_texts_that_cannot_be_read_back_are_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        read("txt", "none", b"", texts)


def test_txt_refuses_texts_of_two_lines():
    with pytest.raises(ValueError, match="end of a line"):
        FORMATS["txt"].encoder("none", Texts(text_table(["a", "b\nc"]), b" "), 2)


def test_texts_know_two_separators_and_text_formats_need_them():
    with pytest.raises(ValueError, match="separator"):
        Texts(SYMBOLS.table, b", ")
    with pytest.raises(ValueError, match="needs texts"):
        FORMATS["jsonl"].encoder("none", None, MAX_VOCABULARY)


@pytest.mark.skipif(not has_crc32c_instruction(), reason="this processor has no CRC32C instruction")
def test_checksums_by_table_are_those_by_instruction(monkeypatch):
    block = random_block(50)
    data = written("tfrecord", "none", [block])
    monkeypatch.setattr(tfrecord_framing, "by_instruction", lambda: False)
    assert data == written("tfrecord", "none", [block])
    assert rows_of(block) == read("tfrecord", "none", data)


LANE_MODULES = [avro, line_reading, lines, tfrecord]  # those that choose a way


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(not uses_avx512(), reason="no AVX-512"))])
def avx512(request, monkeypatch):
    """Write and read ids with AVX-512 or without, whatever this processor would choose."""
    for module in LANE_MODULES:
        monkeypatch.setattr(module, "uses_avx512", lambda: request.param)
    return request.param


LANE_EDGES = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x3FFF, 0x4000, 0x7FFF, 0xFFFF, 0x10000, 0x1FFFF, MAX_VOCABULARY - 1]
"""Ids on both sides of each change of size, as they are and times two."""


@pytest.mark.parametrize("name", ["tfrecord", "avro"])
@pytest.mark.parametrize("length", [*range(1, 35), 200])
def test_ids_of_all_sizes_in_phrases_of_all_lengths(avx512, name, length):
    rng = np.random.default_rng(length)
    block = block_of([rng.choice(LANE_EDGES, length).tolist() for _ in range(5)] + [[LANE_EDGES[-1]] * length])
    assert rows_of(block) == read(name, "none", written(name, "none", [block]))
    if name == "avro":
        data = written(name, "none", [block])
        assert rows_of(block) == [(row["seed"], row["ids"]) for row in fastavro.reader(io.BytesIO(data))]


@pytest.mark.parametrize("name", ["jsonl", "txt"])
@pytest.mark.parametrize("length", [*range(1, 35), 200])
def test_symbols_of_all_sizes_in_phrases_of_all_lengths(avx512, name, length):
    rng = np.random.default_rng(length)
    block = block_of([(rng.random(length) ** 4 * V).astype(int).clip(0, V - 9).tolist() for _ in range(6)])
    data = written(name, "none", [block])
    assert rows_of(block, name) == read(name, "none", data)
    lines = data.decode().split("\n")[:-1]
    assert expected_texts(block, SYMBOLS) == (
        [json.loads(line)["text"] for line in lines] if name == "jsonl" else lines
    )


def test_seeds_of_all_sizes_are_written_in_decimal_digits():
    seeds = sorted({min(10**k + d, 2**63 - 1) for k in range(19) for d in (-1, 0, 1, 7 * 10**k // 9)})
    data = written("jsonl", "none", [block_of([[0]] * len(seeds), seeds)])
    assert seeds == [json.loads(line)["seed"] for line in data.splitlines()]


@pytest.mark.parametrize(
    "texts", [Texts(text_table(["a", "\0", "\0a", "b\0"]), b" "), Texts(text_table(["я", "\0", "😀"]), b"")]
)
def test_texts_that_hold_a_zero_byte_come_back(texts):
    block = block_of([[0, 1, 2, 1, 1], [2], [1]])
    assert expected_texts(block, texts) == written("txt", "none", [block], texts).decode().split("\n")[:-1]
    assert rows_of(block, "txt") == read("txt", "none", written("txt", "none", [block], texts), texts)


GOLDEN = {
    "tfrecord": "98011641c4264248",
    "avro": "234cc88235fd8839",
    "parquet": "751a8641333be080",
    "jsonl": "f569291d800b8358",
    "txt": "c963a784e75944eb",
    "tokens": "35c9a61bdfeb62a0",
    "megatron": "35c9a61bdfeb62a0",
}


@pytest.mark.parametrize("name", READABLE)
def test_the_bytes_of_a_format_never_change(avx512, name):
    block = block_of([[k * k % V for k in range(n)] for n in (1, 10, 2999)], [0, 127, 2**63 - 1])
    data = without_release(written(name, "none", [block]))
    assert GOLDEN[name] == hashlib.sha256(data).hexdigest()[:16]
