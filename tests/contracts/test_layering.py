"""The rooms of the house: imports go down only, and the domain knows neither Beam nor a cloud."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ["hyperphrase", "transforms", "beam_pipeline"]  # each imports from itself and those before it
FOREIGN = ["apache_beam", "google"]  # what the domain may not load, not even through somebody else's module

# Imports every module of a package in a fresh interpreter and names the foreign modules that this loaded.
PROBE = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
    print("imported", module.name)
for name in sorted(sys.modules):
    if name.partition(".")[0] in sys.argv[3:] and getattr(sys.modules[name], "__file__", None):
        print("foreign", name)
"""


def loaded_by(folder, package):
    """Return (modules of the package, foreign modules) that importing all of the package loads."""
    command = [sys.executable, "-c", PROBE, str(folder), package, *FOREIGN]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return tuple([name for kind, name in lines if kind == wanted] for wanted in ("imported", "foreign"))


def imports_of(source):
    """Yield the top-level names that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0] if node.module and not node.level else "a relative import"


def upward_imports(root):
    """Return (file, import) for each import that goes up, or that the domain may not have."""
    found = []
    for height, layer in enumerate(LAYERS):
        forbidden = {*LAYERS[height + 1 :], "tests", "tools", "a relative import", *(FOREIGN if height == 0 else [])}
        for path in sorted((root / layer).rglob("*.py")):
            names = set(imports_of(path.read_text(encoding="utf-8"))) & forbidden
            found += [(str(path.relative_to(root)), name) for name in sorted(names)]
    return found


def house(folder, **files):
    """Write made-up packages: layer__module='source'."""
    for layer in LAYERS:
        (folder / layer).mkdir()
        (folder / layer / "__init__.py").write_text("")
    for name, source in files.items():
        layer, _, module = name.partition("__")
        (folder / layer / f"{module}.py").write_text(textwrap.dedent(source))
    return folder


def test_importing_all_of_the_domain_loads_neither_beam_nor_google():
    imported, foreign = loaded_by(ROOT, "hyperphrase")
    assert len(list((ROOT / "hyperphrase").rglob("*.py"))) == 1 + len(imported)
    assert foreign == []


def test_a_domain_that_loads_beam_is_found(tmp_path):
    """By the same check, in a made-up domain that imports Beam inside a function called at import time."""
    house(
        tmp_path,
        hyperphrase__sly="""
        def load():
            import apache_beam.pvalue
        load()
        """,
    )
    fake = tmp_path / "apache_beam"  # a stand-in: the real one takes seconds to import
    fake.mkdir()
    (fake / "__init__.py").write_text("")
    (fake / "pvalue.py").write_text("")
    assert loaded_by(tmp_path, "hyperphrase") == (["hyperphrase.sly"], ["apache_beam", "apache_beam.pvalue"])


def test_imports_go_down_only():
    assert upward_imports(ROOT) == []


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("hyperphrase__a", "import transforms.files.storage", "transforms"),
        ("hyperphrase__a", "from beam_pipeline import run", "beam_pipeline"),
        ("hyperphrase__a", "def f():\n    from apache_beam import Map", "apache_beam"),
        ("hyperphrase__a", "import os, google.cloud.storage", "google"),
        ("hyperphrase__a", "from . import errors", "a relative import"),
        ("transforms__a", "import beam_pipeline as bp", "beam_pipeline"),
        ("beam_pipeline__a", "from tests.conftest import settings", "tests"),
    ],
)
def test_an_import_that_goes_up_is_found(tmp_path, module, source, found):
    path = module.replace("__", "/") + ".py"
    assert [(path, found)] == upward_imports(house(tmp_path, **{module: source}))


def test_imports_that_go_down_are_none_of_it(tmp_path):
    house(
        tmp_path,
        hyperphrase__a="import google_crc32c\nimport numpy",
        transforms__a="import apache_beam\nfrom hyperphrase.errors import InputError",
        beam_pipeline__a="import transforms.files.storage\nimport hyperphrase",
    )
    assert upward_imports(tmp_path) == []
