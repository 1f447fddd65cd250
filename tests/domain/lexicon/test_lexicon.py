import contextlib
import hashlib
import io
import struct

import fastavro
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import typeof

from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon, read_lexicon
from hyperphrase.lexicon.lexicon_file import SCHEMA
from hyperphrase.lexicon.text_table import table_texts, text_table

WORDS = ("the", "ёж", "naïve", "x", "𝄞𝄞")


def lexicon(words=WORDS, name="small") -> Lexicon:
    frequencies = 1 / np.arange(1, len(words) + 1)
    return Lexicon(name, tuple(words), frequencies, code_points("stable", len(words)))


def written(some: Lexicon) -> bytes:
    stream = io.BytesIO()
    some.write(stream)
    return stream.getvalue()


def read(data: bytes) -> Lexicon:
    return read_lexicon(io.BytesIO(data), "lexicon.avro")


def content(some: Lexicon) -> tuple:
    return some.name, some.words, some.frequencies.tolist(), some.code_points.tolist()


def forged(rows, name="small", digest="0" * 64, schema=SCHEMA, codec="null") -> bytes:
    """Write what an attacker would: right form and right sync marker, any content."""
    seal = hashlib.sha256(f"hyperphrase seal 1\n{digest}\n{name}".encode()).digest()[:16]
    stream = io.BytesIO()
    metadata = {"hyperphrase.name": name, "hyperphrase.digest": digest}
    fastavro.writer(stream, schema, rows, codec=codec, metadata=metadata, sync_marker=seal)
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
    reader = fastavro.reader(io.BytesIO(written(some)))
    rows = list(reader)
    assert [row(i, some.symbol(i), WORDS[i], 1 / (i + 1)) for i in range(5)] == rows
    assert ("small", some.digest) == (reader.metadata["hyperphrase.name"], reader.metadata["hyperphrase.digest"])


def test_an_independent_writer_of_the_same_rows_is_read():
    some = lexicon()
    rows = list(fastavro.reader(io.BytesIO(written(some))))
    assert content(some) == content(read(forged(rows, digest=some.digest)))


@pytest.mark.parametrize("count", [1, 127, 128, 8192, 8193, 20_000])
def test_round_trip_over_block_borders(count):
    some = lexicon([f"w{i}" for i in range(count)])
    data = written(some)
    assert content(some) == content(read(data))
    assert count == sum(1 for _ in fastavro.reader(io.BytesIO(data)))


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
    assert (
        hashlib.sha256(written(lexicon())).hexdigest()
        == "f22d7c12c51d1955641e28056adaf9b642881ca3d8d833d98be6cc8abc069536"
    )


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


def test_a_file_without_its_last_block_is_refused():
    data = written(lexicon([f"w{i}" for i in range(9000)]))
    *_, last = fastavro.block_reader(io.BytesIO(data))
    with pytest.raises(CorruptError, match="digest"):
        read(data[: last.offset])


@given(st.binary(max_size=200))
def test_bytes_behind_the_end_are_refused(tail):
    if tail:
        with pytest.raises(CorruptError):
            read(GOOD + tail)


@given(st.binary(max_size=200))
def test_any_body_behind_a_good_header_is_refused(body):
    header = forged([])
    with pytest.raises(CorruptError):
        read(header + body)


A, B = lexicon().symbols[:2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty"),
        ([row(1, A, "a")], "damaged"),
        ([row(0, A, "a"), row(0, B, "b")], "damaged"),
        ([row(-1, A, "a")], "damaged"),
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
    with pytest.raises(CorruptError, match=rf"^lexicon\.avro: .*{message}"):
        read(forged(rows))


def test_a_text_that_is_not_utf8_is_refused_even_if_its_neighbour_completes_it():
    data = forged([row(0, A, "ab"), row(1, B, "cd")])
    for first, second in ((b"a\xd0", b"\x91d"), (b"a\xff", b"cd")):
        with pytest.raises(CorruptError, match="UTF-8"):
            read(data.replace(b"\x04ab", b"\x04" + first).replace(b"\x04cd", b"\x04" + second))


@pytest.mark.parametrize("codec", ["deflate", "bzip2"])
def test_a_compressed_file_is_refused(codec):
    with pytest.raises(CorruptError, match="codec"):
        read(forged([row(0, A, "a")], codec=codec))


def test_another_schema_is_refused():
    schema = {"type": "record", "name": "Nothing", "fields": []}
    with pytest.raises(CorruptError, match="schema"):
        read(forged([{}], schema=schema))


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
