import csv
import functools
import gzip
import io
import subprocess
import sys
from pathlib import Path

import duckdb
import fastavro
import msgpack
import numpy as np
import polars
import pyarrow as pa
import pytest
import wordfreq
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from hyperphrase.errors import InputError
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon, read_lexicon
from hyperphrase.lexicon.sources import user_file
from hyperphrase.lexicon.sources.word_ranking import (
    RankedWords,
    centibel_frequency,
    continued,
    from_centibels,
    six_digits,
)
from hyperphrase.untrusted import separate_process


@functools.cache  # lexicons cannot be changed, and some take seconds
def build(spec, vocabulary=None, alphabet="stable") -> Lexicon:
    return build_lexicon(spec, vocabulary, alphabet, lambda path: Path(path).open("rb"))


def build_from(data: bytes, name="words.txt", vocabulary=None) -> Lexicon:
    return build_lexicon(f"/home/me/{name}", vocabulary, "stable", lambda path: io.BytesIO(data))


def avro(rows, schema_fields) -> bytes:
    stream = io.BytesIO()
    fields = [{"name": name, "type": kind} for name, kind in schema_fields]
    fastavro.writer(stream, {"type": "record", "name": "R", "fields": fields}, rows)
    return stream.getvalue()


def parquet_file(table, **settings) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(table if isinstance(table, pa.Table) else pa.table(table), stream, **settings)
    return stream.getvalue()


# --- the named lexicons


@pytest.mark.parametrize(
    ("spec", "vocabulary", "digest"),
    [
        ("english", 1000, "4dd4b3c4c9cbb9115cdd4c40fcff52c6052cae765fb373cf4f9212c391ade15f"),
        ("english", 250_000, "b0ea450e9f10e970179f830b57e6e71deac4d2c0301540824c8c0664af8802a8"),
        ("russian", 1000, "37f5b4d42fa849ad8a69a86561b705f71840cfaeea7323e4d8bef0f8f5decf9d"),
        ("russian", 250_000, "3ab77aa805e5bde140766999048513ee31c94683b70e8dac6e3901952daec663"),
    ],
)
def test_lexicons_of_real_words_are_frozen(spec, vocabulary, digest):
    assert build(spec, vocabulary).digest == digest


@pytest.fixture(scope="module")
def synthetic():
    return {flavour: build(f"synthetic:flavour={flavour}") for flavour in ("english", "russian")}


def test_synthetic_lexicons_are_frozen(synthetic):
    assert {flavour: some.digest for flavour, some in synthetic.items()} == {
        "english": "a0c77689b5e166fb0e8f217c1f3ba8d12f1b358543a7afef36c60bfbde6abba7",
        "russian": "37e15ea96d0cfe51b8eb70359f1f4d3f91c15cf67374ca2a952786ff1abc29f9",
    }


def test_a_small_synthetic_lexicon_is_frozen_and_english():
    assert build("synthetic", 1000).digest == "966bff1f352686066d8f00bf8702df63c296bf258ba566996e35331ee07e4061"


def test_a_named_lexicon_has_250_000_hyperwords_by_default():
    assert build("english").vocabulary == 250_000


@pytest.mark.parametrize("language", ["english", "russian"])
def test_real_lexicons_are_in_order_and_distinct(language):
    some = build(language)
    assert len(set(some.words)) == some.vocabulary
    assert (np.diff(some.frequencies) <= 0).all()
    ties = [
        (len(first), first) < (len(second), second)
        for first, second, step in zip(some.words, some.words[1:], np.diff(some.frequencies), strict=False)
        if step == 0
    ]
    assert all(ties)


@pytest.mark.parametrize("language", ["english", "russian"])
def test_a_smaller_real_lexicon_is_a_prefix(language):
    small, large = build(language, 100), build(language, 5000)
    assert small.words == large.words[:100]
    assert small.frequencies.tolist() == large.frequencies[:100].tolist()


@pytest.mark.parametrize(("language", "code"), [("english", "en"), ("russian", "ru")])
def test_frequencies_are_those_that_wordfreq_states(language, code):
    some = build(language, 2000)
    stated = wordfreq.get_frequency_dict(code, wordlist="large")
    assert pytest.approx([stated[word] for word in some.words], rel=1e-5) == some.frequencies.tolist()


