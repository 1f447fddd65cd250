"""The benchmark of readers: what it measures is right, what is wrong it finds, and it goes on where it stopped.

Only readers that need nothing but numpy take part here; the others need libraries of several GB.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.readers import __main__ as command
from benchmarks.readers import contestants, many_phrases, measuring, page_cache
from benchmarks.readers.contestants import READERS
from benchmarks.readers.job import Feed, ShuffledBatches, counted
from benchmarks.readers.measuring import COLD, WARM, Task
from benchmarks.readers.memory import memory_of, own_memory, tree
from benchmarks.readers.peers import memmap, ours, plain_python
from benchmarks.readers.rendering import document, render
from benchmarks.readers.results import Measured, Prepared, Results, Settings
from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.codecs import FORMATS
from hyperphrase.errors import InputError, WorkFailedError
from hyperphrase.limits import MAX_VOCABULARY

LENGTH, BATCH = 8, 4
LEXICON = Lexicon.load("synthetic", vocabulary=50)
RECIPE = Recipe.create("zipf:s=1.0", lengths="uniform:min=1,max=9", lexicon=LEXICON)
PHRASES = 300
CORPUS = Corpus.virtual(RECIPE, LEXICON, seeds=(0, PHRASES))
TOKENS = CORPUS[:].ids.astype(np.int32)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the corpus as a file of tokens, as those of memmap, and as shards of TFRecord."""
    TOKENS.tofile(tmp_path / "corpus.bin")
    memmap.prepare(TOKENS, tmp_path, LENGTH)
    shards = tmp_path / "shards"
    shards.mkdir()
    for number in range(3):
        encoder = FORMATS["tfrecord"].encoder("none", None, MAX_VOCABULARY)
        block = CORPUS[number * len(CORPUS) // 3 : (number + 1) * len(CORPUS) // 3]
        data = encoder.begin() + bytes(encoder.encode(block)) + encoder.end()
        (shards / f"phrases-{number}.tfrecord").write_bytes(data)
    return tmp_path


def task_of(folder, module="memmap", **changes):
    tokens = str(folder / "corpus.bin")
    given = {
        "variant": "",
        "workers": 0,
        "caches": [WARM],
        "resume": True,
        "repeats": 2,
        "settle": 0.0,
        "warm_up": 0.01,
        "window": 0.02,
    }
    batches = len(TOKENS) // LENGTH // BATCH
    given |= {"length": LENGTH, "batch_size": BATCH, "batches": batches, "imports": []}
    return Task(module, folder=str(folder), small=str(folder), small_tokens=tokens, **{**given, **changes})


def job_of(folder, **changes):
    return task_of(folder).job(**changes)


def peer_of(batches, state=None):
    """Return a reader that delivers ``batches``."""
    return SimpleNamespace(feed=lambda job, given: Feed(iter(batches), state))


def rows(*contexts):
    return np.array(contexts, np.int32)


def test_each_epoch_is_another_permutation_without_its_incomplete_batch(folder):
    order = [batch.tolist() for batch in ShuffledBatches(11, job_of(folder, epochs=2), 0)]
    assert [4] * 4 == [len(batch) for batch in order]
    first, second = order[0] + order[1], order[2] + order[3]
    assert len(set(first)) == len(set(second)) == 8
    assert set(first) | set(second) <= set(range(11))
    assert first != second


@pytest.mark.parametrize("first", range(4))
def test_an_order_can_begin_at_any_batch(folder, first):
    job = job_of(folder, epochs=2)
    whole = [batch.tolist() for batch in ShuffledBatches(11, job, 0)]
    assert whole[first:] == [batch.tolist() for batch in ShuffledBatches(11, job, first)]


def test_a_state_counts_the_batches_that_were_taken():
    feed = counted(iter([rows([1]), rows([2])]), 5)
    next(feed.batches)
    assert 6 == feed.state()


@pytest.mark.parametrize("module", ["memmap", "plain_python"])
def test_a_reader_delivers_the_corpus(folder, module):
    task = task_of(folder, module)
    peer = {"memmap": memmap, "plain_python": plain_python}[module]
    missing = measuring.check(peer, task)
    delivered = (len(TOKENS) // LENGTH // BATCH) * BATCH * LENGTH
    assert len(TOKENS) - delivered == missing


def test_our_own_reader_delivers_the_corpus(folder, monkeypatch):
    monkeypatch.setattr(ours.Corpus, "open", lambda folder, source: CORPUS)
    task = task_of(folder, variant="virtual")
    assert len(TOKENS) - (len(TOKENS) // LENGTH // BATCH) * BATCH * LENGTH == measuring.check(ours, task)
    feed = ours.feed(task.job(), None)
    for _ in range(5):
        next(feed.batches)
    state = feed.state()
    assert np.array_equal(next(feed.batches), next(ours.feed(task.job(), state).batches))


def whole_batches():
    return TOKENS[: len(TOKENS) // LENGTH // BATCH * BATCH * LENGTH].reshape(-1, BATCH, LENGTH).copy()


def test_a_reader_that_leaves_out_batches_is_found(folder):
    batches = whole_batches()
    assert measuring.check(peer_of(batches), task_of(folder)) < BATCH * LENGTH
    with pytest.raises(ValueError, match=r"not the corpus: 0 tokens that it has not, \d+ of \d+ missing"):
        measuring.check(peer_of(batches[3:]), task_of(folder))


def test_a_reader_that_repeats_batches_is_found(folder):
    batches = whole_batches()
    batches[0] = batches[1]
    with pytest.raises(ValueError, match="tokens that it has not"):
        measuring.check(peer_of(batches), task_of(folder))


@pytest.mark.parametrize(
    "batch", [np.zeros((BATCH, LENGTH), np.int64), np.zeros((BATCH, LENGTH - 1), np.int32), np.zeros(LENGTH, np.int32)]
)
def test_batches_of_another_form_are_refused(folder, batch):
    with pytest.raises(ValueError, match=r"not int32, \(4, 8\)"):
        measuring.check(peer_of([batch]), task_of(folder))


def test_ids_that_the_corpus_has_not_are_refused(folder):
    batches = whole_batches()
    batches[0, 0, 0] = 1000
    with pytest.raises(ValueError, match=r"not the corpus|could not be broadcast"):
        measuring.check(peer_of(batches), task_of(folder))


def test_a_resume_is_exact_if_it_gives_the_next_batch(folder):
    found = measuring.resume(memmap, task_of(folder))
    assert found["exact"]
    assert 2 == len(found["seconds"])
    assert all(seconds > 0 for seconds in found["seconds"])


def test_a_resume_at_another_batch_is_not_exact(folder):
    def feed(job, state):
        return memmap.feed(job, state and state + 1)

    assert not measuring.resume(SimpleNamespace(feed=feed), task_of(folder))["exact"]


def test_a_reader_without_a_state_does_not_resume(folder):
    def feed(job, state):
        return Feed(memmap.feed(job, state).batches, None)

    assert measuring.resume(SimpleNamespace(feed=feed), task_of(folder)) is None


def test_a_resume_that_fails_is_told(folder):
    def feed(job, state):
        if state:
            raise IndexError("list index out of range")
        return memmap.feed(job, state)

    found = measuring.resume(SimpleNamespace(feed=feed), task_of(folder))
    assert {"error": "IndexError: list index out of range"} == found


def test_a_process_that_ends_without_a_word_is_an_error():
    with pytest.raises(RuntimeError, match="without a word"):
        measuring.forked(lambda: os._exit(3))


def test_all_is_measured_in_one_program(folder):
    result = folder / "result.json"
    arguments = [json.dumps(asdict(task_of(folder, repeats=3))), str(result)]
    subprocess.run([sys.executable, "-m", "benchmarks.readers.measuring", *arguments], check=True, cwd=command.ROOT)
    found = json.loads(result.read_text())
    assert np.__version__ == found["versions"]["numpy"]
    assert found["resume"]["exact"]
    assert 3 == len(found[WARM])
    for run in found[WARM]:
        assert run["tokens"] > 0
        assert 0.02 <= run["seconds"] < 1
        assert 0 < run["first_seconds"] < 5
        assert 1e6 < run["memory"]["files"] < run["memory"]["all"] < 1e9
    assert COLD not in found


def test_a_cold_run_is_one_epoch_at_most(folder, monkeypatch):
    dropped = []
    monkeypatch.setattr(page_cache, "drop", dropped.append)
    found = measuring.run(memmap, task_of(folder, window=5.0), COLD)
    batches = len(TOKENS) // LENGTH // BATCH
    assert (batches - 1) * BATCH * LENGTH == found["tokens"]
    assert [folder] == dropped


def test_files_leave_the_page_cache(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(bytes(1 << 20))
    page_cache.fill(tmp_path)
    assert (256, 256) == page_cache.pages(path)
    try:
        page_cache.drop(tmp_path)
    except OSError as error:
        pytest.skip(str(error))  # a disk in memory
    assert (256, 0) == page_cache.pages(path)


def test_files_that_stay_in_the_page_cache_are_told(tmp_path, monkeypatch):
    (tmp_path / "data").write_bytes(bytes(1 << 20))
    monkeypatch.setattr(os, "posix_fadvise", lambda *_: None)
    with pytest.raises(OSError, match="256 of 256 pages stay in the page cache"):
        page_cache.drop(tmp_path)


def test_memory_is_that_of_all_processes():
    alone = own_memory()["all"]
    code = "x = bytearray(60 << 20); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        child.stdout.readline()
        assert os.getpid() == tree(os.getpid())[0]
        assert child.pid in tree(os.getpid())
        assert len(tree(child.pid)) == 2
        assert memory_of(child.pid)["all"] > 60 << 20
        assert own_memory()["all"] > alone + (60 << 20) - (10 << 20)
        child.communicate(b"\n")


SETTINGS = Settings(1000, 50, LENGTH, BATCH, 2, 0.1)


def measured(reader, workers, rate, **found):
    runs = [
        {"first_seconds": 0.25, "tokens": int(rate * 1e6), "seconds": 1.0, "memory": {"all": 3e8, "files": 1e8}}
        for rate in (rate, rate * 2, rate * 4)
    ]
    before = {"versions": {"numpy": "2"}, "import_memory": {"all": 2e8, "files": 1e8}}
    return Measured(reader, workers, "2026-01-01T00:00+00:00", "python -m x", {**before, WARM: runs, **found})


def results_of(*measured):
    part = {"open": {"seconds": 0.5, "memory": {"all": 1e8}}}
    manifests = [[{"phrases": 10, "shards": shards, "parts": part}] * 3 for shards in (0, 5)]
    return Results(SETTINGS, {"cores": "2"}, {"x": Prepared("x", 2.0, 3_000_000)}, list(measured), manifests)


OURS = measured("hyperphrase virtual", 0, 100.0, resume={"seconds": [0.1, 0.2, 0.3], "exact": True, "state_bytes": 9})
SLOW = measured("plain Python", 0, 5.0, resume=None)
SLOWER = measured("plain Python", 2, 2.0, resume={"seconds": [0.5], "exact": False, "state_bytes": 9})
BROKEN = measured("LitData", 2, 2.0, resume={"error": "KeyError"})


def test_the_tables_say_it_all():
    lines = list(document(results_of(SLOWER, OURS, SLOW, BROKEN), "readers"))
    assert "| reader | 0 workers | 2 workers |" in lines
    warm = lines.index("## Tokens, page cache warm (M/s)")
    assert ["| hyperphrase virtual | 200 (100, 400) |  |", "| LitData |  | 4.00 (2.00, 8.00) |"] == lines[
        warm + 4 : warm + 6
    ]
    assert "| plain Python | 10.0 | 20.0 x |" in lines
    assert "| plain Python | none | 0.50 (0.50, 0.50), not the same batch |" in lines
    assert "| LitData |  | fails |" in lines
    assert "| hyperphrase virtual | 300; 100; 200 |  |" in lines
    assert "| x | 2.0 | 3 |" in lines
    assert "| open | 0.50 (0.50, 0.50) | 100 | 0.50 (0.50, 0.50) | 100 |" in lines
    assert not any("cold" in line for line in lines)


def test_results_come_back_from_their_file(tmp_path):
    results = results_of(OURS, SLOW)
    results.save(tmp_path / "deep/readers.json")
    assert Results.load(tmp_path / "deep/readers.json") == results


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"settings": {}}'])
def test_other_files_are_no_results(tmp_path, text):
    (tmp_path / "readers.json").write_text(text)
    with pytest.raises(WorkFailedError, match="not the results of a benchmark of readers"):
        Results.load(tmp_path / "readers.json")


def test_a_reader_that_is_measured_again_takes_its_old_place():
    results = results_of(OURS, SLOW)
    again = measured("plain Python", 0, 7.0)
    results.add(again)
    assert [OURS, again] == results.measured


def test_results_are_rendered_to_files(tmp_path):
    files = render(results_of(OURS, SLOW), tmp_path / "readers.json")
    assert ["readers.md", "readers.svg", "readers.png"] == [path.name for path in files]
    assert "<svg" in files[1].read_text()


def test_readers_have_different_names_and_modules_that_are_there():
    assert len({reader.name for reader in READERS}) == len(READERS)
    folder = Path(contestants.__file__).parent / "peers"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {reader.module for reader in READERS}


def test_libraries_that_are_not_installed_are_named(monkeypatch):
    lacking = contestants.Reader("x", "x", "", "", "", needs=("no_such.part",), for_workers=("another",))
    with pytest.raises(InputError, match=r"^no_such: not installed; pip install"):
        contestants.check_installed([lacking], 0)
    with pytest.raises(InputError, match=r"^another, no_such: not installed; pip install"):
        contestants.check_installed([lacking], 1)


def test_the_command_names_no_folders():
    text = command._command(["--work=/a/b", "--only=numpy memmap", "--results", "/c d"])
    assert "python -m benchmarks.readers --work=FOLDER '--only=numpy memmap' --results FOLDER" == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--work: name a folder on a disk"),
        (["--only=Oracle"], "--only: 'Oracle' does not take part; choose from hyperphrase virtual"),
        (["--workers=0,many"], "--workers: 'many' is not a whole number from 0 on"),
        (["--repeats=0"], "--repeats: '0' is not a whole number from 1 on"),
        (["--window=0"], "--window: '0' is not a number above 0"),
        (["render", "--results=/no/such"], "/no/such/readers.json: no such file"),
    ],
)
def test_wrong_arguments_end_with_one_line(capsys, arguments, said):
    assert 2 == command.main(arguments)
    assert capsys.readouterr().err.startswith(f"hyperphrase benchmarks.readers: {said}")


def test_results_of_other_settings_are_not_gone_on_with(capsys, tmp_path):
    results_of(OURS).save(tmp_path / "readers.json")
    arguments = [f"--work={tmp_path}", f"--results={tmp_path}", "--only=numpy memmap", "--workers=0"]
    assert 2 == command.main(arguments)
    assert "holds results of other settings or another machine; give another --name" in capsys.readouterr().err


def test_a_manifest_of_many_phrases_opens_without_them(tmp_path, monkeypatch):
    model = tmp_path / "model"
    model.mkdir()
    with (model / "lexicon.parquet").open("wb") as stream:
        LEXICON.write(stream)
    (model / "manifest.json").write_bytes(CORPUS.manifest.dumps())
    folders = many_phrases.write_manifests(model, tmp_path, 600_000)
    whole = Corpus.virtual(RECIPE, LEXICON, seeds=(0, 1000)).phrases.lengths(np.arange(600_000, dtype=np.uint64))
    for kind, shards in (("none", 0), ("shards", 3)):
        corpus = Corpus.open(folders[kind])
        assert (600_000, whole.sum()) == (len(corpus), corpus.manifest.symbols)
        assert corpus.manifest.length_histogram == {i: n for i, n in enumerate(np.bincount(whole).tolist()) if n}
        assert [262_144, 262_144, 75_712][:shards] == [shard.phrases for shard in corpus.manifest.shards]
        found = many_phrases.measure(folders[kind], 1024, 4)
        assert (600_000, shards) == (found["phrases"], found["shards"])
        assert ["open", "plan", "first batch", "resume at 50%", "100 steps"] == list(found["parts"])
    monkeypatch.setattr(Corpus, "open", None)  # what is there is not made again
    assert folders == many_phrases.write_manifests(model, tmp_path, 600_000)


@pytest.mark.slow  # makes a corpus by Beam
def test_a_small_benchmark_runs_and_goes_on(tmp_path, capsys):
    sizes = ["--phrases=600", "--vocabulary=500", "--length=64", "--batch_size=4", "--repeats=1", "--window=0.05"]
    folders = [f"--work={tmp_path}/work", f"--results={tmp_path}/results", "--cache=warm", "--workers=0"]
    assert 0 == command.main([*sizes, *folders, "--only=numpy memmap", "--manifest_phrases=100000"])
    names = "hyperphrase virtual,hyperphrase shards,plain Python,10^9 phrases"
    assert 0 == command.main([*sizes, *folders, f"--only={names}", "--manifest_phrases=100000"])
    found = Results.load(tmp_path / "results/readers.json")
    assert ["numpy memmap", *names.split(",")[:3]] == [one.reader for one in found.measured]
    assert all(one.found["resume"]["exact"] for one in found.measured)
    assert [100_000, 100_000] == [runs[0]["phrases"] for runs in found.manifests]
    assert "| numpy memmap |" in capsys.readouterr().out
