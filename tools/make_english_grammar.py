"""Make hyperphrase/laws/text/grammars/english.txt: the grammar of English that laws take by default.

The rules and the function words are our own and stand here; :mod:`tools.english_words` says which words are in the
classes, :mod:`tools.wordnet` where they are from. A verb takes people or things as its subject and object, as WordNet's
frames say: its class is named by both. No part of a sentence contains itself, so that sentences end: the longest has 33
words, one of 100,000 more than 24.

Run: python -m tools.make_english_grammar WORDNET/dict infl_lu.csv.gz > hyperphrase/laws/text/grammars/english.txt
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools import english_exceptions as exceptions
from tools import english_words as words
from tools.english_words import Noun, Verb, Words

SHARE = 0.75  # alternatives that differ in their classes are as probable as the sizes of these to this power

#: Of what a group is a kind if it acts as people do, and a thing if one can be in it.
AGENTS = {"organization", "organisation", "gathering", "military_unit", "police", "people"}
SCENES = {
    "structure",
    "area",
    "tract",
    "region",
    "way",
    "geological_formation",
    "body_of_water",
    "land",
    "vehicle",
    "facility",
    "room",
}
MOTIVE, COMPETITION, RELATION, SHAPE, SOCIAL = 16, 33, 24, 25, 41  # more of WordNet's files
IDEAS = words.UNCOUNTED - {words.FOOD, words.SUBSTANCE} | {words.EVENT, words.GROUP, MOTIVE, RELATION}
#: Verbs whose subjects live, animals among them; whose objects can be touched; whose objects are ideas.
LIVING = {words.BODILY, words.CONSUMPTION, words.CONTACT, words.MOTION, words.PERCEPTION}
OF_THINGS = {words.BODILY, words.CONSUMPTION, words.CONTACT, words.MOTION}
OF_IDEAS = {words.COGNITION, words.SPEECH, words.EMOTION, COMPETITION, SOCIAL}
ALSO = {"take": ["LC"], "hold": ["LC"], "keep": ["AT"], "make": ["AT"], "go": ["L0"]}  # what their many senses hide

FUNCTION = {
    "The": "the", "A": "a", "An": "an", "This": "this that", "Every": "every each another", "These": "these those",
    "Many": "many several some all most few both", "Two": "two three four five six ten", "Some": "some much",
    "Poss": "my your his her our their", "HeShe": "he she someone everyone", "They": "they we you", "It": "it",
    "Him": "him her them us me you someone", "ItO": "it them", "In": "in near behind inside outside across around",
    "During": "before after during", "Without": "with without", "Of": "of", "From": "from", "By": "by",
    "HasS": "has had", "HasP": "have had", "BeS": "is was", "BeP": "are were", "LinkS": "is was seems became remained",
    "LinkP": "are were seem became remained", "Can": "will would can could may might must should", "Did": "did",
    "Not": "not", "Never": "never always often sometimes rarely usually", "Who": "who", "That": "that",
    "And": "and but or", "When": "when because while before after until although", "Very": "very quite rather too so",
    "To": "to", "Perhaps": "perhaps finally eventually suddenly sometimes meanwhile fortunately unfortunately",
}  # fmt: skip
HEAD = """
# English sentences; made by tools/make_english_grammar.py, which has the rules and the function words.
# Which words are nouns, verbs, adjectives and adverbs, what nouns are and what verbs take: WordNet 3.1, copyright by
# Princeton University, all rights reserved, used under the WordNet license. Forms of words: lemminflect 0.2.3, MIT,
# derived from the SPECIALIST Lexicon, courtesy of the U.S. National Library of Medicine. See the file NOTICE.
"""


def vowel(word: str) -> bool:
    """Tell whether "an" stands before ``word``, by its letters and the exceptions that matter."""
    silent = word.startswith(("hour", "honest", "honor", "honour", "heir"))
    as_you = word.startswith(("uni", "use", "usu", "uti", "eu", "ura", "one", "once", "ubiq", "uku")) and (
        not word.startswith(("unim", "unin", "unid", "unil")) or word.startswith("unidir")
    )
    return silent or (word[0] in "aeiou" and not as_you)


def kinds_of_noun(noun: Noun) -> Iterable[str]:
    """Yield the kinds of a noun: agents, persons, living beings, concrete and abstract things, places, events."""
    if noun.file == words.PERSON:
        yield from ("Per", "Agt", "Liv")
    elif noun.file == words.ANIMAL:
        yield "Liv"
    elif noun.file == words.GROUP and noun.above & AGENTS:
        yield "Agt"
    elif noun.file in words.CONCRETE or noun.file == SHAPE:
        yield "Con"
    elif noun.file in IDEAS:
        yield "Abs"
    if noun.file == words.LOCATION or (noun.file in (words.ARTIFACT, words.THING) and noun.above & SCENES):
        yield "Plc"
    if noun.file in (words.ACT, words.EVENT, words.TIME):
        yield "Evt"


def nouns_of(nouns: Iterable[Noun]) -> dict[str, list[str]]:
    """Return the classes of nouns: the kind, and S or P for its number, M for mass, C or V for "a" or "an"."""
    classes: dict[str, list[str]] = defaultdict(list)
    for noun in nouns:
        for kind in kinds_of_noun(noun):
            if noun.plural is not None:
                classes[f"{kind}S"].append(noun.word)
                classes[f"{kind}P"].append(noun.plural)
                if kind in ("Agt", "Con", "Abs"):
                    classes[f"{kind}{'V' if vowel(noun.word) else 'C'}"].append(noun.word)
            elif kind in ("Con", "Abs"):
                classes[f"{kind}M"].append(noun.word)
    return classes


def kinds_of_verb(verb: Verb) -> Iterable[str]:
    """Yield the kinds of a verb: who does it (A agents, L the living, T things), and to whom or what.

    0: without an object. C: concrete things, A: ideas, T: both. P: persons.
    """
    if verb.word in exceptions.UNFIT_VERBS:
        return
    yield from ALSO.get(verb.word, ())
    living, frames = verb.file in LIVING, frozenset().union(*verb.frames)
    alone = frozenset().union(*(sense for sense in verb.frames if not sense & {8, 9, 10, 11}))
    what = "LC" if verb.file in OF_THINGS else "AA" if verb.file in OF_IDEAS else "AT"
    found = {
        "L0" if living else "A0": 2 in alone, what: 8 in frames, "AP": 9 in frames, "TT": 11 in frames,
        "TP": 10 in frames, "T0": 1 in alone, "Say": 26 in frames and verb.word not in exceptions.NO_CLAUSE,
        "Wish": 28 in frames and verb.word not in exceptions.NO_WISH,
    }  # fmt: skip
    alone_only = verb.word in exceptions.NO_OBJECT
    yield from (k for k, fits in found.items() if fits and not (alone_only and k in (what, "AP", "TT", "TP")))


def verbs_of(verbs: Iterable[Verb]) -> dict[str, list[str]]:
    """Return the classes of verbs: the kind, and b for the plain form, s for -s, d past, n participle, g -ing."""
    classes: dict[str, list[str]] = defaultdict(list)
    for verb in verbs:
        for kind in kinds_of_verb(verb):
            for letter, form in zip("bsdng", verb.forms, strict=True):
                classes[kind + letter].append(form)
    return classes


class Weights:
    """The weights of alternatives by the sizes of their classes."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """Take the number of words of each class."""
        self._sizes = sizes

    def __call__(self, *names: str) -> str:
        """Return the weight of an alternative whose content is a word of these classes."""
        return f"{sum(self._sizes.get(name, 0) for name in names) ** SHARE:.0f}"

    def of(self, *parts: str) -> str:
        """Return alternatives, each of the weight of the class whose name stands before its colon."""
        return " | ".join(f"{self(name)} {rest.strip()}" for name, _, rest in (part.partition(":") for part in parts))


def rules(w: Weights) -> Iterable[str]:
    """Yield the rules. A sentence is one clause with more in it, or two short ones."""
    yield "S -> 10 Long | 4 Short And Short | 3 Short When Short | 1 Perhaps Short | 1 Time Long"
    yield "Short -> 5 ShortS | 4 ShortP"
    yield "Long -> 5 LongS | 4 LongP"
    yield "Small -> 5 SmallS | 4 SmallP"
    yield "DetS -> 10 The | 2 Poss | 1 This | 1 Every"
    yield "DetP -> 8 The | 2 Poss | 1 These | 2 Many | 1 Two"
    yield "DetM -> 5 The | 2 Poss | 1 Some | 1 This"
    yield "Time -> During The EvtN"
    yield "EvtN -> 3 EvtS | 1 Adj EvtS"
    yield "Place -> 5 In DetS PlcN | 1 In DetP PlcP"
    yield "PlcN -> 3 PlcS | 1 Adj PlcS"
    for kind in ("Per", "Agt", "Liv", "Con", "Abs"):
        yield from phrases(kind, w)
    for number in "SP":
        yield from longer(number, w)
        yield from clauses(number, w)
    for kind in ("A0", "L0", "LC", "AA", "AT", "AP", "TT", "TP", "T0", "Say", "Wish"):
        yield from finite(kind)
    yield "OThi -> 6 ThiS | 4 ThiP | .5 ItO"
    yield "OCon -> 6 ConNS | 4 ConNP | .5 ItO"
    yield "OAbs -> 6 AbsNS | 4 AbsNP | .5 ItO"
    yield "OPer -> 5 PerNS | 4 PerNP | 1 Him"
    yield f"Do -> {w.of('ATb: ATb OThi', 'AAb: AAb OAbs', 'APb: APb OPer', 'LCb: LCb OCon', 'A0b: A0b')}"
    yield f"WhoDid -> {w.of('ATd: ATd OThi', 'AAd: AAd OAbs', 'LCd: LCd OCon', 'A0d: A0d')}"
    yield f"ConMade -> {w.of('ATd: That AgtNP ATd', 'LCd: That AgtNP LCd')}"
    yield f"AbsMade -> {w.of('ATd: That AgtNP ATd', 'AAd: That AgtNP AAd')}"
    yield "Pred -> 5 PredA | 1 Very PredA"


def phrases(kind: str, w: Weights) -> Iterable[str]:
    """Yield the rules of a noun with what stands before it: KindNS and KindNP."""
    mass = kind in ("Con", "Abs")
    stuff = f" | {3 * float(w(f'{kind}M')) / float(w(f'{kind}S')):.1f} {kind}NM" if mass else ""
    yield f"{kind}NS -> 8 DetS {kind}BS | 3 {kind}A{stuff}"
    yield f"{kind}NP -> 6 DetP {kind}BP | 3 {kind}BP"
    yield f"{kind}BS -> 5 {kind}S | 3 Adj {kind}S"
    yield f"{kind}BP -> 5 {kind}P | 3 Adj {kind}P"
    plain = [f"{kind}C: A {kind}C", f"{kind}V: An {kind}V"] if kind in ("Agt", "Con", "Abs") else []
    yield f"{kind}A -> {w.of(f'AdjC: A AdjC {kind}S', f'AdjV: An AdjV {kind}S', *plain)}"
    if mass:
        yield f"{kind}NM -> 4 DetM {kind}BM | 3 {kind}BM"
        yield f"{kind}BM -> 4 {kind}M | 2 Adj {kind}M"


def longer(n: str, w: Weights) -> Iterable[str]:
    """Yield the rules of phrases with something behind the noun too: LongKindS, LongKindP."""
    of = "12 {0} | 1 {0} Of AgtNP | 1 {0} Of AgtNS"
    yield f"LongCon{n} -> {of.format(f'ConN{n}')} | 1 ConN{n} Place | 1.5 ConN{n} ConMade"
    yield f"LongAbs{n} -> {of.format(f'AbsN{n}')} | 1 AbsN{n} Of AbsBP | 1.5 AbsN{n} AbsMade"
    person = f"PerN{n}"
    more = f"1 {person} From DetS PlcN | 1 {person} Without ConA | 1 {person} Who WhoDid"
    for kind in ("Agt", "Liv"):
        yield f"Long{kind}{n} -> 12 {kind}N{n} | 3 {pronoun(n)} | {more}"
    yield f"Thi{n} -> {w.of(*things('', n))}"
    yield f"LongThi{n} -> {w.of(*things('Long', n))}"


def things(prefix: str, n: str) -> Iterable[str]:
    """Yield the two alternatives of a thing, for :meth:`Weights.of`."""
    for kind in ("Con", "Abs"):
        yield f"{kind}{n}: {prefix}{kind}{n}" if prefix else f"{kind}{n}: {kind}N{n}"


def pronoun(n: str) -> str:
    """Return the class of pronouns of a number."""
    return {"S": "HeShe", "P": "They"}[n]


def finite(kind: str) -> Iterable[str]:
    """Yield the rules of a kind of verbs in its tenses: FKindS and FKindP."""
    for n, present in (("S", "s"), ("P", "b")):
        going = "" if kind in ("Say", "Wish") else f" | 1 Be{n} {kind}g"
        others = f"2 Can {kind}b | 1 Did Not {kind}b | 1 Never {kind}d"
        yield f"F{kind}{n} -> 10 {kind}d | 4 {kind}{present} | 1 Has{n} {kind}n | {others}{going}"


def clauses(n: str, w: Weights) -> Iterable[str]:
    """Yield the rules of clauses whose subject has number ``n``: LongS, ShortS, and SmallS behind "that"."""
    yield f"SAgt{n} -> 8 AgtN{n} | 2 {pronoun(n)}"
    yield f"SLiv{n} -> 8 LivN{n} | 2 {pronoun(n)}"
    yield f"SThi{n} -> 9 Thi{n}{' | 1 It' if n == 'S' else ''}"
    act = [f"ATd: FAT{n} OThi", f"AAd: FAA{n} OAbs", f"APd: FAP{n} OPer", f"A0d: FA0{n}"]
    say = [f"Sayd: FSay{n} That Small", f"Wishd: FWish{n} To Do"]
    yield f"Act{n} -> {w.of(*act)}"
    yield f"Acts{n} -> {w.of(*act, *say)} | 60 Link{n} Pred"
    yield f"Lives{n} -> {w.of(f'LCd: FLC{n} OCon', f'L0d: FL0{n}')}"
    yield f"Does{n} -> {w.of(f'TTd: FTT{n} OThi', f'TPd: FTP{n} OPer', f'T0d: FT0{n}')} | 60 Link{n} Pred"
    yield f"Done{n} -> Be{n} ATn By AgtNP | Be{n} ATn By AgtNS"
    yield f"Small{n} -> 4 SAgt{n} Act{n} | 2 SLiv{n} Lives{n} | 3 SThi{n} Does{n}"
    yield f"Short{n} -> 4 SAgt{n} Acts{n} | 2 SLiv{n} Lives{n} | 3 SThi{n} Does{n} | 1 Thi{n} Done{n}"
    said = f"8 LongAgt{n} Acts{n} | 4 LongLiv{n} Lives{n} | 6 LongThi{n} Does{n} | 2 LongThi{n} Done{n}"
    how = f"1 LongLiv{n} Lives{n} Adv | 1 LongLiv{n} Lives{n} Place"
    when = f"1 SAgt{n} Act{n} Adv | 1 SAgt{n} Act{n} Time | 1 SAgt{n} Act{n} Place"
    yield f"Long{n} -> {said} | {how} | {when}{' | .5 SAgtS BeS PerA' if n == 'S' else ''}"


def classes_of(known: Words) -> dict[str, list[str]]:
    """Return the classes of content words; a word that is a form of two in one class stands there once."""
    before = [adjective.word for adjective in known.adjectives if adjective.marker not in ("p", "ip")]
    after = [a.word for a in known.adjectives if a.marker not in ("a", "ip") and not a.relating]
    classes = nouns_of(known.nouns) | verbs_of(known.verbs) | {"Adj": before, "PredA": after}
    classes["AdjC"] = [word for word in before if not vowel(word)]
    classes["AdjV"] = [word for word in before if vowel(word)]
    classes["Adv"] = ["well", "together", "alone", *known.adverbs()]
    return {name: list(dict.fromkeys(found)) for name, found in sorted(classes.items())}


def show(name: str, sign: str, found: Iterable[str]) -> None:
    """Print a class in lines of at most 120 characters."""
    line = f"{name} {sign}"
    for word in found:
        if len(line) + 1 + len(word) > 120:
            print(line)
            line = f"{name} {sign}"
        line += f" {word}"
    print(line)


def main(database: str, table: str) -> None:
    """Print the grammar."""
    classes = classes_of(Words(Path(database), Path(table)))
    print(HEAD.strip("\n"))
    print("\n".join(rules(Weights({name: len(found) for name, found in classes.items()}))))
    for name, function_words in FUNCTION.items():
        show(name, "=", function_words.split())
    for name, found in classes.items():
        show(name, "=" if name.startswith("Wish") else "~", found)  # few verbs, and of no topic


if __name__ == "__main__":
    main(*sys.argv[1:])
