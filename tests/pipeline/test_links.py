"""The commands read a corpus of links where the links are the user's own; a run follows none."""

import pytest

from tests.links import linked

OPTIONS = ["--vocabulary=2000", "--lengths=fixed:length=6", "--seeds=0:300", "--phrases_per_shard=100", "--format=txt",
           "--dictionary"]  # fmt: skip


def commands(out):
    tokenizer = ["tokenizer", out, f"--output={out.parent}/tokenizer"]
    return [["verify", out], ["inspect", out, "--head=2"], ["find", out, "the"], ["find", out, "--seed=3"], tokenizer]


@pytest.fixture
def cached(corpus):
    """Return a maker of corpora of links: (folder, store) -> folder."""
    return lambda folder, store: linked(corpus(*OPTIONS), folder, store)


def test_a_snapshot_of_a_hub_is_read_as_it_is(cached, program, tmp_path):
    entry = tmp_path / "datasets--somebody--phrases"
    out = cached(entry / "snapshots/0123abcd", entry / "blobs")
    for command in commands(out):
        outcome = program(*command)
        assert (0, "") == (outcome.status, outcome.error)
    (out / ".cache/huggingface").mkdir(parents=True)
    (out / "README.md").symlink_to("../../blobs/readme")
    outcome = program("verify", out)
    assert (0, "hyperphrase verify: not part of the corpus: .cache/, README.md\n") == (outcome.status, outcome.error)


def test_links_elsewhere_are_followed_with_an_option_alone(cached, program, tmp_path):
    out = cached(tmp_path / "out", tmp_path / "annex/objects")
    for command in commands(out):
        outcome = program(*command)
        assert (1, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert "is a link that may lead outside; if you or your tools made it, give --follow_links" in outcome.error
        outcome = program(*command, "--follow_links")
        assert (0, "") == (outcome.status, outcome.error)


def test_a_run_follows_no_link(cached, program, tmp_path, files_of):
    entry = tmp_path / "datasets--somebody--phrases"
    out = cached(entry / "snapshots/0123abcd", entry / "blobs")
    before = files_of(tmp_path)
    outcome = program("run", *OPTIONS, f"--output={out}")
    assert (2, 1) == (outcome.status, outcome.error.count("\n"))
    assert "is a link; a run follows none" in outcome.error
    assert "--follow_links" not in outcome.error
    assert before == files_of(tmp_path)
