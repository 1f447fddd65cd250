"""What needs a library that trains models says how to install it, when it is called."""

import sys
import tomllib
from pathlib import Path

import pytest

from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.training.hugging_face import iterable_dataset
from hyperphrase.training.tensorflow_data import context_dataset

ROOT = Path(__file__).parents[3]
LEXICON = Lexicon.load("synthetic", vocabulary=50)
RECIPE = Recipe.create("zipf:s=1.0", lengths="fixed:length=9", lexicon=LEXICON)
PLAN = Corpus.virtual(RECIPE, LEXICON, (0, 50)).contexts(length=16)


@pytest.mark.parametrize(("function", "name"), [(context_dataset, "tensorflow"), (iterable_dataset, "datasets")])
def test_a_missing_library_names_the_extra(function, name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)  # it cannot be imported
    with pytest.raises(
        ImportError, match=rf"^{name} is not installed.*; pip install 'hyperphrase\[{name}\]'$"
    ) as caught:
        function(PLAN, batch_size=1)
    assert caught.value.name == name
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert any(needed.startswith(name) for needed in extras[name])
