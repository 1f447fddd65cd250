"""What can be wrong: a request, a corpus, or the work itself."""

from typing import Any

_LONGEST_VALUE = 200  # characters of a value that a message repeats


class HyperphraseError(Exception):
    """The base class of all errors that this project raises on purpose; each says what is wrong in one line."""


class InputError(HyperphraseError, ValueError):
    """What was asked for is wrong: one line that names the field, its value, what is allowed and what to do.

    problem: what is wrong, and what to do. field: the parameter that is meant, None where there is none. value: what
    was given for it. Raised before any worker starts and before anything is written; the program ends with status 2.

    >>> str(InputError("give 2 or more", field="vocabulary", value=1))
    'vocabulary=1: give 2 or more'
    """

    def __init__(self, problem: str, *, field: str | None = None, value: Any = None) -> None:
        super().__init__(problem)
        self.problem, self.field, self.value = problem, field, value

    def __str__(self) -> str:
        if self.field is None:
            return self.problem
        value = "" if self.value is None else f"={self.value!s:.{_LONGEST_VALUE}}"
        return f"{self.field}{value}: {self.problem}"

    def __reduce__(self) -> Any:
        return _input_error, (self.problem, self.field, self.value)


class CorruptError(HyperphraseError, ValueError):
    """Bytes read back are not what they claim to be: one line that names the file and what is wrong.

    The program ends with status 1.
    """


class WorkFailedError(HyperphraseError):
    """The work failed for a reason outside the input: one line. The program ends with status 1."""


def _input_error(problem: str, field: str | None, value: Any) -> InputError:
    return InputError(problem, field=field, value=value)
