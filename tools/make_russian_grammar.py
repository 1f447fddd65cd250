"""Make hyperphrase/laws/text/grammars/russian.txt: the grammar of Russian that ``template`` and ``scene`` take.

The rules and the function words are our own (:mod:`tools.russian_rules`), and so are the lists of verbs by what they
govern (:mod:`tools.russian_words`). All other words are of the first 100,000 of the Russian lexicon, put into classes
by the package pymorphy3 (MIT) with the dictionary pymorphy3-dicts-ru 2.4.417150.4580142, which is made from OpenCorpora
(CC BY-SA 3.0; https://opencorpora.org). They are not needed to run the program.

A form enters if one lexeme has 0.9 or more of its probability, and then joins every class that it is a form of: else
"стали" would be steel as well as a past tense.

Run: python -m tools.make_russian_grammar > hyperphrase/laws/text/grammars/russian.txt
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pymorphy3

from hyperphrase.lexicon.lexicon import build_lexicon
from tools import russian_rules, russian_words
from tools.russian_rules import ADJECTIVE, CLOSED, GENDERS

WORDS = 100_000  # of the lexicon, the most frequent ones
SHORT = 20_000  # of these, for forms of three letters: the others are mostly names and slips of the dictionary
SHARE = 0.9  # of a form's probability that one lexeme must have
LEAST_SPLIT = 90  # words of a class of those that ask for "со" or "во": fewer are left out, as they fit few topics
SPLIT = re.compile("(Abl[AI]|AccI|LocI)[mfnp]|Adj(Abl|AblP|Loc|Obl|GenP)")

_KINDS = {"NOUN": "noun", "ADJF": "adjective", "ADJS": "adjective", "ADVB": "adverb", "VERB": "verb", "INFN": "verb"}
_CASES = {"nomn": "Nom", "gent": "Gen", "datv": "Dat", "accs": "Acc", "ablt": "Abl", "loct": "Loc"}
_NAMES = {"Name", "Surn", "Patr", "Orgn", "Trad", "Abbr", "Init"}
_UNUSUAL = {
    "Erro",
    "Arch",
    "Slng",
    "Dist",
    "Infr",
    "Apro",
    "ms-f",
    "Coun",
    "V-oy",
    "V-be",
    "V-bi",
    "V-ey",
    "V-ie",
    "Impe",
    "Cmp2",
}
_CONSONANT = "[бвгджзклмнпрстфхцчшщ]"
_SILENT = "мн|мгл|мрак|льд|льв|льн|лб|лж|рт|рж|рв|двор|дн[аеяюи]|сн[аеу]$|вш"
#: Words after which "со" stands for "с"; those of the second, a part of them, ask for "во" as well.
_after_s = re.compile(f"([вфсзшж]{_CONSONANT}|щ|{_SILENT})").match
_after_v = re.compile(f"([вф]{_CONSONANT}|{_SILENT})").match


def main() -> None:
    """Print the grammar."""
    classes = classes_of_lexicon()
    split = {name for name in classes if name[-1] in "SV" and SPLIT.fullmatch(name[:-1])}
    rules = [weighted(rule, classes) for rule in russian_rules.rules(split)]
    used = reached(rules)
    print(HEAD.strip("\n"))
    for rule in rules:
        if rule.split()[0] in used:
            print(rule)
    for name, words in CLOSED.items():
        show(name, "=", words.split())
    for name in sorted(used & classes.keys()):
        show(name, "~", classes[name])


HEAD = """
# Russian sentences; made by tools/make_russian_grammar.py, which says where the words come from.
# The classes of words (the lines with ~) are derived from the dictionary of OpenCorpora, https://opencorpora.org, and
# are under the Creative Commons Attribution-ShareAlike 3.0 licence, https://creativecommons.org/licenses/by-sa/3.0/
"""


def classes_of_lexicon() -> dict[str, list[str]]:
    """Return the words of each class, the most frequent first."""
    morph = pymorphy3.MorphAnalyzer()
    lexicon = build_lexicon("russian", WORDS, "stable", open)  # type: ignore[arg-type] # no file is opened
    found: dict[str, dict[str, str]] = defaultdict(dict)
    known = set(lexicon.words)
    closed = {word.partition("*")[0] for words in CLOSED.values() for word in words.split()}
    for rank, word in enumerate(lexicon.words):
        if (
            len(word) < (3 if rank < SHORT else 4)
            or word in russian_words.UNFIT
            or word in closed
            or not morph.word_is_known(word)
        ):
            continue
        for name in classes_of(word, morph, known):
            found[name].setdefault(word.replace("ё", "е"), word)  # of twins, the commoner
    for name in [name for name in found if SPLIT.fullmatch(name)]:
        suffix = "V" if name[:3] in ("Loc", "Acc") or name in ("AdjLoc", "AdjGenP") else "S"
        _split(found, name, suffix)
    split = {name for name in found if name[-1] in "SV" and SPLIT.fullmatch(name[:-1])}
    kept = {name for name, words in found.items() if len(words) >= LEAST_SPLIT or name not in split}
    return {name: list(found[name].values()) for name in kept}


def _split(found: dict[str, dict[str, str]], name: str, suffix: str) -> None:
    """Move words that ask for "со" or "во" to classes of their own; ``suffix``: which of the two is asked."""
    for key in list(found[name]):
        into = suffix if (_after_v if suffix == "V" else _after_s)(key) else ""
        if name == "AdjObl":  # both
            into = "V" if _after_v(key) else into
        if into:
            found[name + into][key] = found[name].pop(key)


def classes_of(word: str, morph: pymorphy3.MorphAnalyzer, known: set[str]) -> set[str]:
    """Return the classes that a form joins, none if it is not mostly of one lexeme; ``known``: the lexicon's words."""
    parses = morph.parse(word)
    names = sum(parse.score for parse in parses if _NAMES & parse.tag.grammemes)
    if names >= 0.5:
        return set()
    parses = [parse for parse in parses if not _NAMES & parse.tag.grammemes]
    shares: dict[tuple[object, ...], float] = defaultdict(float)
    for parse in parses:
        shares[_lexeme(parse)] += parse.score
    best = max(shares, key=shares.__getitem__, default=None)
    if best is None or shares[best] < SHARE * sum(shares.values()):
        return set()
    own = [parse for parse in parses if _lexeme(parse) == best and not _UNUSUAL & parse.tag.grammemes]
    return set(_classes(best[1], word, own, known))


