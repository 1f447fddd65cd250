"""The errors that the package raises on purpose. The text of each is one line.

An :class:`InputError` names the field that is wrong as the Python API calls it, ``vocabulary`` or ``law``. Its advice
writes other fields in backticks: "take `alphabet=extended`". So a program can put its own names in their place, as the
command line does with its options.
"""

from typing import Self

from hyperphrase.formatting import escape_controls

_LONGEST_VALUE = 200  # characters of a wrong value that the line repeats


class HyperphraseError(Exception):
    """Base of all errors that the package raises on purpose."""


class InputError(HyperphraseError, ValueError):
    """A user's input is wrong. Raised before any worker starts and before anything is written.

    problem: what is wrong, what is allowed and what to do. field: the input's name in the Python API, None where the
    caller adds it by :meth:`for_field`. value: what was given, None where nothing was.

    The text is ``field=value: problem``, with control characters escaped and a long value cut:

    >>> str(InputError("give 2 or more", field="vocabulary", value=1))
    'vocabulary=1: give 2 or more'
    """

    def __init__(self, problem: str, *, field: str | None = None, value: object = None) -> None:
        super().__init__(problem)
        self.problem, self.field, self.value = problem, field, value

    def __str__(self) -> str:
        problem = escape_controls(" ".join(self.problem.split()))
        if self.field is None:
            return problem
        return f"{self.field}: {problem}" if self.value is None else f"{self.field}={_shown(self.value)}: {problem}"

    def for_field(self, field: str, value: object) -> Self:
        """Return the error of the ``value`` given for ``field`` in which this one was found."""
        return type(self)(str(self), field=field, value=value)


class CorruptError(HyperphraseError, ValueError):
    """Bytes that were read back are damaged, or not what they should be; the text names the file."""


class WorkFailedError(HyperphraseError):
    """The work failed for a reason outside the input and the files that were read."""


def _shown(value: object) -> str:
    text = str(value)
    return escape_controls(text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}...")
