"""The lines of fragments: safe to print, and together within the budget."""

import numpy as np

from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.bpe_tokens import token_counter
from hyperphrase.meaning.fragments import _fitting, _lines
from hyperphrase.phrases.blocks import PhraseBlock


def test_phrases_that_do_not_fit_together_are_left_out():
    count, lines = token_counter("o200k"), ["wow!", "/usr", "sea"]
    assert 5 == count("wow!\n/usr\n") > count("wow!\n") + count("/usr\n")
    assert ([0], 2) == _fitting([0, 1], lines, count, 4)
    assert ([0, 1], 5) == _fitting([0, 1], lines, count, 5)
    assert ([1, 0], 4) == _fitting([1, 0], lines, count, 4)
    assert ([], 0) == _fitting([], lines, count, 0)


def test_a_phrase_is_one_line_whatever_the_words_of_a_strange_corpus_hold():
    lexicon = Lexicon("strange", ("sea\nmoon", "\x1b[31m"), np.ones(2), code_points("stable", 2))
    block = PhraseBlock(np.array([0, 1], np.uint32), np.array([0, 1, 2]), np.arange(2, dtype=np.uint64))
    assert [r"sea\nmoon", r"\x1b[31m"] == _lines(block, lexicon, "words")
    assert list(lexicon.symbols) == _lines(block, lexicon, "symbols")
