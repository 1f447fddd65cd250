"""The English grammars: their words, and their phrases read again by a parser of the text of the grammar alone."""

import functools
import itertools
import random

import numpy as np
import pytest

from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text.template_grammar import parse
from hyperphrase.lexicon.lexicon import build_lexicon
from hyperphrase.numbers.batch import Batch

VOCABULARY = 60_000
NAMES = ["english", "english_small"]


@pytest.fixture(scope="module")
def lexicon():
    return build_lexicon("english", VOCABULARY, "stable", None)


@functools.cache
def law_of(name):
    return parse_law(f"template:file={name}", SYMBOL_LAWS, "law", None)


@functools.cache
def classes_of(name):
    grammar = parse(law_of(name).attached().decode(), name)
    return dict(zip(grammar.names, grammar.classes, strict=False))


def draw(name, count, length, lexicon):
    bound, ids = law_of(name).bind(lexicon.vocabulary, lambda: lexicon), np.empty(count * length, np.uint32)
    lengths, seeds = np.full(count, length), np.arange(count, dtype=np.uint64)
    bound.draw(Batch(np.uint64(3), seeds, lengths, np.arange(count + 1) * length, ids))
    return [[lexicon.words[i] for i in row] for row in ids.reshape(count, length).tolist()]


class Parser:
    """A chart parser that reads the grammar's text by itself."""

    def __init__(self, text):
        self.rules, self.classes, self.start = {}, {}, None
        for line in text.splitlines():
            name, sign, *rest = line.split() if line.strip() and line[0] != "#" else ("", "")
            if sign == "->":
                self.start = self.start or name
                for part in " ".join(rest).split("|"):
                    symbols = [symbol for symbol in part.split() if symbol[0].isalpha()]
                    self.rules.setdefault(name, []).append(symbols)
            elif sign:
                self.classes.setdefault(name, set()).update(rest)

    def accepts(self, words):
        """Tell whether the words are sentences in a row."""

        @functools.cache
        def spans(symbol, begin):
            """Return where ``symbol`` can end that begins at ``begin``."""
            if symbol in self.classes:
                return frozenset([begin + 1] if begin < len(words) and words[begin] in self.classes[symbol] else [])
            return frozenset().union(*(ends(tuple(symbols), begin) for symbols in self.rules[symbol]))

        @functools.cache
        def ends(symbols, begin):
            if not symbols:
                return frozenset([begin])
            return frozenset().union(*(ends(symbols[1:], middle) for middle in spans(symbols[0], begin)))

        reached = {0}
        for begin in range(len(words)):
            if begin in reached:
                reached |= spans(self.start, begin)
        return len(words) in reached


def test_phrases_are_sentences_and_shuffled_ones_are_not(lexicon):
    parser, rng = Parser(law_of("english").attached().decode()), random.Random(5)
    phrases = draw("english", 300, 11, lexicon)
    assert all(parser.accepts(words) for words in phrases)
    assert sum(parser.accepts(rng.sample(words, len(words))) for words in phrases) < 3
    for was, now in (("this", "these"), ("is", "are"), ("was", "were"), ("a", "an"), ("every", "both")):
        changed = [[now if word == was else word for word in words] for words in phrases if was in words]
        assert len(changed) > 5, was
        assert sum(parser.accepts(words) for words in changed) <= 0.1 * len(changed), was


@pytest.mark.parametrize("name", NAMES)
def test_the_article_fits_the_word_behind_it(lexicon, name):
    """By a rule of the test's own: the first letter, but for words that begin as "you" and "one", or silently."""
    pairs = [pair for words in draw(name, 1500, 12, lexicon) for pair in itertools.pairwise(words)]
    after = {article: {second for first, second in pairs if first == article} for article in ("a", "an")}
    assert min(map(len, after.values())) > 100
    wrong = {word for word in after["a"] if word[0] in "aeio"}
    wrong |= {word for word in after["an"] if word[0] not in "aeiouh"}
    assert {word for word in wrong if not word.startswith(("eu", "one", "once"))} == set()
    sounds_as_you = {word for word in after["an"] if word.startswith(("uni", "use"))}
    assert {word for word in sounds_as_you if not word.startswith(("unin", "unim", "unid", "unil"))} == set()
    assert {"a", "an", "the"}.isdisjoint(words[-1] for words in draw(name, 200, 12, lexicon))


def test_the_wide_grammar_has_many_words_in_large_classes(lexicon):
    grammar = parse(law_of("english").attached().decode(), "english")
    tilted = {
        name: words for name, words, tilts in zip(grammar.names, grammar.classes, grammar.tilted, strict=False) if tilts
    }
    assert set().union(*tilted.values()) <= set(lexicon.words)
    assert len(set().union(*tilted.values())) > 18_000
    assert all(90 <= len(words) <= 65_536 for words in tilted.values())
    nouns, verbs = (
        {word for name, words in tilted.items() if name.endswith(ends) for word in words} for ends in (("S", "M"), "b")
    )
    assert len(nouns) > 5000
    assert len(verbs) > 1400
    assert len(tilted["Adj"]) > 3000
    untilted = set(grammar.names[: len(grammar.classes)]) - set(tilted)
    assert {"The", "HeShe", "Can", "In", "Wishd"} <= untilted


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("PerS", "teacher soldier sister", "hammer idea dog teachers"),
        ("LivP", "dogs teachers horses", "hammers ideas dog"),
        ("ConS", "hammer apple river", "teacher idea hammers music"),
        ("AbsS", "idea story battle", "teacher hammer ideas"),
        ("AbsM", "advice music knowledge", "idea teacher"),
        ("PlcS", "house garden beach", "teacher idea"),
        ("AAd", "explained believed discussed", "ate explain slept"),
        ("LCd", "ate touched lifted", "explained eat slept"),
        ("L0s", "sleeps runs laughs", "explains sleep touches"),
        ("APn", "arrested married taught", "eaten slept arrest"),
        ("Sayd", "believed knew announced", "ate slept told"),
        ("Adj", "old wooden political", "quickly teacher better"),
    ],
)
def test_words_are_in_the_classes_that_readers_expect(name, inside, outside):
    found = classes_of("english")[name].keys()
    assert set(inside.split()) <= found
    assert set(outside.split()).isdisjoint(found)


@pytest.mark.parametrize("letters", ["sP", "bP", "dS", "dP", "nS", "gS"])
def test_all_forms_of_a_kind_of_verbs_are_there(letters):
    classes = classes_of("english")
    for kind in ("A0", "L0", "LC", "AA", "AT", "AP", "TT", "TP", "T0", "Say", "Wish"):
        assert 0.98 * len(classes[f"{kind}b"]) <= len(classes[kind + letters[0]]) <= len(classes[f"{kind}b"])


def test_sentences_are_short():
    grammar = parse(law_of("english").attached().decode(), "english")
    shares = grammar.inside(60)[grammar.start]
    assert int(np.flatnonzero(shares)[-1]) <= 33
    assert shares[25:].sum() < 1e-4
    assert abs(shares.sum() - 1.0) < 1e-9
    assert (shares[2:24] > 0.0).all()


def test_a_lexicon_of_a_thousand_words_is_enough():
    small = build_lexicon("english", 1000, "stable", None)
    law_of("english").bind(1000, lambda: small)


def test_the_words_of_the_small_grammar_are_in_the_lexicon(lexicon):
    words = set(itertools.chain(*classes_of("english_small").values()))
    assert len(words) > 3000
    assert len(words & set(lexicon.words[:30_000])) > 0.95 * len(words)
