"""The Russian grammar: its words, and agreement in its phrases, judged by pymorphy3 from the words alone."""

import functools
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text.shipped_grammars import shipped_grammar, stop_list
from hyperphrase.laws.text.template_grammar import parse
from hyperphrase.lexicon.lexicon import build_lexicon
from hyperphrase.numbers.batch import Batch

VOCABULARY, PHRASES = 100_000, 3000
CASES = {
    preposition: set(cases)
    for prepositions, *cases in (
        ("в на", "loct", "accs"),
        ("под за", "ablt", "accs"),
        ("над перед с", "ablt"),
        ("через про", "accs"),
        ("к по", "datv"),
        ("для из от до после около вокруг без среди вдоль у против", "gent"),
    )
    for preposition in prepositions.split()
}
IN, WITH = "[вф][бвгдзклмнпрстфхцчш]", "[вфсзшж][бвгдзклмнпрст]"  # what asks for the longer form of a preposition


@pytest.fixture(scope="module")
def lexicon():
    return build_lexicon("russian", VOCABULARY, "stable", None)


@functools.cache
def text_of():
    return shipped_grammar("russian").decode()


@functools.cache
def morph():
    return pytest.importorskip("pymorphy3").MorphAnalyzer()


def draw(text, lexicon, count=PHRASES, length=7):
    """Return phrases of ``length`` words by the grammar ``text``, each from the beginning of a sentence."""
    from io import BytesIO

    law = parse_law("template:file=./own.txt,longest=24", SYMBOL_LAWS, "law", lambda path: BytesIO(text.encode()))
    bound, ids = law.bind(lexicon.vocabulary, lambda: lexicon), np.empty(count * length, np.uint32)
    lengths, seeds = np.full(count, 3 * length), np.arange(count, dtype=np.uint64)
    bound.draw(Batch(np.uint64(3), seeds, lengths, np.arange(count + 1) * length, ids))
    return [[lexicon.words[i] for i in row] for row in ids.reshape(count, length).tolist()]


def cell(tag):
    return "p" if tag.number == "plur" else str(tag.gender)


@functools.cache
def nominals(word, kinds):
    """Return what a noun or an adjective can be: (case, gender or plural, whether a being, or None for any)."""
    found = set()
    for form in morph().parse(word):
        tag = form.tag
        if str(tag.POS) in kinds and tag.case:
            case = {"gen2": "gent", "loc2": "loct", "acc2": "accs"}.get(str(tag.case), str(tag.case))
            beings = [being for being in (True, False) if (("anim" if being else "inan") in tag)] or [True, False]
            if case != "accs" or cell(tag) not in ("masc", "p"):
                beings = [None]
            found |= {(case, cell(tag), being) for being in beings}
    return frozenset(found)


@functools.cache
def only(word, kinds):
    return {str(form.tag.POS) for form in morph().parse(word)} <= set(kinds)


@functools.cache
def predicates(word):
    """Return the genders, and p for the plural, with which a finite verb or a short form agrees."""
    found = set()
    for form in morph().parse(word):
        tag = form.tag
        if str(tag.POS) in ("ADJS", "PRTS") or (tag.POS == "VERB" and tag.tense == "past"):
            found.add(cell(tag))
        elif tag.POS == "VERB" and tag.person == "3per":
            found |= {"p"} if tag.number == "plur" else {"masc", "femn", "neut"}
    return found


NOUN, ADJECTIVE, PREDICATE = ("NOUN",), ("ADJF",), ("VERB", "ADJS", "PRTS")
PRONOUNS = {"он": "masc", "она": "femn", "они": "p"}


