"""Write Parquet files in one fixed, plain layout, and read untrusted ones only if they have it.

A general Parquet reader trusts a file's description of its pages: a page can unpack to gigabytes, a dictionary with
one long text can expand to a million copies, and some values in a footer crash the process that reads them. So only
one layout is allowed here: one row group without nulls; for each column one data page, in plain encoding, without
compression; the pages directly one after the other. The pages are located by their headers (``parquet_pages``).
Their content is read with the footer of a file that is made here with the same number of rows and bytes; of the file's
own footer only the schema, the number of row groups and rows, and the metadata are used.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from hyperphrase.errors import CorruptError
from hyperphrase.untrusted.parquet_pages import page_at

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData

_MAGIC = b"PAR1"
_MOST_FOOTER_BYTES = 1 << 14
_ROW_GROUP = 1 << 30  # maximum number of rows
_PLAIN = 0  # the encoding
_SETTINGS: dict[str, Any] = {
    "version": "2.6",
    "compression": "none",
    "use_dictionary": False,
    "write_statistics": False,
    "store_schema": False,
    "data_page_version": "1.0",
    "data_page_size": 1 << 30,
    "write_batch_size": _ROW_GROUP,
    "max_rows_per_page": _ROW_GROUP,
}


def write_plain(table: "pa.Table", metadata: dict[str, str]) -> "pa.Buffer":
    """Return ``table``, of fewer than 2^30 rows, as a file with ``metadata``.

    The bytes depend only on both and on the release of pyarrow.
    """
    import pyarrow as pa  # here and below inside functions: the import takes 0.1 s, and not every command needs it
    from pyarrow.parquet import ParquetWriter

    out = pa.BufferOutputStream()
    with ParquetWriter(out, table.schema, **_SETTINGS) as writer:
        writer.write_table(table, row_group_size=_ROW_GROUP)
        writer.add_key_value_metadata(metadata)
    return out.getvalue()


def read_plain(data: bytes, schema: "pa.Schema", most_rows: int, where: str) -> "pa.Table":
    """Return the table in a file that :func:`write_plain` wrote; ``data`` is untrusted.

    The table has the columns of ``schema`` (numbers and strings, no nulls) and 1 to ``most_rows`` rows; the metadata of
    its schema are the file's. Strings need not be UTF-8. ``where`` names the file in errors. Raises CorruptError.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    footer = int.from_bytes(data[-8:-4], "little")
    if not data.startswith(_MAGIC) or not data.endswith(_MAGIC) or not 0 < footer <= min(_MOST_FOOTER_BYTES, len(data)):
        raise CorruptError(f"{where}: not a Parquet file, or cut off")
    try:
        with ParquetFile(
            pa.BufferReader(data), pre_buffer=False, thrift_string_size_limit=footer, thrift_container_size_limit=footer
        ) as file:
            groups, rows, metadata = file.metadata.num_row_groups, file.metadata.num_rows, file.metadata.metadata
            found = file.schema_arrow
    except Exception as error:  # the Parquet library raises many kinds of exceptions for damaged bytes
        raise CorruptError(f"{where}: not a Parquet file ({type(error).__name__})") from error
    if not found.equals(schema):
        raise CorruptError(
            f"{where}: its columns are not {', '.join(f'{field.name} {field.type}' for field in schema)}"
        )
    if not 0 < rows <= most_rows:
        raise CorruptError(f"{where}: is empty or has more than {most_rows} rows")
    layout = _layout(data, len(data) - 8 - footer, schema, rows) if groups == 1 else None
    if layout is None:
        raise CorruptError(f"{where}: is damaged, or not laid out as pages of plain values")
    try:
        with ParquetFile(pa.BufferReader(data), metadata=layout, pre_buffer=False) as file:
            return file.read(use_threads=False).combine_chunks().replace_schema_metadata(metadata)
    except Exception as error:  # as above
        raise CorruptError(f"{where}: is damaged ({type(error).__name__})") from error


def _layout(data: bytes, end: int, schema: "pa.Schema", rows: int) -> "FileMetaData | None":
    """Return a footer that describes the pages of ``data``, which end at ``end``; None if their layout is another."""
    import pyarrow as pa
    from pyarrow.parquet import read_metadata

    at, columns, places = len(_MAGIC), [], []
    for field in schema:
        page = page_at(data, at, end)
        if page is None or (page.stored, page.values, page.encoding) != (page.size, rows, _PLAIN):
            return None
        taken = page.header + page.size
        if taken > end - at:
            return None
        columns.append(_zeros(field.type, rows, page.size))
        places.append((at, taken))
        at += taken
    if at != end or None in columns:
        return None
    layout = read_metadata(pa.BufferReader(write_plain(pa.Table.from_arrays(columns, schema=schema), {})))
    made = [layout.row_group(0).column(i) for i in range(len(schema))]
    return layout if places == [(column.data_page_offset, column.total_compressed_size) for column in made] else None


def _zeros(kind: "pa.DataType", rows: int, size: int) -> "pa.Array | None":
    """Return a column of ``rows`` values that takes ``size`` bytes of a page, None if no column does."""
    import pyarrow as pa

    if kind != pa.string():
        values = [None, pa.py_buffer(bytes(size))]
        return pa.Array.from_buffers(kind, rows, values) if 8 * size == kind.bit_width * rows else None
    texts = size - 4 * rows  # a length of 4 bytes precedes each text
    if texts < 0:
        return None
    offsets = np.full(rows + 1, texts, np.int32)
    offsets[0] = 0
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(bytes(texts)))
