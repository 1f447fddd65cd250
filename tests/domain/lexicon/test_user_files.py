"""Word lists as people have them: tables under other names, other programs' exports, other encodings."""

import gzip
import io
from decimal import Decimal

import fastavro
import pyarrow as pa
import pytest
from pyarrow import parquet

from hyperphrase.errors import InputError
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon


def build_from(data: bytes | str, name="words.txt") -> Lexicon:
    data = data.encode() if isinstance(data, str) else data
    return build_lexicon(f"/home/me/{name}", None, "stable", lambda path: io.BytesIO(data))


def counts_of(data, name) -> dict[str, float]:
    made = build_from(data, name)
    return dict(zip(made.words, made.frequencies.tolist(), strict=True))


def refusal_of(data, name="words.txt") -> str:
    with pytest.raises(InputError) as caught:
        print(build_from(data, name).words)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"lexicon=/home/me/{name}: ")
    return line.partition(": ")[2]


# --- extensions and headers


@pytest.mark.parametrize("name", ["WORDS.CSV", "Words.Csv"])
def test_extensions_have_any_case(name):
    assert {"apple": 5.0, "pear": 3.0} == counts_of("word,count\napple,5\npear,3\n", name)


def test_other_extensions_have_any_case():
    assert {"a": 5.0, "b": 3.0} == counts_of("a\t5\nb\t3\n", "W.TSV")
    assert {"a": 5.0, "b": 3.0} == counts_of(
        avro([{"word": "a", "count": 5}, {"word": "b", "count": 3}], "long"), "A.AVRO"
    )
    assert {"a": 5.0, "b": 3.0} == counts_of(parquet_of({"word": ["a", "b"], "count": [5, 3]}), "A.Parquet")


@pytest.mark.parametrize(
    "header",
    ["Word,Count", "WORD,FREQUENCY", '"word","count"', " word , count ", "\ufeffWord,frequency"],
)
def test_headers_have_any_case(header):
    assert {"apple": 5.0, "pear": 3.0} == counts_of(f"{header}\napple,5\npear,3\n", "a.csv")


def test_columns_are_found_by_the_header():
    assert {"a": 5.0, "b": 3.0} == counts_of("rank,word,pos,frequency\n1,a,N,5\n2,b,V,3\n", "a.csv")
    assert {"a": 5.0, "b": 3.0} == counts_of("count\tword\n5\ta\n3\tb\n", "a.tsv")
    assert {"a": 1.0, "b": 1.0} == counts_of("word\na\nb\n", "a.csv")
    assert "line 3 has 3 fields; give 4, as in the header" in refusal_of(
        "rank,word,pos,count\n1,a,N,5\n2,b,3\n", "a.csv"
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_of_a_spreadsheet_with_other_separators_is_read(separator):
    assert {"apple": 5.0, "a,b": 3.0} == counts_of(f"apple{separator}5\na,b{separator}3\n", "a.csv")
    assert {"apple": 5.0, "pear": 3.0} == counts_of(
        f"Word{separator}Count\napple{separator}5\npear{separator}3\n", "a.csv"
    )


def test_a_csv_keeps_semicolons_in_its_words():
    assert {";": 50.0, "a;b": 3.0, "x": 1.0} == counts_of(";,50\na;b,3\nx,1\n", "a.csv")


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        ("a,5\nb,3\n", "a.tsv", "line 1 has commas and no tabs; name the file .csv"),
        ("term,n\na,5\nb,3\n", "a.csv", "line 1 has the count 'n'; give a positive finite number; a header is word,"),
        ("a,5,N\nb,3,N\n", "a.csv", "line 1 has 3 fields; give a word and its count; with more columns, the first"),
        ("a\nb\n", "a.csv", "line 1 has 1 fields; give a word and its count, with a comma between; a file of words al"),
        ("a|1\nb|2\n", "a.csv", "line 1 has 1 fields; give a word and its count, with a comma between"),
        ("sep=;\na;1\nb;2\n", "a.csv", "line 1 is 'sep=;', which only spreadsheets know; remove it"),
        ("a\n", "a.tsv", "line 1 has 1 fields; give a word and its count, with a tab between"),
        ("2\nhello\nworld\n", "a.dic", "line 1 is the number of the words, as in a Hunspell dictionary"),
        ("a;1,5\nb;2,5\n", "a.csv", "line 1 has the count '1,5'; give a positive finite number, without separators"),
        ('a,"1,234"\nb,1\n', "a.csv", "line 1 has the count '1,234'; give a positive finite number, without sep"),
        ("a,1 234\nb,1\n", "a.csv", "line 1 has the count '1 234'; give a positive finite number, without separators"),
        ("a,5\n\nb,3\n", "a.csv", "line 2 is empty; give a word and its count"),
        ("word,count\n", "a.csv", "0 words; give at least 2"),
        ("# counts\na,5\n", "a.csv", "line 1 has 1 fields"),
    ],
)  # fmt: skip
def test_other_tables_are_refused_with_a_hint(data, name, reason):
    assert refusal_of(data, name).startswith(reason)


