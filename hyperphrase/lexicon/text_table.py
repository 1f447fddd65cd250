"""Tables of texts: the UTF-8 of every hyperword in one buffer, so that a kernel can copy a text by its id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

#: Finds what no word and no symbol may hold: it would end a line or a word in files, or act on a terminal.
unfit = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff]").search


@dataclass(frozen=True, eq=False)
class TextTable:
    """The UTF-8 bytes of ``rows`` texts, one after the other.

    data: uint8, shape (bytes,).
    offsets: int64, shape (rows + 1,), text i is ``data[offsets[i]:offsets[i + 1]]``; ``offsets[0] == 0``.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.offsets) - 1


def text_table(texts: Sequence[str]) -> TextTable:
    """Return the table of ``texts``; UnicodeEncodeError if one holds a lone surrogate, which has no UTF-8."""
    joined = "".join(texts)
    data = np.frombuffer(joined.encode(), dtype=np.uint8)
    starts = np.zeros(len(texts) + 1, dtype=np.int64)  # in characters
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    if len(data) == len(joined):
        return TextTable(data, starts)
    leads = np.flatnonzero((data & 0xC0) != 0x80)  # the byte at which each character starts
    return TextTable(data, np.append(leads, len(data))[starts])


def table_texts(table: TextTable) -> list[str]:
    """Return the texts of ``table``; UnicodeDecodeError if its data are not UTF-8."""
    joined = table.data.tobytes().decode()
    bounds = table.offsets
    if len(joined) != len(table.data):
        starts = np.cumsum((table.data & 0xC0) != 0x80)  # characters up to and with each byte
        bounds = np.append(0, starts)[bounds]
    places = bounds.tolist()
    return [joined[first:last] for first, last in pairwise(places)]
