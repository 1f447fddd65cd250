"""Encoded texts come back byte for byte, whatever the text, the lexicon and the cuts; and follow the rules of docs."""

import contextlib
import hashlib
import re
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase import CorruptError, InputError, Lexicon, TextEncoder
from hyperphrase.kernels.intrinsics import WORD_PADDING
from hyperphrase.lexicon.alphabet import alphabet_size, code_points
from hyperphrase.texts import text_encoder
from hyperphrase.texts.characters import case_tables, word_kinds
from hyperphrase.texts.code_tables import AHEAD
from hyperphrase.texts.decoding import FINE, decode_text
from hyperphrase.texts.encoding import GROWTH, encode_text
from hyperphrase.texts.text_encoder import TextCounts
from tests.fuzz.guarded import array_at_the_end

RESERVED = {"\\", "^", *map(chr, code_points("extended", alphabet_size("extended")).tolist())}


def lexicon_of(words, symbols=None):
    points = code_points("stable", len(words)) if symbols is None else np.array(list(map(ord, symbols)), np.uint32)
    return Lexicon("test", tuple(words), np.ones(len(words)), points)


def is_letter(char):
    return unicodedata.ucd_3_2_0.category(char)[0] in "LMN"


# All characters with a meaning, a few letters in both cases, and characters of two to four bytes.
NASTY = (
    " \\^aAbBiIsS1'-\u2019\u200d\n\r\t\0.\xa1\xa3\u0131\u0130"
    "\xdf\u1e9e\u03c3\u03c2\u03a3\u0301\u0416\u0436\u4e00\u3042\uac00\U0001f642\ue000\U00100000\ufeff"
)
WORDS = (
    "a",
    "b",
    "ab",
    "a'b",
    "a-b",
    "aA",
    "B",
    "1",
    "1b",
    "\u0436",
    "\u0436\u0436",
    "a\u0301",
    "is",
    "s",
    "\u4e00",
    "\u03c3a",
    "a\u2019a",
    "\xdf",
    "\u0131",
)
ENCODERS = [
    TextEncoder(lexicon_of(WORDS)),
    TextEncoder(lexicon_of(WORDS, "aAbB1-'.\u0436\u0416\u0301\u4e00\u200d\U0001f642\xa1sSi\ufffd")),
    TextEncoder(lexicon_of(["c++", "a b", "\u2603"], "\U0010fffdc+")),
]
texts = st.one_of(
    st.text(NASTY), st.text(), st.lists(st.sampled_from([*WORDS, *NASTY, "AB", "Ab", "A'B", "A-b", "  "])).map("".join)
)


def pieces_of(data, cuts):
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(bounds)]


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=texts)
def test_any_text_comes_back(encoder, text):
    encoded = encoder.encode(text)
    assert encoder.decode(encoded) == text
    assert encoder.encode(text.encode()) == encoded.encode()
    assert encoder.decode(encoded.encode()) == text.encode()


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=texts, cuts=st.lists(st.integers(0, 1000), max_size=6))
def test_cuts_change_nothing(encoder, text, cuts):
    encoded = encoder.encode(text.encode())
    assert b"".join(encoder.encoded(pieces_of(text.encode(), cuts))) == encoded
    assert b"".join(encoder.decoded(pieces_of(encoded, cuts))) == text.encode()


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 100])
def test_small_blocks_change_nothing(monkeypatch, size):
    """A block of few bytes is the same as a cut after each of them; 0 stands for the usual block."""
    text = (
        "a b A ab xx a'b-zz Aa\u0301 \u0436\u0416 \u4e00\u4e00 \\ ^ \U0001f642  " * 9 + "x" * 5000 + "-a" * 3000
    ).encode()
    expected = ENCODERS[0].encode(text)
    monkeypatch.setattr(text_encoder, "BLOCK", size or text_encoder.BLOCK)
    assert ENCODERS[0].encode(text) == expected
    assert ENCODERS[0].decode(expected) == text


