"""TFRecord: each phrase is a ``tf.train.Example`` in TensorFlow's framing, ready for ``tf.data.TFRecordDataset``.

The features are ``input_ids`` (Int64List) and ``seed`` (Int64List of one), packed, in this order, which is the order
of ``SerializeToString(deterministic=True)``: the bytes are the ones that TensorFlow writes.
Sources: tensorflow/core/example/{example,feature}.proto, tensorflow/core/lib/io/record_writer.h.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.blocks import PhraseBlock
from hyperphrase.codecs.base import Buffer, Encoder, Format, Texts, check_block
from hyperphrase.codecs.compression import compressed, read_pieces
from hyperphrase.codecs.intrinsics import i64, load_u64, store_u64
from hyperphrase.codecs.reading import FULL, Scanner
from hyperphrase.codecs.tfrecord_framing import (
    BAD_SIZE,
    FRAMING_DEFECTS,
    HEAD,
    MAX_EXTRA,
    MAX_RECORD,
    TAIL,
    check,
    seal,
)
from hyperphrase.codecs.varints import MAX_SMALL, get_long, get_small, long_size, put_long, put_small, small_size
from hyperphrase.kernels import kernel
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY, SEED_STOP

# Protocol Buffers tags: field number << 3 | 2 (length-delimited)
_FIRST = 0x0A  # Example.features, Features.feature, the key of a map entry, Int64List.value
_VALUE = 0x12  # the value of a map entry
_INT64_LIST = 0x1A  # Feature.int64_list
_IDS_KEY = np.frombuffer(b"\x0a\x09input_ids", np.uint8)
_SEED_KEY = np.frombuffer(b"\x0a\x04seed", np.uint8)

_BAD_SHAPE, _BAD_IDS, _BAD_SEED = range(BAD_SIZE + 1, BAD_SIZE + 4)
_DEFECTS = (
    *FRAMING_DEFECTS,
    "not the tf.train.Example of a phrase",
    f"ids that are not 1 to {MAX_LENGTH} numbers below {MAX_VOCABULARY}",
    "seed that is not a number below 2^63",
)


@kernel
def _wrapped(size: int, layers: int) -> int:
    """Return the size of ``size`` bytes inside ``layers`` length-delimited fields."""
    for _ in range(layers):
        size += 1 + small_size(np.uint32(size))
    return size


@kernel
def _put_field(out: NDArray[np.uint8], at: int, tag: int, size: int) -> int:
    """Open a length-delimited field of ``size`` bytes."""
    out[at] = tag
    return put_small(out, at + 1, np.uint32(size))


@kernel
def _put_feature(out: NDArray[np.uint8], at: int, key: NDArray[np.uint8], size: int) -> int:
    """Open the map entry of feature ``key`` whose packed values take ``size`` bytes."""
    at = _put_field(out, at, _FIRST, len(key) + _wrapped(size, 3))
    for k in range(len(key)):
        out[at + k] = key[k]
    at = _put_field(out, at + len(key), _VALUE, _wrapped(size, 2))
    at = _put_field(out, at, _INT64_LIST, _wrapped(size, 1))
    return _put_field(out, at, _FIRST, size)


@kernel
def _packed_size(ids: NDArray[np.uint32]) -> int:
    """Return the bytes of ``ids`` as small varints."""
    more = np.uint32(0)
    for j in range(np.uint64(len(ids))):  # an unsigned index cannot wrap around: this loop becomes vector code
        more += np.uint32(ids[j] >= np.uint32(1 << 7)) + np.uint32(ids[j] >= np.uint32(1 << 14))
    return len(ids) + i64(more)


@kernel
def _write_records(
    out: NDArray[np.uint8], ids: NDArray[np.uint32], offsets: NDArray[np.int64], seeds: NDArray[np.uint64]
) -> int:
    """Write framed records without their CRCs from ``out[0]`` on; return the place behind them."""
    at = 0
    for k in range(len(seeds)):
        phrase = ids[offsets[k] : offsets[k + 1]]
        packed = _packed_size(phrase)
        ids_entry = len(_IDS_KEY) + _wrapped(packed, 3)
        seed_entry = len(_SEED_KEY) + _wrapped(long_size(seeds[k]), 3)
        start = at + HEAD
        at = _put_field(out, start, _FIRST, _wrapped(ids_entry, 1) + _wrapped(seed_entry, 1))
        at = _put_feature(out, at, _IDS_KEY, packed)
        for value in phrase:
            at = put_small(out, at, value)
        at = _put_feature(out, at, _SEED_KEY, long_size(seeds[k]))
        at = put_long(out, at, seeds[k])
        store_u64(out, start - HEAD, np.uint64(at - start))
        at += TAIL
    return at


@kernel
def _get_field(data: NDArray[np.uint8], at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the length-delimited field at ``data[at]`` begins and stops inside ``[at, end]``, or (-1, -1)."""
    if at < 0 or at >= end or data[at] != tag:
        return -1, -1
    size, width, wrong = get_small(data, at + 1)
    start = at + 1 + width
    stop = start + i64(size)
    return (start, stop) if wrong == 0 and stop <= end else (-1, -1)


