"""The grammars of ``template`` and ``scene``: weighted context-free rules over classes of words, as a text.

A line is a rule, a class, empty, or a comment after ``#``::

    S    -> 3 NP Verb NP | NP Verb     alternatives, each after its weight, 1 by default
    NP   -> Det Noun
    Det  = the*3 a                     words, each before its weight, 1 by default
    Noun ~ dog cat horse               words that ``scene`` draws by what the phrase is about; to ``template`` as =

The name of the first rule is the sentence. A name has up to 40 letters, digits and _, and does not begin with
a digit. A class may have several lines, all with = or all with ~.
"""

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.grammar import nearest
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.numerals import parse_number

_MOST_NAMES, _MOST_RULES, _MOST_SYMBOLS = 1000, 5000, 32
_line = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,39})\s*(->|=|~)\s*(.*)")
_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")

Rules = dict[str, list[tuple[float, tuple[str, ...]]]]


class RuleColumns(NamedTuple):
    """Rules of one or two symbols on the right, ascending by head; each of shape (rules,).

    heads, lefts, rights: int64, numbers of symbols; rights are -1 in rules of one symbol, whose left one has a lower
    number than its head. shares: float64, of each rule among those of its head.
    """

    heads: NDArray[np.int64]
    lefts: NDArray[np.int64]
    rights: NDArray[np.int64]
    shares: NDArray[np.float64]


@dataclass(frozen=True)
class Grammar:
    """A grammar in arrays; symbols are numbered, the classes first.

    classes: the words of symbols 0, 1, ... with their weights. tilted: whether each class is written with ~. names: of
    all symbols. start: the sentence.
    """

    classes: tuple[dict[str, float], ...]
    tilted: tuple[bool, ...]
    names: tuple[str, ...]
    rules: RuleColumns
    start: int

    def inside(self, longest: int) -> NDArray[np.float64]:
        """Return the probability that a symbol becomes n words, for n = 0..longest: float64, (symbols, longest + 1)."""
        weights = np.zeros((len(self.names), longest + 1))
        weights[: len(self.classes), 1] = 1.0
        _inside(self.rules, weights)
        return weights


def parse(text: str, where: str) -> Grammar:
    """Return the grammar in a text. Raises InputError, in one line that names the file and the line."""
    rules: Rules = {}
    classes: dict[str, dict[str, float]] = {}
    signs: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            found = _line.fullmatch(line.strip())
            place = f"{where}: line {number}"
            if not found:
                raise InputError(
                    f"{place} is not a rule; write NAME -> NAME NAME | NAME, NAME = word word, NAME ~ word word, or "
                    "# a comment; names have 40 letters at most"
                )
            name, kind, rest = found.groups()
            if name in (classes if kind == "->" else rules):
                raise InputError(f"{place} makes {name} both a rule and a class; choose another name")
            if kind != "->":
                if signs.setdefault(name, kind) != kind:
                    raise InputError(f"{place} has {name} with {kind}, an earlier line with {signs[name]}; write one")
                _add_words(classes.setdefault(name, {}), rest, place)
            else:
                _add_rules(rules.setdefault(name, []), rest, place)
    _check(rules, classes, where)
    return _numbered(rules, classes, tuple(signs[name] == "~" for name in classes), where)


def ended(grammar: Grammar, word: str) -> Grammar:
    """Return ``grammar`` with ``word`` behind each sentence, as a class of its own."""
    count, start = len(grammar.classes), len(grammar.names) + 1
    columns = (np.where(column >= count, column + 1, column) for column in grammar.rules[:3])
    old = grammar.start + (grammar.start >= count)
    heads, lefts, rights = (np.append(column, last) for column, last in zip(columns, (start, old, count), strict=True))
    names = (*grammar.names[:count], word, *grammar.names[count:], f"{grammar.names[grammar.start]} {word}")
    rules = RuleColumns(heads, lefts, rights, np.append(grammar.rules.shares, 1.0))
    return Grammar((*grammar.classes, {word: 1.0}), (*grammar.tilted, False), names, rules, start)


def without_words(text: str, unwanted: Container[str]) -> str:
    """Return a grammar's text without the words of its classes that are unwanted."""
    lines = []
    for line in text.split("\n"):
        found = _line.fullmatch(line.strip())
        if found and found[2] != "->":
            items = found[3].split()
            kept = [item for item in items if item.partition("*")[0] not in unwanted]
            line = line if len(kept) == len(items) else " ".join([found[1], found[2], *kept])
        lines.append(line)
    return "\n".join(lines)


def _add_words(words: dict[str, float], text: str, place: str) -> None:
    for item in text.split():
        word, star, weight = item.rpartition("*")
        weighted = star and word and weight[:1] not in "+-" and parse_number(weight) is not None
        word = word if weighted else item
        if word in words:
            raise InputError(f"{place} repeats the word {word!r:.40}; give each word of a class once")
        words[word] = _weight(weight, place) if weighted else 1.0


