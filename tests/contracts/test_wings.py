"""What a folder says about itself: what it is for, and which names it hands on."""

import ast
import importlib
import re
from pathlib import Path

import hyperphrase

ROOT = Path(__file__).parents[2]
LAYERS = ["hyperphrase", "transforms", "beam_pipeline"]


def paragraphs(root):
    """Return what the ``__init__.py`` of each folder below the layers says: {folder: docstring}."""
    files = sorted(path for layer in LAYERS for path in (root / layer).rglob("*/__init__.py"))
    said = [ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in files]
    return dict(zip([str(path.parent.relative_to(root)) for path in files], said, strict=True))


def folders_without_a_paragraph(root):
    """Return the folders that say less than two sentences."""
    return [folder for folder, text in paragraphs(root).items() if len(re.findall(r"\.(\s|$)", text)) < 2]


def missing_modules(root):
    """Return (folder, name) of what paragraphs name in backticks and is neither a module nor a public name."""
    there = {path.stem for layer in LAYERS for path in (root / layer).rglob("*")} | {*LAYERS, *hyperphrase.__all__}
    named = [(folder, name) for folder, text in paragraphs(root).items() for name in re.findall("``([a-z_]+)``", text)]
    return [(folder, name) for folder, name in named if name not in there]


def test_every_folder_says_in_a_paragraph_what_it_is_for():
    assert folders_without_a_paragraph(ROOT) == []


def test_a_folder_that_says_too_little_is_found(tmp_path):
    said = {"mute": "", "short": '"""What codecs share."""', "clear": '"""Formats. To add one, write avro.py."""'}
    for name, source in said.items():
        (tmp_path / "hyperphrase" / name).mkdir(parents=True)
        (tmp_path / "hyperphrase" / name / "__init__.py").write_text(source)
    assert ["hyperphrase/mute", "hyperphrase/short"] == folders_without_a_paragraph(tmp_path)


def test_paragraphs_name_modules_that_are_there():
    assert missing_modules(ROOT) == []


def test_a_paragraph_that_names_a_missing_module_is_found(tmp_path):
    (tmp_path / "hyperphrase/codecs").mkdir(parents=True)
    (tmp_path / "hyperphrase/codecs/avro.py").touch()
    (tmp_path / "hyperphrase/codecs/__init__.py").write_text('"""``avro`` and ``gone``, by ``make_corpus``. Fine."""')
    assert [("hyperphrase/codecs", "gone")] == missing_modules(tmp_path)


def test_every_wing_of_the_domain_hands_on_names():
    """Ruff holds that they are sorted (RUF022) and defined (F822)."""
    wings = [path.parent.name for path in (ROOT / "hyperphrase").glob("*/__init__.py")]
    assert len(wings) > 10
    for wing in wings:
        module = importlib.import_module(f"hyperphrase.{wing}")
        assert module.__all__ != []
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
