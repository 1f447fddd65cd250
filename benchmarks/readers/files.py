"""The corpora that readers read, and the readers' own files: made once in a folder of work, with what each took."""

import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.process import measured
from benchmarks.readers.contestants import Reader
from benchmarks.readers.results import Prepared
from hyperphrase import Corpus

_SHARDS = 16  # of a corpus


@dataclass(frozen=True)
class CorpusFiles:
    """A corpus of ``phrases`` phrases, by Zipf's law, in a folder of its own, and the readers' files of it."""

    folder: Path
    phrases: int
    vocabulary: int

    @property
    def corpus(self) -> Path:
        """The folder of the corpus itself."""
        return self.folder / "corpus"

    @property
    def tokens(self) -> Path:
        """The file of all its tokens, in the order of the corpus: int32."""
        return self.folder / "tokens.bin"

    def prepare(self) -> list[Prepared]:
        """Make the corpus and the file of tokens unless they are there; return what they took."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return [
            _once(self.corpus, "the corpus, TFRecord, by hyperphrase", self._make_corpus),
            _once(self.tokens, "its tokens, int32, from which all others are made", self._write_tokens),
        ]

    def of_reader(self, reader: Reader) -> Path:
        """Return the folder that ``reader`` reads."""
        return self.folder / reader.module if reader.has_files else self.corpus

    def prepare_reader(self, reader: Reader, python: str, length: int) -> Prepared | None:
        """Make the files of ``reader`` unless they are there, and return what they took; None if it has none."""
        if not reader.has_files:
            return None
        folder = self.of_reader(reader)

        def make() -> float:
            folder.mkdir()
            program = [python, "-m", "benchmarks.readers.preparing"]
            return measured([*program, reader.module, str(self.tokens), str(folder), str(length)]).seconds

        return _once(folder, reader.reads, make)

    def _make_corpus(self) -> float:
        program = [sys.executable, "-m", "beam_pipeline.run", "--runner=DirectRunner", "--format=tfrecord"]
        law = [f"--phrases={self.phrases}", "--sampler=zipf", f"--vocabulary={self.vocabulary}"]
        shards = [f"--phrases_per_shard={-(-self.phrases // _SHARDS)}", f"--output={self.corpus}"]
        return measured([*program, *law, "--lengths=uniform:min=10,max=190", *shards]).seconds

    def _write_tokens(self) -> float:
        begin = time.perf_counter()
        with self.tokens.open("wb") as stream:
            for block in Corpus.open(self.corpus).blocks():
                stream.write(block.ids.astype(np.int32).data)
        return time.perf_counter() - begin


def _once(path: Path, what: str, make: Callable[[], float]) -> Prepared:
    """Return what is noted beside ``path``; if nothing is, call ``make``, which returns its seconds, and note that."""
    note = path.with_name(f"{path.name}.json")
    if note.exists():
        return Prepared(**json.loads(note.read_text()))
    if path.exists():
        shutil.rmtree(path) if path.is_dir() else path.unlink()  # left by a run that was stopped
    seconds = make()
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    prepared = Prepared(what, seconds, sum(file.stat().st_size for file in files))
    note.write_text(json.dumps(asdict(prepared)))
    return prepared
