"""gs://: the whole life of a corpus in an emulated object store, by the same code as local paths."""

import os
import pickle
import random
import signal
import threading

import numpy as np
import pytest

import hyperphrase as hp
from transforms.files import bucket, storage

LAW = ["--vocabulary=100", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=4", "--seeds=0:2000"]
SMALL = [*LAW, "--phrases_per_shard=500", "--format=tfrecord,jsonl"]
OUT = "gs://bucket/deep/out"


@pytest.fixture(scope="module")
def stored(run_into):
    """The corpus in the store, and the summary of the run that made it."""
    return run_into(OUT, *SMALL)


def test_a_corpus_in_the_store_is_that_of_a_local_folder(stored, corpus, files_of, objects_of):
    assert objects_of(OUT) == files_of(corpus(*SMALL))


def test_the_summary_names_where_to_look(stored):
    assert f"{OUT}/manifest.json" in stored.out


def test_verify_and_inspect_read_from_the_store(stored, program, corpus):
    verified = program("verify", OUT)
    assert (verified.status, verified.error) == (0, "")
    for options in ([], ["--head=2"], ["--seed=7"]):
        assert program("inspect", OUT, *options).out == program("inspect", corpus(*SMALL), *options).out


def test_phrases_and_contexts_are_read_from_shards_in_the_store(stored, corpus):
    local, read = hp.Corpus.open(corpus(*SMALL)), hp.Corpus.open(OUT, source="shards")
    assert list(read.blocks()) == list(local.blocks())
    plans = [one.contexts(length=16) for one in (local, pickle.loads(pickle.dumps(read)))]
    assert np.array_equal(*(plan[0:50]["input_ids"] for plan in plans))


def test_a_complete_corpus_is_left_as_it_is(stored, run_into):
    assert "is complete already" in run_into(OUT, *SMALL).out


def test_another_recipe_is_refused(stored, program, objects_of):
    before = objects_of(OUT)
    outcome = program("run", *SMALL, "--key=1", f"--output={OUT}")
    assert (outcome.status, f"--output={OUT}: holds the recipe.json of another recipe" in outcome.error) == (2, True)
    assert objects_of(OUT) == before


@pytest.mark.parametrize("name", ["report.html", "shards/phrases-00000-of-00004.jsonl", ".work/mine"])
def test_objects_of_the_users_own_are_not_touched(program, objects_of, name):
    place = f"gs://bucket/mine/{name.replace('/', '-')}"
    bucket.write(f"{place}/{name}", b"mine", replace=True)
    before = objects_of(place)
    outcome = program("run", *SMALL, f"--output={place}")
    assert (outcome.status, "choose a new or an empty folder" in outcome.error) == (2, True)
    assert objects_of(place) == before


def test_a_folder_in_the_store_may_be_an_empty_object(run_into):
    bucket.write("gs://bucket/placeholder/", b"", replace=True)  # as consoles make it
    run_into("gs://bucket/placeholder", *SMALL)


def test_what_is_deleted_is_made_again_alone(stored, run_into, objects_of):
    before = objects_of(OUT)
    storage.remove_file(f"{OUT}/shards/phrases-00001-of-00004.jsonl")
    assert "7 of them kept from before" in run_into(OUT, *SMALL).out
    assert objects_of(OUT) == before


def test_without_its_manifest_a_corpus_is_made_again(stored, run_into, objects_of):
    before = objects_of(OUT)
    for name in ("manifest.json", "shards/phrases-00003-of-00004.tfrecord"):
        storage.remove_file(f"{OUT}/{name}")
    run_into(OUT, *SMALL)
    assert objects_of(OUT) == before


def test_a_run_cut_off_is_finished(stored, run_into, manifest_of, corpus, objects_of):
    from beam_pipeline.folder import output_folder

    before = objects_of(OUT)
    output_folder.reopen(OUT, manifest_of(corpus(*SMALL)))
    for name in ("report.html", "shards/phrases-00000-of-00004.tfrecord"):
        storage.remove_file(f"{OUT}/{name}")
    assert "7 of them kept from before" in run_into(OUT, *SMALL).out
    assert objects_of(OUT) == before


def test_damage_in_the_store_is_seen(stored, program, objects_of):
    name = "shards/phrases-00002-of-00004.jsonl"
    good = objects_of(OUT)[name]
    storage.write_file(OUT, name, good[:-1])
    assert program("verify", OUT).status == 1
    storage.write_file(OUT, name, good)
    assert program("verify", OUT).status == 0


def test_a_damaged_shard_of_a_run_cut_off_is_made_again(stored, run_into, manifest_of, corpus, objects_of):
    from beam_pipeline.folder import output_folder

    before = objects_of(OUT)
    output_folder.reopen(OUT, manifest_of(corpus(*SMALL)))
    storage.write_file(OUT, "shards/phrases-00002-of-00004.jsonl", b"damage")
    assert "7 of them kept from before" in run_into(OUT, *SMALL).out
    assert before == objects_of(OUT)


MANY = ["--vocabulary=1000", "--phrases=20000", "--phrases_per_shard=1000", "--direct_num_workers=4"]


@pytest.mark.fault
@pytest.mark.parametrize("shards_before", [3, 18])
def test_a_run_killed_is_finished_by_the_same_command(
    start, store, run_into, corpus, files_of, objects_of, shards_before
):
    out, seen, reached = f"gs://bucket/killed-{shards_before}", [], threading.Event()

    def look(kind, name):
        if kind == "begin":
            seen.append(name)
            if len(seen) > shards_before:
                reached.set()

    store.schedule = look
    process = start("run", *MANY, f"--output={out}", start_new_session=True)
    assert reached.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not storage.exists(f"{out}/manifest.json")
    store.be_calm()
    run_into(out, *MANY)
    assert files_of(corpus(*MANY)) == objects_of(out)


KINDS = {
    "meanings": ["--sampler=loglinear", "--vocabulary=1000", "--phrases=300", "--phrases_per_shard=99", "--dictionary"],
    "law-file": ["--sampler=markov:file=gs://bucket/in/text.txt,order=1", "--lexicon=gs://bucket/in/words.txt"],
    "manifest-alone": [*LAW, "--format=none"],
    "compressed": [*SMALL, "--compression=gzip"],
}
KINDS["law-file"] += ["--lengths=uniform:min=3,max=9", "--phrases=500", "--phrases_per_shard=100", "--format=avro,txt"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_corpus_is_that_of_a_local_folder(run_into, corpus, files_of, objects_of, program, kind):
    words, chance = [f"word{i}" for i in range(50)], random.Random(1)
    lines = [" ".join(chance.choices(words, k=9)) for _ in range(300)]
    storage.write_file("gs://bucket/in", "words.txt", "\n".join(words).encode())
    storage.write_file("gs://bucket/in", "text.txt", "\n".join(lines).encode())
    out = f"gs://bucket/{kind}"
    run_into(out, *KINDS[kind])
    expected = corpus(*KINDS[kind])
    assert files_of(expected) == objects_of(out)
    assert program("verify", out).status == 0
    assert program("inspect", expected, "--head=2").out == program("inspect", out, "--head=2").out
    if kind == "meanings":
        found = program("find", out, "storm at sea", "--nearest=3")
        assert (0, program("find", expected, "storm at sea", "--nearest=3").out) == (found.status, found.out)


def test_a_plan_asks_the_store_for_nothing(stored, store, program):
    store.be_calm()
    assert 0 == program("plan", *SMALL, f"--output={OUT}").status
    assert [] == store.requests


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 18) + 1, 700_000])
def test_objects_of_any_size_come_back(monkeypatch, size):
    monkeypatch.setattr(bucket, "_PIECE", 1 << 18)
    data, path = os.urandom(size), f"gs://bucket/sizes/{size}"
    for _ in range(2):  # the second time it is replaced by itself
        with storage.atomic_writer("gs://bucket/sizes", str(size)) as stream:
            for begin in range(0, size, 100_000):
                stream.write(data[begin : begin + 100_000])
    with storage.open_file(path) as stream:
        parts = list(iter(lambda: stream.read(99_999), b""))
        assert data == b"".join(parts)
        assert data[size // 2 :] == (stream.seek(size // 2), stream.read())[1]
    assert size == storage.file_sizes("gs://bucket/sizes")[str(size)]


def test_the_report_of_a_corpus_in_the_store_is_written_there(stored, program, objects_of, tmp_path):
    before = objects_of(OUT)
    assert b"phrases" in before["report.html"]
    storage.remove_file(f"{OUT}/report.html")
    assert program("report", OUT).status == 0
    assert objects_of(OUT) == before
    assert program("report", OUT, f"--output={tmp_path}/page.html").status == 0
    assert (tmp_path / "page.html").read_bytes() == before["report.html"]
    storage.remove_file(f"{OUT}/manifest.json")
    assert program("report", OUT, f"--output={tmp_path}/page.html").status == 0
    assert "the run has not finished" in (tmp_path / "page.html").read_text(encoding="utf-8")
