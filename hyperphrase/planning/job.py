"""A job: a validated request with everything that its run needs, prepared before any work starts."""

from dataclasses import dataclass

from hyperphrase.corpus.drawn_range import check_seeds, enough_seeds
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import kind_of, vectors_of
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.space.phrase_space import Space


@dataclass(frozen=True)
class Job:
    """Everything that a run needs.

    request: its drawn range most likely has enough phrases. meanings: None if no dictionary is requested.
    """

    lexicon: Lexicon
    phrases: Phrases
    space: Space
    request: CorpusRequest
    meanings: Meanings | None

    def notes(self) -> list[str]:
        """Return what the user should know before the run, a line each; fields are in backticks."""
        return list(self.request.recipe.law.notes(self.lexicon))


def prepare_job(lexicon: Lexicon, phrases: Phrases, request: CorpusRequest) -> Job:
    """Return the job of ``request``. Raises InputError if the space cannot hold its phrases."""
    space = Space(phrases)
    request = enough_seeds(request, space)
    check_seeds(request)
    kind = request.dictionary
    meanings = None
    if kind is not None:
        meanings = build_meanings(kind, vectors_of(lexicon, kind_of(lexicon.name)), lexicon, phrases)
    return Job(lexicon, phrases, space, request, meanings)
