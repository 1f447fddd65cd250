"""The grammars of this package: found by name, chosen by the lexicon's language, told from users' files."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hyperphrase import Recipe
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text import shipped_grammars
from hyperphrase.laws.text.shipped_grammars import shipped_grammar, shipped_names
from hyperphrase.lexicon.sources import language_of

FILES = Path(shipped_grammars.__file__).with_name("grammars")
OURS = "S -> A\nA = a b"


def no_file(path):
    raise FileNotFoundError(2, "No such file or directory", path)


def law_of(text, open_file=no_file, language="english"):
    return parse_law(text, SYMBOL_LAWS, "law", open_file, language)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Return the folder that grammars are shipped in instead: one of each language."""
    for name, words in (("english", "cat dog"), ("russian", "кот пёс")):
        (tmp_path / f"{name}.txt").write_text(f"S -> N\nN = {words}\n", encoding="utf-8")
    monkeypatch.setattr(shipped_grammars, "_folder", lambda: tmp_path)
    return tmp_path


def test_a_shipped_grammar_is_found_by_its_name():
    assert {"english", "english_small"} <= set(shipped_names())
    for name in shipped_names():
        assert law_of(f"template:file={name}").attached() == shipped_grammar(name)


def test_a_file_that_has_a_shipped_name_is_given_with_its_folder():
    law = law_of("template:file=./english", lambda path: io.BytesIO(OURS.encode()))
    assert OURS.encode() == law.attached()


def test_the_default_is_that_of_the_language(shipped):
    for language in ("english", "russian"):
        assert (shipped / f"{language}.txt").read_bytes() == law_of("template", language=language).attached()
    assert law_of("template:file=english", language="russian").attached() == shipped_grammar("english")
    assert law_of("template", language="russian") == law_of("template:file=russian")


def test_laws_in_a_mixture_have_the_defaults_of_the_language(shipped):
    law = law_of("mixture:1*template+2*template:file=english", language="russian")
    assert [shipped_grammar("russian"), shipped_grammar("english")] == [part.attached() for part in law.laws]


def test_a_recipe_takes_the_language_from_the_lexicons_name(shipped):
    for name, words in (("russian", ["пёс", "кот"]), ("russian:stop=true", ["кот"]), ("words.csv", ["dog"])):
        lexicon = SimpleNamespace(name=name, words=words, frequencies=np.ones(2), vocabulary=2, digest="0" * 64)
        law = Recipe.create("template", lexicon=lexicon).law
        assert law.attached() == shipped_grammar("russian" if name.startswith("russian") else "english")
        law.bind(2, lambda lexicon=lexicon: lexicon)


@pytest.mark.parametrize(
    ("name", "language"),
    [("english", "english"), ("russian", "russian"), ("russian:stop=true", "russian"), ("russian.csv", "english"),
     ("synthetic:flavour=russian", "english"), ("words.txt", "english")],
)  # fmt: skip
def test_the_language_of_a_lexicon_is_told_by_its_name(name, language):
    assert language == language_of(name)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("englsh", r"englsh is neither a grammar of this package \(did you mean 'english'\?\) nor a file; give one of"),
        ("klingon", "klingon is neither a grammar of this package nor a file; give one of .*english_small"),
        ("./english", r"^law=template:file=./english: ./english cannot be read"),
        ("english.txt", r"english.txt cannot be read"),
    ],
)
def test_a_grammar_that_is_not_there_is_refused_in_a_line(source, reason):
    with pytest.raises(InputError, match=reason) as caught:
        law_of(f"template:file={source}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_default_that_is_not_shipped_is_refused_in_a_line(shipped):
    (shipped / "russian.txt").unlink()
    with pytest.raises(InputError, match="russian is neither a grammar of this package nor a file") as caught:
        law_of("template", language="russian")
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(InputError, match="there is no grammar 'russian'; there are english"):
        shipped_grammar("russian")


def test_every_shipped_file_is_a_grammar_in_utf_8():
    assert sorted(path.stem for path in FILES.iterdir()) == shipped_names()