def test_counts_are_numbers_as_everywhere():
    assert {"a": 5.0, "b": 0.5, "c": 0.25} == counts_of("a,+5\nb,.5\nc, 2.5e-1\n", "a.csv")


# --- quotes and lines


def test_a_quote_is_a_word_of_a_tsv():
    assert {"the": 100.0, '"': 50.0, "of": 40.0} == counts_of('the\t100\n"\t50\nof\t40\n', "a.tsv")


@pytest.mark.parametrize(
    ("field", "word"),
    [('"the"', "the"), ('""""', '"'), ('"a""b"', 'a"b'), ('"', '"'), ('"""', '"""'), ('"a', '"a'), ('a"', 'a"'),
     ('"a"b"', '"a"b"'), ("'a'", "'a'")],
)  # fmt: skip
def test_fields_of_a_tsv_are_literal_but_for_whole_quotes(field, word):
    assert {word: 7.0, "x": 1.0} == counts_of(f'{field}\t"7"\nx\t1\n', "a.tsv")


@pytest.mark.parametrize(
    "data", ['a,5\n"b,3\nc,2\n', 'a,5\n"b,3\n"c",2\n', 'a,5\n"b\nc",2\n', 'a,5\n"b,3', 'a,5\n"b"x,3\n']
)
def test_a_row_with_a_wrong_quote_is_named(data):
    assert refusal_of(data, "a.csv").startswith("line 2 is not a table row: it ")


