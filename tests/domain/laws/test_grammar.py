"""The grammar of laws: what it reads, and how it refuses the rest in one line that helps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import law_from_json, nearest, parse_law
from hyperphrase.laws.independent.lexicon import Lexicon
from hyperphrase.laws.independent.uniform import Uniform as BoundUniform
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import LENGTH_LAWS, Empirical, Fixed, Geometric, Lognormal, Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS

ALL_LAWS = [("lengths", LENGTH_LAWS), ("law", SYMBOL_LAWS)]


def no_file(path):
    raise FileNotFoundError(2, "No such file or directory", path)


def law_of(text):
    return parse_law(text, SYMBOL_LAWS, "law", no_file)


def lengths(text):
    return parse_law(text, LENGTH_LAWS, "lengths", no_file)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("uniform", BoundUniform()),
        ("lexicon", Lexicon()),
        ("zipf", Zipf(s=1.0, beta=0.0)),
        ("zipf:s=1", Zipf(s=1.0)),
        ("zipf:s=1e0,beta=2.7", Zipf(s=1.0, beta=2.7)),
        ("zipf:beta=2.7,s=1.0", Zipf(s=1.0, beta=2.7)),
        ("zipf:s=.5,beta=+5", Zipf(s=0.5, beta=5.0)),
        ("zipf:s='1.5',beta=\"2\"", Zipf(s=1.5, beta=2.0)),
    ],
)
def test_a_text_names_a_sampler(text, law):
    assert law == law_of(text)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("uniform", Uniform(min=10, max=190)),
        ("uniform:min=3", Uniform(min=3)),
        ("fixed:length=100", Fixed(length=100)),
        ("fixed:length=+5", Fixed(length=5)),
        ("geometric:p=0.5,min=1,max=65535", Geometric(p=0.5, min=1, max=65535)),
        ("lognormal:mu=4,sigma=0.25", Lognormal(mu=4.0, sigma=0.25)),
    ],
)
def test_a_text_names_a_length_law(text, law):
    assert law == lengths(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('markov:file="a,b.txt",order=1', "a,b.txt"),
        ("markov:file='a,b.txt',order=1", "a,b.txt"),
        ('markov:order=1,file="it\'s, a+2*b.txt"', "it's, a+2*b.txt"),
        ('markov:file=say"hi".txt,order=1', 'say"hi".txt'),
        ('mixture:0.5*markov:file="a,b+0.5*c.txt",order=1+0.5*uniform', "a,b+0.5*c.txt"),
        ("empirical:file='a,b.csv'", "a,b.csv"),
    ],
)
def test_a_path_with_commas_is_written_in_quotes(text, path):
    opened = []

    def listed(path):
        opened.append(path)
        raise FileNotFoundError(2, "No such file or directory", path)

    laws = LENGTH_LAWS if text.startswith("empirical") else SYMBOL_LAWS
    with pytest.raises(InputError, match="cannot be read"):
        parse_law(text, laws, "law", listed)
    assert opened == [path]


# (what is written, what the one line has to name beside the option and its value)
REFUSED_SAMPLERS = {
    "unknown law": ("zopf:s=1", ["'zopf'", "did you mean 'zipf'", "lexicon", "uniform", "choose one of"]),
    "unknown law, nothing near": ("q", ["'q'", "choose one of", "zipf"]),
    "nothing": ("", ["choose one of", "zipf"]),
    "unknown parameter": ("zipf:betta=1", ["'betta'", "did you mean 'beta'", "0.0 to 20.0", "default 1.0"]),
    "a parameter where there is none": ("uniform:s=1", ["'s'", "it has no parameters"]),
    "doubled parameter": ("zipf:s=1,s=2", ["zipf:s is given twice"]),
    "missing value": ("zipf:s=", ["'s='", "key=value"]),
    "missing equals": ("zipf:s", ["'s'", "key=value"]),
    "missing name": ("zipf:=1", ["'=1'", "key=value"]),
    "comma at the end": ("zipf:s=1,", ["''", "key=value"]),
    "not a number": ("zipf:s=one", ["s=one", "is not a number"]),
    "NaN": ("zipf:s=nan", ["s=nan", "is not a number"]),
    "infinity": ("zipf:s=inf", ["s=inf", "is not a number"]),
    "a number as in Python": ("zipf:s=1_0", ["s=1_0", "is not a number"]),
    "digits of another script": ("zipf:s=٥", ["s=٥", "is not a number"]),
    "a space before a number": ("zipf:s= 1", ["s= 1", "is not a number"]),
    "a comma in a value": ("markov:file=a,b.txt,order=1", ["'b.txt'", "in quotes", 'markov:key="a,b"']),
    "an open quote": ('markov:file="a,b.txt', ["'b.txt'", "in quotes"]),
    "nothing in quotes": ('markov:file=""', ["key=value"]),
    "too large for a float": ("zipf:s=1e999", ["s=inf", "0.0 to 20.0"]),
    "below the range": ("zipf:s=-0.1", ["s=-0.1", "0.0 to 20.0"]),
    "above the range": ("zipf:beta=1e7", ["beta=10000000.0", "shift of the ranks", "1000000.0"]),
}
REFUSED_LENGTHS = {
    "unknown law": ("normal", ["'normal'", "did you mean 'lognormal'", "empirical, fixed, geometric"]),
    "missing required parameter": ("fixed", ["needs length=", "1 to 65535"]),
    "digits of another script": ("fixed:length=٥", ["length=٥", "is not a whole number"]),
    "a number as in Python": ("fixed:length=1_0", ["length=1_0", "is not a whole number"]),
    "not whole": ("fixed:length=1.5", ["length=1.5", "is not a whole number"]),
    "zero": ("fixed:length=0", ["length=0", "symbols in a phrase", "1 to 65535"]),
    "too long": ("fixed:length=65536", ["length=65536", "1 to 65535"]),
    "too large for a float": ("fixed:length=1" + 400 * "0", ["1 to 65535"]),
    "too many digits for Python": ("fixed:length=" + 5000 * "9", ["is not a whole number"]),
    "min above max": ("uniform:min=20,max=10", ["min=20", "max=10", "give min <= max"]),
    "min above the default of max": ("uniform:min=200", ["min=200", "max=190", "give min <= max"]),
    "certain stop": ("geometric:p=1", ["p=1.0", "1e-09 to 0.999999"]),
    "no file": ("empirical", ["needs file=PATH"]),
    "a file that is not there": ("empirical:file=no.csv", ["no.csv", "No such file", "name a histogram file"]),
}


def refusal(reading, text):
    with pytest.raises(InputError) as caught:
        reading(text)
    return str(caught.value)


@pytest.mark.parametrize("case", REFUSED_SAMPLERS)
def test_a_wrong_sampler_is_refused_in_one_line_that_helps(case):
    text, named = REFUSED_SAMPLERS[case]
    message = refusal(law_of, text)
    assert message.startswith(f"law={text[:200]}" + ("...: " if len(text) > 200 else ": "))
    assert len(message) < 1000
    assert len(message.splitlines()) == 1
    assert [part for part in named if part not in message] == []


@pytest.mark.parametrize("case", REFUSED_LENGTHS)
def test_a_wrong_length_law_is_refused_in_one_line_that_helps(case):
    text, named = REFUSED_LENGTHS[case]
    message = refusal(lengths, text)
    assert message.startswith(f"lengths={text[:200]}" + ("...: " if len(text) > 200 else ": "))
    assert len(message) < 1000
    assert len(message.splitlines()) == 1
    assert [part for part in named if part not in message] == []


LAWS = st.one_of(
    st.builds(Zipf, s=st.floats(0, 20), beta=st.floats(0, 1e6)),
    st.builds(Fixed, length=st.integers(1, 65_535)),
    st.builds(Uniform, min=st.integers(1, 100), max=st.integers(100, 65_535)),
    st.builds(Geometric, min=st.integers(1, 100), max=st.integers(100, 65_535), p=st.floats(1e-9, 0.999999)),
    st.builds(Lognormal, mu=st.floats(-5, 12), sigma=st.floats(0.01, 10)),
    st.dictionaries(st.integers(1, 65_535), st.integers(1, 2**53 - 1), min_size=1, max_size=9).map(
        lambda counts: Empirical(counts=tuple(sorted(counts.items())))
    ),
    st.sampled_from([BoundUniform(), Lexicon()]),
)


def laws_of(law):
    return SYMBOL_LAWS if type(law) in SYMBOL_LAWS.values() else LENGTH_LAWS


@given(LAWS)
def test_a_law_comes_back_from_its_json(law):
    assert law == law_from_json(json.loads(json.dumps(law.to_json())), laws_of(law))


@given(LAWS.filter(lambda law: not isinstance(law, Empirical)))
def test_a_law_comes_back_from_its_own_text(law):
    assert law == parse_law(str(law), laws_of(law), "law", no_file)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({*LENGTH_LAWS, *SYMBOL_LAWS})
PARAMETERS = st.sampled_from(["s", "beta", "min", "max", "length", "p", "mu", "sigma", "counts"])
NEAR_LAWS = st.builds(
    lambda name, rest: {"name": name, **rest},
    st.sampled_from(NAMES) | JSON,
    st.dictionaries(PARAMETERS, JSON | st.dictionaries(st.sampled_from(["1", "x", "70000"]), JSON), max_size=3),
)


def read_or_refused(data, laws):
    """Return the law, None if it is refused; every other exception passes."""
    try:
        return law_from_json(data, laws)
    except InputError:
        return None


@given(JSON | NEAR_LAWS)
def test_hostile_json_is_refused_as_input_and_in_no_other_way(data):
    for _, laws in ALL_LAWS:
        law = read_or_refused(data, laws)
        if law is not None:
            assert law == law_from_json(law.to_json(), laws)


@pytest.mark.parametrize(
    "data",
    [
        {"name": ["zipf"]},
        {"name": "fixed", "length": 10**400},
        {"name": "fixed", "length": "5"},
        {"name": "fixed", "length": True},
        {"name": "fixed", "length": 5.0},
        {"name": "fixed"},
        {"name": "fixed", "length": 5, "more": 1},
        {"name": "empirical", "counts": {"x": 1}},
        {"name": "empirical", "counts": {"5": 1.5}},
        {"name": "empirical", "counts": {"5": True}},
        {"name": "empirical", "counts": {"5": float("inf")}},
        {"name": "empirical", "counts": {"5": None}},
        {"name": "empirical", "counts": {"5": 1, "05": 2}},
        {"name": "empirical", "counts": {}},
        {"name": "empirical", "counts": []},
    ],
)
def test_json_that_nearly_is_a_length_law_is_refused(data):
    with pytest.raises(InputError):
        law_from_json(data, LENGTH_LAWS)


@pytest.mark.parametrize(("option", "laws"), ALL_LAWS)
def test_every_law_describes_itself(option, laws):
    for name, law in laws.items():
        assert name == law.name
        assert law.summary
        assert len(law.usage().splitlines()) == 1


def test_a_name_as_long_as_a_file_is_not_compared_with_others():
    """That would take the product of their lengths: days."""
    assert nearest("a" * 10**7, ["b" * 10**7, "a"]) == ""
    assert nearest("zpif", ["zipf", "z" * 10**7]) == " (did you mean 'zipf'?)"


def test_a_number_of_hundreds_of_digits_is_not_repeated_whole():
    with pytest.raises(
        InputError, match=r"^uniform:min=9{40} is outside its range; shortest phrase is from 1 to 65535$"
    ):
        law_from_json({"name": "uniform", "min": 10**500 - 1, "max": 9}, LENGTH_LAWS)


@pytest.mark.parametrize(
    "data", [{"name": "x" * 9000}, {"name": "zipf", "x" * 9000: 1}, {"name": "zipf", "s": "x" * 9000}]
)
def test_an_error_about_json_is_a_line_and_not_the_json(data):
    with pytest.raises(InputError) as error:
        law_from_json(data, SYMBOL_LAWS)
    assert len(str(error.value)) < 600
