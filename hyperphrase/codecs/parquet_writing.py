"""Write Parquet files of columns ``seed: int64`` and ``input_ids: list<int32>``, without nulls, by pyarrow.

A row group ends with the phrase that brings it to GROUP_SYMBOLS symbols or GROUP_ROWS rows, counted from the beginning
of the shard, never by the blocks of phrases that come in. It has 8 MiB of ids: larger ones are written no faster, and
writing takes the memory of six. The seeds of a row group are one page; its ids are pages of PAGE_BYTES and up to one
phrase more, which the page index locates.

Ids are stored plain, or, with "zstandard", as BYTE_STREAM_SPLIT: all lowest bytes of a page, then all second ones, and
so on, which zstandard packs to 16 % less than plain ids, and faster. A dictionary or DELTA_BINARY_PACKED saves less.

Source: the Parquet format 2.11 (README.md, Encodings.md, PageIndex.md).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from hyperphrase.codecs.base import Buffer, Encoder, check_block
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.phrases.blocks import PhraseBlock

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_SYMBOLS = 1 << 21
GROUP_ROWS = 1 << 16
PAGE_BYTES = 1 << 19
MOST_SYMBOLS = GROUP_SYMBOLS + MAX_LENGTH  # of a row group
MOST_GROUP_BYTES = 6 * MOST_SYMBOLS + 8 * GROUP_ROWS  # ids with their levels, seeds, headers

_SETTINGS: dict[str, Any] = {
    "version": "2.6",
    "use_dictionary": False,
    "write_statistics": ["seed"],
    "write_page_index": True,  # also makes pages end where phrases end
    "store_schema": False,
    "data_page_version": "1.0",
    "data_page_size": PAGE_BYTES,
    "max_rows_per_page": GROUP_ROWS,
    "write_batch_size": 1024,
}
#: What :class:`~pyarrow.parquet.ParquetWriter` takes for each compression.
COMPRESSIONS: dict[str, dict[str, Any]] = {
    "none": {"compression": "none"},
    "zstandard": {
        "compression": "zstd",
        "compression_level": 1,
        "column_encoding": {"seed": "PLAIN", "input_ids.list.element": "BYTE_STREAM_SPLIT"},
    },
}


def schema() -> "pa.Schema":
    """Return the columns of a shard."""
    import pyarrow as pa  # here and below inside functions: the import takes 0.1 s, and not every command needs it

    ids = pa.list_(pa.field("element", pa.int32(), nullable=False))
    return pa.schema([pa.field("seed", pa.int64(), nullable=False), pa.field("input_ids", ids, nullable=False)])


class _Sink:
    """The file that pyarrow writes to: holds what was written since :meth:`clear`."""

    closed = False

    def __init__(self) -> None:
        self.content = Buffer()
        self.content.reserve(MOST_GROUP_BYTES)
        self._passed = 0

    def write(self, data: Any) -> None:
        self.content.append(memoryview(data).cast("B"))

    def tell(self) -> int:
        return self._passed + self.content.size

    def flush(self) -> None:
        """Do nothing: nothing waits here."""

    def clear(self) -> None:
        """Let go of what was written."""
        self._passed += self.content.size
        self.content.size = 0


class ParquetEncoder(Encoder):
    """Writes row groups when they are full, the last one excepted."""

    def __init__(self, compression: str) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        self._sink, self._schema = _Sink(), schema()
        settings = _SETTINGS | COMPRESSIONS[compression]
        pool = pa.system_memory_pool()  # the default one keeps 20 MB more
        self._writer = ParquetWriter(pa.PythonFile(self._sink, "w"), self._schema, memory_pool=pool, **settings)
        # the row group that is not full yet
        self._ids = np.empty(MOST_SYMBOLS, np.uint32)
        self._offsets = np.zeros(GROUP_ROWS + 1, np.int32)
        self._seeds = np.empty(GROUP_ROWS, np.uint64)
        self._rows = 0

    def begin(self) -> bytes:
        """Return the file's first bytes."""
        return bytes(self._sink.content.view())

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the row groups that ``block`` fills."""
        check_block(block)
        self._sink.clear()
        done = 0
        while done < len(block):
            done = self._take(block, done)
            if self._rows == GROUP_ROWS or self._offsets[self._rows] >= GROUP_SYMBOLS:
                self._write_group()
        return self._sink.content.view()

    def _take(self, block: PhraseBlock, first: int) -> int:
        """Add the phrases from number ``first`` on that the row group has room for; return the next number."""
        rows, symbols = self._rows, int(self._offsets[self._rows])
        begin = int(block.offsets[first])
        stop = int(np.searchsorted(block.offsets, begin + GROUP_SYMBOLS - symbols))
        stop = min(stop, len(block), first + GROUP_ROWS - rows)
        end, added = int(block.offsets[stop]), stop - first
        self._ids[symbols : symbols + end - begin] = block.ids[begin:end]
        self._offsets[rows + 1 : rows + added + 1] = block.offsets[first + 1 : stop + 1] + (symbols - begin)
        self._seeds[rows : rows + added] = block.seeds[first:stop]
        self._rows += added
        return stop

    def _write_group(self) -> None:
        """Write the phrases that wait as a row group."""
        import pyarrow as pa

        rows, symbols = self._rows, int(self._offsets[self._rows])
        lists = self._schema.field("input_ids").type
        ids = pa.Array.from_buffers(pa.int32(), symbols, [None, pa.py_buffer(self._ids)])
        columns = [
            pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(self._seeds)]),
            pa.Array.from_buffers(lists, rows, [None, pa.py_buffer(self._offsets)], children=[ids]),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema), row_group_size=GROUP_ROWS)
        self._rows = 0

    def end(self) -> bytes:
        """Return the last row group, if there is one, the page index and the footer."""
        self._sink.clear()
        if self._rows:
            self._write_group()
        self._writer.close()
        return bytes(self._sink.content.view())
