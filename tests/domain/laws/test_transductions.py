"""``copy``, ``reverse``, ``sort``, ``set``, ``union``, ``delete``: uniform tokens, and a function of them."""

import hashlib
import importlib
import itertools
import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.laws.transductions.tasks import Copy, Delete, Reverse, Set, Sort, Union
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import SYMBOL_STREAM, TIE_STREAM, fill_rows

LAWS = [Copy(), Delete(), Reverse(), Set(), Sort(), Union()]
every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)

# law -> first half of the SHA-256 of the lengths and ids of the seeds 0..99, lengths 6 to 1,005, V = 50;
# a change needs a new recipe_version
GOLDEN = {
    "copy": "ebcf4aca656afc5beff579408a5a70b0",
    "delete": "e9f9b79f53ccbd200328fc2db90e79f0",
    "reverse": "37af7f8b4039062c827a9307cca8a397",
    "set": "d2ed32d92255c9841b325eb6e0adaf98",
    "sort": "1777dc648adc139362c7db0d5984edb8",
    "union": "0fc2fd566668ca9063dd3ec8623902d6",
}


def drawn(law, seeds, lengths, vocabulary, key=1, most=None):
    """Return the phrases of ``seeds``, or their first ``most`` symbols, as lists."""
    seeds, lengths = np.asarray(seeds, np.uint64), np.broadcast_to(lengths, len(seeds)).astype(np.int64)
    bound = law.bind(vocabulary, None)
    asked = bound.lengths(np.uint64(key), seeds, lengths)
    asked = asked if most is None else np.minimum(asked, most)
    offsets = np.concatenate([[0], np.cumsum(asked)])
    ids = np.empty(offsets[-1], np.uint32)
    bound.draw(Batch(np.uint64(key), seeds, lengths, offsets, ids))
    return [ids[a:b].tolist() for a, b in pairwise(offsets)]


def tokens_of(law, phrase, drawn_length, vocabulary):
    """Return the tokens before the function; raise AssertionError if the phrase is not what the law makes of them."""
    n, separator = (drawn_length - 1) // 2, vocabulary - 1
    if law.name == "union":
        half = (n + 1) // 2
        x = phrase[:half] + phrase[half + 1 : n + 1]
        made = [*x[:half], separator, *x[half:], separator, *dict.fromkeys(x)]
    elif law.name == "delete":
        x, token = phrase[:n], phrase[n + 1]
        assert token in x
        made = [*x, separator, token, separator, *(other for other in x if other != token)]
    else:
        x = phrase[:n]
        result = {"copy": x, "reverse": x[::-1], "sort": sorted(x), "set": list(dict.fromkeys(x))}[law.name]
        made = [*x, separator, *result]
    assert made == phrase
    assert separator not in x
    return x


def length_of(law, least):
    """Return the first length from ``least`` on that the law makes."""
    return next(length for length in range(least, least + 8) if law.makes(np.array([length]), 9)[0])


def uneven(counts):
    """Tell whether counts are not those of a uniform law, by chi-square; one in 30,000 errs."""
    counts, free = np.asarray(counts), len(counts) - 1
    statistic = ((counts - counts.mean()) ** 2 / counts.mean()).sum()
    return statistic > free * (1 - 2 / (9 * free) + 4 * math.sqrt(2 / (9 * free))) ** 3  # Wilson and Hilferty 1931


@every_law
@given(st.integers(3, 2000), st.integers(6, 1400), st.integers(0, 2**63 - 4))
def test_phrases_are_what_the_function_says(law, vocabulary, least, seed):
    length = length_of(law, least)
    for phrase in drawn(law, range(seed, seed + 3), length, vocabulary):
        tokens_of(law, phrase, length, vocabulary)


@every_law
@pytest.mark.parametrize("vocabulary", [3, 1 << 20])
def test_the_longest_phrases_are_what_the_function_says(law, vocabulary):
    length = length_of(law, 65_528)
    for phrase in drawn(law, range(2), length, vocabulary):
        tokens_of(law, phrase, length, vocabulary)


@every_law
def test_the_shortest_phrases_are_what_the_function_says(law):
    for phrase in drawn(law, range(500), law.shortest, 4):
        tokens_of(law, phrase, law.shortest, 4)


@every_law
def test_plain_python_has_the_same_function(law):
    length = length_of(law, 40)
    for phrase in importlib.import_module(f"benchmarks.laws.{law.name}").phrases(5, 200, length, 30):
        tokens_of(law, phrase, length, 30)


@every_law
def test_a_phrase_with_two_ids_exchanged_is_found(law):
    length = length_of(law, 40)
    for phrase in drawn(law, range(50), length, 1000):
        if phrase[-1] == phrase[-2]:
            continue
        phrase[-1], phrase[-2] = phrase[-2], phrase[-1]
        with pytest.raises(AssertionError):
            tokens_of(law, phrase, length, 1000)


@every_law
def test_tokens_are_uniform(law):
    length = length_of(law, 100)
    ours = [tokens_of(law, phrase, length, 31) for phrase in drawn(law, range(3000), length, 31)]
    plain = importlib.import_module(f"benchmarks.laws.{law.name}").phrases(5, 500, length, 31)
    for made in (ours, [tokens_of(law, phrase, length, 31) for phrase in plain]):
        assert not uneven(np.bincount(np.ravel(made), minlength=30))
        assert not uneven(np.bincount(np.ravel(made)[1:] * 30 + np.ravel(made)[:-1], minlength=900))


