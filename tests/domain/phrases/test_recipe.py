"""Recipes: one canonical text, one digest, and nothing believed that comes from elsewhere."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.phrases.recipe import RECIPE_VERSION, Recipe
from tests.fuzz.readers import no_file

RECIPE = Recipe(Zipf(s=1.0), Uniform(), 250_000, "0123456789abcdef" * 4, 42)
CANONICAL = (
    '{"key":42,"lengths":{"max":190,"min":10,"name":"uniform"},'
    '"lexicon_digest":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",'
    '"recipe_version":1,"sampler":{"beta":0.0,"name":"zipf","s":1.0},"vocabulary":250000}'
)
# Golden: frozen with recipe_version 1, like the streams
DIGEST = "6368c6464e9573d78be077bb884bc7b65d2f11baa83676878c5356b032d8920f"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_canonical_json_is_sorted_ascii_and_without_spaces():
    assert RECIPE.canonical() == CANONICAL


def test_the_digest_is_frozen():
    assert hashlib.sha256(CANONICAL.encode()).hexdigest() == RECIPE.digest
    assert RECIPE.digest == DIGEST


def test_the_version_is_frozen():
    assert RECIPE_VERSION == 1


@given(st.permutations(sorted(RECIPE.to_json())))
def test_the_order_of_keys_in_a_file_does_not_matter(keys):
    data = {key: RECIPE.to_json()[key] for key in keys}
    assert Recipe.from_json(json.loads(json.dumps(data))) == RECIPE


@given(st.integers(0, 2**64 - 1), st.integers(2, MAX_VOCABULARY), st.floats(0, 20))
def test_a_recipe_comes_back_from_its_json(key, vocabulary, s):
    recipe = Recipe(Zipf(s=s), Uniform(), vocabulary, "f" * 64, key)
    again = Recipe.from_json(json.loads(recipe.canonical()))
    assert recipe == again
    assert recipe.digest == again.digest


def test_every_field_is_part_of_the_digest():
    changes = {
        "key": 43,
        "lengths": {"name": "uniform", "min": 10, "max": 191},
        "lexicon_digest": "f" * 64,
        "sampler": {"name": "uniform"},
        "vocabulary": 250_001,
    }
    digests = [Recipe.from_json({**RECIPE.to_json(), key: value}).digest for key, value in changes.items()]
    assert len({RECIPE.digest, *digests}) == 6


BAD = [
    ("key", -1),
    ("key", 2**64),
    ("key", True),
    ("key", 1.0),
    ("key", "42"),
    ("vocabulary", 1),
    ("vocabulary", MAX_VOCABULARY + 1),
    ("vocabulary", None),
    ("vocabulary", 10**400),
    ("recipe_version", 2),
    ("recipe_version", "1"),
    ("lexicon_digest", "f" * 63),
    ("lexicon_digest", "F" * 64),
    ("lexicon_digest", "f" * 63 + "\n"),
    ("lexicon_digest", ["f"] * 64),
    ("sampler", {"name": "zopf"}),
    ("sampler", {"name": []}),
    ("sampler", "zipf"),
    ("lengths", {"name": "uniform", "min": 20, "max": 10}),
    ("lengths", {"name": "empirical", "counts": {"5": "many"}}),
]


@pytest.mark.parametrize(("key", "value"), BAD)
def test_a_wrong_field_is_refused_in_one_line(key, value):
    with pytest.raises(InputError) as caught:
        Recipe.from_json({**RECIPE.to_json(), key: value})
    assert len(str(caught.value).splitlines()) == 1


@given(st.sampled_from(sorted(RECIPE.to_json())), JSON)
def test_a_hostile_field_is_refused_as_input_and_in_no_other_way(key, value):
    try:
        recipe = Recipe.from_json({**RECIPE.to_json(), key: value})
    except InputError:
        return
    assert recipe == Recipe.from_json(recipe.to_json())


@given(JSON)
def test_what_is_no_recipe_is_refused(data):
    with pytest.raises(InputError):
        Recipe.from_json(data)


@pytest.mark.parametrize("key", sorted(RECIPE.to_json()))
def test_a_missing_or_additional_key_is_refused(key):
    data = RECIPE.to_json()
    with pytest.raises(InputError, match="exactly the keys"):
        Recipe.from_json({name: value for name, value in data.items() if name != key})
    with pytest.raises(InputError, match="exactly the keys"):
        Recipe.from_json({**data, key + "_": 1})


@pytest.mark.parametrize("law", ["shuffle_dyck:k=128", "dyck:k=128", "eca", "mixture:0.5*dyck:k=128+0.5*uniform"])
@pytest.mark.parametrize("vocabulary", [2, 255, 257])
def test_a_law_that_fixes_the_vocabulary_is_believed_with_no_other(law, vocabulary):
    """Its ids would be looked up beyond the end of a shorter lexicon."""
    data = Recipe(parse_law(law, SYMBOL_LAWS, "law", no_file), Uniform(), 256, "f" * 64).to_json()
    assert Recipe.from_json(data).vocabulary == 256
    with pytest.raises(InputError, match=f"has 256 symbols, and not {vocabulary}"):
        Recipe.from_json({**data, "vocabulary": vocabulary})
