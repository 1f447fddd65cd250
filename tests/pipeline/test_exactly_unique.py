"""Law 3: no phrase twice, none lost, the lowest seed kept. The oracle is a set."""

import pytest

from hyperphrase.corpus import drawn_range as seeds
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.laws.independent.uniform import Uniform
from hyperphrase.laws.lengths import Fixed
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.space.phrase_space import Space

FIVE = ["--sampler=uniform", "--vocabulary=5", "--lengths=uniform:min=1,max=4", "--phrases_per_shard=10000"]


def arguments_of(law, lengths, vocabulary):
    return [f"--sampler={law}", f"--lengths={lengths}", f"--vocabulary={vocabulary}"]


@pytest.mark.parametrize(
    "law",
    [
        arguments_of("uniform", "uniform:min=1,max=4", 5),
        arguments_of("zipf:s=3.0", "uniform:min=1,max=30", 1000),
        arguments_of("lexicon", "fixed:length=2", 100),
        arguments_of("uniform", "fixed:length=12", 2),
    ],
    ids=" ".join,
)
def test_what_is_kept_is_what_a_set_keeps(corpus, manifest_of, distinct_of, drawn_of, law):
    out = corpus(*law, "--seeds=1000:6000", "--phrases_per_shard=700", "--format=none")
    manifest, kept = manifest_of(out), distinct_of(out)
    dropped = sorted({phrase.seed for phrase in drawn_of(out)} - {phrase.seed for phrase in kept})
    assert (manifest.drawn, manifest.kept, manifest.dropped.count) == (5000, len(kept), len(dropped))
    assert 100 < len(dropped)
    if manifest.dropped.listed is not None:
        assert list(manifest.dropped.listed) == dropped
    else:
        found = (out / "dropped_seeds.bin").read_bytes()
        assert found == b"".join(seed.to_bytes(8, "little") for seed in dropped)


def test_a_space_of_780_is_emptied_by_100_000_draws(corpus, manifest_of):
    manifest = manifest_of(corpus(*FIVE, "--seeds=0:100000"))
    assert (manifest.drawn, manifest.kept, manifest.dropped.count) == (100_000, 780, 99_220)
    assert manifest.length_histogram == {1: 5, 2: 25, 3: 125, 4: 625}


def test_all_780_can_be_asked_for(corpus, manifest_of, distinct_of):
    out = corpus(*FIVE, "--phrases=780")
    assert manifest_of(out).kept == 780
    assert len({phrase.ids for phrase in distinct_of(out)}) == 780


def test_a_phrase_more_than_the_space_has_is_refused(program, tmp_path):
    outcome = program("run", *FIVE, "--phrases=781", f"--output={tmp_path}/out")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error.startswith("hyperphrase run: --phrases=781: the space has 780 phrases; ask for fewer")
    assert not (tmp_path / "out").exists()


def test_a_phrase_that_would_take_too_many_draws_is_refused_with_the_expected_number(program, tmp_path):
    law = arguments_of("zipf:s=10.0", "fixed:length=2", 1000)
    outcome = program("run", *law, "--phrases=999999", f"--output={tmp_path}/out")
    assert outcome.status == 2
    assert "more than 1000 draws a phrase" in outcome.error
    assert not (tmp_path / "out").exists()


HOPELESS = [*arguments_of("dyck:k=1", "fixed:length=20", 2), "--phrases=100000"]  # there are 16,796


def test_a_law_that_has_no_more_phrases_is_refused_by_its_first_draws(program, tmp_path):
    outcome = program("run", *HOPELESS, f"--output={tmp_path}/out")
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (2, "", 1)
    assert "more than 1000 draws a phrase" in outcome.error
    assert not (tmp_path / "out").exists()


def test_a_run_ends_as_soon_as_more_draws_will_not_do(program, tmp_path, monkeypatch):
    monkeypatch.setattr(Space, "draws_for", lambda self, phrases: 2 * phrases)  # as where first draws cannot tell
    outcome = program("run", *HOPELESS, f"--output={tmp_path}/out")
    assert (outcome.status, outcome.error.count("drawing more")) == (1, 2)
    assert outcome.error.endswith("distinct phrases only; ask for fewer\n")
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("draws", "per_shard", "expected"),
    [(4000, 500, 1), (10**9, 1 << 18, 1), (10**9, 1000, 66), (10**10, 1 << 18, 4), (10**12, 1 << 18, 128)],
)
def test_spans_grow_with_the_corpus_so_that_runs_stay_long(draws, per_shard, expected):
    recipe = Recipe(Uniform(), Fixed(length=64), 250_000, "5eed" * 16)
    dedup = deduplication(Phrases(recipe, None), CorpusRequest(recipe, 0, draws, None, per_shard, ()))
    assert expected == dedup.span_units
    runs = -(-draws // (dedup.span_units * per_shard)) << dedup.bucket_bits
    assert draws < 10**6 or draws / runs > 900
    assert draws < 10**9 or dedup.width >= 52


def test_spans_of_many_small_units_change_nothing(corpus, files_of, monkeypatch):
    law = [*arguments_of("zipf:s=1.0", "uniform:min=1,max=6", 20), "--seeds=0:4000", "--phrases_per_shard=40"]
    apart = corpus(*law)
    monkeypatch.setattr(seeds, "_FEWEST_SPANS", 5)  # spans of 800: 20 units
    assert files_of(apart) == files_of(corpus(*law, "--direct_num_workers=2"))
