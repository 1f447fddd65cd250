"""What was measured, as plain data in one JSON file, from which tables and plot can be made again."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.readers.measuring import WARM
from benchmarks.results import MEGA, Spread, write_json
from hyperphrase.errors import WorkFailedError


@dataclass(frozen=True)
class Settings:
    """What results must agree in to stand in one table. window: seconds on the clock of a run."""

    phrases: int
    vocabulary: int
    length: int
    batch_size: int
    repeats: int
    window: float


@dataclass(frozen=True)
class Prepared:
    """Files that were made before readers could begin. seconds: of the whole process. bytes: on disk."""

    what: str
    seconds: float
    bytes: int


@dataclass(frozen=True)
class Measured:
    """One reader with one number of workers. found: what :mod:`benchmarks.readers.measuring` returned."""

    reader: str
    workers: int
    begun: str
    command: str
    found: dict[str, Any]

    def rate(self, cache: str) -> Spread | None:
        """Return M tokens/s, None if they were not measured with this cache."""
        runs = self.found.get(cache)
        return Spread.of([run["tokens"] / run["seconds"] / MEGA for run in runs]) if runs else None

    def first(self, cache: str) -> Spread | None:
        """Return the seconds to the first batch, None if they were not measured with this cache."""
        runs = self.found.get(cache)
        return Spread.of([run["first_seconds"] for run in runs]) if runs else None

    def memory(self) -> dict[str, int] | None:
        """Return the memory of the last warm run, which shares pages with no other."""
        return self.found[WARM][-1]["memory"] if self.found.get(WARM) else None


@dataclass
class Results:
    """One benchmark. prepared: by what they are. manifests: the runs of :mod:`.many_phrases` on each."""

    settings: Settings
    machine: dict[str, str]
    prepared: dict[str, Prepared] = field(default_factory=dict)
    measured: list[Measured] = field(default_factory=list)
    manifests: list[list[dict[str, Any]]] = field(default_factory=list)

    def add(self, measured: Measured) -> None:
        """Put ``measured`` in the place of an older one of the same reader and number of workers."""
        same = [(one.reader, one.workers) == (measured.reader, measured.workers) for one in self.measured]
        self.measured = [one for one, replaced in zip(self.measured, same, strict=True) if not replaced] + [measured]

    def save(self, path: Path) -> None:
        """Write the results as JSON."""
        write_json(asdict(self), path)

    @classmethod
    def load(cls, path: Path) -> "Results":
        """Read what :meth:`save` wrote. Raises WorkFailedError for anything else."""
        try:
            data: dict[str, Any] = json.loads(path.read_text())
            data["settings"] = Settings(**data["settings"])
            data["prepared"] = {what: Prepared(**one) for what, one in data["prepared"].items()}
            data["measured"] = [Measured(**one) for one in data["measured"]]
            return cls(**data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise WorkFailedError(f"{path}: not the results of a benchmark of readers: {error}") from error
