"""space, rank and unrank, and runs of the laws that give no phrase twice."""

import dataclasses
import itertools
import json
import math
import re

import pytest

SMALL = ["--vocabulary=5", "--lengths=uniform:min=1,max=4"]
WHOLE = [*SMALL, "--sampler=exhaustive", "--phrases=780", "--phrases_per_shard=100", "--format=jsonl"]
SHUFFLED = ["--vocabulary=9", "--lengths=uniform:min=3,max=5", "--sampler=permutation", "--seeds=0:729", "--key=5"]


def test_a_whole_space_is_made_once_and_in_order(corpus, manifest_of, lexicon_of, program):
    out = corpus(*WHOLE)
    manifest, symbols = manifest_of(out), lexicon_of(out).symbols
    paths = sorted((out / "shards").iterdir())
    texts = [json.loads(line)["text"] for path in paths for line in path.read_text().splitlines()]
    assert ["".join(p) for n in range(1, 5) for p in itertools.product(symbols[:5], repeat=n)] == texts
    assert (780, 780, 0) == (manifest.drawn, manifest.kept, manifest.dropped.count)
    assert {1: 5, 2: 25, 3: 125, 4: 625} == manifest.length_histogram
    assert (0, "") == program("verify", out)[::2]


def test_a_permutation_repeats_nothing(corpus, manifest_of, drawn_of, program):
    out = corpus(*SHUFFLED)
    phrases = [phrase.ids for phrase in drawn_of(out)]
    assert 729 == len(set(phrases)) == manifest_of(out).kept
    assert (0, "") == program("verify", out)[::2]


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize(
    ("arguments", "mentioned"),
    [
        ([*SMALL, "--sampler=exhaustive", "--phrases=781"], "--phrases=781: the space has 780 phrases"),
        ([*SMALL, "--sampler=exhaustive", "--seeds=0:781"], "it has phrases for 780 seeds, from 0 on, and seeds up to"),
        ([*SMALL, "--sampler=exhaustive", "--phrases=9", "--first_seed=775"], "seeds up to 783 are asked for"),
        ([*SMALL, "--sampler=permutation", "--phrases=6"], "--sampler=permutation: with --lengths=uniform:min=1,max=4"),
        ([*SMALL[:1], "--sampler=exhaustive", "--lengths=geometric", "--phrases=6"], "give uniform or fixed"),
    ],
    ids=range(5),
)
def test_more_than_the_space_is_refused(program, tmp_path, command, arguments, mentioned):
    outcome = program(command, *arguments, f"--output={tmp_path / 'out'}")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert mentioned in outcome.error
    assert not (tmp_path / "out").exists()


def test_plan_says_that_nothing_is_deduplicated_and_how_long_the_phrases_are(program, corpus, manifest_of):
    plan, manifest = program("plan", *WHOLE, "--quick").out, manifest_of(corpus(*WHOLE))
    assert re.search(r"^duplicates +none: the law gives no phrase twice", plan, re.MULTILINE)
    assert re.search(r"^shuffle +0 bytes", plan, re.MULTILINE)
    assert re.search(rf"^symbols +{manifest.symbols:,}$", plan, re.MULTILINE)  # so small that all is drawn


def test_a_seed_beyond_the_space_is_not_shown(program, corpus):
    assert program("inspect", corpus(*WHOLE), "--seed=779").status == 0
    outcome = program("inspect", corpus(*WHOLE), "--seed=780")
    line = "hyperphrase inspect: --seed=780: the law has phrases for seeds below 780 only\n"
    assert (2, "", line) == outcome


