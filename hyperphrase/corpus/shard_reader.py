"""Read phrases from the shards of a corpus, at any places.

A local TFRecord shard without compression is mapped into memory and read in place. A shard of another format, or in a
bucket, is written as TFRecord into a temporary file when it is first used; the file has no name, and vanishes with the
process. When a shard is first used, its size and its CRC32C are compared with the manifest's, and the position of every
16th record is kept: 4 bytes of memory each.
"""

import contextlib
import mmap
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import Texts
from hyperphrase.codecs.record_access import (
    GROUP,
    BadRecordError,
    MappedFiles,
    Records,
    index_records,
    read_records,
    room,
)
from hyperphrase.codecs.tfrecord import TFRecordEncoder
from hyperphrase.codecs.tfrecord_framing import MAX_EXTRA
from hyperphrase.codecs.varints import MAX_SMALL
from hyperphrase.corpus import loading
from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.in_threads import in_threads
from hyperphrase.corpus.kept_seeds import KeptSeeds
from hyperphrase.corpus.layout import SHARDS_FOLDER
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.measured import Measured, check_measures
from hyperphrase.corpus.request import Output
from hyperphrase.corpus.shard_table import Shard, column
from hyperphrase.errors import CorruptError, WorkFailedError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.id_buffer import IdBuffer

_MOST_NARROW = (1 << 32) - 1  # bytes of shards in which positions have 32 bits
_IN_PLACE = ("tfrecord", "none")  # format and compression


