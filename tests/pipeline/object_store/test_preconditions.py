"""What Google's store lets no lock forbid: two runs, two attempts at one file, workers that come late."""

import pytest

from beam_pipeline.folder import output_folder
from beam_pipeline.terminal import options
from hyperphrase.corpus.layout import REQUEST_FILE
from hyperphrase.corpus.request import KeptPhrases
from hyperphrase.errors import InputError
from transforms import write_shards
from transforms.files import storage
from transforms.worker.context import CorpusContext

SMALL = ["--vocabulary=100", "--lengths=uniform:min=1,max=4", "--seeds=0:1000"]
CUT = ["--phrases_per_shard=250"]


def job_of(*arguments):
    return options.read_job(options.parser("run", "").parse_args([*SMALL, *arguments, "--output=x"]))


def write(out, name, data, between=lambda: None):
    """Write a file in pieces, and do something else just before it is complete."""
    with storage.atomic_writer(out, name) as stream:
        stream.write(data)
        between()


def write_unit(context, index):
    """Write the shard of a unit, as a worker does."""
    unit = KeptPhrases(context.request.unit(index), b"", None, context.request.unit_count)
    return list(write_shards._Write(context).process(unit))


def test_of_two_attempts_at_one_file_both_may_be_first():
    out, data = "gs://bucket/attempts", b"the same bytes" * 1000
    write(out, "file", data, lambda: write(out, "file", data))
    assert data == storage.read_file(f"{out}/file", 1 << 20)


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_other_bytes_that_came_meanwhile_stay(before):
    out = f"gs://bucket/others-{before is None}"
    if before is not None:
        storage.write_file(out, "file", before)
    with pytest.raises(FileExistsError, match="gs://bucket/others-"):
        write(out, "file", b"late", lambda: storage.write_file(out, "file", b"first"))
    assert b"first" == storage.read_file(f"{out}/file", 100)


def test_what_was_there_before_is_replaced():
    storage.write_file("gs://bucket/replaced", "file", b"damaged")
    write("gs://bucket/replaced", "file", b"right")
    assert b"right" == storage.read_file("gs://bucket/replaced/file", 100)


def test_what_is_written_once_is_never_replaced():
    for _ in range(2):
        storage.write_once("gs://bucket/once", "file", b"first")
    with pytest.raises(FileExistsError, match="holds other bytes"):
        storage.write_once("gs://bucket/once", "file", b"other")
    assert b"first" == storage.read_file("gs://bucket/once/file", 100)


@pytest.mark.parametrize("other", [["--key=1", *CUT], ["--phrases_per_shard=100"]])
def test_of_two_runs_that_start_at_once_one_goes_on(objects_of, other):
    """Both find the folder empty; the one that writes second is told so."""
    one, two, out = job_of(*CUT), job_of(*other), f"gs://bucket/two{other[0]}"
    for job in (one, two):
        assert output_folder.check(out, job.request) is None
    output_folder.begin(out, one.request, one.lexicon, None)
    before = objects_of(out)
    with pytest.raises(InputError, match="another run has just begun there"):
        output_folder.begin(out, two.request, two.lexicon, None)
    assert before == objects_of(out)
    output_folder.begin(out, one.request, one.lexicon, None)  # the same work twice is no conflict
    assert before == objects_of(out)


def test_a_worker_that_comes_after_the_end_changes_nothing(run_into, objects_of):
    out = "gs://bucket/late"
    run_into(out, *SMALL, *CUT)
    before = objects_of(out)
    with pytest.raises(RuntimeError, match="stale work item"):
        write_unit(CorpusContext(out, job_of(*CUT).request), 2)
    assert before == objects_of(out)


def test_a_worker_of_another_run_that_is_over_changes_nothing(objects_of):
    """The folder was removed, and a run with other options took it, while the worker was at its shard."""
    out, mine, theirs = "gs://bucket/taken", job_of(*CUT), job_of("--phrases_per_shard=100")
    output_folder.begin(out, theirs.request, theirs.lexicon, None)
    write_unit(CorpusContext(out, theirs.request), 1)
    before = objects_of(out)
    with pytest.raises(RuntimeError, match="stale work item"):
        write_unit(CorpusContext(out, mine.request), 1)
    assert before == objects_of(out)


def test_the_manifest_of_another_run_is_not_run_over(program, store, corpus, objects_of):
    """It appears just before this run writes its own: the run says whose corpus is there now, and leaves it."""
    out, other = "gs://bucket/manifests", (corpus(*SMALL[:-1], "--seeds=0:500") / "manifest.json").read_bytes()

    def appear(kind, name):
        if kind == "insert" and name.endswith("manifest.json") and not done:
            done.append(name)
            storage.write_file(out, "manifest.json", other)

    done = []
    store.schedule = appear
    outcome = program("run", *SMALL, *CUT, f"--output={out}")
    store.be_calm()
    assert 2 == outcome.status
    assert "holds the corpus of seeds 0:500" in outcome.error
    assert other == objects_of(out)["manifest.json"]
    assert REQUEST_FILE in objects_of(out)
