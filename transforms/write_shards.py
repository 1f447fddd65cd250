"""WriteShards: draw, count, encode and write the kept phrases of a unit, chunk by chunk in one pass."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import apache_beam as beam
import google_crc32c
import numpy as np
from apache_beam.metrics import Metrics

from hyperphrase.codecs import Encoder
from hyperphrase.corpus.files import TooLargeError
from hyperphrase.corpus.layout import AGAIN_FOLDER, SHARDS_FOLDER, row_file, shard_name
from hyperphrase.corpus.request import KeptPhrases, Output, ends, parts
from hyperphrase.corpus.shard_table import Shard, shard_of
from hyperphrase.corpus.statistics import Counter, Statistics
from hyperphrase.phrases.phrases import CHUNK
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.worker.progress import PROGRESS

_ROW_LIMIT = 4096  # bytes of a shard's row


@dataclass(frozen=True)
class WrittenUnit:
    """A unit whose shards are written, one for each output. dropped: uint64 seeds, ascending, as bytes."""

    index: int
    stop_seed: int
    shards: tuple[Shard, ...]
    dropped: bytes
    statistics: Statistics


class WriteShards(beam.PTransform):
    """PCollection[KeptPhrases] -> PCollection[WrittenUnit]."""

    def __init__(self, context: CorpusContext) -> None:
        super().__init__()
        self._context = context

    def expand(self, kept: beam.PCollection) -> beam.PCollection:
        return kept | "WriteUnits" >> beam.ParDo(_Write(self._context))


class _Write(beam.DoFn):
    def __init__(self, context: CorpusContext) -> None:
        self._context = context
        self._phrases = Metrics.counter("hyperphrase", "phrases_written")
        self._bytes = Metrics.counter("hyperphrase", "bytes_written")

    def process(self, kept: KeptPhrases) -> Iterator[WrittenUnit]:
        names = {
            output: shard_name(kept.unit.index, kept.total, output.extension)
            for output in self._context.request.outputs
        }
        found = {output: finished(self._context.folder, SHARDS_FOLDER, name) for output, name in names.items()}
        missing = [output for output, row in found.items() if row is None]
        if found:
            statistics, written = self._draw_and_write(kept, missing)
        else:  # --format=none: the counts need lengths only
            statistics, written = Statistics.of_lengths(self._context.phrases().lengths(kept.seeds())), {}
            PROGRESS.add(written=statistics.phrases)
        shards = tuple(found[output] or written[output] for output in self._context.request.outputs)
        self._phrases.inc(statistics.phrases)
        self._bytes.inc(sum(shard.bytes for shard in written.values()))
        yield WrittenUnit(
            kept.unit.index, kept.stop_seed(), shards, kept.dropped_seeds().astype("<u8").tobytes(), statistics
        )

    def _draw_and_write(self, kept: KeptPhrases, outputs: list[Output]) -> tuple[Statistics, dict[Output, Shard]]:
        phrases, counter, seeds = self._context.phrases(), Counter(), kept.seeds()
        with contextlib.ExitStack() as stack:
            writers = [stack.enter_context(_ShardWriter.opened(self._context, kept, output)) for output in outputs]
            for part in parts(seeds, CHUNK):
                block = phrases.draw_reused(part)
                counter.add(block)
                size = sum(writer.write(writer.encoder.encode(block)) for writer in writers)
                PROGRESS.add(written=len(part), bytes=size)
            for writer in writers:
                writer.write(writer.encoder.end())
        statistics = counter.statistics()
        counts = statistics.phrases, statistics.symbols
        rows = {
            writer.output: Shard(writer.name, *counts, writer.size, writer.crc32c, *ends(seeds)) for writer in writers
        }
        for row in rows.values():
            write_row(self._context.folder, row)
        return statistics, rows


class MeasuredFile:
    """Writes to a file, and computes the size in bytes and the CRC32C of what is written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.size, self.crc32c = stream, 0, 0

    def write(self, data: bytes | memoryview) -> int:
        """Write ``data`` and return its size in bytes."""
        self._stream.write(data)
        self.crc32c = google_crc32c.extend(self.crc32c, np.frombuffer(data, np.uint8))  # extend() accepts no memoryview
        self.size += len(data)
        return len(data)


class _ShardWriter(MeasuredFile):
    """An open shard."""

    def __init__(self, name: str, output: Output, encoder: Encoder, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.name, self.output, self.encoder = name, output, encoder

    @classmethod
    @contextlib.contextmanager
    def opened(cls, context: CorpusContext, kept: KeptPhrases, output: Output) -> Iterator["_ShardWriter"]:
        """Open the unit's shard; it appears under its name when the block ends without an exception."""
        name = shard_name(kept.unit.index, kept.total, output.extension)
        encoder = context.encoder(output)
        with storage.atomic_writer(context.folder, storage.join(SHARDS_FOLDER, name)) as stream:
            writer = cls(name, output, encoder, stream)
            writer.write(encoder.begin())
            yield writer
            context.check_current()


def finished(folder: str, subfolder: str, name: str) -> Shard | None:
    """Return the row of a shard in ``folder/subfolder`` of an earlier run, if size and CRC32C still match."""
    try:
        data = storage.read_file(storage.join(folder, row_file(name)), _ROW_LIMIT)
        if data is None:
            return None
        row = shard_of(json.loads(data))
        found = storage.measure_file(storage.join(folder, subfolder, name))
        if row.name == name and found == (row.bytes, row.crc32c):
            return row
    except (ValueError, KeyError, TypeError, RecursionError, TooLargeError):
        pass  # a damaged row is ignored: the shard is written again
    storage.write_file(folder, f"{AGAIN_FOLDER}/{name}", b"")
    return None


def write_row(folder: str, shard: Shard) -> None:
    """Write the row of a finished shard, which :func:`finished` reads when a run resumes."""
    storage.write_file(folder, row_file(shard.name), json.dumps(dataclasses.asdict(shard)).encode())