def judged(words):
    """Yield (what is looked at, whether it agrees) for what can be told from the words of a phrase alone."""
    for first, second in itertools.pairwise(words):
        if only(first, ADJECTIVE) and (only(second, NOUN) or only(second, ADJECTIVE)):
            kinds = NOUN if only(second, NOUN) else ADJECTIVE
            yield "adjective", bool(nominals(first, ADJECTIVE) & nominals(second, kinds))
        if first in CASES and (only(second, NOUN) or only(second, ADJECTIVE)):
            cases = {case for case, _, _ in nominals(second, NOUN + ADJECTIVE)}
            yield "preposition", bool(cases & CASES[first])
            if first in ("в", "с") and re.match(
                "[вф][бвгдзклмнпрстфхцчш]" + ("|[сзшж][бвгдзклмнпрст]" * (first == "с")), second
            ):
                yield "preposition", False
    if words[0] in PRONOUNS and only(words[1], PREDICATE):
        yield "subject", PRONOUNS[words[0]] in predicates(words[1])
    subject = next((i for i, word in enumerate(words[:3]) if not only(word, ADJECTIVE)), 3)
    if subject < 3 and only(words[subject], NOUN) and only(words[subject + 1], PREDICATE):
        able = {gender for case, gender, _ in nominals(words[subject], NOUN) if case == "nomn"}
        for word in words[:subject]:
            able &= {gender for case, gender, _ in nominals(word, ADJECTIVE) if case == "nomn"}
        yield "subject", bool(able & predicates(words[subject + 1]))


def wrong(text, lexicon):
    """Return {what: (how often it was looked at, the phrases where it does not agree)}."""
    counts = {"adjective": [0, []], "preposition": [0, []], "subject": [0, []]}
    for words in draw(text, lexicon):
        for what, agrees in judged(words):
            counts[what][0] += 1
            counts[what][1] += [] if agrees else [" ".join(words)]
    return counts


def test_words_agree(lexicon):
    for what, (count, phrases) in wrong(text_of(), lexicon).items():
        assert count > 500, what
        assert phrases == [], what


def exchanged(one, other):
    """Return the grammar with the words of two classes exchanged."""
    names = {one: other, other: one}
    return re.sub(rf"^({one}|{other})(?= [~=])", lambda found: names[found[1]], text_of(), flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("VtPastf", "VtPastm", "subject"),
        ("ViPress", "ViPresp", "subject"),
        ("Shortn", "Shortp", "subject"),
        ("AdjF", "AdjAcc", "adjective"),
        ("AdjM", "AdjGen", "adjective"),
        ("DetN", "DetF", "adjective"),
        ("LocIm", "GenIm", "preposition"),
        ("K", "For", "preposition"),
        ("AblIf", "AblIfS", "preposition"),
    ],
)
def test_a_grammar_with_a_wrong_class_is_caught(lexicon, one, other, what):
    assert len(wrong(exchanged(one, other), lexicon)[what][1]) > 5


def test_its_classes_are_fit_to_be_tilted(lexicon):
    grammar = parse(text_of(), "russian.txt")
    known, unwanted = set(lexicon.words), stop_list("russian")
    for name, tilted, words in zip(grammar.names, grammar.tilted, grammar.classes, strict=False):
        assert known >= set(words), name
        assert not unwanted & set(words), name
        assert not tilted or 2 <= len(words) <= 65_536, name
    assert sum(grammar.tilted) > 100
    assert len(text_of().encode()) < 3 << 20
    assert "CC BY-SA" in text_of()[:1000] or "creativecommons.org/licenses/by-sa/3.0" in text_of()[:1000]


def test_sentences_are_short():
    grammar = parse(text_of(), "russian.txt")
    shares = grammar.inside(40)[grammar.start]
    assert shares[3:13].sum() > 0.6
    assert shares[25:].sum() < 0.15


def test_the_stop_list_hits_no_innocent_word():
    stopped = stop_list("russian")
    assert len(stopped) > 300
    innocent = (
        "страх страха рубля корабля хлеба худой художник хуже команда мандат мандарин мудрый сразу сражение жидкий небо"
    )
    assert not stopped & set(
        f"{innocent} требовать оскорблять ссуда трахея аналог херсон психует бляха секунда стервятник".split()
    )
    assert {"шлюха", "дерьмо", "мудак", "негры", "проституткой", "охуеть", "эротика"} <= stopped


@pytest.mark.slow
def test_the_tools_make_the_committed_files(capsys):
    morph()
    from hyperphrase.laws.text import shipped_grammars
    from tools import make_russian_grammar, make_russian_stop_list

    folder = Path(shipped_grammars.__file__).parent
    for tool, name in ((make_russian_grammar, "grammars"), (make_russian_stop_list, "stop_lists")):
        tool.main()
        assert (folder / name / "russian.txt").read_text(encoding="utf-8") == capsys.readouterr().out
