"""Agreement in Russian, by pymorphy3 from the words alone.

Three things are checked between neighbouring words, all analyses of both are tried, and it is an error if none fits:

* a full adjective or participle before a noun: case, number, and gender in the singular;
* a preposition before a noun or such an adjective: one of the cases that it takes;
* a noun before a verb, where the noun can be nothing but nominative: number and, in the past, gender.

Words whose analyses are of several parts of speech are not checked. In real text neighbours need not belong together,
so it has some such errors; a bag of words has pairs by chance, and nearly all are wrong.
"""

import functools
import itertools
from typing import Any

_CASES = {
    "без": {"gent"}, "для": {"gent"}, "до": {"gent"}, "из": {"gent"}, "от": {"gent"}, "у": {"gent"}, "около": {"gent"},  # noqa: RUF001 - Cyrillic
    "после": {"gent"}, "против": {"gent"}, "к": {"datv"}, "над": {"ablt"}, "перед": {"ablt"}, "через": {"accs"},
    "про": {"accs"}, "при": {"loct"}, "о": {"loct", "accs"}, "в": {"loct", "accs"}, "на": {"loct", "accs"},  # noqa: RUF001 - Cyrillic
    "под": {"ablt", "accs"}, "за": {"ablt", "accs"}, "с": {"ablt", "gent", "accs"}, "по": {"datv", "accs", "loct"},  # noqa: RUF001 - Cyrillic
}  # fmt: skip
_SAME_CASE = {"gen2": "gent", "loc2": "loct", "acc2": "accs"}
_ADJECTIVES = {"ADJF", "PRTF"}


def installed() -> bool:
    """Tell whether pymorphy3 is installed."""
    try:
        _analyser()
    except ImportError:
        return False
    return True


@functools.cache
def _analyser() -> Any:
    import pymorphy3  # an extra, for Russian alone

    return pymorphy3.MorphAnalyzer(lang="ru")


@functools.cache
def _analyses(word: str) -> tuple[frozenset[str], tuple[Any, ...]]:
    """Return the parts of speech that a word may be, and its analyses."""
    tags = tuple(parse.tag for parse in _analyser().parse(word))
    return frozenset(str(tag.POS) for tag in tags), tags


def errors(phrases: list[list[str]]) -> tuple[int, int]:
    """Return how many pairs of neighbours are wrong, and how many are checked."""
    verdicts = [_fits(a, b) for phrase in phrases for a, b in itertools.pairwise(phrase)]
    return verdicts.count(False), len(verdicts) - verdicts.count(None)


@functools.cache
def _fits(first: str, second: str) -> bool | None:
    """Tell whether two neighbours agree, None if they are not checked."""
    kinds, tags = _analyses(first)
    next_kinds, next_tags = _analyses(second)
    if first in _CASES and (next_kinds == {"NOUN"} or next_kinds <= _ADJECTIVES):
        return any(_case(tag) in _CASES[first] for tag in next_tags)
    if kinds <= _ADJECTIVES and next_kinds == {"NOUN"}:
        return any(_agree(tag, other) for tag in tags for other in next_tags)
    if kinds == {"NOUN"} and next_kinds == {"VERB"} and all(_case(tag) == "nomn" for tag in tags):
        return any(_governs(tag, verb) for tag in tags for verb in next_tags)
    return None


def _case(tag: Any) -> str | None:
    case: str | None = tag.case
    return case if case is None else _SAME_CASE.get(case, case)


def _agree(adjective: Any, noun: Any) -> bool:
    if "Fixd" in noun and adjective.number == noun.number:
        return adjective.number == "plur" or adjective.gender == noun.gender or noun.gender is None
    same = _case(adjective) == _case(noun) and adjective.number == noun.number
    return same and (adjective.number == "plur" or adjective.gender == noun.gender or "Ms-f" in noun)


def _governs(noun: Any, verb: Any) -> bool:
    if verb.mood == "impr" or verb.person in ("1per", "2per") or verb.number != noun.number:
        return False
    return verb.tense != "past" or noun.number == "plur" or verb.gender == noun.gender or "Ms-f" in noun