@kernel
def _get_feature(data: NDArray[np.uint8], at: int, end: int, key: NDArray[np.uint8]) -> tuple[int, int]:
    """Return where the packed values of feature ``key`` begin and stop; the latter ends its map entry. Or (-1, -1)."""
    start, stop = _get_field(data, at, end, _FIRST)
    if start < 0 or start + len(key) > stop:
        return -1, -1
    for k in range(len(key)):
        if data[start + k] != key[k]:
            return -1, -1
    value, value_stop = _get_field(data, start + len(key), stop, _VALUE)
    numbers, numbers_stop = _get_field(data, value, value_stop, _INT64_LIST)
    packed, packed_stop = _get_field(data, numbers, numbers_stop, _FIRST)
    whole = packed >= 0 and stop == value_stop and stop == numbers_stop and stop == packed_stop
    return (packed, stop) if whole else (-1, -1)


@kernel
def _get_ids(data: NDArray[np.uint8], at: int, stop: int, ids: NDArray[np.uint32], first: int) -> int:
    """Put the ids packed in ``data[at:stop]`` into ``ids[first:]``; return the place behind them, -1 if wrong."""
    last = first + MAX_LENGTH
    place = first
    wrong = np.uint32(0)
    while at < stop and place < last:
        value, size, bad = get_small(data, at)
        ids[place] = value
        wrong |= bad | (value >> np.uint32(20))
        at += size
        place += 1
    return place if wrong == 0 and at == stop and place > first else -1


@kernel
def _parse_record(
    data: NDArray[np.uint8], at: int, end: int, ids: NDArray[np.uint32], first: int
) -> tuple[int, np.uint64, int]:
    """Parse one Example in ``data[at:end]``; return the place behind its ids, its seed, and a defect or FULL."""
    nothing = np.uint64(0)
    features, stop = _get_field(data, at, end, _FIRST)
    packed, ids_stop = _get_feature(data, features, stop, _IDS_KEY)
    packed_seed, seed_stop = _get_feature(data, ids_stop, stop, _SEED_KEY)
    if packed_seed < 0 or stop != end or seed_stop != end:
        return first, nothing, _BAD_SHAPE
    last = _get_ids(data, packed, ids_stop, ids, first)
    if last < 0:
        return first, nothing, _BAD_IDS
    seed, behind = get_long(data, packed_seed, seed_stop)
    if behind != seed_stop or seed >= np.uint64(SEED_STOP):
        return first, nothing, _BAD_SEED
    return last, seed, FULL


@kernel
def _parse_records(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    seeds: NDArray[np.uint64],
) -> tuple[int, int, int]:
    """Parse the framed records of ``data[at:end]``, whose CRCs are right, into columns that have room for them."""
    count = 0
    while at < end:
        start = at + HEAD
        stop = start + i64(load_u64(data, at))
        offsets[count + 1], seeds[count], status = _parse_record(data, start, stop, ids, offsets[count])
        if status != FULL:
            return at, count, status
        at = stop + TAIL
        count += 1
    return at, count, FULL


def scan_records(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    seeds: NDArray[np.uint64],
) -> tuple[int, int, int]:
    """Check and parse whole records, see :class:`hyperphrase.codecs.reading.Scan`."""
    # a symbol takes a byte at least, so records that begin before the limit have room among the ids
    limit = at + len(ids) - MAX_RECORD
    checked, status = check(data, at, end, limit, len(seeds))
    behind, count, defect = _parse_records(data, at, checked, ids, offsets, seeds)
    return behind, count, status if defect == FULL else defect


class TFRecordEncoder(Encoder):
    """Writes framed Examples."""

    def __init__(self) -> None:
        self._buffer = Buffer()

    def begin(self) -> bytes:
        """Return nothing: the file has no header."""
        return b""

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the records of ``block``."""
        check_block(block)
        buffer = self._buffer
        buffer.size = 0
        buffer.reserve(MAX_SMALL * len(block.ids) + MAX_EXTRA * len(block))
        buffer.size = _write_records(buffer.data, block.ids, block.offsets, block.seeds)
        seal(buffer.data, buffer.size)
        return buffer.view()

    def end(self) -> bytes:
        """Return nothing: the file has no trailer."""
        return b""


class TFRecordFormat(Format):
    """``tf.train.Example`` records; "gzip" is what TensorFlow reads with ``compression_type="GZIP"``."""

    name = "tfrecord"
    compressions = ("none", "gzip")
    text = False

    def encoder(self, compression: str, texts: Texts | None) -> Encoder:
        """Return the encoder of one new shard; ``texts`` are not used."""
        self.check_compression(compression)
        return compressed(TFRecordEncoder(), compression)

    def decode(self, stream: BinaryIO, compression: str, texts: Texts | None, where: str) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; both CRCs of each record are checked."""
        self.check_compression(compression)
        scanner = Scanner(scan_records, MAX_RECORD, _DEFECTS)
        return scanner.blocks(read_pieces(stream, compression, where), where)
