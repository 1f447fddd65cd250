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
        ["--phrases_per_shard=4000", "--format=tfrecord,avro,jsonl,txt", "--compression=gzip,zstandard,gzip,gzip"],
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
    (out / "report.html").write_text("")
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
