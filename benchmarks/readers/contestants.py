"""The readers that take part, and the environments that they run in."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import PROJECT
from benchmarks.process import ROOT
from hyperphrase.errors import InputError, WorkFailedError


@dataclass(frozen=True)
class Reader:
    """One reader. module: of ``peers/``. variant: one of those of the module. reads: its files, in words.

    order: how it shuffles, in words. needs: modules that it imports. for_workers: modules that it imports only if it
    has workers. has_files: whether it makes files of its own; the others read the corpus. apart: the package whose
    environment it runs in, "" for that of this program. least_workers: that it is measured with. settles: seconds
    after the first batch until all workers run at their speed.
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
    least_workers: int = 0
    settles: float = 0.0


_PERMUTED, _BUFFERED, _IN_CHUNKS = "a permutation", "files, and a buffer of 1,024", "chunks, and inside them"
_PHRASES, _MANIFEST = "TFRecord, phrases", "the manifest"
_TORCH = ("torch.utils.data",)

READERS = (
    Reader(f"{PROJECT} virtual", "ours", "virtual", _MANIFEST, _PERMUTED, (), _TORCH, False),
    Reader(f"{PROJECT} shards", "ours", "shards", _PHRASES, _PERMUTED, (), _TORCH, False),
    Reader(f"{PROJECT} virtual (3 arrays)", "ours", "virtual+", _MANIFEST, _PERMUTED, (), _TORCH, False, "", 1),
    Reader(f"{PROJECT} shards (3 arrays)", "ours", "shards+", _PHRASES, _PERMUTED, (), _TORCH, False, "", 1),
    Reader("numpy memmap", "memmap", "", "int32, one row", _PERMUTED, (), _TORCH),
    Reader("HF datasets map", "hf_arrow", "map", "Arrow, contexts", _PERMUTED, ("datasets", "torchdata")),
    Reader("HF datasets iterable", "hf_arrow", "iterable", "Arrow, contexts", _BUFFERED, ("datasets", "torchdata")),
    Reader(
        "Grain", "grain_array_record", "", "ArrayRecord, contexts", _PERMUTED, ("grain", "array_record"), settles=4.0
    ),
    Reader("LitData", "lit_data", "", "LitData chunks, one row", _IN_CHUNKS, ("litdata",)),
    Reader("MosaicML streaming", "mosaic_mds", "", "MDS, contexts", _IN_CHUNKS, apart="mosaicml-streaming"),
    Reader("tf.data", "tf_data", "", _PHRASES, _BUFFERED, ("tensorflow",), (), False),
    Reader("plain Python", "plain_python", "", _PHRASES, _BUFFERED, (), _TORCH, False),
)


OURS = tuple(reader.name for reader in READERS if reader.name.startswith(PROJECT) and not reader.least_workers)


def check_installed(readers: Sequence[Reader], workers: int) -> None:
    """Raise InputError unless all libraries are installed that the readers need with up to ``workers`` workers."""
    modules = [module for reader in readers for module in reader.needs + (reader.for_workers if workers else ())]
    needed = {module.partition(".")[0] for module in modules}
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
