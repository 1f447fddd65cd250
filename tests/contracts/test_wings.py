"""What a folder says about itself: what it is for, and which names it hands on."""

import ast
import importlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ["hyperphrase", "transforms", "beam_pipeline"]


def folders_without_a_paragraph(root):
    """Return the folders below the layers whose ``__init__.py`` has not at least two sentences on what it is for."""
    files = sorted(path for layer in LAYERS for path in (root / layer).rglob("*/__init__.py"))
    said = {path: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in files}
    return [str(path.parent.relative_to(root)) for path, text in said.items() if len(re.findall(r"\.(\s|$)", text)) < 2]


def test_every_folder_says_in_a_paragraph_what_it_is_for():
    assert folders_without_a_paragraph(ROOT) == []


def test_a_folder_that_says_too_little_is_found(tmp_path):
    said = {"mute": "", "short": '"""What codecs share."""', "clear": '"""Formats. To add one, write avro.py."""'}
    for name, source in said.items():
        (tmp_path / "hyperphrase" / name).mkdir(parents=True)
        (tmp_path / "hyperphrase" / name / "__init__.py").write_text(source)
    assert ["hyperphrase/mute", "hyperphrase/short"] == folders_without_a_paragraph(tmp_path)


def test_every_wing_of_the_domain_hands_on_names():
    """Ruff holds that they are sorted (RUF022) and defined (F822)."""
    wings = [path.parent.name for path in (ROOT / "hyperphrase").glob("*/__init__.py")]
    assert len(wings) > 10
    for wing in wings:
        module = importlib.import_module(f"hyperphrase.{wing}")
        assert module.__all__ != []
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
