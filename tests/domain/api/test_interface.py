"""The public interface: what importing it loads, and that it works in threads and in other processes."""

import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import hyperphrase as hp

LOADED = """
import sys
import hyperphrase as hp
heavy = ("apache_beam", "google", "numba", "numpy", "pyarrow", "rich", "torch", "jax", "transformers")
print([name for name in heavy if name in sys.modules])
lexicon = hp.Lexicon.load("synthetic", vocabulary=100)
hp.Phrases(hp.Recipe.create("uniform", lexicon=lexicon), lexicon).draw([1])
print([name for name in ("apache_beam", "google", "torch", "jax", "transformers") if name in sys.modules])
"""


def test_importing_it_loads_nothing_heavy_and_drawing_loads_no_beam():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]"]


def test_all_names_are_there_and_no_others_are_promised():
    assert all(getattr(hp, name) is not None for name in hp.__all__)
    assert set(hp.__all__) <= set(dir(hp))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hp.nothing


@pytest.fixture(scope="module")
def lexicon():
    return hp.Lexicon.load("synthetic", vocabulary=100)


@pytest.fixture(scope="module")
def phrases():
    lexicon = hp.Lexicon.load("synthetic", vocabulary=1000)
    return hp.Phrases(hp.Recipe.create("nest:q=0.4", lengths="uniform:min=1,max=40", lexicon=lexicon), lexicon)


@pytest.mark.parametrize("seeds", [[3, 1, 2], (3, 1, 2), np.array([3, 1, 2], np.int32), np.array([3, 1, 2], np.uint64)])
def test_seeds_are_any_sequence_of_whole_numbers(phrases, seeds):
    block = phrases.draw(seeds)
    assert [phrase.seed for phrase in block] == [3, 1, 2]
    assert block[1] == phrases.draw([1])[0]


def test_no_seeds_give_no_phrases(phrases):
    assert len(phrases.draw([])) == 0


@pytest.mark.parametrize("seeds", [[1.0], [True], ["1"], [[1]], 1, [-1], [2**63], [2**64], None])
def test_other_seeds_are_refused(phrases, seeds):
    with pytest.raises(hp.InputError) as caught:
        phrases.draw(seeds)
    assert caught.value.field == "seeds"


def test_a_block_is_not_changed_by_the_next_call(phrases):
    first = phrases.draw(range(100))
    ids, again = first.ids.copy(), phrases.draw(range(100, 200))
    assert np.array_equal(ids, first.ids)
    assert not np.shares_memory(first.ids, again.ids)


def test_an_array_of_seeds_is_not_kept(phrases):
    seeds = np.array([1, 2], np.uint64)
    block = phrases.draw(seeds)
    seeds[:] = 9
    assert block.seeds.tolist() == [1, 2]


def test_another_lexicon_is_refused(phrases, lexicon):
    with pytest.raises(hp.InputError) as caught:
        hp.Phrases(phrases.recipe, lexicon)
    assert caught.value.field == "lexicon"


def test_threads_draw_the_same(phrases):
    expected = phrases.draw(range(2000))
    with ThreadPoolExecutor(4) as pool:
        assert all(block == expected for block in pool.map(lambda _: phrases.draw(range(2000)), range(20)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_draw_the_same(phrases, method):
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(phrases.draw, [1, 2, 3]).result() == phrases.draw([1, 2, 3])


def test_phrases_are_pickled_without_their_buffers(phrases):
    phrases.draw_reused(np.arange(9, dtype=np.uint64))
    assert pickle.loads(pickle.dumps(phrases)).draw([5]) == phrases.draw([5])


@pytest.mark.parametrize(
    "error",
    [
        hp.InputError("wrong", field="key", value=-1),
        hp.InputError("wrong"),
        hp.CorruptError("x"),
        hp.WorkFailedError("y"),
    ],
)
def test_errors_are_pickled_whole(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert isinstance(error, hp.HyperphraseError)


@pytest.mark.parametrize("law", ["zipf", "exhaustive", "mixture:1*uniform+2*zipf:s=1.0"])
def test_representations_are_one_short_line(lexicon, law):
    recipe = hp.Recipe.create(law, lexicon=lexicon)
    phrases = hp.Phrases(recipe, lexicon)
    block = phrases.draw(range(50))
    for shown in map(repr, (lexicon, recipe, phrases, block, block[7], block[:0])):
        assert len(shown.splitlines()) == 1
        assert len(shown) < 250


@pytest.mark.parametrize(
    ("law", "lengths", "key", "field"),
    [("zipf", "uniform", -1, "key"), ("zipf", "uniform", 2**64, "key"), ("zopf", "uniform", 0, "law"),
     ("zipf", "unifrom", 0, "lengths"), ("zipf:s=99", "uniform", 0, "law")],
)  # fmt: skip
def test_a_wrong_recipe_is_refused_by_its_field(lexicon, law, lengths, key, field):
    with pytest.raises(hp.InputError) as caught:
        hp.Recipe.create(law, lengths=lengths, lexicon=lexicon, key=key)
    assert caught.value.field == field
    assert len(str(caught.value).splitlines()) == 1