def test_lines_after_quotes_have_their_numbers():
    assert "line 4 repeats the word 'a,b' of line 2" in refusal_of('x,5\n"a,b",3\n"""",2\n"a,b",1\n', "a.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(end):
    assert ("b", "a", "c") == build_from(end.join(["\ufeffb", "a", "c", "", ""])).words
    assert {"b": 2.0, "a": 1.0} == counts_of(end.join(["b,2", "a,1", ""]), "a.csv")
    assert "line 3 repeats the word 'b' of line 1" in refusal_of(end.join(["b", "a", "b"]))


def test_lines_are_counted_across_blocks():
    words = [f"w{i}" for i in range(300_000)]
    assert "line 300001 repeats the word 'w7' of line 8" in refusal_of("\n".join([*words, "w7"]))
    assert "line 300001 is not UTF-8" in refusal_of("\n".join(words).encode() + b"\n\xff")


# --- what only looks like a list


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ("word,count\napple,5\n", "'word,count'; name the file .csv"),
        ("word count\napple 5\n", "'word count'; write it as word,count and name the file .csv"),
        ("apple,5\npear,3\nplum,1\n", "'apple,5'; name the file .csv"),
        ('"apple",5\n"pear","3"\n', "'\"apple\",5'; name the file .csv"),
        ("apple;5\npear;3,5\n", "'apple;5'; name the file .csv"),
        ("apple\t5\npear\t3\n", r"'apple\t5'; name the file .tsv"),
        ("apple 5\npear 3\n", "'apple 5'; write it as word,count and name the file .csv"),
        ("apple|5\npear|3\n", "'apple|5'; write it as word,count and name the file .csv"),
        ("      5 apple\n     12 pear\n", "'5 apple'; write the word first, as in word,count, and name the file .csv"),
        ("5\tapple\n3\tpear\n", r"'5\tapple'; write the word first, as in word,count, and name the file .csv"),
        ("Wort,Anzahl\nApfel,5\nBirne,3\nPflaume,2\n", "'Apfel,5'; name the file .csv"),
    ],
)
def test_a_table_in_a_list_is_noticed(data, advice):
    reason = refusal_of(data)
    assert reason == f"most lines are a word and a number, such as {advice}"
    assert reason == refusal_of(data, "words")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"word": "a", "count": 5}\n{"word": "b", "count": 3}\n', "line 1 reads as JSON"),
        ('["a", "b"]\n', "line 1 reads as JSON"),
        ('[\n  "a",\n  "b"\n]\n', "line 1 reads as JSON"),
        (
            "3\nhello/SG\nworld/MS\nwide\n",
            "line 1 is the number of the words, as in a Hunspell dictionary; remove it, and",
        ),
        ('"apple"\n"pear"\n', "most lines are in quotes; remove these"),
        ("# my words\napple\npear\n", "line 1 has '# my words', with a space"),
        ("apple\n\npear\n", "line 2 has an empty word"),
        ("apple\npear \n", "line 2 has 'pear ', with a space"),
        ("apple\npear\t\n", "line 2 has 'pear\\t', with a tab"),
    ],
)
def test_other_files_are_no_lists(data, reason):
    assert refusal_of(data).startswith(reason)


@pytest.mark.parametrize(
    "words",
    [
        ["a,b", "c", "d,e"],
        ["1,000", "2,500", "3,141"],
        ["0,5", "1;5"],
        ["1,3-butadiene", "2,4-D", "1,4-dioxane"],
        ["covid-19", "b,1", "x", "mp3"],
        ["[", "a", "]"],
        ["{", "}"],
        ['"', '""', "'"],
        ["1", "2", "km/h"],
        ["and/or", "km/h"],
        ["Word", "Count"],
        ["count", "word", "frequency"],
        ["apple", "Apple", "APPLE"],
        ["a", "а"],
    ],
)
def test_unusual_lists_stay_lists(words):
    assert tuple(words) == build_from("\n".join(words)).words


# --- other kinds of files


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"a\nb", mtime=0), "is a gzip file; unpack it first"),
        (b"PK\x03\x04" + b"\0" * 30 + b"xl/workbook.xml", "is a spreadsheet; save the sheet as CSV in UTF-8"),
        (b"PK\x03\x04" + b"\0" * 30 + b"words.txt", "is a zip file; unpack it first"),
        (b"\xfd7zXZ\0\0", "is an xz file; unpack it first"),
        (b"\x28\xb5\x2f\xfd\0", "is a zstd file; unpack it first"),
        (b"BZh91AY&SY\0", "is a bzip2 file; unpack it first"),
        (b"<!DOCTYPE html>\n<html>", "is an HTML page; download the file that it shows"),
        (b"%PDF-1.7\n", "is a PDF file; export its words as UTF-8 text"),
        (b"SQLite format 3\0", "is an SQLite database; export its words as UTF-8 text"),
        ("\ufeffa\nb\n".encode("utf-16-le"), "is text in UTF-16; save it as UTF-8"),
        ("\ufeffa\nb\n".encode("utf-16-be"), "is text in UTF-16; save it as UTF-8"),
        ("apple\npear\n".encode("utf-16-le"), "is text in UTF-16; save it as UTF-8"),
        ("apple\npear\n".encode("utf-16-be"), "is text in UTF-16; save it as UTF-8"),
        ("a\nb\n".encode("utf-32"), "is text in UTF-32; save it as UTF-8"),
        ("apple\npear\n".encode("utf-32-be"), "is text in UTF-32; save it as UTF-8"),
    ],
)  # fmt: skip
def test_bytes_under_a_wrong_name_are_named(data, reason):
    for name in ("a.txt", "a.csv", "a.avro", "a.parquet"):
        assert reason == refusal_of(data, name)


