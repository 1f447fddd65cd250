"""The exceptions of the package. The text of each is one line.

An :class:`InputError` names the wrong field as the Python API calls it, such as ``vocabulary`` or ``law``. It puts the
names of other fields in backticks: "take `alphabet=extended`". A program can replace these names with its own; the
command line replaces them with its options.
"""

from typing import Self

from hyperphrase.formatting import escape_controls

_LONGEST_VALUE = 200  # characters of a wrong value that the text repeats


class HyperphraseError(Exception):
    """Base class of the package's exceptions."""


class InputError(HyperphraseError, ValueError):
    """The user's input is wrong. Raised before any worker starts and before anything is written.

    problem: what is wrong, what is allowed and what to do. field: the input's name in the Python API, None if the
    caller adds it with :meth:`for_field`. value: the given value, None if there is none.

    The text is ``field=value: problem``, with control characters escaped and a long value truncated:

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
        """Return this error as one about ``field``, whose ``value`` contains the fault."""
        return type(self)(str(self), field=field, value=value)


class CorruptError(HyperphraseError, ValueError):
    """A file is damaged or does not have the expected content; the text names the file."""


class WorkFailedError(HyperphraseError):
    """The work failed, and neither the input nor a file that was read is the cause."""


def _shown(value: object) -> str:
    text = str(value)
    return escape_controls(text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}...")
