"""Length laws: how many symbols a phrase has, 1 to 65,535.

Each law is a table of weights, so all of them draw the same way: one word of the phrase's length stream into an alias
table. Weights come from basic arithmetic alone, so the table is the same on every machine.
"""

import csv
import io
import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import Law, OpenFile, parameter
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.numbers.portable_math import exp_each, ln_each
from hyperphrase.numerals import parse_whole
from hyperphrase.untrusted.file_kinds import kind_of, not_utf8

_MAX_HISTOGRAM_BYTES = 4 << 20  # 4 MiB: 65,535 lengths with counts need 2


@dataclass(frozen=True, kw_only=True)
class LengthLaw(Law):
    """A distribution over phrase lengths."""

    @property
    @abstractmethod
    def shortest(self) -> int:
        """The length that ``weights[0]`` belongs to."""

    @abstractmethod
    def weights(self) -> NDArray[np.float64]:
        """Weights of the lengths from ``shortest`` on: float64, not negative, not all zero."""

    def probabilities(self) -> dict[int, float]:
        """Return the probability of each possible length."""
        weights = self.weights()
        shares = weights / weights.sum()
        return {self.shortest + int(i): float(shares[i]) for i in np.flatnonzero(shares)}

    def mean(self) -> float:
        """Return the mean length in symbols."""
        return sum(length * share for length, share in self.probabilities().items())


@dataclass(frozen=True, kw_only=True)
class Fixed(LengthLaw):
    """Every phrase has the same length."""

    name = "fixed"
    summary = "every phrase has the same length"
    length: int = parameter(1, MAX_LENGTH, "symbols in a phrase")

    @property
    def shortest(self) -> int:
        return self.length

    def weights(self) -> NDArray[np.float64]:
        return np.ones(1)


