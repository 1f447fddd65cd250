"""What bad input gets: status 2, one clear line, nothing written, never a traceback."""

import signal

import pytest

SMALL = ["--vocabulary=1000", "--seeds=0:10"]
LEXICONS = {  # name: content, of files that are no lexicon
    "empty.txt": b"",
    "lines.txt": b"\n\n\n",
    "one.txt": b"word\n",
    "twice.txt": b"one\ntwo\none\n",
    "binary.txt": b"one\ntwo\0\n",
    "latin1.txt": "übel\nwort\n".encode("latin-1"),
    "spaces.txt": b"two words\none\n",
    "counts.csv": b"word,count\none,many\ntwo,1\n",
    "fields.csv": b"one,1,1\n",
    "not.avro": b"Obj\x01 and then nothing of the kind",
    "few.txt": b"one\ntwo\nthree\n",
    "histogram.csv": b"length,phrases\n0,5\n",
    "no histogram.json": b"[]",
}


def number_cases():
    for option in ("--phrases", "--phrases_per_shard", "--vocabulary", "--direct_num_workers"):
        values = ["-1", "abc", "1.5", "1_0", "٥", "", *(["0", "1e6"] if option != "--direct_num_workers" else [])]
        for value in values:
            rest = ["--vocabulary=1000"] if option != "--vocabulary" else []
            rest += ["--seeds=0:10"] if option != "--phrases" else []
            yield [*rest, f"{option}={value}"], [option, value]
    yield ["--vocabulary=1000", "--phrases=99999999999999999999"], ["--phrases=99999999999999999999", "from 1 to"]
    yield [*SMALL, "--phrases_per_shard=16777217"], ["--phrases_per_shard=16777217", "to 16777216"]
    yield [*SMALL, "--key=-1"], ["--key=-1", "whole number from 0"]
    yield [*SMALL, "--key=18446744073709551616"], ["--key=18446744073709551616"]
    yield ["--vocabulary=1000", "--phrases=5", "--first_seed=x"], ["--first_seed=x"]
    yield ["--vocabulary=1000", "--phrases=5", "--first_seed="], ["--first_seed="]
    yield ["--vocabulary=1000", "--phrases=5", "--first_seed=9223372036854775807"], ["--phrases=5", "from 1 to 1"]


def seed_cases():
    yield ["--vocabulary=1000"], ["--phrases", "--seeds", "neither is given"]
    yield [*SMALL, "--phrases=5"], ["--phrases", "--seeds", "both are given"]
    yield ["--seeds=0:10", "--phrases="], ["--phrases", "--seeds", "both are given"]
    yield ["--seeds=0:10", "--first_seed=3"], ["--first_seed=3", "--seeds"]
    for value in ("10:0", "5:5", "x:5", "5", ":", "5:", ":5", "0:9223372036854775809", "-1:5", "0:1:2", "0-5"):
        yield (
            ["--vocabulary=1000", f"--seeds={value}"],
            ["--seeds=", "write" if value != "10:0" else "lower seed first"],
        )


def law_cases():
    yield [*SMALL, "--sampler=zipff"], ["--sampler=zipff", "did you mean 'zipf'?", "lexicon, ", "choose one of"]
    yield [*SMALL, "--sampler="], ["--sampler=", "choose one of"]
    yield [*SMALL, "--sampler=zipf:x=1"], ["--sampler=zipf:x=1", "no parameter 'x'", "s ("]
    yield [*SMALL, "--sampler=zipf:s=-1"], ["--sampler=zipf:s=-1", "outside its range"]
    yield [*SMALL, "--sampler=zipf:s=nan"], ["--sampler=zipf:s=nan", "not a number"]
    yield [*SMALL, "--sampler=zipf:s=inf"], ["--sampler=zipf:s=inf", "not a number"]
    yield [*SMALL, "--sampler=zipf:s=1_0"], ["--sampler=zipf:s=1_0", "not a number"]
    yield [*SMALL, "--sampler=markov:file=a,b.txt,order=1"], ["'b.txt'", 'markov:key="a,b"']
    yield [*SMALL, "--sampler=zipf:s=one"], ["--sampler=zipf:s=one", "not a number"]
    yield [*SMALL, "--sampler=zipf:s"], ["--sampler=zipf:s", "key=value"]
    yield [*SMALL, "--sampler=zipf:s=1,s=2"], ["--sampler=zipf:s=1,s=2", "zipf:s is given twice"]
    yield [*SMALL, "--sampler=uniform:s=1"], ["--sampler=uniform:s=1", "no parameters"]
    yield [*SMALL, "--preset=dyck-hu2025"], ["--preset=dyck-hu2025", "did you mean 'shuffle-dyck-hu2025'?", "laws"]
    yield [*SMALL, "--preset="], ["--preset=", "hyperphrase laws"]
    yield [*SMALL, "--preset=eca-zhang2024"], ["--vocabulary=1000", "1024 symbols", "leave the option out"]
    yield [*SMALL, "--lengths=unifrom"], ["--lengths=unifrom", "did you mean 'uniform'?"]
    yield [*SMALL, "--lengths=uniform:min=0"], ["--lengths=uniform:min=0", "1 to 65535"]
    yield [*SMALL, "--lengths=uniform:max=65536"], ["--lengths=uniform:max=65536", "1 to 65535"]
    yield [*SMALL, "--lengths=uniform:min=20,max=10"], ["--lengths=uniform:min=20,max=10", "give min <= max"]
    yield [*SMALL, "--lengths=fixed"], ["--lengths=fixed", "needs length="]
    yield [*SMALL, "--lengths=fixed:length=٦"], ["--lengths=fixed:length=٦", "not a whole number"]
    yield [*SMALL, "--lengths=fixed:length=1.5"], ["--lengths=fixed:length=1.5", "whole number"]
    yield [*SMALL, "--lengths=geometric:p=0"], ["--lengths=geometric:p=0", "outside its range"]
    yield [*SMALL, "--lengths=empirical"], ["--lengths=empirical", "file=PATH"]
    yield [*SMALL, "--lengths=empirical:file=none.csv"], ["--lengths=empirical:file=none.csv", "cannot be read"]
    yield [*SMALL, "--lengths=empirical:file=histogram.csv"], ["--lengths=empirical:file=histogram.csv", "1 to 65535"]
    yield [*SMALL, "--lengths=empirical:file=no histogram.json"], ["no histogram.json is not a histogram"]


