"""Navec: the vectors that its own reader gives, made smaller by principal components; frozen."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hyperphrase.errors import InputError
from hyperphrase.lexicon import navec_vectors
from hyperphrase.lexicon.navec_vectors import NAVEC_DIGEST, navec
from hyperphrase.lexicon.word_vectors import frequent_vectors, kind_of, vectors_of


def vectors(*words):
    return vectors_of(SimpleNamespace(words=words), "navec")


@pytest.fixture(scope="module")
def theirs():
    """Return Navec as its own package reads it."""
    reader = pytest.importorskip("navec")
    return reader.Navec.load(Path(find_spec("natasha").origin).parent / navec_vectors._FILE)


def test_words_keep_their_distances(theirs):
    """In 100 of 300 dimensions: against the published vectors, centred, of words drawn among the most frequent."""
    words = list(navec().rows)[:20_000:40]
    full = np.array([theirs[word] for word in words], float)
    full -= np.array([theirs[word] for word in list(navec().rows)[:20_000]], float).mean(axis=0)
    ours = vectors(*words).values.astype(float)
    kept = (ours**2).sum(axis=1) / (full**2).sum(axis=1)
    assert 0.5 < kept.mean() < 0.7  # the share of the variance
    assert kept.max() < 1.001  # a projection
    dots = (full @ full.T).ravel()
    assert np.corrcoef((ours @ ours.T).ravel(), dots)[0, 1] > 0.9
    worse = np.roll(ours, 1, axis=0)
    assert np.corrcoef((worse @ worse.T).ravel(), dots)[0, 1] < 0.2


def test_words_are_in_their_order_of_frequency(theirs):
    counts = theirs.vocab.counts
    ordered = [counts[theirs.vocab.word_ids[word]] for word in navec().rows]
    assert sorted(ordered, reverse=True) == ordered
    assert 250_000 == len(ordered)
    assert not {"<unk>", "<pad>"} & set(navec().rows)


def test_near_words_have_near_vectors():
    sea, ocean, tax = (v / np.linalg.norm(v) for v in vectors("море", "океан", "налог").values)
    assert sea @ ocean > 0.4
    assert sea @ tax < 0.1


def test_yo_is_found_as_ye():
    found = vectors("козёл", "козел", "ыыыы", "ещё", "еще")
    assert [True, True, False, True, True] == found.present.tolist()
    assert found.values[0].tolist() == found.values[1].tolist()
    assert not found.values[2].any()
    assert found.values[3].tolist() != found.values[4].tolist()  # Navec has both


def test_values_are_frozen():
    """Golden: a change here is a change of phrase(seed)."""
    values = frequent_vectors(1000, "navec")
    assert (1000, 100) == values.shape
    assert np.array_equal(values * 4096, np.round(values * 4096))  # whole numbers
    assert "dc69c942f94314fd" == hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()[:16]


def test_the_name_of_a_lexicon_says_which_vectors_suit():
    assert ("navec", "glove", "glove") == (kind_of("russian"), kind_of("synthetic"), kind_of("russian.txt"))


@pytest.fixture
def fresh():
    navec.cache_clear()
    yield
    navec.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_without_the_package_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(navec_vectors, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"package natasha, which is not installed; pip install 'hyperphr"):
        vectors("море")


@pytest.mark.usefixtures("fresh")
def test_another_release_of_the_package_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(navec_vectors, "NAVEC_DIGEST", "0" * 64)
    with pytest.raises(InputError, match=r"^the installed natasha has not the vectors of release 1\.6\.0; pip install"):
        vectors("море")
    monkeypatch.setattr(navec_vectors, "NAVEC_DIGEST", NAVEC_DIGEST)
    monkeypatch.setattr(navec_vectors, "find_spec", lambda name: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    with pytest.raises(InputError, match=r"^the installed natasha has not the vectors"):
        vectors("море")


def test_natasha_itself_is_not_imported():
    import subprocess
    import sys

    code = "from hyperphrase.lexicon.navec_vectors import navec; navec(); import sys; print('natasha' in sys.modules)"
    assert "False" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
