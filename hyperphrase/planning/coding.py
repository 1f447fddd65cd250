"""Sizes of ids under codes that no format here has: dictionaries of zstandard, and an entropy coder.

The entropy coder is ANS (asymmetric numeral systems: Duda 2009, arXiv:0902.0271) of the library constriction.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hyperphrase.phrases.blocks import PhraseBlock

_LEVEL = 19
_DICTIONARY = 112_640  # bytes, the default of the zstd program
_FEWEST = 64  # phrases that a dictionary is trained on


def varints(ids: NDArray[np.uint32]) -> bytes:
    """Return ids as variable-length integers, seven bits a byte, lowest first (LEB128)."""
    groups = [(ids >> np.uint32(7 * i)).astype(np.uint32) for i in range(5)]
    used = np.stack([group > 0 for group in groups], axis=1)
    used[:, 0] = True
    more = np.zeros_like(used)
    more[:, :-1] = used[:, 1:]
    values = np.stack([(group & np.uint32(127)).astype(np.uint8) for group in groups], axis=1)
    return bytes((values | (more.astype(np.uint8) << np.uint8(7)))[used])


def planes(ids: NDArray[np.uint32]) -> bytes:
    """Return all lowest bytes of ids, then all second ones, and so on, as many as the largest id needs."""
    columns = ids.astype("<u4").view(np.uint8).reshape(-1, 4)
    used = int(np.flatnonzero(columns.any(axis=0)).max(initial=0)) + 1
    return bytes(np.ascontiguousarray(columns[:, :used].T))


def with_dictionary(trained: Sequence[bytes], coded: Sequence[bytes]) -> tuple[int, int] | None:
    """Return the bytes of ``coded`` by zstd 19 with a dictionary trained on ``trained``.

    First if each is compressed by itself, then all together. All are decompressed again and compared. None if too
    little is given to train a dictionary.
    """
    import zstandard

    if len(trained) < _FEWEST:
        return None
    try:
        dictionary = zstandard.train_dictionary(_DICTIONARY, list(trained))
    except zstandard.ZstdError:
        return None
    compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary, write_dict_id=False)
    reader = zstandard.ZstdDecompressor(dict_data=dictionary)
    each, joined = [compressor.compress(part) for part in coded], b"".join(coded)
    together = compressor.compress(joined)
    if [reader.decompress(part) for part in each] != list(coded) or reader.decompress(together) != joined:
        raise RuntimeError("zstandard did not give back what was compressed")
    return sum(map(len, each)), len(together)


def entropy_coded(ids: NDArray[np.uint32], probabilities: NDArray[np.float64]) -> int:
    """Return the bytes of ids by an entropy coder with these probabilities of each id, (V,); decoded and compared."""
    import constriction  # reads and writes whole streams; imported in 0.1 s

    model = constriction.stream.model.Categorical(probabilities, perfect=False)
    coder = constriction.stream.stack.AnsCoder()
    coder.encode_reverse(ids.astype(np.int32), model)
    words = coder.get_compressed()
    decoded = constriction.stream.stack.AnsCoder(words).decode(model, len(ids))
    if not np.array_equal(decoded, ids):
        raise RuntimeError("constriction did not give back what was encoded")
    return int(words.nbytes)


def frequencies(ids: NDArray[np.uint32], vocabulary: int) -> NDArray[np.float64]:
    """Return the probability of each id, (V,), estimated from ``ids``.

    Ids that were not met share what was met once (Good 1953, Turing's estimate of what is missing).
    """
    counts = np.bincount(ids, minlength=vocabulary).astype(np.float64)
    total = max(counts.sum(), 1.0)
    missing = min(max(float(np.count_nonzero(counts == 1)), 1.0) / total, 0.5)
    return np.asarray((1.0 - missing) * counts / total + missing / vocabulary)


def parts_of(block: PhraseBlock) -> list[NDArray[np.uint32]]:
    """Return the ids of each phrase."""
    return [phrase.ids for phrase in block]
