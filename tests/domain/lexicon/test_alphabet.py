import csv
import hashlib
import importlib.util
import json
import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from hyperphrase.errors import InputError
from hyperphrase.lexicon.alphabet import alphabet_size, code_points

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "hyperphrase/lexicon/alphabet.csv"


def text(name: str) -> str:
    return code_points(name, alphabet_size(name)).astype("<u4").tobytes().decode("utf-32-le")


def test_table_is_frozen():
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == (
        "1e32e5f02100aba7d7891d01bea57d9f9c323e29e8a48f44250d343ec64fcea2"
    )


def test_sizes_hold_the_vocabularies_they_promise():
    assert (alphabet_size("stable"), alphabet_size("extended")) == (269_647, 924_987)


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="the table was made with Unicode 14")
def test_tool_makes_the_committed_table():
    spec = importlib.util.spec_from_file_location("make_alphabet", ROOT / "tools/make_alphabet.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    with TABLE.open(newline="") as stream:
        rows = [(int(row["first"], 16), int(row["last"], 16), row["kind"]) for row in csv.DictReader(stream)]
    assert tool.table() == rows


def test_symbols_are_distinct():
    symbols = text("extended")
    assert len(set(symbols)) == len(symbols)


def test_extended_alphabet_starts_with_the_stable_one():
    stable = text("stable")
    assert text("extended")[: len(stable)] == stable


def test_short_symbols_come_first():
    widths = [len(symbol.encode()) for symbol in text("extended")]
    assert sorted(widths) == widths


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_normalisation_changes_no_permutation(form):
    symbols = list(text("extended"))
    random.Random(form).shuffle(symbols)
    phrase = "".join(symbols)
    assert unicodedata.normalize(form, phrase) == phrase


def test_case_mappings_change_nothing():
    symbols = text("stable")
    assert [symbols] * 4 == [symbols.upper(), symbols.lower(), symbols.title(), symbols.casefold()]


def test_text_tools_split_nowhere():
    symbols = text("extended")
    assert ([symbols], [symbols]) == (symbols.split(), symbols.splitlines())


def test_json_keeps_symbols_as_they_are():
    symbols = text("extended")
    line = json.dumps(symbols, ensure_ascii=False)
    assert line == f'"{symbols}"'
    assert json.loads(line) == symbols


def test_symbols_are_no_surrogates_noncharacters_marks_or_ascii():
    points = code_points("extended", alphabet_size("extended"))
    assert points.min() > 0x7F
    assert not ((points >= 0xD800) & (points < 0xE000)).any()
    assert not ((points & 0xFFFE) == 0xFFFE).any()
    assert not any(unicodedata.combining(symbol) for symbol in text("stable"))


def test_code_points_are_a_prefix_for_every_vocabulary():
    whole = code_points("stable", 250_000)
    assert np.array_equal(whole[:1000], code_points("stable", 1000))
    assert whole.dtype == np.uint32


def test_code_points_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        code_points("stable", 10)[0] = 65


def test_too_large_vocabulary_for_stable_points_to_extended():
    with pytest.raises(InputError, match=r"^vocabulary=500000: the stable alphabet has 269,647 .*`alphabet=extended`"):
        code_points("stable", 500_000)


def test_too_large_vocabulary_for_extended_names_the_limit():
    with pytest.raises(InputError, match=r"^vocabulary=924988: .* at most 924,987, with `alphabet=extended`$"):
        code_points("extended", 924_988)


def test_unknown_alphabet_is_refused():
    with pytest.raises(InputError, match=r"^alphabet=latin: allowed are stable and extended$"):
        alphabet_size("latin")
