"""Pieces of phrases: what a context consists of, and how it becomes arrays of ids, document ids and position ids."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
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

    places: int64, the place of each piece's phrase in the corpus. skips: int64, the tokens of the phrase, special ones
    included, before the piece. counts: int64, its tokens, 1 or more. starts: int64, shape (contexts + 1,).
    """

    places: NDArray[np.int64]
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
    lengths = source.lengths(pieces.places)
    before = special.begin >= 0
    needed = np.clip(pieces.skips + pieces.counts - before, 0, lengths)
    ids = source.first_symbols(pieces.places, lengths, needed)
    shape = len(pieces.starts) - 1, length
    contexts = Contexts(*(np.empty(shape, np.int32) for _ in range(3)))
    _write(contexts, pieces, lengths, needed, ids, special)
    return contexts


@kernel
def _write(
    contexts: Contexts,
    pieces: Pieces,
    lengths: NDArray[np.int64],
    needed: NDArray[np.int64],
    ids: NDArray[np.uint32],
    special: Any,
) -> None:
    skips, counts, starts = pieces.skips, pieces.counts, pieces.starts
    begin, separator, padding = special
    lead = 1 if begin >= 0 else 0
    at = 0  # of the piece's phrase in ids
    for context in range(len(starts) - 1):
        row, documents, positions = (
            contexts.input_ids[context], contexts.document_ids[context], contexts.position_ids[context]
        )  # fmt: skip
        to = 0
        for piece in range(starts[context], starts[context + 1]):
            token, count = skips[piece], counts[piece]
            for j in range(count):
                documents[to + j] = piece - starts[context]
                positions[to + j] = j
            done = 0
            if token < lead:
                row[to] = begin
                done = 1
            of_phrase = min(count - done, lengths[piece] + lead - token - done)
            first = at + token + done - lead
            for j in range(of_phrase):
                row[to + done + j] = np.int32(ids[first + j])
            if done + of_phrase < count:
                row[to + count - 1] = separator
            to += count
            at += needed[piece]
        for j in range(to, len(row)):
            row[j], documents[j], positions[j] = padding, PADDING_DOCUMENT, 0
