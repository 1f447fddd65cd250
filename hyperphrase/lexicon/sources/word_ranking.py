"""Words and their frequencies, as every source of a lexicon returns them, and the rules they share.

Why rules of our own: frequencies enter the digest of a lexicon, so they have to be the same bits on every machine.
Powers are taken in decimal arithmetic, never by the C library, and everything is rounded to 6 significant digits; a
tie is broken by the word itself, never by the order in which a file or a hash table happens to hold it.
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

_DECIMAL = Context(prec=28)  # of our own: the thread's context may be anybody's


@dataclass(frozen=True, eq=False)
class RankedWords:
    """``words``, distinct, most frequent first; ``frequencies`` float64, shape (words,), positive, non-increasing."""

    words: list[str]
    frequencies: NDArray[np.float64]


def six_digits(value: float) -> float:
    """Return ``value`` rounded to 6 significant digits."""
    return float(f"{value:.6g}")


def centibel_frequency(centibels: int) -> float:
    """Return 10^(-centibels/100) to 6 significant digits: the share of a word among all tokens."""
    return six_digits(float(_DECIMAL.power(10, Decimal(-centibels).scaleb(-2))))


def in_tie_order(words: Iterable[str]) -> list[str]:
    """Return words of equal frequency in their order: shorter first, then by code points."""
    return sorted(sorted(words), key=len)


def counted_words(language: str) -> list[list[str]]:
    """Return wordfreq's large list of ``language`` (``en``, ``ru``): item c holds the words of -c centibels.

    Its file is read without wordfreq's code, which takes 0.2 s to import and does the same.
    """
    package = find_spec("wordfreq")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("wordfreq, which has the words, is not installed")
    with gzip.open(Path(package.origin).parent / "data" / f"large_{language}.msgpack.gz") as stream:
        return cast(list[list[str]], msgpack.load(stream)[1:])  # a header stands first


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

    Their sources count other texts, or give ranks only. So they go on from the last counted word, of rank n and
    frequency f, as Zipf's law does: rank r gets f * n / r. ``more`` is not touched if there are enough words.
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