def test_avro_and_parquet_under_a_wrong_name_are_named():
    tables = {"Avro": avro([{"word": "a", "count": 5}], "long"), "Parquet": parquet_of({"word": ["a", "b"]})}
    for kind, data in tables.items():
        reason = f"is a{'n' * (kind == 'Avro')} {kind} file; name it .{kind.lower()}"
        for name in ("a.txt", "a.csv", f"a.{'parquet' if kind == 'Avro' else 'avro'}"):
            assert reason == refusal_of(data, name)


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("мир\nслово\nязык\n", "cp1251", " but most likely Windows-1251"),
        ("мир\nслово\nязык\n", "koi8-r", " but most likely KOI8-R"),
        ("abc\ncafé\nnaïve\n", "latin-1", " but most likely Windows-1252 or Latin-1"),
        ("中文\n单词\n", "gb18030", ""),
    ],
)
def test_the_likely_encoding_is_named(text, encoding, guess):
    for name in ("a.txt", "a.csv", "a.tsv"):
        assert f"is not UTF-8{guess}; save the file as UTF-8" in refusal_of(text.encode(encoding), name)
    assert refusal_of(b"a\n" + "мир".encode("cp1251"), "a.txt").startswith(
        "line 2 is not UTF-8 but most likely Windows-1251"
    )


# --- Avro and Parquet of other programs


def avro(rows, count, word="string", more=()) -> bytes:
    stream = io.BytesIO()
    names = {name.casefold(): name for row in rows for name in row}
    fields = [{"name": names.get("word", "word"), "type": word}]
    fields += [{"name": names.get("count", "count"), "type": count}] if count else []
    schema = {"type": "record", "name": "Row", "namespace": "org.example", "fields": [*more, *fields]}
    fastavro.writer(stream, schema, rows, codec="deflate")
    return stream.getvalue()


DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
FIXED = {"type": "fixed", "name": "F", "size": 5, "logicalType": "decimal", "precision": 9, "scale": 2}


JAVA = {"type": "string", "avro.java.string": "String"}


@pytest.mark.parametrize("word", [["null", "string"], ["string", "null"], JAVA, ["null", JAVA]], ids=str)
@pytest.mark.parametrize(
    "count", ["long", ["null", "long"], ["double", "null"], ["null", "int", "double"], {"type": "int"}]
)
def test_avro_fields_may_be_unions_with_null(word, count):
    assert {"a": 2.0, "b": 7.0} == counts_of(
        avro([{"word": "a", "count": 2}, {"word": "b", "count": 7}], count, word), "a.avro"
    )


@pytest.mark.parametrize("count", [DECIMAL, ["null", DECIMAL], FIXED], ids=["bytes", "union", "fixed"])
def test_avro_counts_may_be_decimals(count):
    rows = [{"word": "a", "count": Decimal("2.50")}, {"word": "b", "count": Decimal("12345.00")}]
    assert {"a": 2.5, "b": 12345.0} == counts_of(avro(rows, count), "a.avro")


