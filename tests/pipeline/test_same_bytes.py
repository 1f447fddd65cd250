"""Law 1, same bytes everywhere, and law 2, the same phrase in any company."""

import numpy as np
import pytest

from hyperphrase.codecs import FORMATS
from hyperphrase.corpus.layout import shard_name
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.space.phrase_space import Space
from transforms.worker.context import CorpusContext

REPEATING = [
    "--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000",
    "--phrases_per_shard=500",
]  # fmt: skip


@pytest.mark.parametrize(
    "engine",
    [
        ["--direct_running_mode=in_memory"],
        ["--direct_running_mode=multi_threading", "--direct_num_workers=2"],
        ["--direct_running_mode=multi_threading", "--direct_num_workers=7"],
        pytest.param(["--direct_running_mode=multi_processing", "--direct_num_workers=2"], marks=pytest.mark.engine),
        ["--direct_num_workers=3", "--direct_runner_bundle_repeat=1"],
        ["--runner=directrunner", "--direct_num_workers=3"],
        ["--runner=FnApiRunner"],
    ],
    ids=" ".join,
)
def test_every_engine_gives_the_same_files(tmp_path, run_into, files_of, repeating, engine):
    run_into(tmp_path / "out", *REPEATING, *engine)
    assert files_of(tmp_path / "out") == files_of(repeating)


def test_work_that_is_done_twice_is_not_called_kept(tmp_path, run_into):
    """A bundle that an engine repeats finds the shards of its first time: they are not those of an earlier run."""
    outcome = run_into(tmp_path / "out", *REPEATING, "--direct_runner_bundle_repeat=1")
    assert "kept from before" not in outcome.out


def test_shards_are_the_encoded_set_of_all_draws(repeating, manifest_of, distinct_of):
    """Against the plainest program there is: draw seed by seed, keep what a set has not seen, encode."""
    manifest = manifest_of(repeating)
    phrases = CorpusContext(str(repeating), manifest.request).phrases()
    kept = [phrase.seed for phrase in distinct_of(repeating)]
    for unit in range(8):
        seeds = [seed for seed in kept if seed // 500 == unit]
        encoder = FORMATS["tfrecord"].encoder("none", None, MAX_VOCABULARY)
        parts = [encoder.begin()]
        for seed in seeds:
            parts.append(bytes(encoder.encode(phrases.draw(np.array([seed], np.uint64)))))
        parts.append(encoder.end())
        path = repeating / "shards" / shard_name(unit, 8, manifest.outputs[0].extension)
        assert path.read_bytes() == b"".join(parts)


@pytest.mark.parametrize("per_shard", [1, 499, 4000, 100_000])
def test_the_shard_size_moves_phrases_and_changes_nothing_else(
    tmp_path, run_into, repeating, shards_of, manifest_of, per_shard
):
    arguments = [argument for argument in REPEATING if not argument.startswith(("--phrases_per_shard", "--seeds"))]
    out, stop = tmp_path / "out", 400 if per_shard == 1 else 4000
    run_into(out, *arguments, f"--phrases_per_shard={per_shard}", f"--seeds=0:{stop}")
    whole = b"".join(path.read_bytes() for path in shards_of(repeating, "tfrecord"))
    found = b"".join(path.read_bytes() for path in shards_of(out, "tfrecord"))
    assert -(-stop // per_shard) == len(manifest_of(out).shards)
    if stop == 4000:
        assert found == whole
        assert manifest_of(out).length_histogram == manifest_of(repeating).length_histogram
    else:
        assert whole.startswith(found)


def test_a_number_of_phrases_gives_the_bytes_of_the_range_it_ends_in(
    tmp_path, run_into, files_of, manifest_of, distinct_of
):
    arguments = [argument for argument in REPEATING if not argument.startswith("--seeds")]
    run_into(tmp_path / "number", *arguments, "--phrases=1234", "--first_seed=70")
    manifest = manifest_of(tmp_path / "number")
    assert manifest.kept == 1234
    assert manifest.stop_seed == distinct_of(tmp_path / "number")[-1].seed + 1
    run_into(tmp_path / "range", *arguments, f"--seeds=70:{manifest.stop_seed}")
    assert files_of(tmp_path / "number") == files_of(tmp_path / "range")


def test_a_range_drawn_too_short_is_drawn_again_and_gives_the_same_bytes(tmp_path, run_into, files_of, monkeypatch):
    arguments = [argument for argument in REPEATING if not argument.startswith("--seeds")]
    first = run_into(tmp_path / "enough", *arguments, "--phrases=1234")
    assert "drawing more" not in first.error
    monkeypatch.setattr(Space, "draws_for", lambda self, phrases: phrases)
    second = run_into(tmp_path / "short", *arguments, "--phrases=1234")
    assert second.error.count("drawing more") >= 1
    assert files_of(tmp_path / "short") == files_of(tmp_path / "enough")


def test_another_key_gives_other_phrases(repeating, corpus, files_of):
    other, same = files_of(corpus(*REPEATING, "--key=1")), files_of(repeating)
    assert [name for name in same if same[name] == other.get(name)] == ["lexicon.parquet"]
