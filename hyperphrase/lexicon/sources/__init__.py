"""The sources of words: named sources, and users' files.

Sources have names so that a command line alone gives the same lexicon on every machine. A new source is a module in
this package and an entry in ``NAMED``.
"""

import difflib
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from hyperphrase.errors import InputError
from hyperphrase.lexicon.sources.english import english_words
from hyperphrase.lexicon.sources.russian import russian_words
from hyperphrase.lexicon.sources.synthetic import FLAVOURS, synthetic_words
from hyperphrase.lexicon.sources.user_file import user_words
from hyperphrase.lexicon.sources.word_ranking import RankedWords

DEFAULT_LEXICON, DEFAULT_VOCABULARY = "english", 250_000  # name, hyperwords
LARGEST_REAL = 500_000  # hyperwords at most in a lexicon of English or Russian words

NAMED = ("english", "russian", "synthetic")
STOP, STOP_FREQUENCY = ".", 0.05  # the hyperword of sentence ends: one word of twenty
_STOPS = {"": False, "stop=false": False, "stop=true": True}  # what may stand behind english: and russian:


def find_words(spec: str, vocabulary: int | None, open_file: Callable[[str], BinaryIO]) -> RankedWords:
    """Return the first ``vocabulary`` words of the source that ``spec`` names, most frequent first.

    ``spec`` is ``english``, ``russian``, one of these with ``:stop=true``, which adds the hyperword ".", ``synthetic``,
    ``synthetic:flavour=english|russian`` or the path of a file, which ``open_file`` opens. Without ``vocabulary``, a
    named source gives 250,000 words and a file all of its words. Raises InputError.
    """
    if is_named(spec):
        return _named_words(spec, DEFAULT_VOCABULARY if vocabulary is None else vocabulary)
    return _file_words(spec, vocabulary, open_file)


def language_of(name: str) -> str:
    """Return the language, ``english`` or ``russian``, of the lexicon of a name: what laws choose their defaults by.

    Synthetic words and those of a file count as English.
    """
    return "russian" if name.partition(":")[0] == "russian" else "english"


def is_named(spec: str) -> bool:
    """Tell whether ``spec`` is a named source; otherwise it is the path of a file."""
    return spec.partition(":")[0] in NAMED


def _named_words(spec: str, vocabulary: int) -> RankedWords:
    """Return the words of a named lexicon."""
    name, _, arguments = spec.partition(":")
    if name == "synthetic":
        return synthetic_words(_flavour(spec, arguments), vocabulary)
    if arguments not in _STOPS:
        raise InputError(f"give {name}:stop=true|false, or {name} alone", field="lexicon", value=spec)
    if vocabulary > LARGEST_REAL:
        problem = f"the {name} lexicon has at most {LARGEST_REAL:,} hyperwords"
        advice = "give fewer, or take `lexicon=synthetic` or a file"
        raise InputError(f"{problem}; {advice}", field="vocabulary", value=vocabulary)
    words = english_words if name == "english" else russian_words
    return _with_stop(words(vocabulary - 1)) if _STOPS[arguments] else words(vocabulary)


def _with_stop(ranked: RankedWords) -> RankedWords:
    """Return the words with the hyperword of sentence ends at its rank."""
    rank = int((ranked.frequencies >= STOP_FREQUENCY).sum())
    words = [*ranked.words[:rank], STOP, *ranked.words[rank:]]
    return RankedWords(words, np.insert(ranked.frequencies, rank, STOP_FREQUENCY))


def _flavour(spec: str, arguments: str) -> str:
    """Return the flavour of synthetic words; ``english`` if none is given."""
    if not arguments:
        return FLAVOURS[0]
    key, _, flavour = arguments.partition("=")
    if key != "flavour" or flavour not in FLAVOURS:
        problem = f"give synthetic:flavour={'|'.join(FLAVOURS)}, or synthetic alone"
        raise InputError(problem, field="lexicon", value=spec)
    return flavour


def _file_words(path: str, vocabulary: int | None, open_file: Callable[[str], BinaryIO]) -> RankedWords:
    """Return the first ``vocabulary`` words of a user's file, all if None."""
    try:
        ranked = user_words(path, open_file)
    except InputError as error:
        if isinstance(error.__cause__, FileNotFoundError) and not set(path) & set("./\\"):
            raise _unknown_name(path) from error
        raise
    available = len(ranked.words)
    if vocabulary is not None and vocabulary > available:
        problem = f"`lexicon={path}` has {available:,} words; give at most that many"
        raise InputError(problem, field="vocabulary", value=vocabulary)
    return RankedWords(ranked.words[:vocabulary], ranked.frequencies[:vocabulary])


def _unknown_name(name: str) -> InputError:
    """Return the error for a name that is neither a named source nor a file; it suggests similar names."""
    nearest = difflib.get_close_matches(name.partition(":")[0], NAMED, n=len(NAMED), cutoff=0.6) or NAMED
    problem = f"neither a lexicon nor a file; did you mean {' or '.join(nearest)}?"
    return InputError(f"{problem} There are {', '.join(NAMED)}, and files of words", field="lexicon", value=name)
