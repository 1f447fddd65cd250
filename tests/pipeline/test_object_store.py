"""gs://: the whole life of a corpus in an emulated object store, by the same code as local paths."""

import gc
import socket

import pytest
from apache_beam.internal.gcp import auth
from apache_beam.io.filesystems import FileSystems
from gcp_storage_emulator.server import create_server

LAW = ["--vocabulary=100", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=4", "--seeds=0:2000"]
SMALL = [*LAW, "--phrases_per_shard=500", "--format=tfrecord,jsonl"]
OUT = "gs://bucket/deep/out"


@pytest.fixture(scope="module", autouse=True)
def store():
    """An object store in this process, with a bucket, and no credentials looked for (that takes half a minute)."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = create_server("localhost", port, in_memory=True, default_bucket="bucket")
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://localhost:{port}")
        patch.setattr(auth._Credentials, "_credentials_init", True)
        patch.setattr(auth._Credentials, "_credentials", None)
        yield
        gc.collect()  # a writer that failed tries again when it is collected: better now than without a server
    server.stop()


def objects():
    """Return {name below OUT: bytes}."""
    (found,) = FileSystems.match([f"{OUT}/**"])
    contents = {}
    for one in found.metadata_list:
        with FileSystems.open(one.path, compression_type="uncompressed") as stream:
            contents[one.path.removeprefix(f"{OUT}/")] = stream.read()
    return contents


@pytest.fixture(scope="module")
def stored(run_into):
    """The corpus in the store, and the summary of the run that made it."""
    return run_into(OUT, *SMALL)


def test_a_corpus_in_the_store_is_that_of_a_local_folder(stored, corpus, files_of):
    assert objects() == files_of(corpus(*SMALL))


def test_the_summary_names_where_to_look(stored):
    assert f"{OUT}/manifest.json" in stored.out


def test_verify_and_inspect_read_from_the_store(stored, program, corpus):
    verified = program("verify", OUT)
    assert (verified.status, verified.error) == (0, "")
    for options in ([], ["--head=2"], ["--seed=7"]):
        assert program("inspect", OUT, *options).out == program("inspect", corpus(*SMALL), *options).out


def test_a_complete_corpus_is_left_as_it_is(stored, run_into):
    assert "is complete already" in run_into(OUT, *SMALL).out


def test_another_recipe_is_refused(stored, program):
    before = objects()
    outcome = program("run", *SMALL, "--key=1", f"--output={OUT}")
    assert (outcome.status, f"--output={OUT}: holds the corpus of another recipe" in outcome.error) == (2, True)
    assert objects() == before


def test_what_is_deleted_is_made_again_alone(stored, run_into):
    before = objects()
    FileSystems.delete([f"{OUT}/shards/phrases-00001-of-00004.jsonl"])
    assert "7 of them kept from before" in run_into(OUT, *SMALL).out
    assert objects() == before


def test_without_its_manifest_a_corpus_is_made_again(stored, run_into):
    before = objects()
    FileSystems.delete([f"{OUT}/manifest.json", f"{OUT}/shards/phrases-00003-of-00004.tfrecord"])
    run_into(OUT, *SMALL)
    assert objects() == before


def test_a_run_cut_off_is_finished(stored, run_into, manifest_of, corpus):
    from beam_pipeline import folder

    before = objects()
    folder.reopen(OUT, manifest_of(corpus(*SMALL)))
    FileSystems.delete([f"{OUT}/report.html", f"{OUT}/shards/phrases-00000-of-00004.tfrecord"])
    assert "7 of them kept from before" in run_into(OUT, *SMALL).out
    assert objects() == before


def test_damage_in_the_store_is_seen(stored, program):
    name = f"{OUT}/shards/phrases-00002-of-00004.jsonl"
    good = objects()["shards/phrases-00002-of-00004.jsonl"]
    with FileSystems.create(name, compression_type="uncompressed") as stream:
        stream.write(good[:-1])
    assert program("verify", OUT).status == 1
    with FileSystems.create(name, compression_type="uncompressed") as stream:
        stream.write(good)
    assert program("verify", OUT).status == 0


def test_a_bucket_that_is_not_there_is_one_line(program):
    outcome = program("run", *SMALL, "--output=gs://no-such-bucket/out")
    assert (outcome.status, outcome.error.count("\n")) == (2, 1)
    assert "--output=gs://no-such-bucket/out: cannot be used" in outcome.error
    assert program("verify", "gs://no-such-bucket/out").status == 2
