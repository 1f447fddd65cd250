"""The Python of the pages compiles, and the names of this project that it imports exist."""

import ast
import importlib.util
from pathlib import Path

import pytest

import hyperphrase
from tests.documented import python_blocks, read
from tests.documented_pages import PAGES

CODE = [(page, line, code) for page in PAGES for line, code in python_blocks(read(page))]


@pytest.mark.parametrize(("page", "line", "code"), CODE, ids=[f"{page}:{line}" for page, line, _ in CODE])
def test_python_compiles_and_names_of_hyperphrase_exist(page, line, code):
    wrong = [name.replace(".", "/") for name in wrong_names(ast.parse(code))]
    assert [path for path in wrong if f"`{path}.py`" not in read(page)] == []  # else the page tells to write it


def wrong_names(tree):
    """Return the names of this project that code imports, or takes from ``hp``, and that do not exist."""
    wrong = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in ("hyperphrase", "benchmarks"):
            names = {alias.name for alias in node.names}
            wrong += [f"{node.module}.{name}" for name in names - set(names_in(node.module))]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hp":
            wrong += [f"hp.{node.attr}"] * (node.attr not in hyperphrase.__all__)
    return wrong


def names_in(module):
    """Return the names that a module has, by its source: it may import libraries that are not installed here."""
    spec = importlib.util.find_spec(module)
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
    if spec.submodule_search_locations:
        yield from (path.stem for path in Path(spec.origin).parent.iterdir())
        yield from vars(importlib.import_module(module)).get("__all__", ())


def test_a_name_that_does_not_exist_is_found():
    code = "import hyperphrase as hp\nfrom hyperphrase.errors import InputErrors\nhp.Corpora"
    assert wrong_names(ast.parse(code)) == ["hyperphrase.errors.InputErrors", "hp.Corpora"]
