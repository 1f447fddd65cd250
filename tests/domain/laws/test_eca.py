"""``eca``: every row follows from the row before it by the rule; the first row is fair coins."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import eca as plain
from hyperphrase.errors import InputError
from hyperphrase.laws.processes.eca import Eca
from hyperphrase.numbers.batch import Batch

# (law) -> first half of the SHA-256 of the ids of seeds 0..99; a change needs a new recipe_version
GOLDEN = {
    Eca(): "5a78da878c97d7f3c5eb14cfa2128258",
    Eca(rule=30, width=1000, window=100, patch=10): "5e7ccbdfc9c57fffee469a57c70cf5a1",
    Eca(rule=90, width=65, window=65, patch=13, every=3): "bdd040037bf49f9e476cdf80de8becf4",
}


def drawn(law, seeds, length, key=1):
    """Return the phrases of ``seeds`` as an array (phrases, length)."""
    seeds = np.asarray(seeds, np.uint64)
    ids = np.empty(len(seeds) * length, np.uint32)
    lengths = np.full(len(seeds), length)
    law.bind(law.vocabulary(), None).draw(
        Batch(np.uint64(key), seeds, lengths, np.arange(len(seeds) + 1) * length, ids)
    )
    return ids.reshape(-1, length)


def cells_of(phrases, law):
    """Return the cells of whole rows: (phrases, rows, window)."""
    bits = (phrases[..., None] >> np.arange(law.patch)[::-1]) & 1
    return bits.reshape(len(phrases), -1, law.window)


def successor(rows, rule):
    """Return the next row of whole rings (..., width) by the rule's table."""
    index = 4 * np.roll(rows, 1, -1) + 2 * rows + np.roll(rows, -1, -1)
    return (rule >> index) & 1


RINGS = st.sampled_from([(3, 1), (8, 4), (63, 9), (64, 8), (65, 13), (127, 1), (128, 16), (180, 18), (1000, 10)])


@given(st.integers(0, 255), RINGS, st.integers(1, 4), st.integers(0, 2**63 - 5))
def test_every_row_follows_from_the_one_before(rule, ring, every, seed):
    width, patch = ring
    law = Eca(rule=rule, width=width, window=width, patch=patch, every=every)
    rows = cells_of(drawn(law, range(seed, seed + 3), 4 * (width // patch)), law)
    for before, after in zip(rows.swapaxes(0, 1), rows.swapaxes(0, 1)[1:], strict=False):
        expected = before
        for _ in range(every):
            expected = successor(expected, rule)
        assert expected.tolist() == after.tolist()


def test_plain_python_knows_the_same_rule():
    law = Eca(rule=30, width=48, window=48, patch=6)
    phrases = np.array(plain.phrases(5, 20, 40, 64, rule=30, width=48, window=48, patch=6), np.uint32)
    rows = cells_of(phrases, law)
    assert successor(rows[:, :-1], 30).tolist() == rows[:, 1:].tolist()


def refuted(rows):
    """Tell whether cells of first rows are no fair, independent coins, each and with its neighbours: (rows, cells)."""
    n = len(rows)
    sides = np.abs(rows.mean(0) - 0.5) * 2 * np.sqrt(n)
    pairs = np.abs((rows == np.roll(rows, 1, -1)).mean(0) - 0.5) * 2 * np.sqrt(n)
    return max(sides.max(), pairs.max()) > 5.0


def test_the_first_row_is_fair_coins():
    law = Eca(width=200, window=200, patch=10)
    assert not refuted(cells_of(drawn(law, range(20_000), 20), law)[:, 0])
    theirs = plain.phrases(1, 2000, 20, 1024, width=200, window=200, patch=10)
    assert not refuted(cells_of(np.array(theirs, np.uint32), law)[:, 0])


def test_coins_that_are_not_quite_fair_are_found():
    rng = np.random.default_rng(0)
    assert refuted((rng.random((20_000, 200)) < 0.52).astype(int))
    assert not refuted((rng.random((20_000, 200)) < 0.5).astype(int))


def test_a_window_shows_a_part_of_the_ring():
    whole = Eca(rule=110, width=96, window=96, patch=12)
    part = Eca(rule=110, width=96, window=36, patch=12)
    rows = cells_of(drawn(whole, range(50), 40), whole)
    assert rows[:, :, :36].tolist() == cells_of(drawn(part, range(50), 15), part).tolist()


def test_a_shorter_phrase_is_the_beginning_of_a_longer_one():
    law = Eca(rule=45, width=100, window=60, patch=12)
    longest = drawn(law, range(40), 47)
    for length in (1, 4, 5, 6, 46):
        assert longest[:, :length].tolist() == drawn(law, range(40), length).tolist()


@pytest.mark.parametrize(("law", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(law, expected):
    ids = drawn(law, range(100), 100, key=7)
    assert expected == hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"rule": 256}, "rule=256"),
        ({"width": 2}, "width=2"),
        ({"window": 72}, "window=72 is above width=64"),
        ({"window": 60}, "window=60 is no multiple of patch=8"),
        ({"patch": 19}, "patch=19"),
    ],
)
def test_wrong_parameters_are_refused(parameters, named):
    with pytest.raises(InputError, match=named):
        Eca(**parameters)


def test_the_vocabulary_is_that_of_the_patches():
    assert [2, 16, 256] == [Eca(patch=patch).vocabulary() for patch in (1, 4, 8)]


@pytest.mark.parametrize(("longest", "bits"), [(1, 8.0), (8, 8.0), (9, 64 / 9), (190, 64 / 190)])
def test_entropy_is_that_of_the_first_row(longest, bits):
    law = Eca().bind(256, None).for_lengths(np.array([1, longest]))
    assert bits == law.entropy == law.collision_entropy