def test_frequencies_are_those_of_wordfreqs_file_read_without_wordfreq():
    with gzip.open(Path(wordfreq.__file__).parent / "data/large_en.msgpack.gz") as stream:
        pack = msgpack.load(stream)[1:]
    place = {word: centibels for centibels, same in enumerate(pack) for word in same}
    some = build("english", 50)
    assert [float(f"{10 ** (-place[word] / 100):.6g}") for word in some.words] == some.frequencies.tolist()


def test_english_opens_glove_only_when_it_needs_it():
    code = (
        "import sys; from hyperphrase.lexicon.sources.english import english_words; english_words(250_000);"
        "print([name for name in ('pyarrow', 'apache_beam') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_english_goes_on_beyond_each_source():
    some = build("english", 500_000, "extended")
    assert len(set(some.words)) == 500_000
    assert (np.diff(some.frequencies) <= 0).all()
    assert some.frequencies[307_629] == six_digits(some.frequencies[307_628] * 307_629 / 307_630)
    assert some.digest == "6e6ec99c800a7a990ec807a0492d91b5063ddc8087ae19c97cf27e324e609688"


# --- the rules they share


def test_ties_are_broken_by_length_and_then_code_points():
    ranked = from_centibels([[], ["b", "aa", "é", "a"], ["c"]], str.isalpha, 4)
    assert ranked.words == ["a", "b", "é", "aa"]
    assert from_centibels([["ab", "c"], ["d"]], str.isalpha, None).frequencies.tolist() == [1.0, 1.0, 0.977237]


def test_centibels_are_rounded_to_six_digits_exactly():
    assert [centibel_frequency(c) for c in (0, 100, 1, 799)] == [1.0, 0.1, 0.977237, 1.02329e-08]


def test_uncounted_words_go_on_by_zipfs_law():
    counted = RankedWords(["a", "b"], np.array([0.5, 0.3]))
    ranked = continued(counted, iter(["b", "c", "d", "c", "e"]), 4)
    assert (ranked.words, ranked.frequencies.tolist()) == (["a", "b", "c", "d"], [0.5, 0.3, 0.2, 0.15])


def test_uncounted_words_are_left_alone_when_there_are_enough():
    counted = RankedWords(["a"], np.array([0.5]))
    assert continued(counted, (1 / 0 for _ in "x"), 1) is counted


# --- synthetic words


@pytest.mark.parametrize(("flavour", "code"), [("english", "en"), ("russian", "ru")])
def test_synthetic_words_are_distinct_and_not_real(synthetic, flavour, code):
    words = synthetic[flavour].words
    assert len(set(words)) == 250_000
    assert set(words).isdisjoint(wordfreq.get_frequency_dict(code, wordlist="large"))


@pytest.mark.parametrize(
    ("flavour", "vowels", "others"),
    [("english", "aeiouy", ""), ("russian", "аеёиоуыэюя", "ъь")],
)
def test_synthetic_words_can_be_pronounced(synthetic, flavour, vowels, others):
    for word in synthetic[flavour].words:
        sounds = "".join("v" if letter in vowels else "c" for letter in word if letter not in others)
        assert "v" in sounds, word
        assert "vvvv" not in sounds, word
        assert "cccc" not in sounds, word
        assert not any(letter * 3 in word for letter in word), word


def test_synthetic_words_go_from_short_to_long_with_zipfs_frequencies(synthetic):
    some = synthetic["english"]
    lengths = list(map(len, some.words))
    assert sorted(lengths) == lengths
    assert (lengths[0], lengths[-1]) == (3, 14)
    assert [*some.frequencies[:3], some.frequencies[-1]] == [1.0, 0.5, 0.333333, 4e-06]


def test_a_smaller_synthetic_lexicon_has_the_first_draws_of_a_larger_one(synthetic):
    words = synthetic["english"].words
    small = build("synthetic", 1000).words
    first = set(small)
    assert list(small) == [word for word in words if word in first]


# --- users' files


def test_txt_keeps_its_order_and_has_no_frequencies():
    some = build_from("\ufeffzebra\r\napple\r\nёж\r\n".encode())
    assert (some.words, some.frequencies.tolist()) == (("zebra", "apple", "ёж"), [1.0, 1.0, 1.0])
    assert some.code_points.tolist() == code_points("stable", 3).tolist()


@pytest.mark.parametrize(("name", "comma"), [("a.csv", ","), ("a.tsv", "\t")])
def test_tables_are_sorted_by_count_and_equal_counts_keep_their_order(name, comma):
    lines = ["word,count", "b,2", "c,3", "a,2", "d,1e2"]
    some = build_from("\n".join(lines).replace(",", comma).encode(), name)
    assert (some.words, some.frequencies.tolist()) == (("d", "c", "b", "a"), [100.0, 3.0, 2.0, 2.0])


def test_a_table_needs_no_header():
    assert build_from(b"a,1\nb,2\n", "a.csv").words == ("b", "a")


@given(st.dictionaries(st.text(st.characters(categories=["L", "Po"]), min_size=1), st.integers(1, 99), min_size=2))
def test_what_the_csv_module_writes_is_read(counts):
    stream = io.StringIO()
    csv.writer(stream).writerows([["word", "count"], *counts.items()])
    some = build_from(stream.getvalue().encode(), "a.csv")
    assert counts == dict(zip(some.words, some.frequencies.tolist(), strict=True))


@pytest.mark.parametrize("field", ["count", "frequency"])
def test_avro_with_counts(field):
    data = avro([{"word": "a", field: 1}, {"word": "b", field: 2}], [("word", "string"), (field, "long")])
    assert (build_from(data, "a.avro").words) == ("b", "a")


def test_avro_without_counts():
    data = avro([{"word": "b"}, {"word": "a"}], [("word", "string")])
    assert build_from(data, "a.avro").words == ("b", "a")


@pytest.mark.parametrize("field", ["count", "frequency"])
def test_parquet_with_counts(field):
    data = parquet_file({"more": [None, None], field: [1, 2], "word": ["a", "b"]})
    some = build_from(data, "a.parquet")
    assert (("b", "a"), [2.0, 1.0]) == (some.words, some.frequencies.tolist())


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_parquet_without_counts(kind):
    data = parquet_file({"word": pa.array(["b", 'a"\u00e9'], kind)}, compression="zstd", row_group_size=1)
    assert ("b", 'a"\u00e9') == build_from(data, "a.parquet").words


def test_parquet_of_other_writers(tmp_path):
    frame = polars.DataFrame({"word": ["a", "b"], "count": [1.5, 2.5e-7]})
    frame.write_parquet(tmp_path / "polars.parquet")
    duckdb.sql("from frame").write_parquet(str(tmp_path / "duckdb.parquet"))
    for path in tmp_path.iterdir():
        some = build(str(path))
        assert (("a", "b"), [1.5, 2.5e-7]) == (some.words, some.frequencies.tolist())


def test_our_own_lexicon_file_is_a_users_file():
    stream = io.BytesIO()
    some = build("english", 50)
    some.write(stream)
    again = build_from(stream.getvalue(), "lexicon.parquet")
    assert again.digest == some.digest


def test_a_file_without_extension_has_a_word_a_line(tmp_path):
    (tmp_path / "words").write_bytes(b"b\na\n")
    assert build(str(tmp_path / "words")).words == ("b", "a")


def test_the_name_of_a_users_lexicon_says_nothing_of_the_machine():
    assert build_from(b"a\nb").name == "words.txt"
    assert build("english", 2).name == "english"


def test_vocabulary_takes_the_first_words():
    assert build_from(b"a,1\nb,3\nc,2", "a.csv", vocabulary=2).words == ("b", "c")


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.txt", "the file is empty; give at least 2"),
        (b"\n\n", "a.txt", "line 1 has an empty word"),
        (b"one\n", "a.txt", "1 words; give at least 2"),
        (b"a\nb\n\nc", "a.txt", "line 3 has an empty word"),
        (b"a\nb\na\n", "a.txt", "line 3 repeats the word 'a' of line 1; give each word once"),
        (b"a\nb c\n", "a.txt", "line 2 has 'b c', with a space"),
        (b"a\nb \n", "a.txt", "line 2 has 'b ', with a space"),
        (b"a\nb\x1bc\n", "a.txt", r"line 2 has 'b\\x1bc', with the control character U\+001B; give one word"),
        ("a\nb\u2028c\n".encode(), "a.txt", r"line 2 has 'b\\u2028c', with U\+2028 LINE SEPARATOR; give one word"),
        ("a\nb\u0085c\n".encode(), "a.txt", r"line 2 has 'b\\x85c', with the control character U\+0085"),
        (b"a\nb\0\n", "a.txt", "line 2 has a NUL byte"),
        (b"a\nb\n\xff\n", "a.txt", "line 3 is not UTF-8"),
        (b"a,1\nb\n", "a.csv", "line 2 has 1 fields; give a word and its count"),
        (b"a,1\nb,2,3\n", "a.csv", "line 2 has 3 fields"),
        (b'a,1\nb,"2"x\n', "a.csv", "line 2 is not a table row"),
        (b"a,1\na,2\n", "a.csv", "line 2 repeats the word 'a'"),
        *(
            (f"word,count\na,{count}\nb,1\n".encode(), "a.csv", "line 2 has the count .*positive finite")
            for count in ("0", "-1", "nan", "inf", "1e999", "1_0", "x", "", "٣")
        ),
        (b"not avro", "a.avro", "not a whole Avro file, broken after the header"),
        (avro([{"x": 1}], [("x", "long")]), "a.avro", "its records have no string field 'word'"),
        (avro([{"word": 1}], [("word", "long")]), "a.avro", "its records have no string field 'word'"),
        (
            avro([{"word": "a", "count": "1"}], [("word", "string"), ("count", "string")]),
            "a.avro",
            "its field 'count' holds no numbers",
        ),
        (
            avro([{"word": "a", "count": 0}], [("word", "string"), ("count", "long")]),
            "a.avro",
            "record 1 has the count",
        ),
        (avro([{"word": "a"}, {"word": "b"}], [("word", "string")])[:-3], "a.avro", "not a whole Avro file"),
        (b"not parquet", "a.parquet", "not a whole Parquet file of words"),
        (parquet_file({"word": ["a", "b"]})[:-1], "a.parquet", "not a whole Parquet file of words"),
        (parquet_file({"x": [1]}), "a.parquet", "it has no string column 'word'; give columns word and count"),
        (parquet_file({"word": [1]}), "a.parquet", "it has no string column 'word'; give columns word and count"),
        (parquet_file({"word": ["a"], "count": ["1"]}), "a.parquet", "its column 'count' holds no numbers"),
        (parquet_file({"word": ["a", "b"], "count": [1, 0]}), "a.parquet", "row 2 has the count '0'"),
        (
            parquet_file({"word": ["a", "b"], "count": [1, None]}),
            "a.parquet",
            "row 2 has no count; give a word and its count",
        ),
        (parquet_file({"word": ["a", None]}), "a.parquet", "row 2 has no word; give a word and its count"),
        (parquet_file({"word": ["a", "a"]}), "a.parquet", "row 2 repeats the word 'a'"),
        (parquet_file({"word": ["a\0"]}), "a.parquet", r"row 1 has 'a\\x00', with the control character U\+0000"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(data, name, message):
    with pytest.raises(InputError, match=rf"^lexicon=/home/me/{name}: {message}") as caught:
        build_from(data, name)
    assert "\n" not in str(caught.value)


def built_or_refused(data: bytes, name: str) -> Lexicon | None:
    """Return the lexicon, or None after an error of one line: nothing else may come out."""
    error = None
    try:
        return build_from(data, name)
    except InputError as caught:
        error = str(caught)
    assert error.startswith(f"lexicon=/home/me/{name}: ")
    assert len(error.splitlines()) == 1
    return None


@given(st.binary(max_size=60), st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.avro"]))
def test_any_bytes_make_a_lexicon_or_an_input_error(data, name):
    some = built_or_refused(data, name)
    if some:
        assert len(set(some.words)) == some.vocabulary >= 2


GOOD_AVRO = avro([{"word": "a", "count": 1}, {"word": "b", "count": 2}], [("word", "string"), ("count", "long")])


@given(st.integers(0, len(GOOD_AVRO) - 1), st.integers(1, 255))
def test_a_damaged_avro_file_is_refused_as_input(place, change):
    data = bytearray(GOOD_AVRO)
    data[place] ^= change
    built_or_refused(bytes(data), "a.avro")


def packed(rows, codec, kind="string"):
    schema = {"type": "record", "name": "R", "fields": [{"name": "word", "type": kind}]}
    stream = io.BytesIO()
    fastavro.writer(stream, schema, rows, codec=codec)
    return stream.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate", "zstandard"])
def test_avro_packed_or_not(codec):
    words = [f"w{i}" for i in range(5000)]
    assert build_from(packed([{"word": word} for word in words], codec), "a.avro").words == tuple(words)


@pytest.mark.parametrize("codec", ["deflate", "zstandard"])
def test_avro_that_unpacks_to_too_much_is_refused(codec, monkeypatch):
    monkeypatch.setattr(user_file, "FILE_LIMIT", 100_000)
    with pytest.raises(InputError, match=r"^lexicon=/home/me/a\.avro: not a whole Avro file"):
        build_from(packed([{"word": "a" * 10**6}], codec), "a.avro")


@pytest.mark.parametrize(("first", "last"), [(b"\xfe", b"\x7f"), (b"\xff", b"\x01"), (b"\xff", b"\xff")])
def test_a_count_that_is_not_a_number_of_63_bits_is_refused(first, last):
    data = packed([{"word": "a"}], "deflate")
    start = len(packed([], "deflate"))
    with pytest.raises(InputError, match=r"^lexicon=/home/me/a\.avro: not a whole Avro file"):
        build_from(data[:start] + first * 9 + last + data[start + 1 :], "a.avro")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (packed([{"word": "a"}], "bzip2"), "its codec is 'bzip2'; write it with null, deflate"),
        (packed([{"word": ["a"]}], "null", {"type": "array", "items": "string"}), "no string field 'word'"),
        (packed([{"word": "a" * 1001}, {"word": "b"}], "null"), "of more than 1000 bytes; give one word"),
        (b"Obj\x01" + b"[" * 100_000, "not a whole Avro file"),
        (packed([{"word": "a"}], "deflate")[:-1], "not a whole Avro file"),
    ],
)
def test_avro_that_could_do_harm_is_refused(data, message):
    with pytest.raises(InputError, match=rf"^lexicon=/home/me/a\.avro: .*{message}"):
        build_from(data, "a.avro")


def test_parquet_that_could_do_harm_is_refused():
    long = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1 << 19, np.int32)), pa.array(["a" * (1 << 20)]))
    texts = {
        "words of 512 GiB": parquet_file({"word": long}),
        "the same as plain strings": parquet_file({"word": long}, store_schema=False),
        "a word of 256 MiB": parquet_file({"word": ["a" * (1 << 28)]}, compression="zstd"),
        "rows of 256 GiB": parquet_file({"word": long.slice(0, 1 << 18)}, compression="zstd", store_schema=False),
    }
    for name, data in texts.items():
        assert len(data) < 4 << 20
        with pytest.raises(InputError, match=r"^lexicon=/home/me/a\.parquet: not a whole Parquet file of words, or t"):
            print(name, build_from(data, "a.parquet"))
    many = parquet_file({"word": pa.DictionaryArray.from_arrays(np.zeros((1 << 20) + 1, np.int8), ["a"])})
    with pytest.raises(InputError, match="it has 1,048,577 rows; give at most 1,048,576 words"):
        build_from(many, "a.parquet")


