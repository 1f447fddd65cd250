"""phrase(seed): frozen, and the same in any company."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.phrases.phrases import WorkUnit, seed_range

HUGE = [2**53 + 1, 2**62, 2**62 + 1, 2**63 - 2, 2**63 - 1]
SEEDS = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=12)
SYMBOL_LAWS = st.sampled_from(["uniform", "zipf:s=1.0", "zipf:s=1.2,beta=2.7", "lexicon"])

# (sampler, lengths, vocabulary, key) -> first half of the SHA-256 of lengths and ids of seeds 0..999 and the HUGE ones.
# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("uniform", "uniform:min=10,max=190", 250_000, 0): "df113df20bbe1d11f946a2b6f20b072e",
    ("uniform", "fixed:length=100", 500_000, 1): "a3463b24edd40e56f3dee013590f015b",
    ("uniform", "uniform:min=1,max=4", 2, 2**64 - 1): "452b072b7164ac062aaa8e988288cfca",
    ("zipf:s=1.0", "uniform:min=10,max=190", 250_000, 0): "7eacef7edb459ffdecd74160a39c0e0d",
    ("zipf:s=1.0,beta=2.7", "lognormal:mu=4.5,sigma=0.5", 250_000, 2**63 + 5): "342b536d35468e4122c7463c064fdbb4",
    ("zipf:s=1.0", "geometric:min=1,max=1000,p=0.02", 1 << 20, 7): "5494c7ecaa3fa0afa6725c34797396da",
    ("lexicon", "uniform:min=10,max=190", 30_000, 0): "39eb1311454dda031853809efac9021d",
    ("lexicon", "lognormal:mu=3.0,sigma=0.9,min=1,max=5000", 1000, 99): "be90975efccafe10dc723e620fb75272",
}


def digest(phrases, seeds):
    block = phrases.draw(np.asarray(seeds, np.uint64))
    state = hashlib.sha256(block.lengths.astype("<u4").tobytes())
    state.update(block.ids.astype("<u4").tobytes())
    return state.hexdigest()


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=[f"{r[0]} {r[1]}" for r in GOLDEN])
def test_streams_are_frozen(phrases_of, recipe, expected):
    assert expected == digest(phrases_of(*recipe), [*range(1000), *HUGE])[:32]


def test_every_part_of_a_recipe_changes_the_phrases(phrases_of):
    recipes = [
        ("zipf", "uniform:min=5,max=9", 1000, 0),
        ("uniform", "uniform:min=5,max=9", 1000, 0),
        ("zipf:s=1.001", "uniform:min=5,max=9", 1000, 0),
        ("zipf", "uniform:min=5,max=10", 1000, 0),
        ("zipf", "uniform:min=5,max=9", 1001, 0),
        ("zipf", "uniform:min=5,max=9", 1000, 1),
        ("zipf", "uniform:min=5,max=9", 1000, 2**32),
    ]
    assert len(recipes) == len({digest(phrases_of(*recipe), range(200)) for recipe in recipes})


@given(SEEDS, SYMBOL_LAWS, st.randoms(use_true_random=False))
def test_a_phrase_is_the_same_in_any_company(phrases_of, phrase_tuples, seeds, law, random):
    phrases = phrases_of(law, key=11)
    alone = {seed: phrase_tuples(phrases, [seed])[0] for seed in seeds}
    company = random.choices(seeds, k=2 * len(seeds))
    assert [alone[seed] for seed in company] == phrase_tuples(phrases, company)


@given(st.integers(0, 2**63 - 300), st.integers(1, 300), SYMBOL_LAWS)
def test_cutting_a_range_changes_no_phrase(phrases_of, phrase_tuples, first, chunk, law):
    phrases = phrases_of(law, key=12)
    whole = phrase_tuples(phrases, seed_range(first, first + 300))
    pieces = [seed_range(first + start, first + min(start + chunk, 300)) for start in range(0, 300, chunk)]
    assert whole == [phrase for piece in pieces for phrase in phrase_tuples(phrases, piece)]


@given(SEEDS, SYMBOL_LAWS, st.integers(1, 12))
def test_a_prefix_is_the_beginning_of_the_phrase(phrases_of, phrase_tuples, seeds, law, symbols):
    phrases = phrases_of(law, key=13)
    whole = phrase_tuples(phrases, seeds)
    lengths, rows = phrases.prefixes(np.array(seeds, np.uint64), symbols)
    assert [len(phrase) for phrase in whole] == lengths.tolist()
    assert (symbols, len(seeds)) == rows.shape
    read = [tuple(column[:length]) for column, length in zip(rows.T.tolist(), lengths, strict=True)]
    assert [phrase[:symbols] for phrase in whole] == read


def test_the_same_seed_gives_lengths_alone_and_with_its_phrase(phrases_of, phrase_tuples):
    phrases = phrases_of("zipf")
    seeds = seed_range(0, 500)
    assert [len(phrase) for phrase in phrase_tuples(phrases, seeds)] == phrases.lengths(seeds).tolist()


def test_lengths_follow_their_law(phrases_of):
    phrases = phrases_of("uniform", "geometric:min=2,max=9,p=0.3")
    counts = np.bincount(phrases.lengths(seed_range(0, 200_000)), minlength=10)
    expected = np.array([0, 0, *phrases.recipe.lengths.probabilities().values()]) * 200_000
    chi_square = ((counts[2:] - expected[2:]) ** 2 / expected[2:]).sum()
    assert counts[:2].sum() == 0
    assert chi_square < 7 + 4.5 * np.sqrt(14)


def test_threads_do_not_disturb_each_other(phrases_of):
    phrases = phrases_of("zipf", "uniform:min=10,max=190")
    ranges = [range(start, start + 300) for start in range(0, 6000, 300)]
    expected = [digest(phrases, seeds) for seeds in ranges]
    with ThreadPoolExecutor(4) as pool:
        assert expected == list(pool.map(lambda seeds: digest(phrases, seeds), ranges))


@pytest.mark.parametrize("first", [0, 2**53 - 2, 2**53 + 1, 2**63 - 3, 2**63])
def test_seed_ranges_are_exact_however_high(first):
    seeds = seed_range(first, first + 3)
    assert [first, first + 1, first + 2] == seeds.tolist()
    assert np.uint64 == seeds.dtype


def test_a_unit_is_as_long_as_its_range():
    assert len(WorkUnit(3, 2**62, 2**62 + 7)) == 7
