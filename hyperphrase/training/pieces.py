"""Pieces of phrases: what a context consists of, and how it becomes arrays of ids, document ids and position ids."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.training.source import PhraseSource

PADDING_DOCUMENT = -1  # the document id of padding


class Special(NamedTuple):
    """The ids of special symbols, -1 for none: before each phrase, after each phrase, and where a context is filled up.

    ``padding`` is always an id.
    """

    begin: int
    separator: int
    padding: int

    @property
    def each(self) -> int:
        """The number of special symbols of a phrase."""
        return (self.begin >= 0) + (self.separator >= 0)


class Pieces(NamedTuple):
    """Pieces of phrases, by context: those of context c are ``starts[c]`` to ``starts[c + 1]`` - 1.

    places: int64, the place of each piece's phrase in the corpus. lengths: int64, the symbols of the phrase. skips:
    int64, the tokens of the phrase, special ones included, before the piece. counts: int64, its tokens, 1 or more.
    starts: int64, shape (contexts + 1,).
    """

    places: NDArray[np.int64]
    lengths: NDArray[np.int64]
    skips: NDArray[np.int64]
    counts: NDArray[np.int64]
    starts: NDArray[np.int64]


class Contexts(NamedTuple):
    """Contexts as arrays: int32, shape (contexts, length) each.

    document_ids: 0, 1, ... for the pieces of a context, -1 for padding. position_ids: from 0 in each piece; 0 for
    padding.
    """

    input_ids: NDArray[np.int32]
    document_ids: NDArray[np.int32]
    position_ids: NDArray[np.int32]


def draw_contexts(source: PhraseSource, pieces: Pieces, length: int, special: Special) -> Contexts:
    """Return the contexts of ``pieces``, each of at most ``length`` tokens and filled up with padding."""
    before = special.begin >= 0
    needed = np.minimum(np.maximum(pieces.skips + pieces.counts - before, 0), pieces.lengths)
    ids = source.first_symbols(pieces.places, pieces.lengths, needed)
    shape = len(pieces.starts) - 1, length
    contexts = Contexts(*(np.empty(shape, np.int32) for _ in range(3)))
    _write(Contexts(*(column.ravel() for column in contexts)), pieces, needed, ids, special)
    return contexts


@inline_kernel
def _fill(out: NDArray[np.int32], at: Any, count: Any, value: Any, step: Any) -> None:
    """Write ``value``, value + step, ... to ``out[at:at + count]``; unsigned indices make it vector code."""
    for j in range(np.uint64(count)):
        out[np.uint64(at) + j] = np.int32(value) + np.int32(step) * np.int32(j)


@bare_kernel
def _write(
    contexts: Contexts, pieces: Pieces, needed: NDArray[np.int64], ids: NDArray[np.uint32], special: Any
) -> None:
    """Write all of ``contexts``. needed: how many of each piece's phrase are in ``ids``, where all stand in a row."""
    row, documents, positions = contexts
    begin, separator, padding = special
    lead = 1 if begin >= 0 else 0
    length = len(row) // (len(pieces.starts) - 1)
    at = to = 0  # in ids, in the arrays of the contexts
    for context in range(len(pieces.starts) - 1):
        first_piece = pieces.starts[context]
        for piece in range(first_piece, pieces.starts[context + 1]):
            token, count = pieces.skips[piece], pieces.counts[piece]
            _fill(documents, to, count, piece - first_piece, 0)
            _fill(positions, to, count, 0, 1)
            begins = token < lead
            if begins:
                row[to] = begin
            symbols = min(count - begins, pieces.lengths[piece] + lead - token - begins)
            source, target = np.uint64(at + token + begins - lead), np.uint64(to + begins)
            for j in range(np.uint64(symbols)):
                row[target + j] = np.int32(ids[source + j])
            if begins + symbols < count:
                row[to + count - 1] = separator
            to += count
            at += needed[piece]
        rest = (context + 1) * length - to
        _fill(row, to, rest, padding, 0)
        _fill(documents, to, rest, PADDING_DOCUMENT, 0)
        _fill(positions, to, rest, 0, 0)
        to += rest