def _add_rules(alternatives: list[tuple[float, tuple[str, ...]]], text: str, place: str) -> None:
    if text.count("|") >= _MOST_RULES:  # before they take memory
        raise InputError(f"{place} has more than {_MOST_RULES} alternatives; make it smaller")
    for part in text.split("|"):
        symbols = part.split()
        weight = symbols.pop(0) if symbols and parse_number(symbols[0]) is not None else "1"
        wrong = [symbol for symbol in symbols if not _name.fullmatch(symbol)]
        if not symbols or len(symbols) > _MOST_SYMBOLS or wrong:
            what = (
                f"has {wrong[0]!r:.40}, which is no name" if wrong else "has an alternative of too many names or none"
            )
            raise InputError(
                f"{place} {what}; write names of rules and classes, 1 to {_MOST_SYMBOLS} in an alternative"
            )
        alternatives.append((_weight(weight, place), tuple(symbols)))


def _weight(text: str, place: str) -> float:
    weight = parse_number(text) or 0.0
    if not 1e-9 <= weight <= 1e9:
        raise InputError(f"{place} has the weight {text:.40}; give 1e-9 to 1e9")
    return weight


def _check(rules: Rules, classes: dict[str, dict[str, float]], where: str) -> None:
    """Raise InputError unless every name is defined and the grammar is small enough."""
    if not rules:
        raise InputError(f"{where} has no rules; write lines such as S -> Noun Verb and Noun = dog cat")
    count = sum(map(len, rules.values()))
    if len(rules) + len(classes) > _MOST_NAMES or count > _MOST_RULES:
        raise InputError(f"{where} has more than {_MOST_NAMES} names or {_MOST_RULES} alternatives; make it smaller")
    known = {*rules, *classes}
    for head, alternatives in rules.items():
        for _, symbols in alternatives:
            for symbol in symbols:
                if symbol not in known:
                    raise InputError(
                        f"{where}: {head} uses {symbol!r:.40}, which is not defined{nearest(symbol, known)}"
                    )
    if empty := [name for name, words in classes.items() if not words]:
        raise InputError(f"{where}: the class {empty[0]} has no words; give some")
    if sum(map(len, classes.values())) > MAX_VOCABULARY:
        raise InputError(f"{where} has more than {MAX_VOCABULARY} words; give fewer")


def _numbered(rules: Rules, classes: dict[str, dict[str, float]], tilted: tuple[bool, ...], where: str) -> Grammar:
    """Return the grammar with at most two symbols on the right: longer ones get a symbol for each of their ends."""
    short: Rules = {}
    for head, alternatives in rules.items():
        short[head] = []
        for weight, symbols in alternatives:
            tail = symbols[1:]
            short[head].append((weight, (symbols[0], " ".join(tail)) if tail else symbols))
            while len(tail) > 1:
                short[" ".join(tail)] = [(1.0, (tail[0], " ".join(tail[1:])))]
                tail = tail[1:]
    names = [*classes, *_ordered(short, where)]
    number = {name: i for i, name in enumerate(names)}
    rows: list[tuple[int, int, int, float]] = []
    for head in names[len(classes) :]:
        total = math.fsum(weight for weight, _ in short[head])
        for weight, symbols in short[head]:
            right = number[symbols[1]] if len(symbols) == 2 else -1
            rows.append((number[head], number[symbols[0]], right, weight / total))
    heads, lefts, rights = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    columns = RuleColumns(heads, lefts, rights, np.array([row[3] for row in rows]))
    return Grammar(tuple(classes.values()), tilted, tuple(names), columns, number[next(iter(rules))])


def _ordered(rules: Rules, where: str) -> list[str]:
    """Return the heads, each behind those that it can become alone. Raises InputError where one becomes itself."""
    left = {head: {one[0] for _, one in rules[head] if len(one) == 1 and one[0] in rules} for head in rules}
    ordered: list[str] = []
    while left:
        ready = [head for head, needed in left.items() if not needed]
        if not ready:
            raise InputError(f"{where}: {min(left)} can become itself alone; remove that alternative")
        for head in ready:
            del left[head]
        ordered += ready
        for needed in left.values():
            needed.difference_update(ready)
    return ordered


@kernel
def _inside(rules: RuleColumns, weights: NDArray[np.float64]) -> None:
    heads, lefts, rights, shares = rules
    for n in range(1, weights.shape[1]):
        for rule in range(len(heads)):
            left, right = lefts[rule], rights[rule]
            total = 0.0
            if right < 0:
                total = weights[left, n]
            else:
                for i in range(1, n):
                    total += weights[left, i] * weights[right, n - i]
            weights[heads[rule], n] += shares[rule] * total