def plainly(lexicon, text):
    """Encode in plain Python, by the rules of the docs: one regular expression, no blocks."""
    ids = {word: i for i, word in enumerate(lexicon.words)}
    symbols = set(lexicon.symbols)
    letters = (
        "[" + "".join(map(re.escape, sorted({c for c in text if is_letter(c)}))) + "]"
        if any(map(is_letter, text))
        else "(?!)"
    )
    run = re.compile(f"{letters}+(?:['\u2019\u200c\u200d-]{letters}+)*")

    def small(char):
        low = char.lower()
        pair = len(low) == 1 and low.upper() == char and unicodedata.ucd_3_2_0.category(char) == "Lu"
        return low if pair else char

    def big(char):
        up = char.upper()
        return up if len(up) == 1 and small(up) == char else char

    def of_word(word):
        found = {"": word, "^": "".join(map(small, word)), "^^": "".join(map(small, word))}
        back = {"": word, "^": big(found["^"][0]) + found["^"][1:], "^^": "".join(map(big, found["^^"]))}
        fits = [marks for marks in found if found[marks] in ids and back[marks] == word]
        fits = [marks for marks in fits if marks != "^^" or sum(small(c) != c for c in word) > 1]
        return None if not fits else fits[0] + lexicon.symbols[ids[found[fits[0]]]]

    def parts():
        """Yield (whether it is a symbol, the part)."""
        place = 0
        for found in run.finditer(text):
            yield from ((False, char) for char in text[place : found.start()])
            pieces = [found[0]] if of_word(found[0]) else re.split("(['\u2019\u200c\u200d-])", found[0])
            for piece in pieces:
                symbol = of_word(piece) if piece and is_letter(piece[0]) else None
                yield from [(True, symbol)] if symbol else ((False, char) for char in piece)
            place = found.end()
        yield from ((False, char) for char in text[place:])

    listed = list(parts())
    out = []
    for i, (is_symbol, part) in enumerate(listed):
        between = 0 < i < len(listed) - 1 and listed[i - 1][0] and listed[i + 1][0]
        if is_symbol or not (part == " " and between):
            out.append("\\" + part if not is_symbol and (part in RESERVED or part in symbols) else part)
    return "".join(out)


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=texts)
def test_the_kernel_does_what_plain_python_does(encoder, text):
    assert encoder.encode(text) == plainly(encoder.lexicon, text)


LEXICON = lexicon_of(["the", "cat", "well-known", "don't", "i", "\u043a\u043e\u0442"])
THE, CAT, KNOWN, DONT, SELF, KOT = LEXICON.symbols


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("the cat", THE + CAT),
        ("the  cat\n", f"{THE}  {CAT}\n"),
        ("the, cat", f"{THE}, {CAT}"),
        ("the\ncat ", f"{THE}\n{CAT} "),
        ("The CAT tHe", f"^{THE}^^{CAT} tHe"),
        ("I i", f"^{SELF}{SELF}"),
        ("\u041a\u043e\u0442 \u041a\u041e\u0422", f"^{KOT}^^{KOT}"),
        ("Well-known well-cat", f"^{KNOWN} well-{CAT}"),
        ("DON'T don\u2019t", f"^^{DONT} don\\\u2019t"),
        ("cats the1 _cat_", f"cats the1 _{CAT}_"),
        ("a^b \\the \xa3 \u4e00", f"a\\^b \\\\{THE} \\\xa3 \\\u4e00"),
        ("", ""),
    ],
)
def test_the_rules(text, encoded):
    encoder = TextEncoder(LEXICON)
    assert encoded == encoder.encode(text)
    assert text == encoder.decode(encoded)


def test_words_are_counted():
    counts = TextCounts()
    encoded = b"".join(TextEncoder(LEXICON).encoded([b"The cat-dog ", b"of 12 the"], counts=counts))
    assert (21, len(encoded), 6, 3) == (counts.bytes_in, counts.bytes_out, counts.words, counts.hyperwords)


def test_a_long_text_without_a_space_takes_bounded_memory():
    """Blocks are small against the text, and no piece of the result is large."""
    encoder = TextEncoder(LEXICON)
    pieces = [b"x" * 100_000] * 50 + [b"-the" * 25_000] * 50
    sizes = [len(piece) for piece in encoder.encoded(pieces)]
    assert max(sizes) < 300_000
    assert sum(sizes) == 5_000_000 + 50 * 25_000 * (1 + len(THE.encode()))


def test_a_word_at_the_end_of_a_block_is_found():
    text = b"." * (text_encoder.BLOCK - 2) + b"cat the"
    assert TextEncoder(LEXICON).encode(text).endswith(f".{CAT}{THE}".encode())


