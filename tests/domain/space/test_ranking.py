"""rank and unrank are inverse to one another, and exact for any size."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.laws.whole_space.exhaustive import BoundExhaustive
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.numbers.digits import decimal_number, decimal_text, digits_of, number_of, short_text
from hyperphrase.space.ranking import NOTATIONS, rank, read_phrase, unrank, write_phrase

LEXICON = Lexicon("tiny", ("the", "of", "and", "sea"), np.ones(4), np.array([0x41, 0x3B1, 0x10000, 0x2C], np.uint32))


@given(st.integers(2, 500_000), st.lists(st.integers(0, 2**40), min_size=1, max_size=500))
def test_digits_are_those_of_horner(base, digits):
    digits = [digit % base for digit in digits]
    number = 0
    for digit in digits:
        number = number * base + digit
    assert number == number_of(digits, base)
    assert digits == digits_of(number, base, len(digits))


@given(st.integers(0, 10**300), st.integers(0, 6000))
def test_decimal_texts_are_those_of_the_interpreter(number, zeros):
    number *= 10**zeros
    old = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        expected = str(number)
    finally:
        sys.set_int_max_str_digits(old)
    assert expected == decimal_text(number)
    assert number == decimal_number(expected) == decimal_number("00" + expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (999_999_999_999_999, "999,999,999,999,999"),
        (10**15, "1.0000e15"),
        (2**63, "9.2234e18"),
        (10**20 - 1, "1.0000e20"),
        (123_454_999 * 10**20, "1.2345e28"),
        (250_000**500, "9.3326e2698"),
    ],
    ids=range(7),
)
def test_large_numbers_are_shortened_for_the_eye(number, expected):
    assert expected == short_text(number)


@given(st.integers(2, 500_000), st.integers(1, 500), st.integers(0, 30), st.data())
def test_numbers_of_the_whole_space_are_inverted(vocabulary, low, more, data):
    law = BoundExhaustive(vocabulary, np.arange(low, low + more + 1))
    size = sum(vocabulary**length for length in range(low, low + more + 1))
    number = data.draw(st.integers(0, size - 1))
    assert number == law.rank(0, law.unrank(number))
    assert [vocabulary - 1] * (low + more) == law.unrank(size - 1)
    assert [0] * low == law.unrank(0)


@given(st.integers(2, 500_000), st.integers(1, 500), st.integers(0, 30), st.data())
def test_phrases_of_the_whole_space_are_inverted(vocabulary, low, more, data):
    law = BoundExhaustive(vocabulary, np.arange(low, low + more + 1))
    length = data.draw(st.integers(low, low + more))
    ids = data.draw(st.lists(st.integers(0, vocabulary - 1), min_size=length, max_size=length))
    assert ids == law.unrank(law.rank(0, ids))


@pytest.mark.parametrize("lengths", ["uniform:min=1,max=500", "lognormal:min=4,max=500", "fixed:length=7"])
@pytest.mark.parametrize("vocabulary", [2**9, 250_000, 500_000])
def test_seeds_of_a_permutation_are_inverted(phrases_of, lengths, vocabulary):
    phrases = phrases_of("permutation", lengths, vocabulary, 2**64 - 3)
    stop = phrases.recipe.seed_stop()
    for seed in {0, 1, 77, stop // 7, stop - 1}:
        assert seed == rank(phrases, unrank(phrases, seed))


def test_all_of_a_small_space_is_inverted(phrases_of):
    whole = phrases_of("exhaustive", "uniform:min=1,max=4", 5)
    assert list(range(780)) == [rank(whole, unrank(whole, number)) for number in range(780)]
    shuffled = phrases_of("permutation", "uniform:min=4,max=5", 5)
    assert list(range(625)) == [rank(shuffled, unrank(shuffled, seed)) for seed in range(625)]


def test_phrases_that_no_seed_gives_are_refused(phrases_of):
    phrases = phrases_of("permutation", "fixed:length=30", 250_000)
    ids = unrank(phrases, 12345)
    for wrong in ([*ids[:-1], ids[-1] ^ 1], [ids[0] ^ 1, *ids[1:]], [*ids[1:], 0]):
        with pytest.raises(InputError, match="no seed below 9223372036854775808 gives this phrase"):
            rank(phrases, wrong)
    several = phrases_of("permutation", "uniform:min=4,max=5", 5)
    given_by_a_seed = {tuple(unrank(several, seed)) for seed in range(625)}
    with pytest.raises(InputError, match="no seed below 625 gives"):
        rank(several, next(p for n in range(625) if (p := tuple(digits_of(n, 5, 4))) not in given_by_a_seed))


@pytest.mark.parametrize(
    ("law", "ids", "mentioned"),
    [
        ("zipf", [1, 2], r"law=zipf:s=1.0,beta=0.0: several seeds .* choose exhaustive or permutation"),
        ("exhaustive", [1, 5], r"has the id 5; ids are whole numbers from 0 to 4"),
        ("permutation", [1, 2, 3, -1], r"has the id -1"),
        ("exhaustive", [1], r"has 1 symbols, and `lengths=uniform:min=2,max=4` makes none"),
        ("permutation", [], r"has 0 symbols"),
    ],
)
def test_what_has_no_number_is_refused(phrases_of, law, ids, mentioned):
    with pytest.raises(InputError, match=mentioned):
        rank(phrases_of(law, "uniform:min=2,max=4", 5), ids)


@pytest.mark.parametrize(("law", "stop"), [("exhaustive", 775), ("permutation", 25)])
@pytest.mark.parametrize("over", [0, 1, 2**63, 1 << 20_000], ids=["0", "1", "2^63", "2^20000"])
def test_numbers_beyond_the_space_are_refused(phrases_of, law, stop, over):
    phrases = phrases_of(law, "uniform:min=2,max=4", 5)
    assert unrank(phrases, stop - 1)
    with pytest.raises(InputError, match=str(stop)):
        unrank(phrases, stop + over)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_every_notation_is_read_as_it_is_written(ids):
    for notation in NOTATIONS:
        assert ids == read_phrase(write_phrase(ids, notation, LEXICON), notation, LEXICON)


@pytest.mark.parametrize(
    ("text", "notation", "mentioned"),
    [
        ("1,x", "ids", "'x' is not an id"),
        ("1,,2", "ids", "'' is not an id"),
        ("", "ids", "is not an id"),
        ("1,-2", "ids", "'-2' is not an id"),
        ("1,1_0", "ids", "'1_0' is not an id"),
        ("1,2.0", "ids", "'2.0' is not an id"),
        ("1" * 99, "ids", "is not an id"),
        ("\u0663", "ids", "is not an id"),
        ("AB", "symbols", "'B' is not among the symbols of lexicon tiny"),
        ("", "symbols", "'' is not among"),
        ("the ocean", "words", "'ocean' is not among the words of lexicon tiny"),
        ("  ", "words", "is not among the words"),
    ],
)
def test_what_is_no_phrase_is_refused(text, notation, mentioned):
    with pytest.raises(InputError, match=mentioned):
        read_phrase(text, notation, LEXICON)


def test_a_law_without_numbers_is_told_from_its_sampler():
    with pytest.raises(InputError, match="phrases have no numbers"):
        unrank(SimpleNamespace(law=None, recipe=SimpleNamespace(law="x")), 1)
