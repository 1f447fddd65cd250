"""The examples in the documentation of the public interface, run as they stand."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import hyperphrase

ROOT = Path(__file__).parents[3]
MODULES = sorted({f"hyperphrase.{module}" for module in hyperphrase._MODULES.values()})
EXAMPLES = {  # modules whose docstrings must hold examples
    "hyperphrase.api.corpus",
    "hyperphrase.api.plots",
    "hyperphrase.errors",
    "hyperphrase.lexicon.lexicon",
    "hyperphrase.meaning.bpe_tokens",
    "hyperphrase.phrases.blocks",
    "hyperphrase.phrases.phrases",
    "hyperphrase.phrases.recipe",
    "hyperphrase.texts.text_encoder",
    "hyperphrase.training.mixing",
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    import numpy as np

    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module, extraglobs={"np": np})
    assert failed == 0
    assert (tried > 0) == (name in EXAMPLES)


@pytest.mark.parametrize(("page", "least"), [("api.md", 20), ("dictionary.md", 5), ("text.md", 5), ("training.md", 15)])
def test_examples_of_a_page(tmp_path, monkeypatch, page, least):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(ROOT / "docs" / page), module_relative=False)
    assert (failed, tried > least) == (0, True)


def test_the_page_lists_every_public_name():
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    names = set(hyperphrase.__all__) - {"__version__"}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_everything_public_is_documented_and_typed():
    untold = []
    for name in set(hyperphrase.__all__) - {"__version__"}:
        value = getattr(hyperphrase, name)
        members = [value] if inspect.isfunction(value) else [value, *vars(value).values()]
        for member in members:
            if inspect.isfunction(member) and not member.__name__.startswith("_"):
                typed = "return" in member.__annotations__
                untold += [] if member.__doc__ and typed else [f"{name}.{member.__name__}"]
    assert untold == []