def test_avro_names_have_any_case_and_other_fields_are_passed_over():
    tag = {"type": "record", "name": "Tag", "fields": [{"name": "x", "type": ["null", "string"]}]}
    more = [
        {"name": "tags", "type": {"type": "array", "items": tag}},
        {"name": "main", "type": ["null", "Tag"]},
        {"name": "map", "type": {"type": "map", "values": "double"}},
        {"name": "kind", "type": {"type": "enum", "name": "E", "symbols": ["N", "V"]}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "nothing", "type": "null"},
    ]
    other = {
        "tags": [{"x": "q"}, {"x": None}],
        "main": {"x": "m"},
        "map": {"k": 1.0},
        "kind": "V",
        "at": 2**62,
        "nothing": None,
    }
    rows = [{"Word": "a", "COUNT": 2, **other}, {"Word": "b", "COUNT": 7, **other}]
    assert {"a": 2.0, "b": 7.0} == counts_of(avro(rows, ["null", "long"], ["null", "string"], more), "a.avro")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"word": "a", "count": 1}, {"word": None, "count": 2}], "record 2 has no word; give a word and its count"),
        ([{"word": "a", "count": 1}, {"word": "b", "count": None}], "record 2 has no count; give a positive finite"),
        ([{"word": "a", "count": 1}, {"word": "b", "count": 0}], "record 2 has the count '0'"),
    ],
)
def test_a_null_in_avro_is_named_by_its_record(rows, reason):
    assert refusal_of(avro(rows, ["null", "long"], ["null", "string"]), "a.avro").startswith(reason)


FIELDS = [{"name": "x", "type": "int"}, *({"name": f"f{i}", "type": "null"} for i in range(200))]
NULLS = {"type": "record", "name": "B", "fields": FIELDS}


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ("null", "it has arrays of elements that take no space"),
        ({"type": "record", "name": "E", "fields": []}, "it has arrays of elements that take no space"),
        ({"type": "fixed", "name": "F0", "size": 0}, "it has arrays of elements that take no space"),
        (["null", "Row"], "its records contain themselves"),
        (NULLS, "it has arrays of elements that take no space"),
    ],
    ids=["null", "empty record", "fixed 0", "recursion", "many nulls"],
)  # fmt: skip
def test_avro_fields_that_could_be_endless_are_refused(items, reason):
    assert refusal_of(
        avro([], "long", more=[{"name": "x", "type": {"type": "array", "items": items}}]), "a.avro"
    ).startswith(reason)


def test_avro_records_that_double_in_each_field_are_refused():
    kind = {"type": "record", "name": "D0", "fields": [{"name": "x", "type": "null"}]}
    for i in range(1, 30):
        fields = [{"name": "a", "type": kind}, {"name": "b", "type": f"D{i - 1}"}]
        kind = {"type": "record", "name": f"D{i}", "fields": fields}
    assert refusal_of(avro([], "long", more=[{"name": "x", "type": kind}]), "a.avro").startswith(
        "its records have more than 10,000 parts"
    )


def parquet_of(columns) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_parquet_of_many_types():
    """One process a file: types of both columns go together."""
    words = [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string()), pa.binary()]
    counts = [pa.decimal128(9, 2), pa.uint64(), pa.int8(), pa.float32()]
    for word, count in zip(words, counts, strict=True):
        table = {
            "Word": pa.array(["é", 'a,"'], pa.string()).cast(word),
            "extra": [[1], None],
            "COUNT": pa.array([2, 7], count),
        }
        assert {"é": 2.0, 'a,"': 7.0} == counts_of(parquet_of(table), "a.parquet")


def test_a_null_or_a_line_end_in_parquet_is_named_by_its_row():
    many = [f"w{i}" for i in range(5000)]
    assert refusal_of(parquet_of({"word": [*many, None]}), "a.parquet").startswith("row 5001 has no word")
    assert refusal_of(parquet_of({"word": [*many, "b\nc", "d e"]}), "a.parquet").startswith(
        r"row 5001 has 'b\nc', with a line end"
    )


@pytest.mark.parametrize("char", ["1", "1,", "1.", "1 ", '"', "[{", " ", "a/", "e1"])
def test_long_lines_take_no_time(char):
    for name in ("a.txt", "a.csv", "a.tsv"):
        for end in ("", "x", ",5", "\t5"):
            refusal_of(f"{char * 200_000}{end}\nb,1\n", name)
