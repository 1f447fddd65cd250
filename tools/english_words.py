"""Which words of English stand in which place of a sentence: nouns by what they are, verbs by what they take.

Parts of speech, kinds of nouns and frames of verbs are WordNet's, weighted by how often each sense was found in tagged
texts; forms are lemminflect's (:mod:`tools.wordnet` says where both are from). A word enters if it is among the first
30,000 of the English lexicon.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hyperphrase.lexicon.lexicon import build_lexicon
from tools import english_exceptions as exceptions
from tools.wordnet import forms, index, sense_counts, synsets

FIRST, FORMS = 30_000, 60_000  # words of the lexicon that a word, and its forms, are among
SMOOTHING = 0.3  # added to the count of each sense: most words were never tagged
NOUN, VERB, ADJECTIVE = 0.45, 0.33, 0.55  # least share of a word's senses that are of this part of speech
MAJOR = 0.22  # least share of a verb's senses that decides what it takes
GERUND = 0.3  # least weight of a word in -ing or -ed as noun or adjective in that of the verb that it is a form of

# WordNet's files of nouns
ACT, ANIMAL, ARTIFACT, BODY, EVENT, FOOD, GROUP, LOCATION = 4, 5, 6, 8, 11, 13, 14, 15
THING, PERSON, PLANT, QUANTITY, SUBSTANCE, TIME = 17, 18, 20, 23, 27, 28
CONCRETE = {ANIMAL, ARTIFACT, BODY, FOOD, THING, PLANT, SUBSTANCE}
ATTRIBUTE, COGNITION_NOUN, MESSAGE, FEELING, PHENOMENON, POSSESSED, PROCESS, STATE = 7, 9, 10, 12, 19, 21, 22, 26
#: Files of nouns, some of which are not counted: a noun of these is a mass noun if its plural is as rare as MASS.
UNCOUNTED = {
    ACT, ATTRIBUTE, COGNITION_NOUN, MESSAGE, FEELING, FOOD, SUBSTANCE, PHENOMENON, POSSESSED, PROCESS, STATE,
}  # fmt: skip
MASS = 0.03  # most frequency of the plural of a mass noun, in that of the singular
#: Least frequency of the plural of a noun that is counted, by file.
COUNTED = {PERSON: 0.015, **dict.fromkeys((LOCATION, ARTIFACT, ANIMAL, BODY, THING), 0.03), FOOD: 0.12, SUBSTANCE: 0.12}
COUNTED_ELSE = 0.06
TOPS = {"person": PERSON, "animal": ANIMAL, "creature": ANIMAL, "beast": ANIMAL, "event": EVENT, "object": THING}
TOPS |= {"knowledge": COGNITION_NOUN, "food": FOOD}
# and of verbs
BODILY, CHANGE, COGNITION, SPEECH, CONSUMPTION, CONTACT, CREATION = 29, 30, 31, 32, 34, 35, 36
EMOTION, MOTION, PERCEPTION, POSSESSION, STATIVE = 37, 38, 39, 40, 42

OTHERWISE = {
    **dict.fromkeys(exceptions.ANIMALS, ANIMAL),
    **dict.fromkeys(exceptions.ARTIFACTS, ARTIFACT),
    **dict.fromkeys(exceptions.LOCATIONS, LOCATION),
    **dict.fromkeys(exceptions.STATES, STATE),
}


@dataclass(frozen=True)
class Noun:
    """A noun. file: of WordNet. plural: None where it is not counted. above: names of what it is a kind of."""

    word: str
    file: int
    plural: str | None
    above: frozenset[str]


@dataclass(frozen=True)
class Verb:
    """A verb. file: of WordNet. frames: of each major sense, WordNet's numbers. forms: (base, -s, past, -en, -ing)."""

    word: str
    file: int
    frames: tuple[frozenset[int], ...]
    forms: tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Adjective:
    """An adjective. relating: whether it says what a thing belongs to (nuclear). markers: where it may stand only."""

    word: str
    relating: bool
    marker: str


