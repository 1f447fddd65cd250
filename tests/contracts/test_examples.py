"""The programs in examples/: short, made of public names alone, and listed. tests/training runs them."""

import ast
import re
from pathlib import Path

import pytest

import hyperphrase
from tests.contracts.test_layering import imports_of

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LINES = 200  # an example has fewer
READERS = {"hugging_face", "jax_grain", "model_inputs", "pytorch", "tensorflow_data"}  # public parts of the wing


def private_names(source, imports):
    """Return what a program takes from the project that is not public."""
    found = []
    for name in imports:
        if name.startswith(("transforms", "beam_pipeline", "tests", "tools", "benchmarks", "hyperphrase.")):
            wing, _, rest = name.removeprefix("hyperphrase.").partition(".")
            if wing != "training" or rest.partition(".")[0] not in READERS or "._" in name:
                found.append(name)
    used = set(re.findall(r"\bhp\.(\w+)", source))
    return found + sorted(used - set(hyperphrase.__all__))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_takes_public_names_alone(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") < LINES
    assert private_names(source, imports_of(path)) == []


def test_a_private_name_is_found():
    assert private_names("hp.Corpus", ["hyperphrase.training.pytorch.ContextLoader", "hyperphrase", "numpy"]) == []
    assert private_names("hp.corpus", []) == ["corpus"]
    for name in ("hyperphrase.corpus.Manifest", "hyperphrase.training.packing.Pad", "tests.training.small"):
        assert private_names("", [name]) == [name]


def test_the_readme_has_each_example_and_its_picture():
    page = (ROOT / "examples/README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\w+\.py)\]", page, re.MULTILINE) == [path.name for path in EXAMPLES]
    for picture in re.findall(r"!\[.+\]\((.+)\)", page):
        assert (ROOT / "examples" / picture).exists()


def test_an_example_says_how_it_is_called():
    for path in EXAMPLES:
        assert f"python examples/{path.name}" in ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
