"""``repetition``: words and their exact copy."""

import numpy as np
import pytest

from benchmarks.laws import repetition
from hyperphrase.errors import InputError
from tests.domain.laws.pair_laws import bound_law_of, differs, digest, draw, law_of, prefixes_agree, shares

# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("repetition", 250_000): "f95de6d02906a24545a6c0082d1511f3",
    ("repetition:m=3,paired=true,s=0", 50_000): "ed306e2623f5f95be9466e2262aed8c0",
    ("repetition:m=1000,s=0.5", 30): "c899e9a79173fcb29f946be929642c04",
}


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == digest(*recipe)


@pytest.mark.parametrize("law", ["repetition", "repetition:m=1,paired=true", "repetition:m=7", "repetition:m=65535"])
def test_a_prefix_is_the_beginning_of_the_phrase(law):
    assert prefixes_agree(law, 1000)


@pytest.mark.parametrize("m", [1, 3, 10, 40])
@pytest.mark.parametrize("paired", [False, True])
def test_a_copy_follows_at_once(m, paired):
    law, partner = f"repetition:m={m},paired={str(paired).lower()}", 500 if paired else 0
    for ids in (draw(law, 1000, 200, 67), np.array(repetition.phrases(1, 50, 67, 1000, m=m, paired=paired))):
        assert ids[:, 0].min() < ids[:, 0].max()
        for t in range(67):
            if t % (2 * m) >= m:
                assert (ids[:, t] == ids[:, t - m] + partner).all()
            else:
                assert (ids[:, t] < 1000 - partner).all()


def drawn(ids, m=10):
    return ids[:, np.arange(ids.shape[1]) % (2 * m) < m]


def test_words_are_independent_and_follow_their_weights():
    def counts(ids):
        return np.bincount(drawn(ids).ravel(), minlength=50)

    ours, plain = draw("repetition", 50, 20_000, 60), np.array(repetition.phrases(2, 3000, 60, 50))
    assert not differs(counts(ours), shares(50))
    assert not differs(counts(plain), shares(50))
    assert differs(counts(draw("repetition:s=1.02", 50, 20_000, 60)), shares(50))
    pairs = np.outer(shares(50), shares(50)).ravel()
    for ids in (ours, plain):
        words = drawn(ids)
        for lag in (1, 10):  # neighbours, and the same place in the next run of words
            assert not differs(np.bincount((50 * words[:, lag:] + words[:, :-lag]).ravel(), minlength=2500), pairs)
    assert differs(np.bincount((50 * ours[:, 10:] + ours[:, :-10]).ravel(), minlength=2500), pairs)


def test_words_are_those_of_independent_symbols():
    """Word i of the symbol stream is drawn word i: as zipf draws symbol i."""
    assert drawn(draw("repetition", 1000, 100, 60)).tolist() == draw("zipf:s=1,beta=1.7", 1000, 100, 30).tolist()


@pytest.mark.parametrize("law", ["repetition:m=0", "repetition:m=65536", "repetition:m=1.5"])
def test_parameters_outside_their_range_are_refused(law):
    with pytest.raises(InputError, match=f"law={law}: "):
        law_of(law)


def test_a_vocabulary_that_cannot_be_halved_is_refused():
    with pytest.raises(InputError, match="101 is odd"):
        law_of("repetition:paired=true").check(101)


@pytest.mark.parametrize(("m", "share"), [(10, 0.5), (1, 0.5), (30, 0.6), (100, 1.0)])
def test_the_entropy_is_that_of_the_words_drawn(m, share):
    p = shares(1000)
    entropy = bound_law_of(f"repetition:m={m}", 1000).entropy
    assert entropy == pytest.approx(share * -(p * np.log2(p)).sum(), rel=1e-6)
