"""Libraries that train models are not installed with hyperphrase: what needs one says how to get it."""

import importlib
import sys
import tomllib
from pathlib import Path

import pytest

from hyperphrase.libraries import library
from tests.training.small import PLAN

ROOT = Path(__file__).parents[3]
NEEDS = {"pytorch": ("torch", "torch")}  # modules of hyperphrase.training: the library, the extra
NEEDED_LATER = {  # functions, when they are called: the module, the library, the extra
    "context_dataset": ("tensorflow_data", "tensorflow", "tensorflow"),
    "iterable_dataset": ("hugging_face", "datasets", "datasets"),
}


@pytest.fixture
def missing(monkeypatch):
    """Return a test that what needs a library names the extra: missing(library, extra, what)."""

    def test(name, extra, what):
        monkeypatch.setitem(sys.modules, name, None)  # it cannot be imported
        told = rf"^{name} is not installed.*; pip install 'hyperphrase\[{extra}\]'$"
        with pytest.raises(ImportError, match=told) as caught:
            what()
        assert caught.value.name == name
        assert isinstance(caught.value.__cause__, ImportError)  # why: it may be there and be broken
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert any(needed.startswith(name) for needed in project["optional-dependencies"][extra])

    return test


@pytest.mark.parametrize("module", NEEDS)
def test_a_module_whose_library_is_missing_names_the_extra(module, missing, monkeypatch):
    monkeypatch.delitem(sys.modules, f"hyperphrase.training.{module}", raising=False)
    missing(*NEEDS[module], lambda: importlib.import_module(f"hyperphrase.training.{module}"))


@pytest.mark.parametrize("function", NEEDED_LATER)
def test_a_function_whose_library_is_missing_names_the_extra(function, missing):
    module, name, extra = NEEDED_LATER[function]
    needy = getattr(importlib.import_module(f"hyperphrase.training.{module}"), function)
    missing(name, extra, lambda: needy(PLAN, batch_size=1))


def test_a_library_that_is_there_is_loaded():
    assert library("json", extra="none") is sys.modules["json"]
