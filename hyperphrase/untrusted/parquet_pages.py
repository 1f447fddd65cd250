"""Locate the pages of an untrusted Parquet file by their headers, without its footer.

Only headers in the form in which pyarrow writes those of data pages of version 1 are known. Source: the Parquet format
2.6 (parquet.thrift), in Thrift's compact protocol.
"""

import re
from typing import NamedTuple

_NUMBER = rb"([\x80-\xff]{0,4}[\x00-\x7f])"
#: Sizes of the content and as it is stored; number of values, encoding; perhaps an empty struct of statistics.
_HEADER = re.compile(
    rb"\x15\x00\x15" + _NUMBER + rb"\x15" + _NUMBER + rb",\x15" + _NUMBER + rb"\x15" + _NUMBER
    + rb"\x15\x06\x15\x06(?:\x1c\x00)?\x00\x00"
)  # fmt: skip
MOST_HEADER_BYTES = 35


class Page(NamedTuple):
    """What the header of a data page states, none of which is checked.

    size, stored: bytes of its content, and of what is stored, which is compressed or equal. values: their number.
    encoding: 0 is plain. header: bytes of the header itself.
    """

    size: int
    stored: int
    values: int
    encoding: int
    header: int


def page_at(data: bytes | memoryview, at: int, end: int) -> Page | None:
    """Return the page whose header begins at ``data[at]`` and ends before ``end``, None if there is none."""
    header = _HEADER.match(data, at, end)
    if header is None:
        return None
    size, stored, values, encoding = map(_number, header.groups())
    return Page(size, stored, values, encoding, header.end() - at)


def _number(written: bytes) -> int:
    """Return a number encoded as in Thrift's compact protocol: zigzag, then groups of 7 bits, lowest first."""
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(written)) >> 1