def _lexeme(parse: pymorphy3.analyzer.Parse) -> tuple[object, ...]:
    """Return what names a lexeme; an adverb and the neuter short form of its adjective count as one."""
    tag = parse.tag
    kind = _KINDS.get(tag.POS, str(tag.POS))
    if kind == "adverb" or (tag.POS == "ADJS" and {"neut", "sing"} <= tag.grammemes):
        return (parse.word, "adverb")
    if kind == "noun":
        return (parse.normal_form, "noun", _beings(parse), tag.gender)
    return (parse.normal_form, kind)


def _classes(kind: object, word: str, parses: list[pymorphy3.analyzer.Parse], known: set[str]) -> Iterator[str]:
    if kind == "noun":
        yield from _noun_classes(word, parses, known)
    elif kind == "adjective":
        yield from _adjective_classes(parses)
    elif kind == "adverb":
        yield from _adverb_classes(word, parses, known)
    elif kind == "PRTS":
        for parse in parses:
            if parse.normal_form in russian_words.HURT:
                yield "Hurt" + _gender(parse)
            elif "perf" in parse.tag and parse.normal_form not in russian_words.NOT_PASSIVE:
                yield "Passive" + _gender(parse)
    elif kind == "verb":
        for parse in parses:
            yield from _verb_classes(parse, {str(other.tag.transitivity) for other in parses})


def _adverb_classes(word: str, parses: list[pymorphy3.analyzer.Parse], known: set[str]) -> Iterator[str]:
    if word in russian_words.NOT_ADVERBS:
        return
    kinds = {parse.tag.POS for parse in parses}
    short = [form.word for parse in parses if parse.tag.POS == "ADJS" for form in parse.lexeme if "ADJS" in form.tag]
    if known.intersection(form for form in short if form != word):  # "важна" too: no adverb alone
        yield "Shortn"
    if {"ADVB", "ADJS"} <= kinds or ("ADVB" in kinds and word.endswith("ски")):
        yield "Adv"


def _beings(parse: pymorphy3.analyzer.Parse) -> str:
    """Return whether a noun is of beings, anim, or of things, inan; some are both, of which pymorphy3 tells any one."""
    found = {"anim", "inan"} & parse.tag.grammemes
    return "both" if len(found) == 2 else next(iter(found), "")


def _gender(parse: pymorphy3.analyzer.Parse) -> str:
    """Return m, f, n, or p for the plural; nothing where the tag has none of them."""
    if parse.tag.number == "plur":
        return "p"
    return {"masc": "m", "femn": "f", "neut": "n"}.get(parse.tag.gender, "")


