"""The readers that take part, and the environments that they run in."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import ROOT
from hyperphrase.errors import InputError, WorkFailedError

TORCH = ("torch.utils.data",)


@dataclass(frozen=True)
class Reader:
    """One reader. module: of ``peers/``. variant: one of those of the module. reads: its files, in words.

    order: how it shuffles, in words. needs: modules that it imports. for_workers: modules that it imports only if it
    has workers. has_files: whether it makes files of its own; the others read the corpus. apart: the package whose
    environment it runs in, "" for that of this program.
    """

    name: str
    module: str
    variant: str
    reads: str
    order: str
    needs: tuple[str, ...] = ()
    for_workers: tuple[str, ...] = ()
    has_files: bool = True
    apart: str = ""


PERMUTATION = "a permutation"
READERS = (
    Reader("hyperphrase virtual", "ours", "virtual", "the manifest", PERMUTATION, (), TORCH, False),
    Reader("hyperphrase shards", "ours", "shards", "TFRecord, phrases", PERMUTATION, (), TORCH, False),
    Reader("numpy memmap", "memmap", "", "int32, one row", PERMUTATION, (), TORCH),
    Reader("HF datasets map", "hf_arrow", "map", "Arrow, contexts", PERMUTATION, ("datasets", "torchdata")),
    Reader(
        *("HF datasets iterable", "hf_arrow", "iterable", "Arrow, contexts"),
        *("files, and a buffer of 1,024", ("datasets", "torchdata")),
    ),
    Reader("Grain", "grain_array_record", "", "ArrayRecord, contexts", PERMUTATION, ("grain", "array_record")),
    Reader("LitData", "lit_data", "", "LitData chunks, one row", "chunks, and inside them", ("litdata",)),
    Reader(
        *("MosaicML streaming", "mosaic_mds", "", "MDS, contexts", "shards, and over parts of them (py1e)"),
        apart="mosaicml-streaming",
    ),
    Reader(
        *("tf.data", "tf_data", "", "TFRecord, phrases", "files, and a buffer of 1,024", ("tensorflow",), (), False),
    ),
    Reader(
        *("plain Python", "plain_python", "", "TFRecord, phrases", "files, and a buffer of 1,024", (), TORCH, False),
    ),
)


def check_installed(readers: Sequence[Reader]) -> None:
    """Raise InputError unless all libraries are installed that the readers need in this environment."""
    needed = {module.partition(".")[0] for reader in readers for module in (*reader.needs, *reader.for_workers)}
    if missing := sorted(module for module in needed if importlib.util.find_spec(module) is None):
        problem = "not installed; pip install --editable '.[bench-readers]' installs all of them"
        raise InputError(f"{', '.join(missing)}: {problem}")


def python_of(reader: Reader, work: Path) -> str | None:
    """Return the path of the interpreter that a reader runs with, None if its environment is not made yet."""
    if not reader.apart:
        return sys.executable
    python = work / reader.apart / "bin" / "python"
    return str(python) if python.exists() else None


def make_environment(reader: Reader, work: Path) -> None:
    """Make the environment of a reader that runs apart, which takes minutes. Raises WorkFailedError."""
    folder = work / reader.apart
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", reader.apart],
    ):
        if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603  # our own
            raise WorkFailedError(f"{reader.name}: {' '.join(command)} failed")
