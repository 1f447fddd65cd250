"""Words and their frequencies, the result of every source of a lexicon, and the rules that sources share.

Frequencies are part of the lexicon's digest, so they must have the same bits on every machine. Powers are computed in
decimal arithmetic instead of by the C library, and all frequencies are rounded to 6 significant digits. Ties are broken
by the word itself, not by the order of a file or a hash table.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import msgpack
import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import WorkFailedError

_DECIMAL = Context(prec=28)  # the thread's own context may have been changed


@dataclass(frozen=True, eq=False)
class RankedWords:
    """``words``, distinct, most frequent first; ``frequencies`` float64, shape (words,), positive, non-increasing."""

    words: list[str]
    frequencies: NDArray[np.float64]


def six_digits(value: float) -> float:
    """Return ``value`` rounded to 6 significant digits."""
    return float(f"{value:.6g}")


def centibel_frequency(centibels: int) -> float:
    """Return 10^(-centibels/100), rounded to 6 significant digits: the share of a word among all tokens."""
    return six_digits(float(_DECIMAL.power(10, Decimal(-centibels).scaleb(-2))))


def in_tie_order(words: Iterable[str]) -> list[str]:
    """Return words of equal frequency in a fixed order: shorter words first, then by code points."""
    return sorted(sorted(words), key=len)


def counted_words(language: str) -> list[list[str]]:
    """Return wordfreq's large list of ``language`` (``en``, ``ru``): item c holds the words of -c centibels.

    The file is read here, because importing wordfreq, which reads it in the same way, takes 0.2 s.
    """
    package = find_spec("wordfreq")
    if package is None or package.origin is None:
        raise WorkFailedError("wordfreq, which has the words, is not installed; install hyperphrase again")
    with gzip.open(Path(package.origin).parent / "data" / f"large_{language}.msgpack.gz") as stream:
        return cast(list[list[str]], msgpack.load(stream)[1:])  # the first item is a header


def from_centibels(lists: list[list[str]], keep: Callable[[str], object], limit: int | None) -> RankedWords:
    """Return the words that ``keep`` accepts, at most ``limit``; ``lists[c]`` holds the words of -c centibels."""
    words: list[str] = []
    frequencies: list[float] = []
    for centibels, same in enumerate(lists):
        if limit is not None and len(words) >= limit:
            break
        words += in_tie_order(filter(keep, same))
        frequencies += [centibel_frequency(centibels)] * (len(words) - len(frequencies))
    return RankedWords(words[:limit], np.array(frequencies[:limit], dtype=np.float64))


def continued(counted: RankedWords, more: Iterable[str], limit: int | None) -> RankedWords:
    """Append the new words of ``more``, in its order, until there are ``limit`` words (all if None).

    Their sources counted other texts, or give ranks only. So Zipf's law extrapolates from the last counted word, of
    rank n and frequency f: rank r gets f * n / r. ``more`` is not iterated if ``counted`` has enough words.
    """
    known = len(counted.words)
    if known == limit:
        return counted
    words = dict.fromkeys(counted.words)
    for word in more:
        words[word] = None
        if len(words) == limit:
            break
    top = float(counted.frequencies[-1]) * known
    tail = [six_digits(top / rank) for rank in range(known + 1, len(words) + 1)]
    return RankedWords(list(words), np.append(counted.frequencies, tail))