@pytest.mark.parametrize(
    ("data", "mentioned"),
    [
        (
            b"the\ncat \xff",
            "text: byte 8, in line 2, is not UTF-8 but most likely Windows-1252 or Latin-1; save the file",
        ),
        (b"caf\xe9 caf\xe9 au lait", "text: byte 3, in line 1, is not UTF-8"),
        (b"the \xe4\xb8", "text: byte 4, in line 1, is not UTF-8"),
        (b"\xed\xa0\x80", "byte 0, in line 1"),
        (b"\xc0\xaf", "byte 0, in line 1"),
        (b"\x1f\x8b\x08\0", "belongs to a gzip file; unpack it first"),
        (b"\n" * 600_000 + b"\xff", "byte 600000, in line 600001"),
    ],
)
def test_what_is_not_utf8_is_named_by_its_place(data, mentioned):
    encoder = TextEncoder(LEXICON)
    with pytest.raises(InputError) as caught:
        encoder.encode(data)
    assert mentioned in str(caught.value)
    with pytest.raises(CorruptError):
        encoder.decode(data)


def test_a_lone_surrogate_is_refused():
    with pytest.raises(InputError, match="character 2 is a lone surrogate"):
        TextEncoder(LEXICON).encode("ab\ud800")


@pytest.mark.parametrize(
    ("encoded", "mentioned"),
    [
        (f"a\n{CAT}\u4e00", "text: byte 4, in line 2, is a symbol, but that of no hyperword of this lexicon"),
        ("ab\\", "byte 2, in line 1, is an escape"),
        ("\\a", "byte 0, in line 1, is an escape"),
        ("ab^", "byte 2, in line 1, is a case mark"),
        (f"^^^{CAT}", "byte 0, in line 1, is a case mark"),
        ("^a", "byte 0, in line 1, is a case mark"),
        ("a" * 600_000 + "^^", "byte 600000, in line 1"),
    ],
)
def test_what_no_encoder_writes_is_refused(encoded, mentioned):
    with pytest.raises(CorruptError) as caught:
        TextEncoder(LEXICON).decode(encoded)
    assert mentioned in str(caught.value)


@given(data=st.one_of(st.binary(), st.text(NASTY).map(str.encode)))
def test_any_bytes_are_decoded_or_refused(data):
    with contextlib.suppress(CorruptError):
        assert isinstance(ENCODERS[0].decode(data), bytes)


def guarded(data):
    """Return ``data`` and WORD_PADDING bytes more, which end where memory ends."""
    array = array_at_the_end(len(data) + WORD_PADDING, np.uint8)
    array[: len(data)] = np.frombuffer(data, np.uint8)
    array[len(data) :] = ord("a")  # what stands there is of no account
    return array


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=texts)
def test_kernels_touch_nothing_behind_their_arrays(encoder, text):
    tables, data = encoder._tables, text.encode()
    low = array_at_the_end(tables.longest + WORD_PADDING, np.uint8)
    out = array_at_the_end(GROWTH * len(data) + AHEAD, np.uint8)
    read, place = encode_text(guarded(data), len(data), True, low, out, np.zeros(4, np.int64), tables)
    encoded = out[:place].tobytes()
    assert (len(data), encoder.encode(data)) == (read, encoded)
    out = array_at_the_end(tables.longest + AHEAD + 1, np.uint8)  # so small that it is full after each word
    array, state, read, back = guarded(encoded), np.zeros(1, np.int64), 0, b""
    while read < len(encoded):
        read, place, defect = decode_text(array, read, len(encoded), True, out, state, tables)
        back += out[:place].tobytes()
        assert FINE == defect
    assert data == back


@pytest.mark.parametrize("symbol", ["\\", "^", " ", "\n", "\0"])
def test_a_symbol_with_another_meaning_is_refused(symbol):
    with pytest.raises(InputError) as caught:
        TextEncoder(lexicon_of(["a", "b"], "x" + symbol))
    assert caught.value.field == "lexicon"
    assert "means something else" in str(caught.value)


def test_the_tables_of_characters_do_not_depend_on_the_python():
    """Frozen: other case pairs would decode what is encoded today to something else."""
    tables = [*case_tables(), word_kinds()]
    assert [671, 671, 91_151] == [np.count_nonzero(table) for table in tables]
    digest = hashlib.sha256(b"".join(table.tobytes() for table in tables)).hexdigest()
    assert "f8ea55fe578c7f3bf75cb0a69f97ea045b02117d3ba5aaea13aea4f8c56722dc" == digest