class Words:
    """All words, by part of speech, the most frequent first."""

    def __init__(self, database: Path, table: Path) -> None:
        """Read WordNet's folder and lemminflect's table."""
        lexicon = build_lexicon("english", FORMS, "stable", lambda name: open(name, "rb"))  # noqa: PTH123, SIM115
        self.rank = {word: i for i, word in enumerate(lexicon.words)}
        self._frequency = dict(zip(lexicon.words, lexicon.frequencies.tolist(), strict=True))
        self._synsets = {kind: synsets(database, kind) for kind in ("noun", "verb", "adj", "adv")}
        self._index = {kind: index(database, kind) for kind in self._synsets}
        self._counts = sense_counts(database)
        self._forms = forms(table)
        self._verb_of = {form: verb for verb, found in self._forms["verb"].items() for form in found if form}
        self._ancestors: dict[str, frozenset[str]] = {}
        self.nouns = sorted(self._nouns(), key=lambda noun: self.rank[noun.word])
        self.verbs = sorted(self._verbs(), key=lambda verb: self.rank[verb.word])
        self.adjectives = sorted(self._adjectives(), key=lambda adjective: self.rank[adjective.word])

    def _senses(self, word: str, kind: str) -> list[tuple[str, float]]:
        """Return (offset, weight) of the senses of a word, the first one first."""
        counted = dict(self._counts.get((word, kind), []))
        return [(offset, counted.get(offset, 0) + SMOOTHING) for offset in self._index[kind].get(word, [])]

    def _share(self, word: str, kind: str) -> float:
        """Return the share of a word's senses that are of ``kind``, by weight."""
        sums = {other: sum(weight for _, weight in self._senses(word, other)) for other in self._synsets}
        total = sum(sums.values())
        return sums[kind] / total if total else 0.0

    def _candidates(self, kind: str, least: float) -> Iterable[str]:
        for word in self._index[kind]:
            plain = word.isalpha() and len(word) > 2 and set(word) & set("aeiouy")
            unfit = word in exceptions.CLOSED | exceptions.UNFIT or (word in exceptions.ONLY_VERBS and kind != "verb")
            if self.rank.get(word, FIRST) < FIRST and plain and not unfit and self._share(word, kind) >= least:
                yield word

    def _is_verb(self, word: str, kind: str) -> bool:
        """Tell whether a word in -ing or -ed is rather the form of a verb than a noun or an adjective."""
        verb = self._verb_of.get(word)
        if verb is None or verb == word:
            return False
        own, its = (sum(weight for _, weight in self._senses(w, k)) for w, k in ((word, kind), (verb, "verb")))
        return own < GERUND * its

    def _above(self, offset: str) -> frozenset[str]:
        """Return the first words of all senses above a sense of a noun, and its own."""
        if offset not in self._ancestors:
            self._ancestors[offset] = frozenset()  # of a circle, which there is none of
            synset = self._synsets["noun"][offset]
            parents = [pointer[1] for pointer in synset.pointers if pointer[0] in ("@", "@i")]
            self._ancestors[offset] = frozenset(synset.words[:1]).union(*map(self._above, parents))
        return self._ancestors[offset]

    def _nouns(self) -> Iterable[Noun]:
        inflected = self._forms["noun"]
        plurals = {plural for lemma, found in inflected.items() for plural in found[:1] if plural != lemma}
        for word in self._candidates("noun", NOUN):
            senses = self._senses(word, "noun")
            first = self._synsets["noun"][senses[0][0]]
            is_name = word not in first.words  # it is written with a capital there
            if is_name or word in plurals or self._is_verb(word, "noun"):
                continue
            weights: dict[int, float] = defaultdict(float)
            for offset, weight in senses:
                weights[self._synsets["noun"][offset].file] += weight
            file = max(weights, key=lambda one: (weights[one], one == first.file))
            if file == PERSON and first.file != PERSON and weights[first.file] * 2 > weights[PERSON]:
                file = first.file
            ancestors = frozenset().union(*(self._above(o) for o, _ in senses if self._synsets["noun"][o].file == file))
            file = OTHERWISE.get(word, TOPS.get(word, file))
            plural = next(iter(inflected.get(word, ())), "")
            share = self._frequency.get(plural, 0.0) / self._frequency[word]
            if plural != word and share >= COUNTED.get(file, COUNTED_ELSE):
                yield Noun(word, file, plural, ancestors)
            elif (plural == word or share < MASS) and file in UNCOUNTED and not _is_plural(word):
                yield Noun(word, file, None, ancestors)

    def _verbs(self) -> Iterable[Verb]:
        for word in self._candidates("verb", VERB):
            found = self._forms["verb"].get(word, ())
            if len(found) != 4 or self._verb_of.get(word, word) != word:  # saw is seen, not sawn
                continue
            past, participle, ing, third = found[0], found[1] or found[0], found[2], found[3]
            if not {past, participle, ing, third} <= self.rank.keys():
                continue
            senses = self._senses(word, "verb")
            total = sum(weight for _, weight in senses)
            major = [offset for offset, weight in senses if weight >= MAJOR * total] or [senses[0][0]]
            frames = []
            for offset in major:
                synset = self._synsets["verb"][offset]
                if word in synset.words:
                    place = synset.words.index(word) + 1
                    frames.append(frozenset(frame for frame, of in synset.frames if of in (0, place)))
            file = self._synsets["verb"][major[0]].file
            yield Verb(word, file, tuple(frames), (word, third, past, participle, ing))

    def _adjectives(self) -> Iterable[Adjective]:
        compared = {form for found in self._forms["adj"].values() for form in found}
        for word in self._candidates("adj", ADJECTIVE):
            if word in compared:
                continue
            first = self._synsets["adj"][self._senses(word, "adj")[0][0]]
            if word in first.words and not self._is_verb(word, "adj"):
                yield Adjective(word, first.file == 1, first.markers[first.words.index(word)])

    def adverbs(self) -> list[str]:
        """Return the adverbs of manner in -ly, from a describing adjective of the list, the most frequent first."""
        known = {adjective.word for adjective in self.adjectives if not adjective.relating}
        found = []
        for word in self._candidates("adv", 0.6):
            stems = {word[:-2], word[:-2] + "le", word[:-3] + "y", word[:-2] + "l", word[:-4], word[:-1] + "e"}
            if word.endswith("ly") and stems & known and word not in exceptions.NO_MANNER:
                found.append(word)
        return sorted(found, key=self.rank.__getitem__)


def _is_plural(word: str) -> bool:
    """Tell whether a noun without another plural is one itself (savings); sciences and the like are not (physics)."""
    return word.endswith("s") and not word.endswith(("ss", "ics", "is", "us"))
