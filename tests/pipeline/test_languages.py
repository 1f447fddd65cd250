"""Options whose meaning depends on the lexicon's language, and the option that lifts the stop lists."""

import pytest

from beam_pipeline.terminal import options
from hyperphrase.laws.text import shipped_grammars
from hyperphrase.laws.text.shipped_grammars import shipped_grammar

SMALL = ["--vocabulary=2000", "--lengths=fixed:length=12"]


def law_of(*given):
    """Return the law that ``run`` and ``plan`` read from these options."""
    return options.read_recipe(options.parser("run", "").parse_args([*SMALL, *given]))[1].recipe.law


@pytest.fixture
def grammars(tmp_path, monkeypatch):
    """Ship a grammar for each language, with a word that the other one's lexicon has."""
    for name, words in (("english", "house water дом"), ("russian", "дом вода house")):
        (tmp_path / f"{name}.txt").write_text(f"S -> N\nN = {words}\n", encoding="utf-8")
    monkeypatch.setattr(shipped_grammars, "_folder", lambda: tmp_path)


@pytest.mark.parametrize(("lexicon", "name"), [([], "english"), (["russian"], "russian")])
def test_the_lexicon_chooses_the_grammar(grammars, lexicon, name):
    given = [f"--lexicon={one}" for one in lexicon]
    assert law_of("--sampler=template", *given).attached() == shipped_grammar(name)
    assert law_of("--sampler=mixture:1*template+1*zipf", *given).laws[0].attached() == shipped_grammar(name)
    assert law_of("--sampler=template:file=english", *given).attached() == shipped_grammar("english")


def test_a_corpus_in_russian_takes_the_russian_grammar(grammars, run_into, tmp_path):
    run_into(
        tmp_path / "out", "--seeds=0:50", "--sampler=template", "--lexicon=russian", *SMALL, "--format=txt",
        "--text=words",
    )  # fmt: skip
    (shard,) = (tmp_path / "out/shards").iterdir()
    words = shard.read_text(encoding="utf-8").split()
    assert {"дом", "вода"} == set(words)
    assert (tmp_path / "out/law.bin").read_bytes() == shipped_grammar("russian")


def test_the_flag_lifts_the_stop_list():
    strict, free = law_of("--sampler=template"), law_of("--sampler=template", "--allow_offensive")
    assert strict.attached() == shipped_grammar("english")
    assert free.attached() == shipped_grammar("english", allow_offensive=True)
    assert free == law_of("--sampler=template:offensive=allow")
    assert law_of("--sampler=zipf", "--allow_offensive") == law_of("--sampler=zipf")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("--sampler=template:offensive=true", "--sampler=template:offensive=true: template:offensive=true is no way"),
        ("--sampler=template:file=germn", "germn is neither a grammar of this package"),
        ("--allow_offensive=yes", "allow_offensive"),
    ],
)
def test_wrong_options_are_refused_in_a_line(program, tmp_path, given, reason):
    outcome = program("plan", "--phrases=9", f"--output={tmp_path / 'out'}", *SMALL, given)
    assert (2, "") == (outcome.status, outcome.out)
    assert reason in outcome.error
    assert not (tmp_path / "out").exists()


def test_the_help_of_the_law_says_what_the_default_is(program):
    shown = " ".join(program("laws", "template").out.split())
    assert "english, english_small or russian, grammars of this package" in shown
    assert "default the one of the lexicon's language" in shown
    assert "offensive allow: words of the stop list too" in shown
