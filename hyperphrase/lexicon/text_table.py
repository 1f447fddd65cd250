"""Tables of texts: the UTF-8 of all hyperwords in one buffer, from which kernels copy a text by its id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

#: Finds characters that no word or symbol may contain: they end a line or a word in a file or control a terminal.
unfit = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff]").search


@dataclass(frozen=True, eq=False)
class TextTable:
    """The concatenated UTF-8 bytes of ``rows`` texts.

    data: uint8, shape (bytes,).
    offsets: int64, shape (rows + 1,), text i is ``data[offsets[i]:offsets[i + 1]]``; ``offsets[0] == 0``.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.offsets) - 1


def text_table(texts: Sequence[str]) -> TextTable:
    """Return the table of ``texts``. Raises UnicodeEncodeError for a lone surrogate, which UTF-8 cannot encode."""
    joined = "".join(texts)
    data = np.frombuffer(joined.encode(), dtype=np.uint8)
    starts = np.zeros(len(texts) + 1, dtype=np.int64)  # in characters
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    if len(data) == len(joined):
        return TextTable(data, starts)
    leads = np.flatnonzero((data & 0xC0) != 0x80)  # the byte at which each character starts
    return TextTable(data, np.append(leads, len(data))[starts])


def table_texts(table: TextTable) -> list[str]:
    """Return the texts of ``table``. Raises UnicodeDecodeError if its data are not UTF-8."""
    joined = table.data.tobytes().decode()
    bounds = table.offsets
    if len(joined) != len(table.data):
        starts = np.cumsum((table.data & 0xC0) != 0x80)  # characters up to and including each byte
        bounds = np.append(0, starts)[bounds]
    places = bounds.tolist()
    return [joined[first:last] for first, last in pairwise(places)]
