"""verify sees all that is wrong with a corpus, and nothing wrong with a good one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.options import replaced

LAW = ["--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000"]


@pytest.mark.fuzz
def test_the_mutations_of_a_campaign_are_all_seen():
    campaign = Path(__file__).with_name("mutation_campaign.py")
    done = subprocess.run([sys.executable, campaign, "--mutations=25"], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "25 of 25 mutations were seen", done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--phrases_per_shard=500"],
        ["--phrases_per_shard=4000", "--format=tfrecord,avro,parquet", "--compression=gzip,zstandard,zstandard"],
        ["--format=parquet,jsonl,txt", "--compression=none,gzip,gzip"],
        ["--phrases_per_shard=100", "--format=txt", "--text=words"],
        ["--phrases_per_shard=1", "--seeds=0:60"],
        ["--format=none"],
    ],
    ids=" ".join,
)
def test_a_good_corpus_is_what_it_claims(corpus, program, options):
    out = corpus(*replaced(LAW, *options))
    outcome = program("verify", out)
    assert (outcome.status, outcome.error) == (0, "")
    assert outcome.out.startswith(f"{out} verified: ")


def test_problems_are_told_one_a_line_and_counted(copied, program):
    out = copied(*LAW, "--phrases_per_shard=500")
    for path in (out / "shards").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    (out / "statistics/length_histogram.csv").write_text("")
    outcome = program("verify", out)
    lines = outcome.error.splitlines()
    assert (outcome.status, outcome.out, len(lines)) == (1, "", 10)
    assert [line for line in lines if not line.startswith("hyperphrase verify: ")] == []
    assert lines[-1] == f"hyperphrase verify: {out} failed verification: 9 problems"


def test_a_manifest_that_lists_too_few_shards_is_a_problem_and_no_traceback(copied, program):
    """Found by the mutation campaign: the digest agrees, and one shard of the range is not listed."""
    import dataclasses

    from hyperphrase.corpus.manifest import loads

    out = copied(*LAW, "--phrases_per_shard=500")
    manifest = loads((out / "manifest.json").read_bytes(), "manifest.json")
    forged = dataclasses.replace(manifest, shards=manifest.shards[:-1])
    (out / "manifest.json").write_bytes(forged.dumps())
    outcome = program("verify", out)
    assert outcome.status == 1
    assert "the manifest's shards are not the 8 that its seeds make" in outcome.error


@pytest.mark.parametrize("field", ["files", "lexicon"])
def test_a_manifest_that_vouches_for_too_little_is_seen(copied, program, field):
    import dataclasses

    from hyperphrase.corpus.manifest import loads

    out = copied(*LAW, "--phrases_per_shard=500")
    manifest = loads((out / "manifest.json").read_bytes(), "manifest.json")
    changed = {"files": manifest.files[1:], "lexicon": "russian"}[field]
    (out / "manifest.json").write_bytes(dataclasses.replace(manifest, **{field: changed}).dumps())
    assert program("verify", out).status == 1


def test_a_folder_moved_elsewhere_is_still_good(copied, program, tmp_path):
    out = shutil.move(copied(*LAW, "--phrases_per_shard=500"), tmp_path / "elsewhere")
    assert program("verify", out).status == 0


def litter(out):
    """Leave in all folders of a corpus what file managers, editors and network disks leave."""
    for place in (out, out / "shards", out / "statistics", out / "dictionary"):
        (place / ".DS_Store").write_bytes(b"\0")
        (place / ".ipynb_checkpoints").mkdir()
        (place / "phrases-00000-of-00002.txt~").write_bytes(b"old")
        (place / "elsewhere").symlink_to("/dev/zero")


def test_files_of_others_are_named_and_hinder_no_command(copied, program, run_into, corpus, files_of):
    """Also a corpus that a run completes: the note is no error, and nothing of others is touched."""
    options = replaced(LAW, "--vocabulary=2000", "--phrases_per_shard=2000", "--format=txt", "--dictionary")
    out = copied(*options)
    litter(out)
    outcome = program("verify", out)
    assert (0, 1) == (outcome.status, outcome.error.count("\n"))
    assert "hyperphrase verify: not part of the corpus: .DS_Store, .ipynb_checkpoints/, dictionary/.DS" in outcome.error
    assert outcome.out.endswith(" s; 16 files or folders are not part of the corpus\n")
    assert (0, "") == (program("inspect", out, "--head=2").status, program("inspect", out).error)
    assert 0 == program("find", out, "the").status
    assert "is complete already" in run_into(out, *options).out
    (out / "manifest.json").unlink()
    run_into(out, *options)
    left = {name: data for name, data in files_of(out).items() if not name.endswith((".DS_Store", "~"))}
    assert left == files_of(corpus(*options))
    assert 0 == program("verify", out).status
    assert (out / "shards" / "elsewhere").is_symlink()
