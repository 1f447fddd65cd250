"""The last phrases are left out if all together take more tokens than each by itself."""

from hyperphrase.meaning.bpe_tokens import token_counter
from hyperphrase.meaning.fragments import _fitting


def test_phrases_that_do_not_fit_together_are_left_out():
    count, lines = token_counter("o200k"), ["wow!", "/usr", "sea"]
    assert 5 == count("wow!\n/usr\n") > count("wow!\n") + count("/usr\n")
    assert ([0], 2) == _fitting([0, 1], lines, count, 4)
    assert ([0, 1], 5) == _fitting([0, 1], lines, count, 5)
    assert ([1, 0], 4) == _fitting([1, 0], lines, count, 4)
    assert ([], 0) == _fitting([], lines, count, 0)