def test_tokens_that_leave_one_out_are_found():
    x = np.concatenate([phrase[:50] for phrase in drawn(Copy(), range(3000), 101, 31)])
    assert uneven(np.bincount(np.where(x == 0, 1, x), minlength=30))


def test_the_deleted_token_stands_anywhere():
    places = [phrase.index(phrase[21]) for phrase in drawn(Delete(), range(20_000), 42, 1 << 20)]
    assert not uneven(np.bincount(places, minlength=20))
    assert uneven(np.bincount([place if place else 1 for place in places], minlength=20))


def test_every_token_is_exact():
    """Token i is the whole part of V - 1 times the fraction whose digits are word i and then those of its tie block."""
    seeds, key, tokens, place = np.arange(50_000, dtype=np.uint64), np.uint64(3), (1 << 20) - 1, 6
    words, ties = np.empty((4, len(seeds)), np.uint32), np.empty((4, len(seeds)), np.uint32)
    fill_rows(words, place // 4, SYMBOL_STREAM, seeds, key)
    fill_rows(ties, place, TIE_STREAM, seeds, key)
    word, tie = words[place % 4].astype(object), ties[1].astype(object)
    expected = ((word << 32 | tie) * tokens) >> 64
    phrases = drawn(Copy(), seeds, 15, tokens + 1, key=key)
    assert expected.tolist() == [phrase[place] for phrase in phrases]
    assert (expected != (word * tokens) >> 32).any()


@every_law
@given(st.integers(0, 120))
def test_a_prefix_is_the_beginning_of_the_phrase(law, most):
    seeds, lengths = range(8), np.array([length_of(law, least) for least in (6, 8, 20, 30, 60, 90, 100, 101)])
    whole = drawn(law, seeds, lengths, 40)
    assert [phrase[:most] for phrase in whole] == drawn(law, seeds, lengths, 40, most=most)


@every_law
def test_phrases_do_not_depend_on_their_company(law):
    lengths = np.array([length_of(law, 6 + 37 * i % 700) for i in range(60)])
    together = drawn(law, range(60), lengths, 25)
    assert together == [drawn(law, [seed], lengths[seed], 25)[0] for seed in range(60)]


@every_law
def test_streams_are_frozen(law):
    lengths = np.array([length_of(law, 6 + 37 * i % 1000) for i in range(100)])
    phrases = drawn(law, [*range(99), 2**63 - 1], lengths, 50, key=7)
    state = hashlib.sha256(np.array([len(phrase) for phrase in phrases], "<u4").tobytes())
    state.update(np.concatenate(phrases).astype("<u4").tobytes())
    assert GOLDEN[law.name] == state.hexdigest()[:32]


@every_law
def test_phrases_are_as_long_as_drawn_where_nothing_repeats(law):
    length = length_of(law, 20)
    lengths = [len(phrase) for phrase in drawn(law, range(300), length, 1 << 20)]
    assert lengths.count(length) >= 299


@pytest.mark.parametrize("law", [Set(), Union(), Delete()], ids=lambda law: law.name)
def test_functions_that_shorten_do_so_as_often_as_they_should(law):
    """Of 4 tokens out of 3, one, two or three are distinct; none to three of the others differ from a deleted one."""
    phrases = drawn(law, range(50_000), length_of(law, 9), 4)
    counts = np.bincount([len(phrase) for phrase in phrases])
    found = counts[counts > 0]
    deleted = [math.comb(3, others) * 2**others / 27 for others in range(4)]
    expected = 50_000 * np.array(deleted if law.name == "delete" else [3 / 81, 42 / 81, 36 / 81])
    assert len(expected) == len(found)
    assert ((found - expected) ** 2 / expected).sum() < len(found) + 4.5 * math.sqrt(2 * len(found))
    assert ((found - expected[::-1]) ** 2 / expected).sum() > len(found) + 4.5 * math.sqrt(2 * len(found))


@pytest.mark.parametrize("law", [Copy(), Set(), Union(), Delete()], ids=lambda law: law.name)
def test_entropies_are_those_of_all_phrases(law):
    """Over 3 tokens and with 2 to 5 of them before the function, by listing what can be drawn."""
    for n in range(2, 6):
        length = length_of(law, 2 * n + 1)
        shares, symbols = Counter(), 0.0
        for x in itertools.product(range(3), repeat=n):
            for place in range(n):
                token = x[place] if law.name == "delete" else None
                shares[x, token] += 1 / (n * 3**n)
                made = len(set(x)) if law.name in ("set", "union") else sum(other != token for other in x)
                symbols += (n + made + {"delete": 3, "union": 2}.get(law.name, 1)) / (n * 3**n)
        p = np.array(list(shares.values()))
        bound = law.bind(4, None).for_lengths(np.array([length]))
        assert math.isclose(-math.log2((p**2).sum()) / length, bound.collision_entropy, rel_tol=1e-9)
        exact = -(p * np.log2(p)).sum()
        short = 1.0 if law.name == "delete" else 1e-9
        assert exact - short < bound.entropy * symbols < exact + 1e-9


def test_lengths_have_the_parity_of_the_law():
    lengths = np.arange(1, 10)
    assert [3, 5, 7, 9] == lengths[Copy().makes(lengths, 9)].tolist()
    assert [4, 6, 8] == lengths[Delete().makes(lengths, 9)].tolist()
    assert [6, 8] == lengths[Union().makes(lengths, 9)].tolist()


@every_law
def test_two_tokens_and_a_separator_are_needed(law):
    law.check(3)
    with pytest.raises(InputError, match="2 hyperwords are too few"):
        law.check(2)