@dataclass(frozen=True, kw_only=True)
class _Range(LengthLaw):
    """What laws over min..max share."""

    min: int = parameter(1, MAX_LENGTH, "shortest phrase", 10)
    max: int = parameter(1, MAX_LENGTH, "longest phrase", 500)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min > self.max:
            raise InputError(f"{self.name}:min={self.min} is above max={self.max}; give min <= max")

    @property
    def shortest(self) -> int:
        return self.min

    def weights(self) -> NDArray[np.float64]:
        return exp_each(self._log_weights(np.arange(self.min, self.max + 1, dtype=np.float64)))

    @abstractmethod
    def _log_weights(self, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the natural logarithm of each length's weight, up to a constant that makes the largest one 0."""


@dataclass(frozen=True, kw_only=True)
class Uniform(_Range):
    """All lengths from min to max with equal probability; the default, mean 100."""

    name = "uniform"
    summary = "all lengths from min to max with equal probability"
    max: int = parameter(1, MAX_LENGTH, "longest phrase", 190)

    def _log_weights(self, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.zeros_like(lengths)


@dataclass(frozen=True, kw_only=True)
class Geometric(_Range):
    """P(L) proportional to (1 - p)^(L - min) on min..max."""

    name = "geometric"
    summary = "each further symbol follows with probability 1 - p, from min, cut at max"
    p: float = parameter(1e-9, 0.999999, "probability to stop after a symbol", 0.01)

    def _log_weights(self, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        step = ln_each(np.array([1.0 - self.p]))[0]
        return np.asarray((lengths - self.min) * step)


@dataclass(frozen=True, kw_only=True)
class Lognormal(_Range):
    """The lognormal density at each whole length of min..max."""

    name = "lognormal"
    summary = "ln L is normal (mu, sigma), cut to min..max"
    mu: float = parameter(-5.0, 12.0, "mean of ln L", 4.5)
    sigma: float = parameter(0.01, 10.0, "standard deviation of ln L", 0.5)

    def _log_weights(self, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        logs = ln_each(lengths)
        logs = -((logs - self.mu) ** 2) / (2.0 * self.sigma * self.sigma) - logs  # no power of libm's
        return np.asarray(logs - logs.max())


@dataclass(frozen=True, kw_only=True)
class Empirical(LengthLaw):
    """The shares of a histogram, such as the ``length_histogram.csv`` or ``.json`` of an earlier corpus.

    counts: (length, phrases) in ascending order; they are part of the recipe, the file is not needed again.
    """

    name = "empirical"
    summary = "the shares of a histogram file (csv with columns length,phrases, or json)"
    counts: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        counts = dict(self.counts)
        good = all(1 <= length <= MAX_LENGTH and 0 < n < 2**53 for length, n in self.counts)
        if not good or not counts or len(counts) != len(self.counts):
            raise InputError(f"a histogram has lengths 1 to {MAX_LENGTH}, each once, with counts of 1 or more")

    @property
    def shortest(self) -> int:
        return self.counts[0][0]

    def weights(self) -> NDArray[np.float64]:
        weights = np.zeros(self.counts[-1][0] - self.shortest + 1)
        for length, phrases in self.counts:
            weights[length - self.shortest] = phrases
        return weights

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        if set(given) != {"file"}:
            raise InputError(f"{cls.name} needs file=PATH and nothing else; {cls.usage()}")
        path = given["file"]
        try:
            with open_file(path) as stream:
                data = stream.read(_MAX_HISTOGRAM_BYTES + 1)
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror or error}); name a histogram file") from error
        try:
            return cls.from_json({"counts": _parse_histogram(data)})
        except (ValueError, TypeError, AttributeError, RecursionError, csv.Error) as error:
            raise InputError(f"{path} is not a histogram: {error}; {cls.summary}") from error

    @classmethod
    def usage(cls) -> str:
        return f"its parameter: file ({cls.summary})"

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        if set(data) != {"counts"} or not isinstance(data["counts"], dict):
            raise InputError("empirical has the parameter counts, {length: phrases}")
        try:
            pairs = sorted((_whole(length), _count(phrases)) for length, phrases in data["counts"].items())
        except ValueError as error:
            raise InputError(f"empirical has a length or a count that is not a whole number: {error}") from error
        return cls(counts=tuple(pair for pair in pairs if pair[1] != 0))

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "counts": {str(length): phrases for length, phrases in self.counts}}

    def __str__(self) -> str:
        return f"{self.name} ({len(self.counts)} lengths, {self.counts[0][0]} to {self.counts[-1][0]})"


def _parse_histogram(data: bytes) -> dict[str, int]:
    """Return {length: phrases} of a histogram in JSON or CSV. Raises ValueError or TypeError."""
    if len(data) > _MAX_HISTOGRAM_BYTES:
        raise ValueError(f"larger than {_MAX_HISTOGRAM_BYTES} bytes")
    if kind := kind_of(data):
        raise ValueError(f"it is {kind.name}; {kind.advice}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it {not_utf8(data)}") from error
    if text.lstrip().startswith("{"):
        parsed = json.loads(text)
        return {length: _count(phrases) for length, phrases in parsed.items()}
    return _parse_table(text)


def _parse_table(text: str) -> dict[str, int]:
    """Return {length: phrases} of a table with commas, semicolons or tabs, its columns in any order and case."""
    lines = io.StringIO(text, newline=None)  # any line ends
    header = lines.readline().strip()
    mark = next((mark for mark in ",;\t" if mark in header), ",")
    names = [name.strip(' "').lower() for name in header.split(mark)]
    if not {"length", "phrases"} <= set(names):
        raise ValueError(f"line 1 is {header!r:.60}, not length,phrases")
    histogram: dict[str, int] = {}
    for row in csv.reader(lines, delimiter=mark):
        if not any(row):
            continue
        if len(row) != len(names):
            raise ValueError(f"a row has {len(row)} fields: {mark.join(row)!r:.60}")
        fields = dict(zip(names, row, strict=True))
        if fields["length"] in histogram:
            raise ValueError("a length is listed twice")
        histogram[fields["length"]] = _count(fields["phrases"])
    return histogram


def _whole(value: Any) -> int:
    """Return a whole number, given as one or as a text."""
    number = parse_whole(value.strip(" ")) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"{value!r:.40} is not a whole number")
    return number


def _count(value: Any) -> int:
    number = _whole(value)
    if number < 0:
        raise ValueError(f"{value!r:.40} is not a count of phrases")
    return number


LENGTH_LAWS: Mapping[str, type[LengthLaw]] = {
    law.name: law for law in (Fixed, Uniform, Geometric, Lognormal, Empirical)
}
