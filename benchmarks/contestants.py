"""Who takes part: how each program is started, and how what it made is checked."""

import importlib.util
import json
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import read_back
from benchmarks.checks import check_phrases
from benchmarks.process import measured
from benchmarks.work import LAWS, Work
from hyperphrase.errors import InputError, WorkFailedError

PROJECT, TPCH = "hyperphrase", "tpchgen-cli"
PACKAGES = ("duckdb", "polars", "pyarrow", "fastavro", "matplotlib")  # of the extra ``bench``, that modules import
#: program, module of peers/, what it writes, its reader, phrases that take it seconds
PEERS = (
    ("DuckDB", "duckdb_sql", "Parquet", read_back.read_parquet, 1_000_000),
    ("polars", "polars_frames", "Parquet", read_back.read_parquet, 1_000_000),
    ("numpy + fastavro", "numpy_fastavro", "Avro", read_back.read_avro, 200_000),
    ("plain Python", "plain_python", "text", read_back.read_text, 100_000),
    ("naive Beam", "naive_beam", "TFRecord", read_back.read_tfrecord, 100_000),
)
_TPCH_ORDERS = 1_500_000  # rows of table orders at scale factor 1: TPC-H specification, clause 4.2.5


@dataclass(frozen=True)
class Contestant:
    """One program with one amount of work.

    program: its name. size: what it makes, in words. law: of its symbols, None if it makes none. writes: its format.
    command: (empty folder, workers) -> the command that does the work. check: (folder) -> the symbols in it, or None;
    raises WorkFailedError or ValueError if they are not what was asked for. data: pattern of the data files.
    """

    program: str
    size: str
    law: str | None
    writes: str
    command: Callable[[Path, int], list[str]]
    check: Callable[[Path], int | None]
    data: str = "*"

    def __str__(self) -> str:
        """Return program, size and law."""
        return f"{self.program}, {self.size}" + (f", {self.law}" if self.law else "")

    def bytes_in(self, output: Path) -> int:
        """Return the bytes of all data files in ``output``."""
        return sum(path.stat().st_size for path in output.glob(self.data))


def contestants(large: bool, scale: float) -> Iterator[Contestant]:
    """Yield all that take part, in the order of the table. scale: makes every work so many times as large."""
    for law in LAWS:
        for millions in (1, 10, 20) if large and law == "zipf" else (1, 10):
            yield hyperphrase(Work(int(millions * 1e6 * scale), law))
        for program, module, writes, reader, phrases in PEERS:
            yield peer(program, module, writes, reader, Work(int(phrases * scale), law))
    yield tpchgen(2 * scale)


def check_installed() -> None:
    """Raise InputError unless the peers are installed."""
    missing = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if not _tpchgen().exists():
        missing.append(TPCH)
    if missing:
        raise InputError(f"{', '.join(missing)}: not installed; pip install --editable '.[bench]' installs all peers")


def hyperphrase(work: Work) -> Contestant:
    """Return the project's own program; the first of its corpora is verified, of all the records are counted."""

    def command(output: Path, workers: int) -> list[str]:
        return [
            *(sys.executable, "-m", "beam_pipeline.run", "--runner=DirectRunner", f"--direct_num_workers={workers}"),
            *(f"--phrases={work.phrases}", f"--sampler={work.law}", f"--vocabulary={work.vocabulary}"),
            *(f"--lengths=uniform:min={work.shortest},max={work.longest}", "--format=tfrecord", f"--output={output}"),
        ]

    verified = False

    def check(output: Path) -> int:
        nonlocal verified
        if not verified:
            measured([sys.executable, "-m", "beam_pipeline.verify", str(output)])
            verified = True
        records = sum(read_back.count_records(path) for path in output.glob("shards/*"))
        if records != work.phrases:
            raise WorkFailedError(f"not the work asked for: {records:,} records, not {work.phrases:,}")
        manifest = json.loads((output / "manifest.json").read_text())
        return sum(int(length) * phrases for length, phrases in manifest["length_histogram"].items())

    return Contestant(PROJECT, _phrases(work), work.law, "TFRecord", command, check, "shards/*")


def peer(program: str, module: str, writes: str, reader: read_back.Reader, work: Work) -> Contestant:
    """Return a program of ``benchmarks/peers``."""

    def command(output: Path, workers: int) -> list[str]:
        name = f"benchmarks.peers.{module}"
        return [sys.executable, "-m", name, *work.options(), f"--output={output}", f"--workers={workers}"]

    return Contestant(
        program, _phrases(work), work.law, writes, command, lambda output: check_phrases(reader(output), work)
    )


def tpchgen(scale: float) -> Contestant:
    """Return the fastest public generator: all tables of TPC-H at scale factor ``scale``, which makes no symbols."""

    def command(output: Path, workers: int) -> list[str]:
        return [
            *(str(_tpchgen()), "tbl", f"--scale-factor={scale:g}", f"--output-dir={output}"),
            *(f"--num-threads={workers}", "--quiet"),
        ]

    def check(output: Path) -> None:
        rows = (output / "orders.tbl").read_bytes().count(b"\n")
        if rows != int(_TPCH_ORDERS * scale):
            raise WorkFailedError(f"not the work asked for: {rows:,} orders, not {int(_TPCH_ORDERS * scale):,}")

    return Contestant(TPCH, f"scale factor {scale:g}", None, "tbl", command, check)


def _phrases(work: Work) -> str:
    return f"{work.phrases:,} phrases"


def _tpchgen() -> Path:
    return Path(sysconfig.get_path("scripts")) / TPCH