class ShardReader:
    """The phrases in the shards of one output of a corpus. Threads and forked processes can share it."""

    def __init__(
        self,
        files: CorpusFiles,
        manifest: Manifest,
        output: Output,
        seeds: KeptSeeds,
        lexicon: Callable[[], Lexicon],
        checksums: bool,
    ) -> None:
        """checksums: whether the CRC32C of a shard is compared with the manifest's when it is first used."""
        self._files, self._output, self._checksums = files, output, checksums
        self._shards, self._seeds, self._lexicon = manifest.shards_of(output), seeds, lexicon
        self._vocabulary = manifest.recipe.vocabulary
        form = loading.readable(output)
        self._stores_seeds = form is not None and form.stores_seeds
        phrases = column(self._shards, "phrases")
        self._bounds = np.append(0, np.cumsum(phrases))
        groups = np.append(0, np.cumsum(-(-phrases // GROUP)))
        most = MAX_EXTRA * phrases + MAX_SMALL * column(self._shards, "symbols")  # bytes of each shard as TFRecord
        positions = np.zeros(int(groups[-1]), np.uint32 if most.max(initial=0) <= _MOST_NARROW else np.int64)
        nothing = np.zeros(len(phrases), np.int64)
        self._mapped = MappedFiles(nothing, nothing.copy(), groups[:-1].copy(), positions)
        self._maps: dict[int, NDArray[np.uint8]] = {}  # what must stay mapped
        self._ids = IdBuffer()

    def first_symbols(
        self,
        places: NDArray[np.int64],
        seeds: NDArray[np.uint64],
        lengths: NDArray[np.int64],
        counts: NDArray[np.int64],
    ) -> NDArray[np.uint32]:
        """Return the first ``counts[i]`` ids of the phrase at ``places[i]``, all in a row: uint32, (sum of counts,).

        seeds, lengths: those that the phrases must have. The ids are in a buffer that this thread's next call
        overwrites. Raises CorruptError, which names file and record, if a shard is missing, damaged or another.
        """
        units = np.searchsorted(self._bounds, places, side="right") - 1
        self._use(units[self._mapped.addresses[units] == 0])
        total = int(counts.sum())
        ids = self._ids.take(room(total))
        try:
            read_records(Records(units, places - self._bounds[units], seeds, lengths, counts), self._mapped, ids)
        except BadRecordError as error:
            unit = int(units[error.number])
            record = int(places[error.number] - self._bounds[unit])
            raise CorruptError(f"{self._path(self._shards[unit])}: {error.defect} in record {record}") from error
        return ids[:total]

    def _use(self, units: NDArray[np.int64]) -> None:
        """Make the shards of ``units`` ready to be read; threads may do it at once."""
        in_threads(self._open, np.unique(units).tolist())

    def _open(self, unit: int) -> None:
        shard = self._shards[unit]
        try:
            with self._files.open(_name(shard)) as stream:
                data = self._in_place(stream, shard)
                if data is None:
                    data = self._rewritten(stream, unit)
        except FileNotFoundError as error:
            problem = f"{self._path(shard)}: is missing; the manifest lists it, so fetch it or make the corpus again"
            raise CorruptError(problem) from error
        first = int(self._mapped.first_group[unit])
        groups = -(-shard.phrases // GROUP)
        try:
            index_records(data, shard.phrases, self._mapped.positions[first : first + groups])
        except BadRecordError as error:
            raise CorruptError(f"{self._path(shard)}: {error.defect} in record {error.number}") from error
        data = self._maps.setdefault(unit, data)  # that of the first thread: others may be reading it
        self._mapped.sizes[unit] = len(data)
        self._mapped.addresses[unit] = data.ctypes.data

    def _in_place(self, stream: BinaryIO, shard: Shard) -> NDArray[np.uint8] | None:
        """Return the bytes of a shard as they are mapped into memory, None if they have to be written anew."""
        if (self._output.format, self._output.compression) != _IN_PLACE:
            return None
        try:
            data = _mapped(stream)
        except OSError:  # it is in a bucket, or on a disk that maps no files
            return None
        crc = google_crc32c.value(data) if self._checksums else shard.crc32c
        if (len(data), crc) != (shard.bytes, shard.crc32c):
            for _ in self._blocks(stream, shard):  # names the record that is damaged, if one is
                pass
            check_measures(shard, len(data), crc)
        return data

    def _rewritten(self, stream: BinaryIO, unit: int) -> NDArray[np.uint8]:
        """Return a shard as the bytes of TFRecord, which are in a temporary file."""
        shard, done, stop = self._shards[unit], int(self._bounds[unit]), int(self._bounds[unit + 1])
        measured, encoder = Measured(stream), TFRecordEncoder()
        with _unpacking(shard):
            file = tempfile.TemporaryFile()  # noqa: SIM115  # errors of reading the shard are not its own
        with file:
            for block in self._blocks(cast(BinaryIO, measured), shard):
                if done + len(block) > stop:
                    raise CorruptError(f"{self._path(shard)}: more than the {shard.phrases} phrases listed")
                seeds = block.seeds if self._stores_seeds else self._seeds[done : done + len(block)]
                with _unpacking(shard):
                    file.write(encoder.encode(PhraseBlock(block.ids, block.offsets, seeds)))
                done += len(block)
            if self._checksums:
                measured.compare(shard)
            with _unpacking(shard):
                file.flush()
                return _mapped(file)

    def _blocks(self, stream: BinaryIO, shard: Shard) -> Iterator[PhraseBlock]:
        def texts() -> Texts:
            return loading.texts_of(self._lexicon(), self._output.text)

        return loading.decoded(stream, self._output, self._vocabulary, texts, self._path(shard))

    def _path(self, shard: Shard) -> str:
        return self._files.path(_name(shard))


def _name(shard: Shard) -> str:
    return f"{SHARDS_FOLDER}/{shard.name}"


@contextlib.contextmanager
def _unpacking(shard: Shard) -> Iterator[None]:
    """Raise WorkFailedError for an OSError of the temporary file that ``shard`` is written to."""
    try:
        yield
    except OSError as error:
        folder = tempfile.gettempdir()
        problem = f"{shard.name}: cannot be unpacked into {folder} ({error}); name a folder with room in TMPDIR"
        raise WorkFailedError(problem) from error


def _mapped(file: Any) -> NDArray[np.uint8]:
    """Return the bytes of an open file, mapped into memory. Raises OSError."""
    if not os.fstat(file.fileno()).st_size:
        return np.empty(0, np.uint8)
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    content.madvise(mmap.MADV_WILLNEED)
    return np.frombuffer(content, np.uint8)