def test_a_parquet_file_that_kills_its_reader_or_keeps_it_is_refused(monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    monkeypatch.setattr(user_file, "_PARQUET_PROGRAM", program)
    monkeypatch.setattr(separate_process, "_SECONDS", 0.5)
    for text in ("import os; os.abort()", "import time; time.sleep(60)"):
        program.write_text(text)
        with pytest.raises(InputError, match=r"^lexicon=/home/me/a\.parquet: not a whole Parquet file of words"):
            build_from(parquet_file({"word": ["a", "b"]}), "a.parquet")


def test_an_array_of_nothing_with_2_to_the_62_elements_is_refused():
    fields = [{"name": "word", "type": "string"}, {"name": "x", "type": {"type": "array", "items": "null"}}]
    stream = io.BytesIO()
    fastavro.writer(stream, {"type": "record", "name": "R", "fields": fields}, [], sync_marker=b"s" * 16)
    block = b"\x02a" + b"\xfe" * 8 + b"\x7f\x00"
    bomb = stream.getvalue() + b"\x02" + bytes([2 * len(block)]) + block + b"s" * 16
    with pytest.raises(InputError, match="arrays of elements that take no space"):
        build_from(bomb, "a.avro")


def test_a_missing_file_is_refused():
    with pytest.raises(InputError, match=r"^lexicon=\./none\.txt: no such file"):
        build("./none.txt")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        build(str(tmp_path))


def test_an_unreadable_file_is_refused():
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    with pytest.raises(InputError, match=r"^lexicon=/a\.txt: cannot be read \(Permission denied\)"):
        build_lexicon("/a.txt", None, "stable", refuse)


def test_too_many_words_are_refused(monkeypatch):
    monkeypatch.setattr(user_file, "MAX_VOCABULARY", 3)
    with pytest.raises(InputError, match="line 4 is one word too many; give at most 3"):
        build_from(b"a\nb\nc\nd\n")


def test_a_too_large_file_is_refused_before_it_is_read_whole(monkeypatch):
    monkeypatch.setattr(user_file, "FILE_LIMIT", 1 << 20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        build_from(b"a\n" * (1 << 20))


def test_a_vocabulary_beyond_the_file_is_refused():
    with pytest.raises(InputError, match=r"^vocabulary=3: `lexicon=/home/me/words\.txt` has 2 words"):
        build_from(b"a\nb", vocabulary=3)


@pytest.mark.parametrize(
    ("spec", "vocabulary", "message"),
    [
        ("english", 1, r"^vocabulary=1: .*2 or more"),
        ("english", 250_001 + 19_647, r"^vocabulary=269648: the stable alphabet has 269,647"),
        ("english:flavour=x", 10, r"^lexicon=english:flavour=x: give english:stop=true\|false, or english alone"),
        (
            "synthetic:flavour=french",
            10,
            r"^lexicon=synthetic:flavour=french: give synthetic:flavour=english\|russian",
        ),
        ("synthetic:flavor=english", 10, r"^lexicon=synthetic:flavor=english: give synthetic:flavour="),
        ("englsh", 10, r"^lexicon=englsh: neither a lexicon nor a file; did you mean english\? "),
        ("synthetik:flavour=english", 10, r"did you mean synthetic\?"),
        ("qqq", None, r"did you mean english or russian or synthetic\?"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(spec, vocabulary, message):
    with pytest.raises(InputError, match=message):
        build(spec, vocabulary)


def test_a_real_lexicon_has_500_000_words_at_most():
    with pytest.raises(InputError, match=r"^vocabulary=500001: the russian lexicon has at most 500,000"):
        build("russian", 500_001, "extended")


def test_an_unknown_alphabet_is_refused_before_anything_is_read():
    with pytest.raises(InputError, match=r"^alphabet=latin"):
        build("./none.txt", alphabet="latin")


@pytest.mark.parametrize(("name", "rank"), [("english", 1), ("russian", 0)])
def test_the_stop_stands_at_its_rank_and_nothing_else_changes(name, rank):
    """One word of twenty: in English only "the" is more frequent."""
    plain, stopped = (build_lexicon(f"{name}{more}", 300, "stable", None) for more in ("", ":stop=true"))
    assert (".", 0.05) == (stopped.words[rank], stopped.frequencies[rank])
    assert plain.words[:299] == stopped.words[:rank] + stopped.words[rank + 1 :]
    assert plain.frequencies[:299].tolist() == np.delete(stopped.frequencies, rank).tolist()
    assert (np.diff(stopped.frequencies) <= 0).all()
    assert (f"{name}:stop=true", 300) == (stopped.name, stopped.vocabulary)
    assert plain.digest == build_lexicon(f"{name}:stop=false", 300, "stable", None).digest != stopped.digest
    stream = io.BytesIO()
    stopped.write(stream)
    assert stopped == read_lexicon(io.BytesIO(stream.getvalue()), "file")


@pytest.mark.parametrize("spec", ["english:stop", "english:stop=1", "russian:stop=true,x=1", "synthetic:stop=true"])
def test_other_options_of_a_lexicon_are_refused_in_a_line(spec):
    with pytest.raises(InputError, match=rf"^lexicon={spec}: give (english|russian|synthetic):") as caught:
        build_lexicon(spec, 10, "stable", None)
    assert len(str(caught.value).splitlines()) == 1
