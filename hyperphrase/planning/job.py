"""A job: a validated request with everything that its run needs, prepared before any work starts."""

from dataclasses import dataclass

from hyperphrase.corpus.drawn_range import check_seeds, enough_seeds
from hyperphrase.corpus.request import DISCOURSE, CorpusRequest
from hyperphrase.errors import InputError
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import kind_of
from hyperphrase.meaning.dictionary import dictionary_rows
from hyperphrase.meaning.phrase_meanings import Meanings
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
    """Return the job of ``request``. Raises InputError if it cannot be made."""
    space = Space(phrases)
    request = enough_seeds(request, space)
    check_seeds(request)
    kind = request.dictionary
    if kind == DISCOURSE and phrases.law.discourse() is None:
        known = " or ".join(name for name, law in sorted(SYMBOL_LAWS.items()) if law.has_discourse)
        problem = f"the law {phrases.recipe.law.name} has no discourse; take {known}, or another kind"
        raise InputError(problem, field="dictionary", value=kind)
    meanings = dictionary_rows(kind, kind_of(lexicon.name), lexicon, phrases) if kind is not None else None
    return Job(lexicon, phrases, space, request, meanings)
