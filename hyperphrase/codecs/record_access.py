"""Random access to phrases in TFRecord files in memory: an index of every 16th record, and a kernel that reads records.

The bytes are not trusted: every record is parsed as a decoder parses it, within the bounds of its file, and its seed
and its number of ids are compared with those that are due. Checksums are the caller's.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.record_reading import COMPLETE, MIN_FREE_IDS
from hyperphrase.codecs.tfrecord import DEFECTS, parse_record
from hyperphrase.codecs.tfrecord_framing import FOOTER_BYTES, HEADER_BYTES, MAX_RECORD
from hyperphrase.codecs.vector_packing import VECTOR_PADDING, uses_avx512
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import bytes_at, i64, load_u64

GROUP = 16  # records whose first one's position is in the index

_NO_RECORD, _OTHER_SEED, _OTHER_LENGTH = range(COMPLETE + 1 + len(DEFECTS), COMPLETE + 4 + len(DEFECTS))
_ALL_DEFECTS = (*DEFECTS, "no whole record", "seed of another phrase", "another number of ids than its phrase has")


class MappedFiles(NamedTuple):
    """TFRecord files in memory, by number.

    addresses, sizes: int64, (files,), where the bytes of each file are. first_group: int64, (files,), the number of
    each file's first group of records. positions: uint32, or int64 if a file is huge, (groups,), where in its file each
    group begins.
    """

    addresses: NDArray[np.int64]
    sizes: NDArray[np.int64]
    first_group: NDArray[np.int64]
    positions: NDArray[Any]


class Records(NamedTuple):
    """Records to read: the number of each one's file, its place in it, and the seed and the length that it must have.

    counts: the number of ids that are wanted, the first ones. All arrays of shape (n,): int64, seeds uint64.
    """

    files: NDArray[np.int64]
    places: NDArray[np.int64]
    seeds: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    counts: NDArray[np.int64]


class BadRecordError(Exception):
    """A record is not what it must be. number: its place among the records that were asked for, or in its file."""

    def __init__(self, number: int, defect: str) -> None:
        super().__init__(defect)
        self.number, self.defect = number, defect


@bare_kernel
def _after(data: NDArray[np.uint8], at: int) -> int:
    """Return the position behind the record at ``data[at]``, -1 if no whole record is there."""
    if at + HEADER_BYTES + FOOTER_BYTES > len(data):
        return -1
    size = load_u64(data, at)
    if size > np.uint64(len(data) - at - HEADER_BYTES - FOOTER_BYTES) or size > np.uint64(MAX_RECORD):
        return -1
    return at + HEADER_BYTES + i64(size) + FOOTER_BYTES


@bare_kernel
def _index(data: NDArray[np.uint8], count: int, positions: NDArray[Any]) -> int:
    """Write the positions of each group of ``count`` records; return how many records there are, at most count + 1."""
    at = 0
    for record in range(count):
        if record % GROUP == 0:
            positions[record // GROUP] = at
        at = _after(data, at)
        if at < 0:
            return record
    return count if at == len(data) else count + 1


def index_records(data: NDArray[np.uint8], count: int, positions: NDArray[Any]) -> None:
    """Write where each group of records in ``data``, a whole file of ``count`` records, begins.

    positions: uint32 or int64, (ceil(count / GROUP),). Raises BadRecordError.
    """
    found = _index(data, count, positions)
    if found != count:
        raise BadRecordError(found, "no whole record" if found < count else f"more than the {count} records listed")


@bare_kernel
def _find(data: NDArray[np.uint8], at: int, more: int) -> int:
    """Return the position behind ``more`` records from ``data[at]`` on, -1 if so many whole records are not there."""
    for _ in range(more):
        at = _after(data, at)
        if at < 0:
            break
    return at


@bare_kernel
def _parse(
    data: NDArray[np.uint8],
    start: int,
    end: int,
    ids: NDArray[np.uint32],
    first: int,
    spare: NDArray[np.uint8],
    avx512: bool,
) -> tuple[int, np.uint64, int]:
    """Parse the Example in ``data[start:end]`` and touch nothing behind the end of ``data``."""
    source = data
    if end + VECTOR_PADDING > len(data):
        for j in range(end - start):
            spare[j] = data[start + j]
        source, start, end = spare, 0, end - start
    return parse_record(source, start, end, ids, first, avx512)


@bare_kernel
def _read(
    records: Records, files: MappedFiles, ids: NDArray[np.uint32], spare: NDArray[np.uint8], avx512: bool
) -> tuple[int, int]:
    """Write the wanted ids of all records one after the other; return how many were read, and a status.

    ids: with MIN_FREE_IDS more than all that are wanted. spare: uint8, room for a record with its padding.
    """
    first = at = 0
    for i in range(len(records.files)):
        file, place = records.files[i], records.places[i]
        data = bytes_at(files.addresses[file], files.sizes[file])
        if i == 0 or file != records.files[i - 1] or place != records.places[i - 1] + 1:
            at = _find(data, i64(files.positions[files.first_group[file] + place // GROUP]), place % GROUP)
        start = at + HEADER_BYTES
        at = _after(data, at) if at >= 0 else at
        if at < 0:
            return i, _NO_RECORD
        last, seed, status = _parse(data, start, at - FOOTER_BYTES, ids, first, spare, avx512)
        if status != COMPLETE:
            return i, status
        if seed != records.seeds[i] or last - first != records.lengths[i]:
            return i, _OTHER_SEED if seed != records.seeds[i] else _OTHER_LENGTH
        first += records.counts[i]
    return len(records.files), COMPLETE


def read_records(records: Records, files: MappedFiles, ids: NDArray[np.uint32]) -> None:
    """Write the wanted ids of ``records``, one record after the other, to ``ids``.

    ids: uint32, of :func:`room` for them. Raises BadRecordError.
    """
    spare = np.empty(MAX_RECORD + VECTOR_PADDING, np.uint8)
    done, status = _read(records, files, ids, spare, uses_avx512())
    if status != COMPLETE:
        raise BadRecordError(done, _ALL_DEFECTS[status - COMPLETE - 1])


def room(symbols: int) -> int:
    """Return the length of the array that ``symbols`` ids are read into."""
    return symbols + MIN_FREE_IDS