def _noun_classes(word: str, parses: list[pymorphy3.analyzer.Parse], known: set[str]) -> Iterator[str]:
    plural = _has_plural(parses, known)
    for parse in parses:
        case, gender = _CASES.get(parse.tag.case), _gender(parse)
        if not case or not gender or (gender == "p" and not plural):
            continue
        if "Fixd" in parse.tag and (gender == "p" or word not in russian_words.INDECLINABLE):
            continue
        if gender == "p" and word == "человек":  # only after numerals
            continue
        being = _beings(parse) == "anim" and gender != "n"
        kind = "A" if being else "I"
        if case == "Acc" and gender in "mp" and _beings(parse) == "both":  # "вижу робот", "вижу робота"
            continue
        if case == "Loc":
            if being or word in russian_words.NOT_LOCATIVE or any("loc2" in form.tag for form in parse.lexeme):
                continue  # "в лесу", not "в лесе"
            kind = "Geo" if "Geox" in parse.tag else "I"  # "в испании", but not "на испании"
            if kind == "Geo" and not _after_v(word):
                yield "LocGeo"
            if kind == "Geo":
                continue
        yield f"{case}{kind}{gender}"


def _has_plural(parses: list[pymorphy3.analyzer.Parse], known: set[str]) -> bool:
    """Tell whether a noun is counted: where a form is both numbers', a form of the plural alone must be known too."""
    if {parse.tag.number for parse in parses} != {"sing", "plur"}:
        return True
    forms = [
        form for form in parses[0].lexeme if form.tag.number == "plur" and form.tag.case in ("datv", "ablt", "loct")
    ]
    return any(form.word in known for form in forms)


def _adjective_classes(parses: list[pymorphy3.analyzer.Parse]) -> Iterator[str]:
    """Yield the forms that the word is, each only if it can stand everywhere where the grammar puts it."""
    cells = {(_CASES.get(p.tag.case), _beings(p) or None, _gender(p)) for p in parses if p.tag.POS == "ADJF"}
    if any("Fixd" in parse.tag for parse in parses):
        return
    for parse in parses:
        if parse.tag.POS == "ADJS" and not parse.tag.case:
            yield "Short" + _gender(parse)
    for form in {form for forms in ADJECTIVE.values() for form in forms.values()}:
        places = [(case, gender) for case, forms in ADJECTIVE.items() for gender in GENDERS if forms[gender] == form]
        if all(_stands(cells, case, gender) for case, gender in places):
            yield "Adj" + form


def _stands(cells: set[tuple[str | None, str | None, str]], case: str, gender: str) -> bool:
    animacy = {"AccA": "anim", "AccI": "inan"}.get(case) if gender in "mp" else None
    return (case[:3], animacy, gender) in cells


def _verb_classes(parse: pymorphy3.analyzer.Parse, transitivities: set[str]) -> Iterator[str]:
    tag, lemma = parse.tag, parse.normal_form
    if tag.POS == "INFN":
        form = "Inf"
    elif tag.tense == "past":
        form = "Past" + _gender(parse)
    elif tag.person == "3per" and tag.tense in ("pres", "futr"):
        form = "Pres" + ("p" if tag.number == "plur" else "s")
    else:
        return
    transitive, both = "tran" in tag, len(transitivities) > 1  # "выходил": nursed, went out
    for kind, lemmas in _VERBS.items():
        if lemma in lemmas:
            yield kind + form
    if transitive and not both and lemma not in _NOT_TRANSITIVE:
        yield "Vt" + form
    if not transitive and not both and lemma not in _NOT_INTRANSITIVE:
        yield "Vi" + form


_NOT_TRANSITIVE, _NOT_INTRANSITIVE = set(russian_words.NOT_TRANSITIVE), set(russian_words.NOT_INTRANSITIVE)
_VERBS = {
    "Motion": set(russian_words.MOTION),
    "Stays": set(russian_words.STAYS),
    "WithDat": set(russian_words.WITH_DATIVE),
    "WithAbl": set(russian_words.WITH_INSTRUMENTAL),
    "WithGen": set(russian_words.WITH_GENITIVE),
    "Says": set(russian_words.SAYS),
    "Can": set(russian_words.CAN),
    "Becomes": set(russian_words.BECOMES),
}


def weighted(rule: str, classes: dict[str, list[str]]) -> str:
    """Return a rule with numbers for the weights that stand for sizes of classes."""

    def weight(found: re.Match[str]) -> str:
        name = found[1]
        parts = [name] if name[-1] in "SV" else [name, name + "S", name + "V"] if " Np" in rule else [name]
        return f"{sum(len(classes.get(part, ())) for part in parts) ** 0.75:.0f}"

    return re.sub(r"@(\w+)", weight, rule)


def reached(rules: list[str]) -> set[str]:
    """Return the names that the sentence leads to."""
    parts: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        head, _, rest = rule.partition(" -> ")
        parts[head.strip()].update(re.findall("[A-Z]\\w*", rest))
    found, waiting = set(), ["S"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parts[name]
    return found


def show(name: str, sign: str, words: list[str]) -> None:
    """Print a class in lines of at most 120 characters."""
    line = f"{name} {sign}"
    for word in words:
        if len(line) + 1 + len(word) > 120:
            print(line)
            line = f"{name} {sign}"
        line += f" {word}"
    print(line)


if __name__ == "__main__":
    main()
