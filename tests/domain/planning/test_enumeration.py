"""The time to draw as many phrases as exist: in the unit that says something, however many they are."""

import math

import pytest

from hyperphrase import Lexicon, Phrases, Recipe
from hyperphrase.planning.enumeration import UNIVERSE_YEARS, drawing_rate, enumeration_of, number


@pytest.mark.parametrize(
    ("log10_phrases", "words"),
    [
        (6.0, "1 seconds"),
        (6.0 + math.log10(7200.0), "2 hours"),
        (6.0 + math.log10(86400.0 * 30), "30 days"),
        (6.0 + math.log10(86400.0 * 365.25 * 5000), "5,000 years"),
        (6.0 + math.log10(86400.0 * 365.25 * UNIVERSE_YEARS * 10), "10 ages of the universe"),
        (2699.0, "10^2,675.4 ages of the universe"),
    ],
)
def test_the_time_is_told_in_its_unit(log10_phrases, words):
    found = enumeration_of(log10_phrases, 1e6)
    assert words == found.words
    assert log10_phrases - 6.0 == pytest.approx(found.log10_seconds)
    assert found.log10_years - found.log10_ages_of_the_universe == pytest.approx(math.log10(13.787e9))


def test_numbers_beyond_doubles_have_a_power_of_ten():
    assert ["0.5", "7", "999,999", "10^6.0", "10^-513.4"] == [
        number(x) for x in (math.log10(0.5), math.log10(7.0), math.log10(999_999.0), 6.0, -513.4)
    ]


def test_the_rate_is_that_of_all_cores():
    lexicon = Lexicon.load("synthetic", vocabulary=1000)
    phrases = Phrases(Recipe.create("zipf:s=1.0", lengths="fixed:length=20", lexicon=lexicon), lexicon)
    assert 1e3 < drawing_rate(phrases, 0, 10_000) < 1e10
    assert 1e2 < drawing_rate(phrases, 7, 8) < 1e10  # one phrase alone
