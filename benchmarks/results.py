"""What was measured, as plain data in one JSON file, from which table and plot can be made again."""

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hyperphrase.errors import WorkFailedError

MEGA = 1e6


class Spread(NamedTuple):
    """Median, least and most of several repeats."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """Return the spread of ``values``, of which there must be one at least."""
        return cls(statistics.median(values), min(values), max(values))


def write_json(data: Any, path: Path) -> None:
    """Write plain data into a file, whose folder may be missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n")


@dataclass(frozen=True)
class Run:
    """One run. seconds: by the clock. peak_bytes: most resident memory. symbols: None for what makes none."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    bytes: int
    symbols: int | None


@dataclass(frozen=True)
class Entry:
    """All runs of one program with one amount of work; the words are a contestant's."""

    program: str
    size: str
    law: str | None
    writes: str
    runs: list[Run]

    def symbol_rate(self) -> Spread | None:
        """Return M symbols/s, None for what makes none."""
        rates = [run.symbols / run.seconds / MEGA for run in self.runs if run.symbols is not None]
        return Spread.of(rates) if rates else None

    def byte_rate(self) -> Spread:
        """Return MB/s written."""
        return Spread.of([run.bytes / run.seconds / MEGA for run in self.runs])

    def times_slower(self, than: "Entry") -> float:
        """Return how many times as fast as this ``than`` is, by medians: of symbols/s, or of MB/s if one has none."""
        mine, other = self.symbol_rate(), than.symbol_rate()
        if mine is None or other is None:
            return than.byte_rate().median / self.byte_rate().median
        return other.median / mine.median


@dataclass(frozen=True)
class Results:
    """One benchmark. begun: ISO 8601, UTC. command: that made it. workers: cores that each program was given."""

    begun: str
    command: str
    workers: int
    machine: dict[str, str]
    versions: dict[str, str]
    entries: list[Entry]

    def save(self, path: Path) -> None:
        """Write the results as JSON."""
        write_json(asdict(self), path)

    @classmethod
    def load(cls, path: Path) -> "Results":
        """Read what :meth:`save` wrote. Raises WorkFailedError for anything else."""
        try:
            data: dict[str, Any] = json.loads(path.read_text())
            entries = [Entry(**{**entry, "runs": [Run(**run) for run in entry["runs"]]}) for entry in data["entries"]]
            return cls(**{**data, "entries": entries})
        except (ValueError, TypeError, KeyError) as error:
            raise WorkFailedError(f"{path}: not the results of a benchmark: {error}") from error
