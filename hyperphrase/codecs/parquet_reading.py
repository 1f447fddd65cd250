"""Read an untrusted Parquet shard as a stream, in the memory of a few row groups.

No Parquet library parses it: what one does with hostile bytes is unbounded, and it begins at the end of the file.
Instead, the phrases of a row group are taken from where its pages must have them and encoded again, and the bytes are
compared; at last those of the page index and the footer. So what is taken need not be validated, only bounded, and an
accepted file holds the same phrases for all other readers.

pyarrow 23 to 26 write the same bytes, but for the release that the footer names; there any release may be named.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Buffer
from hyperphrase.codecs.block_compression import content_of
from hyperphrase.codecs.compression import read_pieces
from hyperphrase.codecs.parquet_writing import GROUP_ROWS, MOST_GROUP_BYTES, MOST_SYMBOLS, ParquetEncoder
from hyperphrase.codecs.record_reading import BLOCK_PHRASES, Window
from hyperphrase.codecs.varints import get_long
from hyperphrase.errors import CorruptError
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import i64
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.untrusted.parquet_pages import MOST_HEADER_BYTES, Page, page_at

_MOST_PAGE = 1 << 20  # bytes: PAGE_BYTES, and a few values more, up to the end of a phrase
_MOST_LONGER = 64  # bytes, of the name of another release
#: The end of a file: the release, the order of values in the columns, the size of the footer.
_end = re.compile(rb"(parquet-cpp-arrow version [0-9A-Za-z.+-]{1,60})(\x19.{1,30})(.{4})PAR1\Z", re.DOTALL).search


def read_shard(stream: BinaryIO, compression: str, where: str) -> Iterator[PhraseBlock]:
    """Yield the phrases of a shard. Raises CorruptError, which begins with ``where`` and names the row group."""
    window, encoder, group = Window(read_pieces(stream, "none", where)), ParquetEncoder(compression), _RowGroup()
    opening = encoder.begin()
    if window.take(len(opening)) != opening:
        raise CorruptError(f"{where}: not a Parquet file")
    number, records, place = 0, 0, where
    last: PhraseBlock | None = None
    while last is None and (page := _next_page(window)):
        place = f"{where}: row group {number}, from record {records} on"
        block = group.read(window, page, compression, place)
        try:
            due = encoder.encode(block)
        except ValueError as error:
            raise CorruptError(f"{place}: {error}") from error
        if len(due):
            _compare(group.stored.view(), due, place)
            yield from _parts(block)
            number, records = number + 1, records + len(block)
        else:  # it is not full
            last = block
    size, rest = group.stored.size if last else 0, encoder.end()
    if last:
        _compare(group.stored.view(), rest[:size], place)
    place = f"{where}: page index and footer, from byte {window.position} on"
    found = bytes(window.take(len(rest) - size + _MOST_LONGER + 1))
    _compare(found, _by_its_release(rest[size:], found), place)
    if last:
        yield from _parts(last)


def _compare(found: bytes | memoryview, due: bytes | memoryview, place: str) -> None:
    if not np.array_equal(np.frombuffer(found, np.uint8), np.frombuffer(due, np.uint8)):
        import pyarrow as pa

        raise CorruptError(f"{place}: not what pyarrow {pa.__version__} writes for these phrases")


def _by_its_release(due: bytes, found: bytes) -> bytes:
    """Return ``due``, the end of a shard, as the release of pyarrow that ``found`` names writes it."""
    ours, its = _end(due), _end(found)
    if ours is None or its is None:
        return due
    footer = int.from_bytes(ours[3], "little") + len(its[1]) - len(ours[1])
    front, size = due[: ours.start() - 1], footer.to_bytes(4, "little")
    return front + bytes([len(its[1])]) + its[1] + ours[2] + size + due[ours.end(3) :]


def _parts(block: PhraseBlock) -> Iterator[PhraseBlock]:
    for first in range(0, len(block), BLOCK_PHRASES):
        offsets = block.offsets[first : first + BLOCK_PHRASES + 1]
        ids = block.ids[offsets[0] : offsets[-1]]
        yield PhraseBlock(ids, offsets - offsets[0], block.seeds[first : first + BLOCK_PHRASES])


def _next_page(window: Window) -> Page | None:
    """Return the page that the window begins with, None if something else follows."""
    window.ensure(MOST_HEADER_BYTES)
    return page_at(window.data.data, window.at, window.end)


class _RowGroup:
    """Reads row groups, each over the one before. stored: the bytes of the latest."""

    def __init__(self) -> None:
        self.stored = Buffer()
        self.stored.reserve(MOST_GROUP_BYTES)
        self._ids = np.empty(MOST_SYMBOLS, np.uint32)
        self._offsets = np.zeros(GROUP_ROWS + 1, np.int64)
        self._seeds = np.empty(GROUP_ROWS, np.uint64)

    def read(self, window: Window, page: Page, compression: str, place: str) -> PhraseBlock:
        """Return the phrases of the row group that begins with ``page``. Raises CorruptError, which names ``place``."""
        self.stored.size = 0
        content, rows = self._content(window, page, compression, place), page.values
        if not 0 < rows <= GROUP_ROWS or len(content) != 8 * rows:
            raise CorruptError(f"{place}: its first page is not one of 1 to {GROUP_ROWS} seeds")
        self._seeds[:rows] = np.frombuffer(content, "<u8")
        row = symbols = 0
        while row < rows:
            following = _next_page(window)
            if following is None or not 0 < following.values <= MOST_SYMBOLS - symbols:
                raise CorruptError(f"{place}: no page with the ids of its record {row}")
            content = self._content(window, following, compression, place)
            behind = self._add_ids(content, following.values, symbols, row, rows, compression)
            if behind <= row or self._offsets[row] != symbols:
                raise CorruptError(f"{place}: the page with the ids of its record {row} is damaged")
            row = behind
            symbols += following.values
        self._offsets[rows] = symbols
        return PhraseBlock(self._ids[:symbols], self._offsets[: rows + 1], self._seeds[:rows])

    def _content(self, window: Window, page: Page, compression: str, place: str) -> bytes | memoryview:
        """Move the page that the window begins with to ``stored``, and return its content."""
        size = page.header + page.stored
        if page.stored > _MOST_PAGE or self.stored.size + size > MOST_GROUP_BYTES:
            raise CorruptError(f"{place}: a page of {page.stored} bytes is out of bounds")
        piece = window.take(size)
        if len(piece) < size:
            raise CorruptError(f"{place}: cut off")
        self.stored.append(piece)
        return content_of(piece[page.header :], compression, _MOST_PAGE, place)

    def _add_ids(
        self, content: bytes | memoryview, values: int, first: int, row: int, rows: int, compression: str
    ) -> int:
        """Add the ids of a page, as phrases from number ``row`` on; return the number behind, -1 if it is damaged.

        A page holds repetition levels and definition levels, each behind their size in four bytes, and the values.
        """
        repetitions = int.from_bytes(content[:4], "little")
        definitions = int.from_bytes(content[4 + repetitions : 8 + repetitions], "little")
        begin = 8 + repetitions + definitions
        if len(content) - begin != 4 * values:
            return -1
        ids = self._ids[first : first + values]
        if compression == "none":
            ids[:] = np.frombuffer(content[begin:], "<u4")
        else:
            ids.view(np.uint8).reshape(values, 4)[:] = np.frombuffer(content[begin:], np.uint8).reshape(4, values).T
        levels = np.array(bytearray(content[4 : 4 + repetitions]), np.uint8)
        return _find_starts(levels, values, first, self._offsets[:rows], row)


@bare_kernel
def _find_starts(levels: NDArray[np.uint8], values: int, first: int, offsets: NDArray[np.int64], row: int) -> int:
    """Write the places of the zeros among ``values`` levels, counted from ``first``, to ``offsets[row:]``.

    Returns the place behind them, -1 if they are too many or the levels too few. A level has one bit; they are runs of
    equal ones, or packed in groups of eight: "RLE/Bit-Packing Hybrid" of the Parquet format.
    """
    at, place = 0, 0
    while place < values:
        header, at = get_long(levels, at, len(levels))
        count, packed = i64(header >> np.uint64(1)), i64(header & np.uint64(1))
        size = count if packed else 1
        if at <= 0 or size > len(levels) - at:
            return -1
        count = min(8 * count if packed else count, values - place)
        for k in range(count):
            bit = k * packed  # a run has the same one throughout
            if (levels[at + (bit >> 3)] >> (bit & 7)) & 1 == 0:
                if row == len(offsets):
                    return -1
                offsets[row] = first + place + k
                row += 1
        place += count
        at += size
    return row
