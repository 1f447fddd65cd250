"""No word of a user's file is invisible or looks like another; words of every script and emoji stay."""

import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.lexicon import word_rules
from hyperphrase.lexicon.lexicon import build_lexicon


def build_from(*words):
    data = "\n".join(words).encode()
    return build_lexicon("words.txt", None, "stable", lambda path: io.BytesIO(data)).words


def refusal_of(*words) -> str:
    with pytest.raises(InputError) as caught:
        print(build_from(*words))
    return str(caught.value).removeprefix("lexicon=words.txt: ")


HIDDEN = {
    "cat\u200b": "U+200B ZERO WIDTH SPACE",
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u00ad": "U+00AD SOFT HYPHEN",
    "co\u00adop": "U+00AD SOFT HYPHEN",
    "\u3164": "U+3164 HANGUL FILLER",
    "\u115f": "U+115F HANGUL CHOSEONG FILLER",
    "\uffa0": "U+FFA0 HALFWIDTH HANGUL FILLER",
    "a\u202eb": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "a\u200f": "U+200F RIGHT-TO-LEFT MARK",
    "\u2066a\u2069": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "a\u2060b": "U+2060 WORD JOINER",
    "a\u034fb": "U+034F COMBINING GRAPHEME JOINER",
    "\u2800": "U+2800 BRAILLE PATTERN BLANK",
    "\ufeffa": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "a\ufff9b": "U+FFF9 INTERLINEAR ANNOTATION ANCHOR",
    "a\U000e0061": "U+E0061 TAG LATIN SMALL LETTER A",
    "a\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    "\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    "a\U000e0100": "U+E0100 VARIATION SELECTOR-17",
    "a\u200db": "U+200D ZERO WIDTH JOINER",
    "a\u200cb": "U+200C ZERO WIDTH NON-JOINER",
    "\u200cب": "U+200C ZERO WIDTH NON-JOINER",
    "ب\u200c": "U+200C ZERO WIDTH NON-JOINER",
    "a\u180b": "U+180B MONGOLIAN FREE VARIATION SELECTOR ONE",
    "a\u00a0b": "U+00A0 NO-BREAK SPACE",
    "a\u3000b": "U+3000 IDEOGRAPHIC SPACE",
    "a\u202fb": "U+202F NARROW NO-BREAK SPACE",
    "a\x07b": "the control character U+0007",
    "a\x7f": "the control character U+007F",
    "a\u0085b": "the control character U+0085",
    "a\x0cb": "the control character U+000C",
    "a\uffff": "the invalid character U+FFFF",
    "a\ufdd0": "the invalid character U+FDD0",
    "\u0301a": "U+0301 COMBINING ACUTE ACCENT at the beginning, which attaches to what stands before a word",
    "a b": "a space",
    " ab": "a space",
    "ab\t": "a tab",
}


@pytest.mark.parametrize("word", HIDDEN, ids=ascii)
def test_what_no_reader_sees_is_refused_by_name(word):
    assert f"line 2 has {word!a}, with {HIDDEN[word]}; give one word" == refusal_of("dog", word, "cow")


SEEN = [
    "می\u200cخواهم",  # Persian, a letter that is not joined to the next
    "کار\u200cها",  # the same sign after a letter that never joins
    "ه\u200d",  # an abbreviation in Arabic script
    "क्\u200dया", "র\u200d্যাব", "ശ്രീ", "ന്\u200d", "ක්\u200dෂ",  # halves of Indic letters
    "❤️", "1️⃣", "👩\u200d💻", "🤷🏻\u200d♂️", "👨\u200d👩\u200d👧", "🏳️\u200d🌈", "🇩🇪",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "葛\U000e0100", "ᠮ\u180bᠠ", "ไทย", "한국어", "café", "cafe\u0301x",
    "\u0600", "ﬁsh", "\ue000", "-", "'", "#x", "\u25cc\u0301",
]  # fmt: skip


def test_words_of_every_script_stay():
    assert tuple(SEEN) == build_from(*SEEN)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("café", "cafe\u0301"), "line 2 repeats line 1 (the same text in NFC): 'cafe\\u0301'"),
        (("cafe\u0301", "dog", "café"), "line 3 repeats line 1 (the same text in NFC): 'caf\\xe9'"),
        (("\u212b", "\u00c5"), "line 2 repeats line 1 (the same text in NFC): '\\xc5'"),
        (("각", "\u1100\u1161\u11a8"), "line 2 repeats line 1 (the same text in NFC): '\\u1100\\u1161\\u11a8'"),
        (("ẹ\u0301", "e\u0301\u0323"), "line 2 repeats line 1 (the same text in NFC): 'e\\u0301\\u0323'"),
        (("❤", "❤️"), "line 2 looks like line 1: '\\u2764\\ufe0f' and '\\u2764'; give one of them"),
        (("کارها", "x", "کار\u200cها"), "line 3 looks like line 1: "),
        (("葛\U000e0100", "葛"), "line 2 looks like line 1: "),
    ],
    ids=str,
)  # fmt: skip
def test_words_that_look_the_same_are_refused(words, reason):
    assert refusal_of(*words).startswith(reason)


@pytest.mark.parametrize(
    "words",
    [("می\u200cخواهم", "میخواهم"), ("a", "а"), ("Apple", "apple"), ("ﬁsh", "fish"), ("क्\u200dया", "क्या"), ("o", "0")],
)  # fmt: skip
def test_words_that_differ_for_a_reader_are_both_words(words):
    assert words == build_from(*words)


def test_the_table_has_all_that_unicode_calls_a_control_or_a_space():
    """Format controls that are seen apart: the signs that stand before or around numbers."""
    seen = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for point in set(range(sys.maxunicode + 1)) - seen:
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"):
            assert word_rules.hidden(chr(point)) == 0, hex(point)


def test_the_fast_check_of_letters_misses_nothing():
    for point in range(sys.maxunicode + 1):
        if word_rules._suspect.match(chr(point)):
            assert not word_rules._is_letters("я" + chr(point)), hex(point)


@given(st.text(min_size=1, max_size=8))
def test_any_text_is_a_word_or_refused(text):
    fault, look = word_rules.examine(text)
    assert fault is None or len(fault.splitlines()) == 1
    if fault is None:
        assert text.split() == [text]
        assert look
        assert word_rules.examine(look)[1] == look


@pytest.mark.parametrize("char", ["\u200d", "\ufe0f", "\U0001f3f4\U000e0061\U000e007f", "ب\u200c"])
def test_long_texts_of_joiners_take_no_time(char):
    assert word_rules.hidden("☀" + char * 100_000 + "\u200b") is not None
