"""The statistics of a corpus: phrases by length, and symbols by frequency rank.

Counts are additive: those of blocks sum to those of shards and of the corpus, in any order.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.layout import STATISTICS_FOLDER
from hyperphrase.kernels import kernel
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.phrases.blocks import PhraseBlock

RANK_BINS = 21  # bin 0 is rank 0, bin b > 0 the ranks 2^(b-1)..2^b-1; ranks are below 2^20
_CACHED = 4096  # ids compared with all powers of two before the next ids: 16 KiB, which stay in the cache


@dataclass(frozen=True)
class Statistics:
    """Additive counts.

    lengths: {symbols in a phrase: phrases}. ranks: symbols in each of the 21 bins of frequency rank; empty if the
    symbols were not drawn.
    """

    lengths: dict[int, int]
    ranks: tuple[int, ...]

    @property
    def phrases(self) -> int:
        """The number of phrases counted."""
        return sum(self.lengths.values())

    @property
    def symbols(self) -> int:
        """The number of symbols counted."""
        return sum(length * phrases for length, phrases in self.lengths.items())

    @classmethod
    def total(cls, parts: Iterable["Statistics"]) -> "Statistics":
        """Return the sum of ``parts``."""
        lengths: dict[int, int] = {}
        ranks: tuple[int, ...] = ()
        for part in parts:
            for length, phrases in part.lengths.items():
                lengths[length] = lengths.get(length, 0) + phrases
            ranks = (
                tuple(map(sum, zip(ranks, part.ranks, strict=True))) if ranks and part.ranks else ranks or part.ranks
            )
        return cls(dict(sorted(lengths.items())), ranks)

    @classmethod
    def of_lengths(cls, lengths: NDArray[np.int64]) -> "Statistics":
        """Return the statistics of phrases of which only the lengths are known: int64, shape (phrases,)."""
        counts = np.bincount(lengths)
        return cls({int(length): int(counts[length]) for length in np.flatnonzero(counts)}, ())


class Counter:
    """Counts the phrases of a sequence of blocks."""

    def __init__(self) -> None:
        self._lengths = np.zeros(MAX_LENGTH + 1, np.int64)
        self._at_least = np.zeros(RANK_BINS, np.int64)  # item b: ids of at least b bits

    def add(self, block: PhraseBlock) -> None:
        """Count a block's phrases and symbols."""
        _count_lengths(block.offsets, self._lengths)
        _count_bits(block.ids, self._at_least)

    def statistics(self) -> Statistics:
        """Return the counts so far."""
        lengths = {int(length): int(self._lengths[length]) for length in np.flatnonzero(self._lengths)}
        ranks = -np.diff(self._at_least, append=0)
        return Statistics(lengths, tuple(ranks.tolist()))


@kernel
def _count_lengths(offsets: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    for i in range(len(offsets) - 1):
        counts[offsets[i + 1] - offsets[i]] += 1


@kernel
def _count_bits(ids: NDArray[np.uint32], at_least: NDArray[np.int64]) -> None:
    """Add to ``at_least[b]`` the number of ids of b bits or more, that is, of at least 2^(b - 1).

    Comparing each id with every power of two, four at a time, is vectorised; counting in a table would not be.
    """
    for start in range(0, len(ids), _CACHED):
        part = ids[start : start + _CACHED]
        at_least[0] += len(part)
        for bits in range(1, RANK_BINS, 4):
            limit = np.uint32(1) << np.uint32(bits - 1)
            one, two, three, four = np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0)
            for i in range(len(part)):
                one = np.uint32(one + np.uint32(part[i] >= np.uint32(limit)))
                two = np.uint32(two + np.uint32(part[i] >= np.uint32(2 * limit)))
                three = np.uint32(three + np.uint32(part[i] >= np.uint32(4 * limit)))
                four = np.uint32(four + np.uint32(part[i] >= np.uint32(8 * limit)))
            for j, count in enumerate((one, two, three, four)):
                at_least[bits + j] += count
            if four == 0:
                break


def lengths_csv(lengths: dict[int, int]) -> str:
    """Return the length histogram as CSV with columns length,phrases."""
    return _csv(("length", "phrases"), lengths.items())


def lengths_json(lengths: dict[int, int]) -> str:
    """Return the length histogram as JSON, {"10": phrases, ...}."""
    return json.dumps({str(length): phrases for length, phrases in lengths.items()}, indent=1) + "\n"


def rank_rows(ranks: Iterable[int], vocabulary: int) -> list[tuple[int, int, int]]:
    """Return (first rank, last rank, symbols) of each bin that has ranks below ``vocabulary``."""
    rows = []
    for bin_, symbols in enumerate(ranks):
        first = (1 << bin_) >> 1
        if first < vocabulary:
            rows.append((first, min((1 << bin_) - 1, vocabulary - 1), symbols))
    return rows


def ranks_csv(ranks: Iterable[int], vocabulary: int) -> str:
    """Return symbol counts by rank as CSV with columns first_rank,last_rank,symbols."""
    return _csv(("first_rank", "last_rank", "symbols"), rank_rows(ranks, vocabulary))


def ranks_json(ranks: Iterable[int], vocabulary: int) -> str:
    """Return symbol counts by rank as JSON, a list of objects with the columns of the CSV."""
    keys = ("first_rank", "last_rank", "symbols")
    return json.dumps([dict(zip(keys, row, strict=True)) for row in rank_rows(ranks, vocabulary)], indent=1) + "\n"


def _csv(header: tuple[str, ...], rows: Iterable[tuple[int, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def statistics_files(counts: Statistics, vocabulary: int) -> dict[str, bytes]:
    """Return the contents of the statistics files, by name; ranks are included only if symbols were drawn."""
    texts = {
        f"{STATISTICS_FOLDER}/length_histogram.csv": lengths_csv(counts.lengths),
        f"{STATISTICS_FOLDER}/length_histogram.json": lengths_json(counts.lengths),
    }
    if counts.ranks:
        texts[f"{STATISTICS_FOLDER}/symbol_ranks.csv"] = ranks_csv(counts.ranks, vocabulary)
        texts[f"{STATISTICS_FOLDER}/symbol_ranks.json"] = ranks_json(counts.ranks, vocabulary)
    return {name: text.encode() for name, text in texts.items()}
