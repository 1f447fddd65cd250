"""Libraries that train models are not installed with hyperphrase: what needs one says how to get it."""

import importlib
import sys
import tomllib
from pathlib import Path

import pytest

from hyperphrase.training.libraries import library

ROOT = Path(__file__).parents[3]
NEEDS = {"pytorch": ("torch", "torch")}  # modules of hyperphrase.training: the library, the extra


@pytest.mark.parametrize("module", NEEDS)
def test_a_module_whose_library_is_missing_names_the_extra(module, monkeypatch):
    name, extra = NEEDS[module]
    monkeypatch.setitem(sys.modules, name, None)  # it cannot be imported
    monkeypatch.delitem(sys.modules, f"hyperphrase.training.{module}", raising=False)
    with pytest.raises(
        ImportError, match=rf"^{name} is not installed.*; pip install 'hyperphrase\[{extra}\]'$"
    ) as caught:
        importlib.import_module(f"hyperphrase.training.{module}")
    assert caught.value.name == name
    assert isinstance(caught.value.__cause__, ImportError)  # why: it may be there and be broken
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(needed.startswith(name) for needed in project["optional-dependencies"][extra])


def test_a_library_that_is_there_is_loaded():
    assert library("json", extra="none") is sys.modules["json"]
