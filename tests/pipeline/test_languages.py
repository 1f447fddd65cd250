"""Options whose meaning depends on the lexicon's language, and the option that lifts the stop lists."""

import json

import pytest

from beam_pipeline.terminal import options
from hyperphrase.laws.lengths import Fixed
from hyperphrase.laws.presets import PRESETS, Preset
from hyperphrase.laws.text import shipped_grammars
from hyperphrase.laws.text.shipped_grammars import shipped_grammar
from hyperphrase.lexicon.lexicon import Lexicon
from tools import laws_docs

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
        ("--lexicon=english:stop=yes", "--lexicon=english:stop=yes: give english:stop=true|false, or english alone"),
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


@pytest.fixture
def presets(monkeypatch):
    """Add a preset of each language that names its lexicon; their laws are as the grammars of ``grammars`` allow."""
    for language in ("english", "russian"):
        lexicon = f"{language}:stop=true"
        preset = Preset(f"own-{language}", "template", Fixed(length=12), 3000, "here", "Of a test.", lexicon)
        monkeypatch.setitem(PRESETS, preset.name, preset)


def read(*given):
    """Return the lexicon and the recipe that ``run`` and ``plan`` read from these options."""
    lexicon, phrases = options.read_recipe(options.parser("run", "").parse_args(list(given)))
    return lexicon, phrases.recipe


@pytest.mark.parametrize("language", ["english", "russian"])
def test_a_preset_names_its_lexicon_which_chooses_the_grammar(grammars, presets, language):
    lexicon, recipe = read(f"--preset=own-{language}")
    assert (f"{language}:stop=true", 3000) == (lexicon.name, lexicon.vocabulary)
    assert "." in lexicon.words
    assert recipe.law.attached() == shipped_grammar(language)


def test_what_is_given_beside_such_a_preset_counts(grammars, presets):
    lexicon, recipe = read("--preset=own-russian", "--lexicon=english", "--vocabulary=2500")
    assert ("english", 2500) == (lexicon.name, lexicon.vocabulary)
    assert recipe.law.attached() == shipped_grammar("english")
    lexicon, recipe = read("--preset=own-russian", "--sampler=zipf")
    assert ("russian:stop=true", "zipf") == (lexicon.name, recipe.law.name)


def test_a_preset_without_a_lexicon_leaves_the_default():
    assert "english" == read("--preset=zipf-ri2022")[0].name == read("--vocabulary=100")[0].name


def test_laws_and_the_table_of_the_docs_tell_the_lexicon_of_a_preset(grammars, presets, program):
    shown = program("laws", "own-russian").out
    assert "lexicon     russian:stop=true" in shown
    row = next(line for line in laws_docs.tables()["## Presets"] if "own-russian" in line)
    assert "`--vocabulary=3000` `--lexicon=russian:stop=true`" in row


STOP = ["--lexicon=english:stop=true", "--vocabulary=1500", "--sampler=lexicon", "--lengths=fixed:length=40"]


@pytest.fixture(scope="module")
def stopped(corpus):
    """A corpus whose lexicon has the hyperword of sentence ends."""
    written = ["--format=txt,jsonl", "--text=words", "--dictionary", "--direct_num_workers=1"]
    return corpus(*STOP, "--seeds=0:400", *written)


def test_the_stop_survives_all_that_is_done_with_a_corpus(stopped, program, shards_of):
    words = [word for path in shards_of(stopped, "txt") for word in path.read_text(encoding="utf-8").split()]
    assert 0.04 < words.count(".") / len(words) < 0.08
    assert " . " in shards_of(stopped, "jsonl")[0].read_text(encoding="utf-8")
    for command in (["verify", stopped], ["inspect", stopped, "--head=2"]):
        outcome = program(*command)
        assert (0, "") == (outcome.status, outcome.error)
    assert "english:stop=true, 1,500 hyperwords" in program("inspect", stopped).out
    outcome = program("find", stopped, "a storm at sea. boat")
    assert 0 == outcome.status
    assert "seed" in outcome.out


def test_the_stop_survives_texts_and_the_tokenizer(stopped, program, tmp_path):
    (tmp_path / "text").write_text("The end. And the way . home .. x.y\n", encoding="utf-8")
    assert 0 == program("encode", tmp_path / "text", f"--output={tmp_path / 'coded'}", f"--corpus={stopped}").status
    assert 0 == program("decode", tmp_path / "coded", f"--output={tmp_path / 'again'}", f"--corpus={stopped}").status
    assert (tmp_path / "text").read_bytes() == (tmp_path / "again").read_bytes()
    lexicon = Lexicon.load("english:stop=true", vocabulary=1500)
    words = ["the", "way", ".", "the", "end", "."]
    symbols = lexicon.to_symbols([lexicon.words.index(word) for word in words])
    (tmp_path / "symbols").write_text(symbols, encoding="utf-8")
    assert 0 == program("decode", tmp_path / "symbols", f"--output={tmp_path / 'words'}", f"--corpus={stopped}").status
    assert " ".join(words) == (tmp_path / "words").read_text(encoding="utf-8")
    assert 0 == program("tokenizer", stopped, f"--output={tmp_path / 'tokenizer'}").status
    made = json.loads((tmp_path / "tokenizer/tokenizer.json").read_text(encoding="utf-8"))
    assert [lexicon.words[made["model"]["vocab"][symbol]] for symbol in symbols] == words
