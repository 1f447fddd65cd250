"""The errors: one bounded line that names the field, and the same after a journey to another process."""

import copy
import pickle

import pytest
from apache_beam.internal import cloudpickle_pickler

from hyperphrase.errors import CorruptError, HyperphraseError, InputError, WorkFailedError

WRONG = InputError("give 2 or more", field="vocabulary", value=1)


def test_the_line_names_field_value_and_problem():
    assert "vocabulary=1: give 2 or more" == str(WRONG)
    assert ("vocabulary", 1, "give 2 or more") == (WRONG.field, WRONG.value, WRONG.problem)


def test_without_a_value_or_a_field_the_line_is_shorter():
    assert "output: is missing" == str(InputError("is missing", field="output"))
    assert "there is no such law" == str(InputError("there is no such law"))
    assert "lexicon=: allowed are english and russian" == str(
        InputError("allowed are english and russian", field="lexicon", value="")
    )


def test_a_field_is_added_to_an_error_from_deeper_down():
    inner = InputError("s is outside its range")
    assert "law=zipf:s=99: s is outside its range" == str(inner.for_field("law", "zipf:s=99"))
    nested = InputError("there is no law 'x'", field="law", value="x").for_field("law", "mixture:1*x+1*x")
    assert "law=mixture:1*x+1*x: law=x: there is no law 'x'" == str(nested)


@pytest.mark.parametrize("value", ["a\nb", "\x1b[2J", "\u202eevil", "\ud800", "a\u2028b", "x" * 10**6, "\x1b" * 10**6])
def test_the_line_is_one_bounded_line_whatever_the_value(value):
    line = str(InputError(f"not a number: {value:.50}", field="key", value=value))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert len(line) < 2000
    line.encode()


def test_symbols_stay_as_they_are():
    """The symbols of a corpus are no control characters, those of private use and unassigned code points neither."""
    assert "text=a\ue000\U00040000: unknown" == str(InputError("unknown", field="text", value="a\ue000\U00040000"))


@pytest.mark.parametrize(
    "error", [WRONG, InputError("no field"), CorruptError("out/shards: cut off"), WorkFailedError("no disk")], ids=repr
)
@pytest.mark.parametrize("carry", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy], ids=range(3))
def test_errors_travel_between_processes(error, carry):
    arrived = carry(error)
    assert (type(error), str(error), vars(error)) == (type(arrived), str(arrived), vars(arrived))


def test_errors_travel_by_the_pickler_of_beam():
    arrived = cloudpickle_pickler.loads(cloudpickle_pickler.dumps(WRONG))
    assert ("vocabulary=1: give 2 or more", vars(WRONG)) == (str(arrived), vars(arrived))


def test_one_except_clause_is_enough():
    for kind in (InputError, CorruptError, WorkFailedError):
        assert issubclass(kind, HyperphraseError)
    assert not issubclass(WorkFailedError, ValueError)
