"""Numbers as people write them: one grammar, narrower than Python's."""

import pytest

from hyperphrase.numerals import parse_number, parse_whole


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("+5", 5), ("-5", -5), ("007", 7), ("0", 0), (str(1 << 64), 1 << 64)]
)
def test_a_whole_number_is_ascii_digits_with_an_optional_sign(text, value):
    assert parse_whole(text) == value


@pytest.mark.parametrize(
    "text", ["", "+", "--5", "1_0", "1,000", "5.", "1e3", " 5", "5 ", "5\n", "٥", "５", "²", "0x10", "9" * 601]
)
def test_nothing_else_is_a_whole_number(text):
    assert parse_whole(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("+5", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.5", -0.5),
        ("1e-3", 0.001),
        ("+1.5E+2", 150.0),
        ("1e999", float("inf")),
    ],
)
def test_a_number_may_have_a_point_and_an_exponent(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["", ".", "e5", "1_0", "1,5", " 5", "5 ", "٥", "１.５", "nan", "inf", "infinity", "1e", "1e1000", "0x1p3"]
)
def test_nothing_else_is_a_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("value", [0.1, 1e-09, 123456789.5, 5e-324, 1.7976931348623157e308])
def test_what_python_writes_of_a_finite_float_is_a_number(value):
    assert parse_number(repr(value)) == value


def test_a_long_text_takes_no_time():
    """A million digits and a letter: an ambiguous pattern would try each way to divide the digits."""
    for end in ("x", ".x", "e", ""):
        assert (parse_number("1" * 1_000_000 + end) is None) == bool(end)
