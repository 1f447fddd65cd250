import contextlib
import hashlib
import io
import struct

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import typeof
from pyarrow import parquet

from hyperphrase.errors import CorruptError
from hyperphrase.lexicon import lexicon_file
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon, read_lexicon
from hyperphrase.lexicon.lexicon_file import schema
from hyperphrase.lexicon.text_table import table_texts, text_table
from hyperphrase.untrusted import plain_parquet

GOLDEN = "c766ef76e57f02bb"  # of the file of WORDS
WORDS = ("the", "ёж", "naïve", "x", "𝄞𝄞")


def lexicon(words=WORDS, name="small") -> Lexicon:
    frequencies = 1 / np.arange(1, len(words) + 1)
    return Lexicon(name, tuple(words), frequencies, code_points("stable", len(words)))


def written(some: Lexicon) -> bytes:
    stream = io.BytesIO()
    some.write(stream)
    return stream.getvalue()


def read(data: bytes) -> Lexicon:
    return read_lexicon(io.BytesIO(data), "lexicon.parquet")


def content(some: Lexicon) -> tuple:
    return some.name, some.words, some.frequencies.tolist(), some.code_points.tolist()


def forged(rows, name="small", digest="0" * 64, columns=None, group=1 << 20, metadata=None, **settings) -> bytes:
    """Write what an attacker would: right form and right metadata, any content."""
    seal = hashlib.sha256(f"hyperphrase seal 1\n{digest}\n{name}".encode()).hexdigest()
    sealed = {"hyperphrase.name": name, "hyperphrase.digest": digest, "hyperphrase.seal": seal}
    stream, columns = io.BytesIO(), columns or schema()
    with parquet.ParquetWriter(stream, columns, **{**plain_parquet._SETTINGS, **settings}) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=columns), row_group_size=group)
        writer.add_key_value_metadata(sealed if metadata is None else metadata)
    return stream.getvalue()


def row(word_id, symbol, word, frequency=1.0):
    return {"id": word_id, "symbol": symbol, "word": word, "frequency": frequency}


def test_digest_is_of_the_documented_bytes():
    some = lexicon(("a", "é"))
    points = code_points("stable", 2).tolist()
    data = b"hyperphrase lexicon 1\n" + struct.pack("<Q2I2d3q", 2, *points, 1.0, 0.5, 0, 1, 3) + b"a\xc3\xa9"
    assert hashlib.sha256(data).hexdigest() == some.digest


