"""The space of a lexicon's words, for the laws that draw words by meaning."""

import io
from collections.abc import Mapping

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import OpenFile
from hyperphrase.laws.meaning import discourse
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import VECTOR_DIGESTS, frequent_vectors, read_vectors, vectors_of, write_vectors

#: What vectors can be called; else they are a user's file, named by its SHA-256.
NAMED_VECTORS = ("glove", "navec", "gaussian")
#: What the parameter of vectors takes, for the help of laws.
VECTORS_MEANING = (
    "glove (English words), navec (Russian words), gaussian or a .npy file; default by the lexicon's language"
)
_ADVICE = {  # the vectors' name, the lexicon that they suit, and those that suit another one
    "glove": ("GloVe", "english", "vectors=navec for Russian words"),
    "navec": ("Navec", "russian", "vectors=glove for English words"),
}
_LEAST_COVERED = 0.1  # share of the words that must have a vector, or there is no meaning to speak of
_LEARNED = 50_000  # most frequent words, from which mean and covariance are taken
_DIMENSIONS = 50  # of gaussian vectors, as of GloVe's


def word_space(vectors: str, vocabulary: int, lexicon: Lexicon, data: bytes | None) -> discourse.WordSpace:
    """Return the space of ``vectors``: ``glove`` and ``navec`` whitened, ``gaussian``, or a digest with its file.

    data: the ``.npy`` file of a digest. Raises InputError, without a field, if fewer than a tenth of the words have a
    vector or a package is not installed, and CorruptError if the file is missing.
    """
    if vectors == "gaussian":
        return discourse.scaled(discourse.gaussian_vectors(vocabulary, _DIMENSIONS))
    if vectors not in NAMED_VECTORS:
        if data is None:
            raise CorruptError(f"the vectors of digest {vectors:.12}... are missing")
        return discourse.scaled(read_vectors(io.BytesIO(data), "the file of vectors"))
    found = vectors_of(lexicon, vectors)
    known = int(found.present.sum())
    if known < _LEAST_COVERED * vocabulary:
        name, suited, other = _ADVICE[vectors]
        raise InputError(
            f"{name} has vectors of {known:,} of the {vocabulary:,} words of this lexicon; take `lexicon={suited}`, "
            f"{other}, vectors=gaussian or vectors=PATH"
        )
    return discourse.whitened(found, frequent_vectors(_LEARNED, vectors))


def open_vectors(source: str, open_file: OpenFile) -> bytes:
    """Return the user's ``.npy`` file ``source`` in one form, float32. Raises InputError without a field."""
    try:
        with open_file(source) as stream:
            return write_vectors(read_vectors(stream, source).values)
    except OSError as error:
        problem = f"{source} cannot be read ({error.strerror or error})"
        raise InputError(f"{problem}; give {', '.join(NAMED_VECTORS)} or the path of a .npy file") from error


def check_rows(data: bytes, vocabulary: int) -> None:
    """Raise InputError, without a field, unless the ``.npy`` file ``data`` has a vector of each hyperword."""
    rows = len(read_vectors(io.BytesIO(data), "the file of vectors").values)
    if rows != vocabulary:
        raise InputError(f"the file has {rows:,} vectors and the lexicon {vocabulary:,} hyperwords; give as many")


def in_recipe(vectors: str) -> str:
    """Return how a recipe calls the vectors ``vectors``: by the digest of those of a package."""
    return VECTOR_DIGESTS.get(vectors, vectors)


def from_recipe(vectors: str) -> str:
    """Return the name of the vectors that a recipe calls ``vectors``."""
    names: Mapping[str, str] = {digest: name for name, digest in VECTOR_DIGESTS.items()}
    return names.get(vectors, vectors)
