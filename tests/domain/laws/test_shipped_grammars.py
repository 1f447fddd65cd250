"""The grammars of this package: found by name, chosen by the lexicon's language, without the words of stop lists."""

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
from hyperphrase.laws.text.shipped_grammars import shipped_grammar, shipped_names, stop_list
from hyperphrase.laws.text.template_grammar import parse, without_words
from hyperphrase.lexicon.sources import language_of

FILES = Path(shipped_grammars.__file__).with_name("grammars")
OURS = "S -> A\nA = a b"


def no_file(path):
    raise FileNotFoundError(2, "No such file or directory", path)


def law_of(text, open_file=no_file, language="english", **allowed):
    return parse_law(text, SYMBOL_LAWS, "law", open_file, language, **allowed)


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


def words_of(law):
    """Return all words of a law's classes."""
    grammar = parse(law.attached().decode(), "grammar")
    return {word for words in grammar.classes for word in words}


@pytest.mark.parametrize("name", shipped_names())
def test_no_stop_word_stands_in_a_class_and_the_option_brings_them_back(name):
    stop = stop_list(name.partition("_")[0])
    law, whole = law_of(f"template:file={name}"), law_of(f"template:file={name},offensive=allow")
    assert stop.isdisjoint(words_of(law))
    assert words_of(whole) - words_of(law) == words_of(whole) & stop
    assert len(words_of(whole) & stop) >= (10 if name.startswith("english") else 0)
    assert whole.attached() == (FILES / f"{name}.txt").read_bytes()
    assert whole == law_of(f"template:file={name}", allow_offensive=True)
    assert parse(law.attached().decode(), "grammar").names == parse(whole.attached().decode(), "grammar").names


def test_laws_in_a_mixture_are_allowed_what_the_mixture_is():
    law = law_of("mixture:1*template:file=english_small+2*zipf", allow_offensive=True)
    assert law.laws[0] == law_of("template:file=english_small,offensive=allow")


def test_a_users_grammar_keeps_its_words():
    text = b"S -> A\nA = bastard dog"
    for allow in (False, True):
        assert text == law_of("template:file=./g", lambda path: io.BytesIO(text), allow_offensive=allow).attached()


def test_a_stop_word_is_left_out_with_its_weight_and_the_rest_stays_as_it_is():
    text = "# dog is a word\nS -> 2 dog A\ndog  =  a b\nA ~ dog*2 cat*3  bird\nB = dog"
    assert "# dog is a word\nS -> 2 dog A\ndog  =  a b\nA ~ cat*3 bird\nB =" == without_words(text, {"dog"})


def test_the_stop_list_has_what_was_read_and_not_what_has_another_meaning():
    stop = stop_list("english")
    assert {"fuck", "asshole", "assholes", "rapist", "kike", "sexual", "bastards", "nazi"} <= stop
    assert {"suit", "tool", "queen", "key", "sob", "dog", "class"}.isdisjoint(stop)
    assert all(word == word.strip().lower() and " " not in word for word in stop)
    assert frozenset() == stop_list("klingon")


def test_a_word_of_the_option_that_is_none_is_refused():
    with pytest.raises(InputError, match="offensive=forbid is no way to read the file; write offensive=allow"):
        law_of("template:offensive=forbid")
    with pytest.raises(InputError, match="zipf has no parameter 'offensive'"):
        law_of("zipf:offensive=allow")
