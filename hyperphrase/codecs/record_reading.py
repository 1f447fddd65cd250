"""The loop that all decoders share: fill a window, let a kernel parse whole records from it, yield them as a block.

The bytes are not trusted. Kernels check everything before they use it, and memory is bounded: the window holds one
piece and at most one incomplete record, whose greatest size the format knows.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Columns
from hyperphrase.codecs.vector_packing import LANES, VECTOR_PADDING
from hyperphrase.errors import CorruptError
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.phrases.blocks import PhraseBlock

# The status that a scan returns; formats number their own defects from FIRST_DEFECT on.
INCOMPLETE = 0  # the next record is cut off where the data end
COMPLETE = 1  # all is parsed that the block has room for
FIRST_DEFECT = 2

BLOCK_PHRASES = 4096
BLOCK_SYMBOLS = 1 << 18  # 1 MiB of ids
MIN_FREE_IDS = MAX_LENGTH + LANES  # room for ids that a scan needs to begin a phrase


class Scan(Protocol):
    """Parses whole records of ``data[at:end]`` into columns; may read VECTOR_PADDING bytes behind ``end``."""

    def __call__(self, data: NDArray[np.uint8], at: int, end: int, block: Columns) -> tuple[int, int, int]:
        """Return where the first record that was not parsed begins, how many phrases were, and a status."""


class Window:
    """The bytes of a stream that are not parsed yet.

    data: uint8; ``data[at:end]`` are the bytes, VECTOR_PADDING more may be touched.
    passed: bytes of the stream in front of ``data[0]``.
    """

    def __init__(self, pieces: Iterator[bytes | memoryview]) -> None:
        self.data: NDArray[np.uint8] = np.zeros(VECTOR_PADDING, np.uint8)
        self.restart(pieces)

    def restart(self, pieces: Iterator[bytes | memoryview]) -> None:
        """Go over to another stream; the memory is used again."""
        self._pieces = pieces
        self.at = self.end = self.passed = 0

    @property
    def position(self) -> int:
        """Where in the stream the next byte to parse stands."""
        return self.passed + self.at

    def fill(self) -> bool:
        """Drop what is parsed and add the next piece; tell whether there was one."""
        piece = next(self._pieces, b"")
        rest = self.data[self.at : self.end]
        need = len(rest) + len(piece) + VECTOR_PADDING
        target = self.data if need <= len(self.data) else np.zeros(need * 5 // 4, np.uint8)
        target[: len(rest)] = rest.copy() if target is self.data else rest
        self.passed += self.at
        self.at, self.end, self.data = 0, len(rest) + len(piece), target
        self.data[len(rest) : self.end] = np.frombuffer(piece, np.uint8)
        return bool(piece)

    def ensure(self, size: int) -> bool:
        """Fill until ``size`` bytes are there to parse; tell whether they are."""
        while self.end - self.at < size and self.fill():
            pass
        return self.end - self.at >= size

    def take(self, size: int) -> memoryview:
        """Return the next ``size`` bytes, less only at the end of the stream, and go behind them.

        They are not copied, and stand only until bytes that are not here yet are asked for.
        """
        self.ensure(size)
        start, self.at = self.at, min(self.at + size, self.end)
        return self.data.data[start : self.at]


class Scanner:
    """Parses one shard into blocks, each of which overwrites the one before.

    records: how many records were parsed.
    """

    def __init__(self, scan: Scan, record_bound: int, defects: Sequence[str]) -> None:
        """Take the format's kernel, its greatest record in bytes, and the names of its statuses from FIRST_DEFECT."""
        self.records = 0
        self._scan = scan
        self._record_bound = record_bound
        self._defects = defects
        self._window = Window(iter(()))
        self._columns = Columns(
            ids=np.empty(BLOCK_SYMBOLS, np.uint32),
            offsets=np.zeros(BLOCK_PHRASES + 1, np.int64),
            seeds=np.empty(BLOCK_PHRASES, np.uint64),
        )

    def blocks(self, pieces: Iterator[bytes | memoryview], where: str) -> Iterator[PhraseBlock]:
        """Yield the records of ``pieces``.

        Raises :class:`CorruptError` at the first defect, after the whole records before it were yielded.
        """
        window, (ids, offsets, seeds) = self._window, self._columns
        window.restart(pieces)
        while True:
            window.at, phrases, status = self._scan(window.data, window.at, window.end, self._columns)
            if phrases:
                yield PhraseBlock(ids[: offsets[phrases]], offsets[: phrases + 1], seeds[:phrases])
                self.records += phrases
            place = f"in record {self.records} at byte {window.position}"
            if status >= FIRST_DEFECT:
                raise CorruptError(f"{where}: {self._defects[status - FIRST_DEFECT]} {place}")
            if status == INCOMPLETE and window.end - window.at > self._record_bound:
                raise CorruptError(f"{where}: more than {self._record_bound} bytes {place}")
            if status == INCOMPLETE and not window.fill():
                if window.at != window.end:
                    raise CorruptError(f"{where}: cut off {place}")
                return


def numbered(blocks: Iterator[PhraseBlock]) -> Iterator[PhraseBlock]:
    """Give the phrases of a shard that stores no seeds the numbers 0, 1, 2, ... instead."""
    first = 0
    for block in blocks:
        yield PhraseBlock(block.ids, block.offsets, np.arange(first, first + len(block), dtype=np.uint64))
        first += len(block)