def test_a_manifest_that_claims_more_than_the_space_is_refused(program, corpus, manifest_of, tmp_path):
    """Its shards would hold phrases twice, and nothing else would notice: such laws are not deduplicated."""
    manifest = manifest_of(corpus(*WHOLE))
    forged = dataclasses.replace(manifest, stop_seed=781, kept=781, length_histogram={1: 6, 2: 25, 3: 125, 4: 625})
    (tmp_path / "manifest.json").write_bytes(forged.dumps())
    outcome = program("verify", tmp_path)
    assert (1, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert "781" in outcome.error


def test_numbers_and_phrases_of_a_corpus_are_inverse(program, corpus, drawn_of, lexicon_of):
    for arguments in (WHOLE, SHUFFLED):
        out = corpus(*arguments)
        lexicon = lexicon_of(out)
        for seed, ids in drawn_of(out)[::97]:
            wordings = {
                "ids": ",".join(map(str, ids)),
                "symbols": "".join(lexicon.symbols[i] for i in ids),
                "words": " ".join(lexicon.words[i] for i in ids),
            }
            for text_encoding, text in wordings.items():
                asked = [f"--corpus={out}", f"--text={text_encoding}"]
                assert (0, f"{seed}\n", "") == program("rank", *asked, text)
                assert (0, f"{text}\n", "") == program("unrank", *asked, seed)


def test_numbers_of_the_whole_space_are_exact_however_large(program):
    arguments = ["--vocabulary=250000", "--lengths=fixed:length=400"]
    ids = ["249999"] * 399 + ["3"]
    number = sum(250_000**place * int(word) for place, word in enumerate(reversed(ids)))
    assert (0, f"{number}\n", "") == program("rank", *arguments, ",".join(ids))
    assert (0, ",".join(ids) + "\n", "") == program("unrank", *arguments, number)


@pytest.mark.parametrize(
    ("arguments", "mentioned"),
    [
        (["rank", "1,2"], "the phrase has 2 symbols, and --lengths=uniform:min=10,max=190 makes none of that length"),
        (["rank", "1,2", "--sampler=zipf"], "so phrases have no numbers; choose exhaustive or permutation"),
        (["rank", "1,2", "--text=letters"], "--text=letters: allowed are ids, symbols, words"),
        (["rank", "1 2"], "'1 2' is not an id; write whole numbers with commas, as in 3,0,17"),
        (["rank", "of the sea monsterz", "--text=words"], "'monsterz' is not among the words of lexicon english"),
        (["rank", "9,9", *SMALL], "the phrase has the id 9; ids are whole numbers from 0 to 4"),
        (["rank"], "the following arguments are required: PHRASE"),
        (["unrank", "780", *SMALL], "number 780 is too large: there are 780, from 0 to 779"),
        (["unrank", 10**40, *SMALL], "the space has 780 phrases, numbered from 0; give a smaller number"),
        (["unrank", "1.5"], "1.5: give a whole number from 0 on"),
        (["unrank", "5", *SMALL, "--sampler=permutation"], "number 5 is too large: there are 5, from 0 to 4"),
        (["unrank", "5", "--corpus=/nowhere/at/all"], "/nowhere/at/all: holds no manifest.json"),
        (["unrank", "5", "--corpus=x", "--key=3"], "--key=3: --corpus=x has its own; leave one out"),
        (["space", "--draws=5,0"], "--draws=0: give a whole number from 1 to 9223372036854775808"),
        (["space", "--lengths=uniform:min=1,max=65535", "--json"], "--json: the numbers of all lengths have"),
        (["space", "--sampler=exhaustive", "--lengths=lognormal"], "give uniform or fixed"),
    ],
    ids=range(16),
)
def test_wrong_input_is_one_line(program, arguments, mentioned):
    outcome = program(*arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"hyperphrase {arguments[0]}: ")
    assert mentioned in outcome.error


def test_a_phrase_that_no_seed_gives_is_refused(program):
    arguments = ["--sampler=permutation", "--vocabulary=1000", "--lengths=fixed:length=30"]
    ids = program("unrank", 77, *arguments).out.strip()
    assert "77\n" == program("rank", ids, *arguments).out
    outcome = program("rank", f"{ids.rpartition(',')[0]},1", *arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert "no seed below 9223372036854775808 gives this phrase" in outcome.error


def test_space_tells_the_table_exactly(program):
    outcome = program("space", *SMALL, "--exact")
    rows = [line.split() for line in outcome.out.split("\n\n")[0].splitlines()[1:]]
    assert (0, "") == outcome[::2]
    assert [["1", "5"], ["2", "25"], ["3", "125"], ["4", "625"], ["total", "780"]] == [[r[0], r[2]] for r in rows]


def test_space_in_json_is_exact_beyond_what_a_number_holds(program):
    facts = json.loads(program("space", "--lengths=uniform:min=1,max=60", "--vocabulary=10", "--json").out)
    assert "1" * 60 + "0" == facts["phrases"]
    assert [str(10**n) for n in range(1, 61)] == [row["phrases"] for row in facts["by_length"]]
    assert [1e6, 1e9, 1e12] == [row["draws"] for row in facts["distinct"]]


def test_space_is_short_for_the_eye(program):
    lines = program("space").out.split("\n\n")[0].splitlines()
    assert len(lines) < 16
    assert ["total", "1,025.6086", "4.0607e1025"] == lines[-1].split()


def test_space_tells_what_draws_give(program):
    facts = json.loads(program("space", *SMALL, "--sampler=uniform", "--draws=100", "--json").out)
    expected = sum(5**n * (1 - (1 - 0.25 / 5**n) ** 100) for n in range(1, 5))
    assert math.isclose(expected, facts["distinct"][0]["expected"], rel_tol=1e-6)
    assert "never: no two seeds give the same phrase" in program("space", "--sampler=permutation").out
    bound = program("space", "--sampler=eca").out
    assert "no fewer than" in bound
    assert "at least" in bound
