"""Words of a text that the lexicon lacks: how many, which are the commonest, and how more of them would be found."""

import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping

from hyperphrase.formatting import escape_controls
from hyperphrase.laws.text.template_grammar import Grammar
from hyperphrase.lexicon.lexicon import Lexicon

_SHOWN = 5  # words
_LONGEST = 40  # characters of a word that is shown
_PREPARATIONS: Mapping[str, Callable[[str], str]] = {"case": str.lower, "punctuation": lambda word: _stripped(word)}


def preparation(readings: Container[str]) -> Callable[[str], str] | None:
    """Return what becomes of a word by the readings ``case`` and ``punctuation``, None if none of them is given."""
    steps = [step for name, step in _PREPARATIONS.items() if name in readings]
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else lambda word: _stripped(word.lower())


def _stripped(word: str) -> str:
    """Return ``word`` without punctuation (Unicode's categories P) at its beginning and end."""
    first, last = 0, len(word)
    while first < last and unicodedata.category(word[first])[0] == "P":
        first += 1
    while first < last and unicodedata.category(word[last - 1])[0] == "P":
        last -= 1
    return word[first:last]


def missing_words(counts: Mapping[str, int], lexicon: Lexicon) -> Iterator[str]:
    """Yield a line if the lexicon lacks words of a text; counts: how often the text has each word."""
    known = set(lexicon.words)
    missing = {word: count for word, count in counts.items() if word not in known}
    if not missing:
        return
    common = sorted(missing, key=lambda word: -missing[word])[:_SHOWN]
    tokens = f"{sum(missing.values()):,} of {sum(counts.values()):,} tokens of the text"
    words = f"{len(missing):,} of {len(counts):,} different words"
    advice = _offer(missing, known) + _forms(missing, known)
    yield (
        f"{tokens} ({words}) are not in the lexicon, so they are never drawn; the commonest: "
        f"{', '.join(f'{_shown(word)} ({missing[word]:,})' for word in common)}{advice}"
    )


def _offer(missing: Mapping[str, int], known: Container[str]) -> str:
    """Return how most of the missing words are found, by as few readings of the text as that takes."""
    best, gain = "", 0
    for readings, option in (
        ({"case"}, "case=lower"),
        ({"punctuation"}, "punctuation=strip"),
        ({"case", "punctuation"}, "case=lower,punctuation=strip"),
    ):
        prepare = preparation(readings) or str
        found = sum(count for word, count in missing.items() if prepare(word) in known)
        if found > gain:
            best, gain = option, found
    return f"; `law=markov:file=PATH,{best}` finds {gain:,} of these tokens" if gain else ""


def _forms(missing: Mapping[str, int], known: Container[str]) -> str:
    """Return which of the missing words the lexicon has in another normal form of Unicode."""
    for form in ("NFC", "NFD"):
        found = sum(count for word, count in missing.items() if unicodedata.normalize(form, word) in known)
        if found:
            return f"; saved in {form}, the text has {found:,} of these tokens as the lexicon does"
    return ""


def missing_members(grammar: Grammar, lexicon: Lexicon) -> Iterator[str]:
    """Yield a line if the lexicon lacks words of a grammar's classes."""
    known = set(lexicon.words)
    members = dict.fromkeys(word for words in grammar.classes for word in words)
    missing = [word for word in members if word not in known]
    if missing:
        yield (
            f"{len(missing):,} of {len(members):,} words of the grammar are not in the lexicon, so they are "
            f"never drawn: {', '.join(map(_shown, missing[:_SHOWN]))}{', ...' * (len(missing) > _SHOWN)}"
        )


def _shown(word: str) -> str:
    return f"'{escape_controls(word[:_LONGEST])}'{'...' * (len(word) > _LONGEST)}"