def lexicon_cases():
    yield ["--seeds=0:10", "--vocabulary=1"], ["--vocabulary=1", "from 2"]
    yield ["--seeds=0:10", "--vocabulary=500001", "--alphabet=extended"], ["--vocabulary=500001", "at most 500,000"]
    yield ["--seeds=0:10", "--vocabulary=300000"], ["300000", "--alphabet=extended"]
    yield ["--seeds=0:10", "--lexicon=few.txt", "--vocabulary=4"], ["--vocabulary=4", "--lexicon=few.txt", "3 words"]
    yield ["--seeds=0:10", "--lexicon=englsh"], ["--lexicon=englsh", "did you mean english"]
    yield ["--seeds=0:10", "--lexicon=none.txt"], ["--lexicon=none.txt", "no such file"]
    yield (
        ["--seeds=0:10", "--lexicon=synthetic:flavour=dutch"],
        ["--lexicon=synthetic:flavour=dutch", "english|russian"],
    )
    yield [*SMALL, "--alphabet=latin"], ["--alphabet=latin", "stable and extended"]
    yield ["--seeds=0:10", "--lexicon=."], ["--lexicon=.", "folder"]
    reasons = {
        "empty.txt": "empty",
        "lines.txt": "line 1 has an empty word",
        "one.txt": "at least 2",
        "twice.txt": "line 3 repeats",
    }
    reasons |= {"binary.txt": "line 2 has a NUL", "latin1.txt": "line 1 is not UTF-8", "spaces.txt": "give one word"}
    reasons |= {"counts.csv": "line 2 has the count", "fields.csv": "3 fields", "not.avro": "not a whole Avro file"}
    for name, reason in reasons.items():
        yield ["--seeds=0:10", f"--lexicon={name}"], [f"--lexicon={name}", reason]


def output_cases():
    yield (
        [*SMALL, "--format=tfrecrd"],
        ["--format=tfrecrd", "did you mean 'tfrecord'?", "jsonl, txt, tokens, megatron, arrayrecord, none"],
    )
    yield [*SMALL, "--format="], ["--format=", "no format ''"]
    yield [*SMALL, "--format=avro,avro"], ["--format=avro,avro", "once"]
    yield [*SMALL, "--format=none,avro"], ["--format=none,avro", "none alone"]
    yield [*SMALL, "--format=avro", "--compression=gzip"], ["--compression=gzip", "avro has none, deflate, zstandard"]
    yield [*SMALL, "--compression=zip"], ["--compression=zip", "tfrecord has none, gzip"]
    yield [*SMALL, "--format=none", "--compression=gzip"], ["--compression=gzip", "leave it out"]
    yield [*SMALL, "--format=avro,txt", "--compression=none,gzip,gzip"], ["--compression=none,gzip,gzip", "avro,txt"]
    yield [*SMALL, "--text=letters"], ["--text=letters", "symbols and words"]


