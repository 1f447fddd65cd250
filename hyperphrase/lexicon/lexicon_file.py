"""The file of a lexicon: Parquet, one row for each hyperword. The bytes depend only on the release of pyarrow.

Columns: ``id``, uint32, counting from 0; ``symbol`` and ``word``, strings; ``frequency``, double. No nulls. The file's
metadata hold the lexicon's name and digest, and a digest of both, which detects a changed name.

The file is not compressed: every worker loads it, so loading time matters more than a few megabytes, and untrusted
bytes could unpack to any size (:mod:`hyperphrase.untrusted.plain_parquet`).
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.text_table import TextTable
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.untrusted.plain_parquet import read_plain, write_plain

if TYPE_CHECKING:
    import pyarrow as pa

_NAME, _DIGEST, _SEAL = "hyperphrase.name", "hyperphrase.digest", "hyperphrase.seal"
_FILE_LIMIT = 128 << 20  # 128 MiB: more than the largest lexicon of a user's file takes


@dataclass(frozen=True, eq=False)
class LexiconRows:
    """The content of a lexicon's file: ``symbols`` and ``words``, V rows; ``frequencies``, float64, shape (V,)."""

    name: str
    digest: str
    symbols: TextTable
    words: TextTable
    frequencies: NDArray[np.float64]


def schema() -> "pa.Schema":
    """Return the columns of the file."""
    import pyarrow as pa  # here and below inside functions, because the import takes 0.1 s

    types = {"id": pa.uint32(), "symbol": pa.string(), "word": pa.string(), "frequency": pa.float64()}
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in types.items()])


def write_rows(stream: BinaryIO, rows: LexiconRows) -> None:
    """Write the file to ``stream``; its bytes depend only on ``rows`` and the release of pyarrow."""
    import pyarrow as pa

    ids = np.arange(len(rows.words), dtype=np.uint32)
    columns = [pa.array(ids), _strings(rows.symbols), _strings(rows.words), pa.array(rows.frequencies)]
    table = pa.Table.from_arrays(columns, schema=schema())
    stream.write(write_plain(table, _metadata(rows.name, rows.digest)))


def read_rows(stream: BinaryIO, where: str) -> LexiconRows:
    """Read the untrusted file of a lexicon; ``where`` names it in errors.

    Checks the layout of the file, its metadata, that ids count from 0, and that texts are UTF-8 and not empty. Raises
    CorruptError.
    """
    data = stream.read(_FILE_LIMIT + 1)
    if len(data) > _FILE_LIMIT:
        raise CorruptError(f"{where}: not a lexicon: larger than {_FILE_LIMIT >> 20} MiB")
    table = read_plain(data, schema(), MAX_VOCABULARY, where)
    name, digest = _read_metadata(table.schema.metadata, where)
    ids, symbols, words, frequencies = (column.chunk(0) for column in table.columns)
    if not np.array_equal(ids.to_numpy(), np.arange(len(ids))):
        raise CorruptError(f"{where}: is damaged: its ids do not count from 0")
    tables = _checked_table(symbols, where), _checked_table(words, where)
    return LexiconRows(name, digest, *tables, frequencies.to_numpy().copy())  # kernels would compile again for a view


def _metadata(name: str, digest: str) -> dict[str, str]:
    seal = hashlib.sha256(f"hyperphrase seal 1\n{digest}\n{name}".encode()).hexdigest()
    return {_NAME: name, _DIGEST: digest, _SEAL: seal}


def _read_metadata(found: dict[bytes, bytes] | None, where: str) -> tuple[str, str]:
    """Return the name and the digest of the lexicon. Raises CorruptError."""
    texts = {key: value.decode(errors="replace") for key, value in (found or {}).items()}
    name, digest = texts.get(_NAME.encode()), texts.get(_DIGEST.encode())
    if name is None or digest is None:
        raise CorruptError(f"{where}: not a lexicon: its metadata hold no name or no digest")
    if texts.get(_SEAL.encode()) != _metadata(name, digest)[_SEAL]:
        raise CorruptError(f"{where}: the name or the digest of the lexicon was changed")
    return name, digest


def _strings(table: TextTable) -> "pa.StringArray":
    import pyarrow as pa

    return pa.StringArray.from_buffers(
        len(table), pa.py_buffer(table.offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(table.data))
    )


def _checked_table(texts: "pa.StringArray", where: str) -> TextTable:
    """Return the untrusted ``texts`` as a table. Raises CorruptError if one is empty or not UTF-8."""
    _, offset_bytes, text_bytes = texts.buffers()
    offsets = np.frombuffer(offset_bytes, np.int32)[: len(texts) + 1].astype(np.int64)
    if (offsets[1:] <= offsets[:-1]).any():
        raise CorruptError(f"{where}: is damaged: a text is empty")
    data = np.frombuffer(text_bytes.to_pybytes(), np.uint8)[: offsets[-1]]
    starts_inside = (data[offsets[:-1]] & 0xC0) == 0x80  # all texts joined can be UTF-8 although one text is not
    try:
        data.tobytes().decode()
    except UnicodeDecodeError as error:
        raise CorruptError(f"{where}: a text is not UTF-8") from error
    if starts_inside.any():
        raise CorruptError(f"{where}: a text is not UTF-8")
    return TextTable(data, offsets)
