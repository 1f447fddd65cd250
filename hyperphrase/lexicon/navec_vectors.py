"""Navec: the vectors of Russian words, made smaller by principal components.

Navec (https://github.com/natasha/navec, MIT) has GloVe vectors of 250,000 words of Russian news (1 billion tokens), 300
dimensions, as 100 codes a word: each chooses one of 256 triples of numbers. The file comes with the package natasha
1.6.0 (MIT), of which nothing else is used.

A vector here is the part of the centred vector along the first 100 principal components of the 20,000 most frequent
words. It keeps 70% of the ten nearest words (50 components: 48%), a phrase's meaning takes a third of the bytes, and
what the other components hold is mostly noise once they are whitened.

All is whole numbers but for the eigenvectors, which are the same on every machine, and rounded to whole numbers too.
"""

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.numbers.eigenvectors import eigen

#: SHA-256 of the file of vectors.
NAVEC_DIGEST = "f07270833d78523edc5781538d67038e95b43975e4a7ae757c693b687f9cbfca"
DIMENSIONS = 100
_FILE = "data/emb/navec_news_v1_1B_250K_300d_100q.tar"
_LEARNED = 20_000  # most frequent words, whose principal components are taken
_FIXED = 4096.0  # a coordinate of a code or an eigenvector in whole numbers: below 2^13
_SHIFT = 2.0**-9  # from their products, below 2^28 for a triple, to sums of 100 below 2^26: they fit into 32 bits
_ADVICE = "pip install 'hyperphrase[russian]'"


@dataclass(frozen=True, eq=False)
class Navec:
    """The words of Navec, the most frequent first.

    rows: the row of each word. codes: uint8, shape (words, 100). parts: int32, shape (100, 256, 100), what each code
    adds to a vector, and mean: int32, (100,), what is taken from it, in units of 2^-15.
    """

    rows: dict[str, int]
    codes: NDArray[np.uint8]
    parts: NDArray[np.int32]
    mean: NDArray[np.int32]

    def row(self, word: str) -> int:
        """Return the row of ``word``, -1 if it has none; a word with the letter yo may be there with ye instead."""
        found = self.rows.get(word, -1)
        return self.rows.get(word.replace("ё", "е"), -1) if found < 0 else found  # noqa: RUF001 - Cyrillic

    def values(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of ``rows``, (n,): float32, shape (n, 100)."""
        out = np.empty((len(rows), DIMENSIONS), np.float32)
        _add_parts(self.codes, rows, self.parts, self.mean, out)
        return out


@cache
def navec() -> Navec:
    """Return Navec; its digest is checked once in each process. Raises InputError if it is not installed."""
    words, counts, codes, triples = _read(_file())
    order = np.argsort(-counts.astype(np.int64), kind="stable")
    codes = np.ascontiguousarray(codes[order])
    learned = triples[np.arange(len(triples)), codes[:_LEARNED]].reshape(_LEARNED, -1)  # (words, 300)
    mean = np.floor(learned.sum(axis=0) / _LEARNED + 0.5)
    learned -= mean
    values, vectors = eigen(learned.T @ learned)  # sums below 2^41: exact
    first = np.argsort(-values, kind="stable")[:DIMENSIONS]
    axes = np.floor(vectors[:, first] * _FIXED + 0.5)
    parts = np.stack([part @ axes[3 * i : 3 * i + 3] for i, part in enumerate(triples)])
    rows = {words[place]: row for row, place in enumerate(order.tolist())}
    return Navec(rows, codes, _whole(parts), _whole(mean @ axes))


def _whole(products: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.floor(products * _SHIFT + 0.5).astype(np.int32)


def _file() -> bytes:
    package = find_spec("natasha")  # which is not imported: it would ask for other packages
    if package is None or package.origin is None:
        raise InputError(f"the vectors of Russian words are in the package natasha, which is not installed; {_ADVICE}")
    try:
        data = (Path(package.origin).parent / _FILE).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != NAVEC_DIGEST:
        raise InputError(f"the installed natasha has not the vectors of release 1.6.0; {_ADVICE}")
    return data


def _read(
    data: bytes,
) -> tuple[list[str], NDArray[np.uint32], NDArray[np.uint8], NDArray[np.float64]]:
    """Return words, counts, (n,), codes, (n, 100), and triples, (100, 256, 3), in whole numbers, of a checked file.

    Source: https://github.com/natasha/navec, vocab.py and pq.py.
    """
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        vocabulary, quantised = (member.read() for name in ("vocab.bin", "pq.bin") if (member := tar.extractfile(name)))
    vocabulary = gzip.decompress(vocabulary)
    count = int(np.frombuffer(vocabulary, "<u4", 1)[0])
    counts = np.frombuffer(vocabulary, "<u4", count, 4)
    words = vocabulary[4 + 4 * count :].decode().split("\n")
    _, dimensions, groups, choices = np.frombuffer(quantised, "<u4", 4).tolist()
    codes = np.frombuffer(quantised, np.uint8, count * groups, 16).reshape(count, groups)
    triples = np.frombuffer(quantised, "<f4", offset=16 + count * groups).reshape(groups, choices, dimensions // groups)
    real = counts > 0  # the last two are marks for unknown words and padding
    words = [word for word, is_real in zip(words, real.tolist(), strict=True) if is_real]
    return words, counts[real], codes[real], np.floor(triples.astype(np.float64) * _FIXED + 0.5)


@kernel
def _add_parts(
    codes: NDArray[np.uint8],
    rows: NDArray[np.int64],
    parts: NDArray[np.int32],
    mean: NDArray[np.int32],
    out: NDArray[np.float32],
) -> None:
    """Write the sum of the parts of each row's codes, rounded to 2^-12: below 2^12 in size, exact in 32 bits."""
    total = np.empty(len(mean), np.int32)
    for i in range(len(rows)):
        for j in range(len(total)):
            total[j] = 4 - mean[j]
        for group in range(codes.shape[1]):
            part = parts[group, codes[rows[i], group]]
            for j in range(len(total)):
                total[j] += part[j]
        for j in range(len(total)):
            out[i, j] = np.float32(total[j] >> 3) / np.float32(4096.0)