def repeated_cases():
    yield [*SMALL, "--format=txt", "--format=jsonl"], ["--format=jsonl", "--format=txt", "as in --format=txt,jsonl"]
    yield [*SMALL, "--compression", "none", "--compression=gzip"], ["--compression=gzip", "give --compression once"]
    yield [*SMALL, "--seeds=0:20"], ["--seeds=0:20", "--seeds=0:10 is given too", "give --seeds once"]
    yield [*SMALL, "--key=1", "--key=1"], ["--key=1", "give --key once"]
    yield [*SMALL, "--quiet", "--quiet"], ["--quiet", "give --quiet once"]
    yield [*SMALL, "--dictionary", "--dictionary=whitening"], ["--dictionary=whitening", "give --dictionary once"]
    yield [*SMALL, "--direct_num_workers=1", "--direct_num_workers=2"], ["--direct_num_workers=2", "once"]
    yield [*SMALL, "--runner=DirectRunner", "--runner=DaskRunner"], ["--runner=DaskRunner", "once"]


def path_cases():
    yield [*SMALL, "--lexicon=https://example.com/w.txt"], ["--lexicon=https://example.com/w.txt", "gs://BUCKET/NAME"]
    yield [*SMALL, "--lexicon=file:words.txt"], ["--lexicon=file:words.txt", "write file:///PATH"]
    yield [*SMALL, "--lexicon=~nobody-there/w.txt"], ["--lexicon=~nobody-there/w.txt", "write ./~nobody-there"]
    yield [*SMALL, "--sampler=markov:file=s3://b/a.txt"], ["--sampler=markov:file=s3://b/a.txt", "s3: is not a scheme"]
    yield [*SMALL, "--sampler=template:file=https://a/b"], ["https: is not a scheme"]
    yield [*SMALL, "--sampler=loglinear:vectors=ftp://a/b.npy"], ["ftp: is not a scheme"]
    yield [*SMALL, "--lengths=empirical:file=hdfs://a/b.csv"], ["hdfs: is not a scheme"]


def space_cases():
    yield ["--phrases=11", "--vocabulary=10", "--lengths=fixed:length=1"], ["--phrases=11", "the space has 10 phrases"]
    yield (
        ["--phrases=6", "--first_seed=9223372036854775802", "--vocabulary=10", "--lengths=fixed:length=1"],
        ["--phrases=6"],
    )
    yield ["--phrases=1000000", "--vocabulary=1000", "--sampler=zipf:s=10", "--lengths=fixed:length=2"], [
        "--phrases=1000000", "1000 draws a phrase", "ask for fewer"
    ]  # fmt: skip


def unknown_cases():
    yield [*SMALL, "--phrasess=5"], ["--phrasess", "did you mean '--phrases'?"]
    yield ["--seeds=0:10", "--vocabluary=9"], ["--vocabluary", "did you mean '--vocabulary'?"]
    yield [*SMALL, "--direct_num_worker=2"], ["--direct_num_worker", "did you mean '--direct_num_workers'?"]
    yield [*SMALL, "--nothing_like_it"], ["--nothing_like_it", "neither hyperphrase nor Beam has this option"]
    yield [*SMALL, "stray"], ["'stray'", "options begin with --"]
    yield [*SMALL, "-x"], ["-x", "--help"]
    yield [*SMALL, "--direct_running_mode=warp"], ["--direct_running_mode", "warp", "multi_threading"]
    yield [*SMALL, "--runner=DirectRuner"], ["--runner=DirectRuner", "did you mean 'DirectRunner'?"]
    yield [*SMALL, "--runner=SparkRunner"], ["--runner=SparkRunner", "--runner=PortableRunner --job_endpoint=HOST:PORT"]
    yield [*SMALL, "--runner=no.such.Engine"], ["--runner=no.such.Engine", "No module named 'no'"]
    for name in ("DataflowRunner", "dataflow", "apache_beam.runners.dataflow.dataflow_runner.DataflowRunner"):
        yield [*SMALL, f"--runner={name}"], ["--project", "Dataflow"]
    yield [*SMALL, "--quiet=yes"], ["--quiet", "yes"]
    yield ["--vocabulary=1000", "--seeds"], ["--seeds", "expected one argument"]


CASES = [
    *number_cases(), *seed_cases(), *law_cases(), *lexicon_cases(), *output_cases(), *repeated_cases(), *path_cases(),
    *space_cases(), *unknown_cases()
]  # fmt: skip


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    for name, content in LEXICONS.items():
        (folder / name).write_bytes(content)
    return folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def check_refused(outcome, command, mentioned):
    """Check that a command said what is wrong, in one line on stderr, and nothing else."""
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error.startswith(f"hyperphrase {command}: ")
    assert outcome.error.count("\n") == 1
    assert "Traceback" not in outcome.error
    assert [word for word in mentioned if word not in outcome.error] == []


