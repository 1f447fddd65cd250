"""TFRecord: each phrase is a ``tf.train.Example`` in TensorFlow's framing, ready for ``tf.data.TFRecordDataset``.

The features are ``input_ids`` (Int64List) and ``seed`` (Int64List of one), packed, in this order, which is the order
of ``SerializeToString(deterministic=True)``: the bytes are the ones that TensorFlow writes.
Sources: tensorflow/core/example/{example,feature}.proto, tensorflow/core/lib/io/record_writer.h.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Buffer, Columns, Encoder, ReadableFormat, Texts, check_block, columns_of
from hyperphrase.codecs.compression import compressed, read_pieces
from hyperphrase.codecs.record_reading import COMPLETE, Scanner
from hyperphrase.codecs.tfrecord_framing import (
    BAD_SIZE,
    FOOTER_BYTES,
    FRAMING_DEFECTS,
    HEADER_BYTES,
    MAX_EXTRA,
    MAX_RECORD,
    verify_checksums,
    write_checksums,
)
from hyperphrase.codecs.varints import (
    MAX_SMALL,
    get_long,
    get_varints,
    long_size,
    put_long,
    put_small,
    put_varints,
    small_size,
    small_varint,
)
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import i64, load_u32, load_u64, store_u64
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY, SEED_STOP
from hyperphrase.phrases.blocks import PhraseBlock


def _word(piece: bytes) -> np.uint64:
    """Return the number that is stored as ``piece`` (up to eight bytes) and zeros behind it."""
    return np.uint64(int.from_bytes(piece, "little"))


# Protocol Buffers tags: field number << 3 | 2 (length-delimited)
_FIRST = 0x0A  # Example.features, Features.feature, the key of a map entry, Int64List.value
_VALUE = 0x12  # the value of a map entry
_INT64_LIST = 0x1A  # Feature.int64_list
# What is the same in each record, in pieces of up to eight bytes
_IDS_KEY = (_word(b"\x0a\x09input_"), _word(b"ids"))
_IDS_KEY_BYTES = 11
_SEED_ENTRY = (_word(b"\x0a\x0c\x0a\x04seed"), _word(b"\x12\x04\x1a\x02\x0a\x00"))  # sizes for an empty seed
_SEED_SIZES = (np.uint64(0x0100), np.uint64(0x0100_0100_0100))  # what each byte of the seed adds to them
_SEED_ENTRY_BYTES = 14
_MAX_SEED = 10  # bytes
_LEAST = 36  # bytes of a record with no id and one byte of seed

_BAD_SHAPE, _BAD_IDS, _BAD_SEED = range(BAD_SIZE + 1, BAD_SIZE + 4)
DEFECTS = (
    *FRAMING_DEFECTS,
    "not the tf.train.Example of a phrase",
    f"ids that are not 1 to {MAX_LENGTH} numbers below {MAX_VOCABULARY}",
    "seed that is not a number below 2^63",
)


@inline_kernel
def _wrapped(size: int) -> int:
    """Return the size of ``size`` bytes inside a length-delimited field."""
    return size + 1 + small_size(np.uint32(size))


@inline_kernel
def _put_field(out: NDArray[np.uint8], at: int, tag: int, size: int) -> int:
    """Open a length-delimited field of ``size`` bytes."""
    out[at] = tag
    return put_small(out, at + 1, np.uint32(size))


@bare_kernel
def _packed_size(ids: NDArray[np.uint32]) -> int:
    """Return the bytes of ``ids`` as small varints."""
    more = np.uint32(0)
    for j in range(np.uint64(len(ids))):  # an unsigned index cannot wrap around: this loop becomes vector code
        more += np.uint32(ids[j] >= np.uint32(1 << 7)) + np.uint32(ids[j] >= np.uint32(1 << 14))
    return len(ids) + i64(more)


@inline_kernel
def _open_record(out: NDArray[np.uint8], at: int, packed: int, seed_size: int) -> int:
    """Write what stands before the ids, which take ``packed`` bytes; return the place behind it."""
    numbers = _wrapped(packed)
    value = _wrapped(numbers)
    entry = _IDS_KEY_BYTES + _wrapped(value)
    at = _put_field(out, at, _FIRST, _wrapped(entry) + _SEED_ENTRY_BYTES + seed_size)
    at = _put_field(out, at, _FIRST, entry)
    store_u64(out, at, _IDS_KEY[0])
    store_u64(out, at + 8, _IDS_KEY[1])
    at = _put_field(out, at + _IDS_KEY_BYTES, _VALUE, value)
    at = _put_field(out, at, _INT64_LIST, numbers)
    return _put_field(out, at, _FIRST, packed)


@inline_kernel
def _put_seed(out: NDArray[np.uint8], at: int, seed: np.uint64, size: int) -> int:
    """Write the map entry of a seed that takes ``size`` bytes; return the place behind it."""
    store_u64(out, at, _SEED_ENTRY[0] + _SEED_SIZES[0] * np.uint64(size))
    store_u64(out, at + 8, _SEED_ENTRY[1] + _SEED_SIZES[1] * np.uint64(size))
    return put_long(out, at + _SEED_ENTRY_BYTES, seed)


@bare_kernel
def _write_records(out: NDArray[np.uint8], block: Columns, avx512: bool) -> int:
    """Write framed records without their CRCs from ``out[0]`` on; return the place behind them."""
    at = 0
    for k in range(len(block.seeds)):
        first, stop = block.offsets[k], block.offsets[k + 1]
        seed_size = long_size(block.seeds[k])
        start = at + HEADER_BYTES
        at = _open_record(out, start, _packed_size(block.ids[first:stop]), seed_size)
        at = put_varints(out, at, block.ids, first, stop, 0, avx512)
        at = _put_seed(out, at, block.seeds[k], seed_size)
        store_u64(out, start - HEADER_BYTES, np.uint64(at - start))
        at += FOOTER_BYTES
    return at


@inline_kernel
def _inside(size: int) -> int:
    """Return the bytes inside a length-delimited field of ``size`` bytes: :func:`_wrapped` back."""
    return size - 2 - i64(size > 0x81) - i64(size > 0x4002)


@inline_kernel
def _skip_field(data: NDArray[np.uint8], at: int, tag: int, size: int) -> tuple[int, np.uint32]:
    """Return the place behind what opens a field of ``size`` bytes, and 0 if just that is at ``data[at]``."""
    behind = at + 1 + small_size(np.uint32(size))
    due = np.uint32(tag) | np.uint32(small_varint(np.uint32(size)) << np.uint32(8))
    seen = np.uint32(load_u32(data, at) << np.uint32(8 * (at + 4 - behind)))
    return behind, np.uint32(seen ^ np.uint32(due << np.uint32(8 * (at + 4 - behind))))


@inline_kernel
def _skip_opening(data: NDArray[np.uint8], at: int, size: int, seed_size: int) -> tuple[int, int, bool]:
    """Go over what stands before the ids in the ``size`` bytes of a record at ``data[at]``.

    All sizes in it follow from that of the record and of its seed. Returns the place of the ids, their bytes, and
    whether what stands before them is what :func:`_open_record` writes.
    """
    features = _inside(size)
    entry = _inside(features - _SEED_ENTRY_BYTES - seed_size)
    value = _inside(entry - _IDS_KEY_BYTES)
    numbers = _inside(value)
    packed = _inside(numbers)
    at, wrong = _skip_field(data, at, _FIRST, features)
    at, bad = _skip_field(data, at, _FIRST, entry)
    wrong |= bad
    same_key = load_u64(data, at) == _IDS_KEY[0] and load_u64(data, at + 8) << np.uint64(40) == _IDS_KEY[
        1
    ] << np.uint64(40)
    at, bad = _skip_field(data, at + _IDS_KEY_BYTES, _VALUE, value)
    wrong |= bad
    at, bad = _skip_field(data, at, _INT64_LIST, numbers)
    wrong |= bad
    at, bad = _skip_field(data, at, _FIRST, packed)
    return at, packed, (wrong | bad) == np.uint32(0) and same_key


@inline_kernel
def _seed_size(data: NDArray[np.uint8], end: int) -> int:
    """Return the bytes of the varint that ends at ``data[end]``, which a byte of less than 128 precedes."""
    size = 1
    while size < _MAX_SEED and data[end - 1 - size] >= 0x80:
        size += 1
    return size


@inline_kernel
def _is_seed_entry(data: NDArray[np.uint8], at: int, size: int) -> bool:
    """Tell whether the map entry of a seed of ``size`` bytes is at ``data[at]``."""
    head = _SEED_ENTRY[0] + _SEED_SIZES[0] * np.uint64(size)
    rest = _SEED_ENTRY[1] + _SEED_SIZES[1] * np.uint64(size)
    return bool(load_u64(data, at) == head and load_u64(data, at + 8) << np.uint64(16) == rest << np.uint64(16))


@bare_kernel
def parse_record(
    data: NDArray[np.uint8], at: int, end: int, ids: NDArray[np.uint32], first: int, avx512: bool
) -> tuple[int, np.uint64, int]:
    """Parse one Example in ``data[at:end]``; return the place behind its ids, its seed, and a defect or COMPLETE."""
    nothing = np.uint64(0)
    seed_size = _seed_size(data, end)
    entry = end - _SEED_ENTRY_BYTES - seed_size
    if end - at < _LEAST or not _is_seed_entry(data, entry, seed_size):
        return first, nothing, _BAD_SHAPE
    start, packed, right = _skip_opening(data, at, end - at, seed_size)
    if not right or start + packed != entry:
        return first, nothing, _BAD_SHAPE
    behind, last, wrong = get_varints(data, start, entry, ids, first, first + MAX_LENGTH, 0, avx512)
    if wrong != 0 or behind != entry or last == first:
        return first, nothing, _BAD_IDS
    seed, behind = get_long(data, end - seed_size, end)
    if behind != end or seed >= np.uint64(SEED_STOP):
        return first, nothing, _BAD_SEED
    return last, seed, COMPLETE


@bare_kernel
def _parse_records(data: NDArray[np.uint8], at: int, end: int, block: Columns, avx512: bool) -> tuple[int, int, int]:
    """Parse the framed records of ``data[at:end]``, whose CRCs are right, into columns that have room for them."""
    count = 0
    while at < end:
        start = at + HEADER_BYTES
        stop = start + i64(load_u64(data, at))
        first = block.offsets[count]
        last, seed, status = parse_record(data, start, stop, block.ids, first, avx512)
        block.offsets[count + 1], block.seeds[count] = last, seed
        if status != COMPLETE:
            return at, count, status
        at = stop + FOOTER_BYTES
        count += 1
    return at, count, COMPLETE


def scan_records(data: NDArray[np.uint8], at: int, end: int, block: Columns) -> tuple[int, int, int]:
    """Check and parse whole records, see :class:`hyperphrase.codecs.record_reading.Scan`."""
    # a symbol takes a byte at least, so records that begin before the limit have room among the ids
    limit = at + len(block.ids) - MAX_RECORD
    checked, status = verify_checksums(data, at, end, limit, len(block.seeds))
    behind, count, defect = _parse_records(data, at, checked, block, uses_avx512())
    return behind, count, status if defect == COMPLETE else defect


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
        buffer.size = _write_records(buffer.data, columns_of(block), uses_avx512())
        write_checksums(buffer.data, buffer.size)
        return buffer.view()

    def end(self) -> bytes:
        """Return nothing: the file has no trailer."""
        return b""


class TFRecordFormat(ReadableFormat):
    """``tf.train.Example`` records; "gzip" is what TensorFlow reads with ``compression_type="GZIP"``."""

    name = "tfrecord"
    compressions = ("none", "gzip")

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` and ``vocabulary`` are not used."""
        self.check_compression(compression)
        return compressed(TFRecordEncoder(), compression)

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; both CRCs of each record are checked."""
        self.check_compression(compression)
        scanner = Scanner(scan_records, MAX_RECORD, DEFECTS)
        return scanner.blocks(read_pieces(stream, compression, where), where)