def test_digest_depends_on_words_frequencies_and_symbols_but_not_on_the_name():
    one = lexicon()
    others = [
        Lexicon(one.name, ("The", *WORDS[1:]), one.frequencies, one.code_points),
        Lexicon(one.name, WORDS, one.frequencies / 2, one.code_points),
        Lexicon(one.name, WORDS, one.frequencies, one.code_points[::-1]),
        Lexicon(one.name, ("thе", *WORDS[1:]), one.frequencies, one.code_points),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 5
    assert lexicon(name="other").digest == one.digest


def test_symbol_of_an_id():
    some = lexicon()
    assert chr(some.code_points[3]) == some.symbol(3)
    for wrong in (-1, 5):
        with pytest.raises(IndexError):
            some.symbol(wrong)


def test_an_independent_reader_reads_the_file():
    some = lexicon()
    file = parquet.ParquetFile(io.BytesIO(written(some)))
    assert [row(i, some.symbol(i), WORDS[i], 1 / (i + 1)) for i in range(5)] == file.read().to_pylist()
    metadata = file.metadata.metadata
    assert (b"small", some.digest.encode()) == (metadata[b"hyperphrase.name"], metadata[b"hyperphrase.digest"])


@pytest.mark.parametrize(
    "rows_of",
    [lambda path: duckdb.sql(f"from '{path}'").pl().to_dicts(), lambda path: polars.read_parquet(path).to_dicts()],
    ids=["duckdb", "polars"],
)
def test_others_read_the_file_in_a_line(rows_of, tmp_path):
    some, path = lexicon(), tmp_path / "lexicon.parquet"
    path.write_bytes(written(some))
    assert [row(i, some.symbol(i), WORDS[i], 1 / (i + 1)) for i in range(5)] == rows_of(path)


def test_an_independent_writer_of_the_same_rows_is_read():
    some = lexicon()
    rows = parquet.read_table(io.BytesIO(written(some))).to_pylist()
    assert content(some) == content(read(forged(rows, digest=some.digest)))


@pytest.mark.parametrize("count", [1, 63, 64, 127, 128, 8191, 8193, 20_000])
def test_round_trip_over_borders_of_varints(count):
    some = lexicon([f"w{i}" for i in range(count)])
    data = written(some)
    assert content(some) == content(read(data))
    assert count == len(parquet.read_table(io.BytesIO(data)))


@given(
    st.lists(
        st.text(min_size=1).filter(lambda word: word.isprintable() and " " not in word),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
def test_round_trip_of_any_words(words):
    some = lexicon(words)
    again = read(written(some))
    assert (content(some), some.digest) == (content(again), again.digest)


def test_file_bytes_are_frozen():
    """All but the release of the library that wrote them."""
    release = f"version {pa.__version__}".encode()
    assert 1 == written(lexicon()).count(release)
    assert GOLDEN == hashlib.sha256(written(lexicon()).replace(release, b"version")).hexdigest()[:16]


GOOD = written(lexicon())


@settings(max_examples=400)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed_or_changes_nothing(place, change):
    data = bytearray(GOOD)
    data[place] ^= change
    again = None
    with contextlib.suppress(CorruptError):
        again = read(bytes(data))
    assert again is None or content(lexicon()) == content(again)


def test_a_file_cut_anywhere_is_refused():
    for size in range(len(GOOD)):
        with pytest.raises(CorruptError):
            read(GOOD[:size])


def test_a_changed_name_is_noticed():
    assert 1 == GOOD.count(b"\x05small")
    data = GOOD.replace(b"\x05small", b"\x05smell")
    with pytest.raises(CorruptError, match="name or the digest of the lexicon was changed"):
        read(data)


@given(st.binary(max_size=200))
def test_bytes_behind_the_end_are_refused(tail):
    if tail:
        with pytest.raises(CorruptError):
            read(GOOD + tail)


@given(st.binary(max_size=200))
def test_any_bytes_before_a_good_footer_are_refused(body):
    footer = GOOD[-8 - int.from_bytes(GOOD[-8:-4], "little") :]
    with pytest.raises(CorruptError):
        read(b"PAR1" + body + footer)


A, B = lexicon().symbols[:2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty"),
        ([row(1, A, "a")], "damaged"),
        ([row(0, A, "a"), row(0, B, "b")], "damaged"),
        ([row(2**32 - 1, A, "a")], "damaged"),
        ([row(0, A, "")], "damaged"),
        ([row(0, "", "a")], "damaged"),
        ([row(0, A + B, "a"), row(1, B, "b")], "symbols"),
        ([row(0, A, "a"), row(1, A, "b")], "symbols"),
        ([row(0, A, "a"), row(1, B, "a")], "twice"),
        ([row(0, A, "a", float("nan"))], "frequencies"),
        ([row(0, A, "a", float("inf"))], "frequencies"),
        ([row(0, A, "a", 0.0)], "frequencies"),
        ([row(0, A, "a", 1.0), row(1, B, "b", 2.0)], "frequencies"),
        ([row(0, A, "a")], "digest"),
        ([row(0, A, "two words")], "a word holds ' '"),
        ([row(0, A, "a\nb")], "a word holds"),
        ([row(0, A, "a\x1b[2Jb")], "a word holds"),
        ([row(0, "\n", "a")], "a symbol holds"),
        ([row(0, "\x1b", "a")], "a symbol holds"),
        ([row(0, A, "a" * 1001)], "more than 1000 bytes"),
    ],
)
def test_a_forged_file_is_refused(rows, message):
    with pytest.raises(CorruptError, match=rf"^lexicon\.parquet: .*{message}"):
        read(forged(rows))


def test_a_text_that_is_not_utf8_is_refused_even_if_its_neighbour_completes_it():
    data = forged([row(0, A, "ab"), row(1, B, "cd")])
    size = b"\x02\x00\x00\x00"
    for first, second in ((b"a\xd0", b"\x91d"), (b"a\xff", b"cd")):
        with pytest.raises(CorruptError, match="UTF-8"):
            read(data.replace(size + b"ab", size + first).replace(size + b"cd", size + second))


ROWS = [row(0, A, "a"), row(1, B, "b")]


@pytest.mark.parametrize("settings", [
    {"compression": "zstd"}, {"compression": "snappy"}, {"use_dictionary": True}, {"data_page_version": "2.0"},
    {"use_dictionary": ["word"]}, {"column_encoding": {"word": "DELTA_BYTE_ARRAY"}}, {"use_byte_stream_split": ["id"]},
    {"write_statistics": True}, {"write_page_checksum": True}, {"max_rows_per_page": 1, "write_batch_size": 1},
    {"group": 1},
], ids=str)  # fmt: skip
def test_a_file_that_is_not_laid_out_as_ours_is_refused(settings):
    """What is compressed, or stands for other values, could be a thousand times as large inside."""
    with pytest.raises(CorruptError, match=r"^lexicon\.parquet: is damaged, or not laid out as pages of plain values$"):
        read(forged(ROWS, **settings))


def test_a_page_that_says_another_encoding_than_the_footer_is_refused():
    """A dictionary of one long word would stand for a million of them; only the page's own header tells."""
    plain = b"\x15\x04\x15\x00\x15\x06\x15\x06"
    data = forged(ROWS)
    assert 4 == data.count(plain)
    for encoding in (2, 5, 6, 7, 8, 9):  # PLAIN_DICTIONARY, DELTA_BINARY_PACKED, ..., BYTE_STREAM_SPLIT
        with pytest.raises(CorruptError, match="not laid out"):
            read(data.replace(plain, b"\x15\x04\x15" + bytes([encoding << 1]) + b"\x15\x06\x15\x06"))


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("change", ["nullable", "type", "name"])
def test_another_schema_is_refused(index, change):
    other = {"nullable": pa.field(schema().names[index], schema().types[index]),
             "type": pa.field(schema().names[index], pa.binary(), nullable=False),
             "name": pa.field("x", schema().types[index], nullable=False)}[change]  # fmt: skip
    columns = schema().set(index, other)
    with pytest.raises(CorruptError, match="its columns are not id uint32, symbol string, word string, frequency doub"):
        read(forged([], columns=columns))


@pytest.mark.parametrize("missing", [0, 3])
def test_columns_that_are_missing_or_too_many_are_refused(missing):
    for columns in (schema().remove(missing), schema().append(pa.field("more", pa.int8(), nullable=False))):
        with pytest.raises(CorruptError, match="its columns are not"):
            read(forged([], columns=columns))


@pytest.mark.parametrize("metadata", [{}, {"hyperphrase.name": "small"}, {"hyperphrase.digest": "0" * 64}])
def test_a_file_without_name_or_digest_is_refused(metadata):
    with pytest.raises(CorruptError, match="hold no name or no digest"):
        read(forged(ROWS, metadata=metadata))


def test_more_rows_than_a_vocabulary_may_have_are_refused(monkeypatch):
    monkeypatch.setattr(lexicon_file, "MAX_VOCABULARY", 4)
    with pytest.raises(CorruptError, match="has more than 4 rows"):
        read(GOOD)


@pytest.mark.parametrize("footer", [b"\xff\xff\xff\x7f", b"\x01\x40\x00\x00", bytes(4)])
def test_a_footer_of_absurd_size_is_not_read(footer):
    with pytest.raises(CorruptError, match="not a Parquet file"):
        read(GOOD[:-8] + footer + b"PAR1")


def test_a_page_of_an_absurd_number_of_texts_is_refused():
    """In all places that say how many there are: the page behind them holds two."""
    data = forged(ROWS)
    for old, new in ((b"\x15\x04", b"\x15\x7e"), (b"\x16\x04", b"\x16\x7e")):
        assert old in data
        data = data.replace(old, new)
    with pytest.raises(CorruptError, match="not laid out"):
        read(data)


@pytest.mark.parametrize("size", [3, 2**31 - 1, 2**31, 2**32 - 1])
def test_a_text_that_is_longer_than_its_page_is_refused(size):
    data, last = forged(ROWS), b"\x01\x00\x00\x00b"
    assert 1 == data.count(last)
    with pytest.raises(CorruptError, match=r"^lexicon\.parquet: is damaged \(ArrowInvalid\)$"):
        read(data.replace(last, struct.pack("<I", size) + b"b"))


def test_a_footer_that_ends_the_process_that_asks_it_for_columns_is_harmless():
    """An exception of the histograms of levels is caught nowhere in pyarrow 25."""
    some = lexicon()
    data, none = written(some), b"\x19\x06\x19\x06"  # no levels, in either histogram
    assert 2 == data.count(none)
    data = data.replace(none, b"\x19\x26\x00\x00\x19\x06", 1)
    data = data[:-8] + struct.pack("<I", struct.unpack("<I", data[-8:-4])[0] + 2) + b"PAR1"
    assert content(some) == content(read(data))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_text_table_holds_each_text(texts):
    table = text_table(texts)
    rows = [table.data[table.offsets[i] : table.offsets[i + 1]].tobytes().decode() for i in range(len(table))]
    assert texts == rows
    assert texts == table_texts(table)


def test_a_lexicon_that_was_read_has_the_tables_of_one_that_was_made():
    """Also in what numba looks at, or the kernels of the text formats would be compiled for both."""
    made, again = lexicon(), read(written(lexicon()))
    for left, right in ((made.symbol_table(), again.symbol_table()), (made.word_table(), again.word_table())):
        assert left.data.tobytes() == right.data.tobytes()
        assert left.offsets.tolist() == right.offsets.tolist()
        assert (typeof(left.data), typeof(left.offsets)) == (typeof(right.data), typeof(right.offsets))


def test_tables_of_a_lexicon_are_made_once():
    some = lexicon()
    assert some.word_table() is some.word_table()
    assert list(WORDS) == table_texts(some.word_table())
    assert list(some.symbols) == table_texts(some.symbol_table())