@pytest.mark.parametrize(("arguments", "mentioned"), CASES, ids=lambda value: " ".join(value)[:80])
def test_run_refuses_and_writes_nothing(program, bad_files, monkeypatch, arguments, mentioned):
    monkeypatch.chdir(bad_files)
    outcome = program("run", *arguments, "--output=out")
    check_refused(outcome, "run", mentioned)
    assert names_in(bad_files) == sorted(LEXICONS)


@pytest.mark.parametrize(("arguments", "mentioned"), CASES[::9], ids=lambda value: " ".join(value)[:80])
def test_plan_refuses_the_same(program, bad_files, monkeypatch, arguments, mentioned):
    monkeypatch.chdir(bad_files)
    check_refused(program("plan", *arguments), "plan", mentioned)


def test_a_missing_output_is_named(program):
    check_refused(program("run", *SMALL), "run", ["--output", "as in --output=out"])


PLACES = {  # command: its arguments
    "run": [*SMALL, "--output={}"],
    "plan": [*SMALL, "--output={}"],
    "verify": ["{}"],
    "inspect": ["{}"],
    "find": ["{}", "word"],
    "rank": ["0", "--corpus={}"],
}


@pytest.mark.parametrize("place", ["s3://bucket/out", "https://example.com/out", "gs:/bucket/out", "~nobody-there/out"])
@pytest.mark.parametrize("command", PLACES)
def test_a_place_that_nothing_can_open(program, tmp_path, monkeypatch, command, place):
    monkeypatch.chdir(tmp_path)
    outcome = program(command, *(argument.format(place) for argument in PLACES[command]))
    check_refused(outcome, command, [place, "write ./" if place.startswith("~") else "gs://BUCKET/NAME"])
    assert names_in(tmp_path) == []


def test_an_output_that_is_a_file(program, tmp_path):
    path = tmp_path / "file"
    path.write_text("mine")
    check_refused(program("run", *SMALL, f"--output={path}"), "run", [f"--output={path}", "is a file", "name a folder"])
    below = program("run", *SMALL, f"--output={path}/below")
    check_refused(below, "run", [f"--output={path}/below", "choose another folder"])
    assert path.read_text() == "mine"


def test_an_output_with_a_name_too_long(program, tmp_path):
    check_refused(program("run", *SMALL, f"--output={tmp_path}/{'x' * 300}"), "run", ["--output=", "too long"])


def test_an_output_where_no_folder_can_be_made(program):
    check_refused(
        program("run", *SMALL, "--output=/proc/self/out"), "run", ["--output=/proc/self/out", "choose another"]
    )


@pytest.mark.parametrize("command", ["verify", "inspect"])
@pytest.mark.parametrize("name", ["", "none", "out*"])
def test_a_folder_without_a_corpus(program, tmp_path, command, name):
    check_refused(program(command, tmp_path / name), command, [str(tmp_path)])


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_options_that_do_not_exist(program, tmp_path, command):
    check_refused(program(command, tmp_path, "--heads=3"), command, ["--heads=3"])
    check_refused(program(command), command, ["OUT"])


def test_a_damaged_manifest_is_not_run_over(program, copied, files_of):
    out = copied(*SMALL)
    (out / "manifest.json").write_text("{}")
    before = files_of(out)
    check_refused(program("run", *SMALL, f"--output={out}"), "run", [f"{out}/manifest.json", "remove the file"])
    assert files_of(out) == before


@pytest.mark.parametrize("complete", [True, False])
def test_a_corpus_of_an_older_version_is_said_to_be_one(program, copied, files_of, complete):
    """Each command says so, not that a file is missing or has a wrong name."""
    law = ["--vocabulary=20", "--lengths=uniform:min=1,max=6", "--seeds=0:100", "--format=txt", "--dictionary"]
    out = copied(*law)
    (out / "lexicon.parquet").rename(out / "lexicon.avro")
    manifest = out / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"lexicon.parquet", b"lexicon.avro"))
    if not complete:
        manifest.unlink()
    before = files_of(out)
    readers = [["verify", out], ["inspect", out], ["find", out, "the"], ["rank", "0", f"--corpus={out}"]]
    for command in [*readers, ["run", *law, f"--output={out}"], ["run", "--seeds=0:9", f"--output={out}"]]:
        outcome = program(*command)
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert "holds a corpus of a version before 0.1.0" in outcome.error
        assert "make it again with the same command in a new folder" in outcome.error
    assert before == files_of(out)


def test_an_unknown_command_has_a_near_miss(capsys):
    from beam_pipeline.__main__ import main

    assert main(["verfy"]) == 2
    assert "did you mean 'verify'?" in capsys.readouterr().err


def test_a_command_in_another_programs_process_leaves_its_signals_as_they_are(capsys):
    from beam_pipeline.__main__ import main

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
    assert (main(["--version"]), main(["laws", "zipf"]), main(["space", "--vocabulary=x"])) == (0, 0, 2)
    assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
    assert signal.alarm(0) == 0
