"""A law with a file of its own: the corpus holds it, workers read it, and nobody takes another for it."""

import dataclasses
import random
import shutil
from pathlib import Path

import pytest
from apache_beam.internal import pickler

from hyperphrase import Lexicon, Recipe, make_corpus
from hyperphrase.corpus.manifest import loads
from transforms.worker.context import CorpusContext

PROCESSES = pytest.param(["--direct_running_mode=multi_processing"], marks=pytest.mark.engine)
WORDS = [f"word{i}" for i in range(50)]
REST = ["--lengths=uniform:min=3,max=9", "--phrases=2000", "--phrases_per_shard=500", "--format=jsonl"]


@pytest.fixture(scope="module")
def law(tmp_path_factory):
    """Options that name a lexicon of 50 words and a text of them."""
    folder, rng = tmp_path_factory.mktemp("texts"), random.Random(1)
    (folder / "words.txt").write_text("\n".join(WORDS))
    lines = [" ".join(rng.choices(WORDS, k=9)) for _ in range(300)]
    (folder / "text.txt").write_text("\n".join(lines))
    return [f"--lexicon={folder}/words.txt", f"--sampler=markov:file={folder}/text.txt,order=1", *REST]


def test_the_manifest_lists_the_file_and_verify_and_inspect_work(corpus, law, program, manifest_of):
    out = corpus(*law)
    assert [file.name for file in manifest_of(out).files if file.name == "law.bin"] == ["law.bin"]
    assert program("verify", out).error == ""
    shown = program("inspect", out, "--seed=5")
    assert (shown.status, shown.error) == (0, "")
    assert set(shown.out.splitlines()[-1].split()) <= set(WORDS)
    assert "markov:digest=" in program("inspect", out).out


@pytest.mark.parametrize("workers", [["--direct_num_workers=1"], PROCESSES])
def test_any_mode_gives_the_same_bytes(corpus, law, run_into, files_of, tmp_path, workers):
    run_into(tmp_path / "out", *law, *workers)
    assert files_of(tmp_path / "out") == files_of(corpus(*law))


def test_the_text_is_not_needed_again(copied, law, program, tmp_path):
    out = copied(*law)
    text = law[1].partition("file=")[2].partition(",")[0]
    hidden = shutil.move(text, tmp_path / "hidden")
    assert program("verify", out).status == 0
    assert program("inspect", out, "--head=2").status == 0
    shutil.move(hidden, text)


def test_a_file_that_is_gone_is_made_again_by_the_same_command(copied, corpus, law, run_into, program, files_of):
    out = copied(*law)
    (out / "law.bin").unlink()
    assert program("verify", out).status == 1
    run_into(out, *law)
    assert files_of(out) == files_of(corpus(*law))


def test_another_text_is_another_corpus(copied, law, program, tmp_path):
    out = copied(*law)
    text = law[1].partition("file=")[2].partition(",")[0]
    (tmp_path / "other.txt").write_bytes(Path(text).read_bytes() + b"\nword1 word1")
    other = [law[0], f"--sampler=markov:file={tmp_path}/other.txt,order=1", *law[2:]]
    outcome = program("run", *other, f"--output={out}")
    assert (outcome.status, "another recipe" in outcome.error) == (2, True)


def vouch(out, name):
    """Let the manifest vouch for a file as it is now."""
    import google_crc32c

    manifest, data = loads((out / "manifest.json").read_bytes(), "manifest"), (out / name).read_bytes()
    files = [file for file in manifest.files if file.name != name]
    files.append(dataclasses.replace(manifest.files[0], name=name, bytes=len(data), crc32c=google_crc32c.value(data)))
    files.sort(key=lambda file: file.name)
    (out / "manifest.json").write_bytes(dataclasses.replace(manifest, files=tuple(files)).dumps())


@pytest.mark.parametrize("vouched", [False, True])
def test_a_changed_file_is_seen(copied, law, program, vouched):
    out = copied(*law)
    data = bytearray((out / "law.bin").read_bytes())
    data[-1] ^= 1
    (out / "law.bin").write_bytes(data)
    if vouched:
        vouch(out, "law.bin")
    outcome = program("verify", out)
    assert (outcome.status, outcome.out, "law.bin: " in outcome.error) == (1, "", True)
    assert "Traceback" not in outcome.error


def test_a_file_that_the_law_does_not_have_is_seen(copied, program):
    out = copied("--vocabulary=100", "--sampler=zipf", *REST)
    (out / "law.bin").write_bytes(b"what is this")
    outcome = program("verify", out)
    assert (outcome.status, "law.bin: zipf has no file of its own" in outcome.error) == (1, True)


def test_the_file_does_not_travel(corpus, law, manifest_of):
    from beam_pipeline.terminal import options

    given = options.parser("run", "").parse_args([*law, "--output=x"])
    request = options.read_job(given).request
    assert len(request.recipe.law.attached()) > 1000
    pickled = pickler.dumps(CorpusContext(str(corpus(*law)), request), enable_trace=False, use_zlib=False)
    assert len(pickled) < 4000
    assert b"word1" not in pickled
    phrases = pickler.loads(pickled, use_zlib=False).phrases()
    assert request.recipe == phrases.recipe


def test_a_text_of_other_words_is_refused_before_anything_is_written(law, program, tmp_path):
    (tmp_path / "strange.txt").write_text("to be or not to be\n")
    strange = [law[0], f"--sampler=markov:file={tmp_path}/strange.txt,order=1", *law[2:]]
    outcome = program("run", *strange, f"--output={tmp_path}/out")
    assert (outcome.status, outcome.error.count("\n")) == (2, 1)
    assert "none of the text's words is in the lexicon" in outcome.error
    assert not (tmp_path / "out").exists()


def test_words_that_the_lexicon_lacks_are_told_before_the_run(law, program, tmp_path):
    (tmp_path / "some.txt").write_text("Word1 word2, word3\nword1 word2 unknown\n")
    some = f"--sampler=markov:file={tmp_path}/some.txt,order=1"
    options = [law[0], some, "--lengths=fixed:length=3", "--seeds=0:9", "--format=txt"]
    note = (
        "note: 3 of 6 tokens of the text (3 of 6 different words) are not in the lexicon, so they are never drawn; the "
        "commonest: 'Word1' (1), 'word2,' (1), 'unknown' (1); --sampler=markov:file=PATH,case=lower,punctuation=strip "
        "finds 2 of these tokens"
    )
    assert note in program("plan", *options, "--quick").out.splitlines()
    outcome = program("run", *options, f"--output={tmp_path}/out")
    assert (outcome.status, outcome.error.splitlines()[0]) == (0, note)
    assert program("run", *options, f"--output={tmp_path}/out", "--quiet") == (0, "", "")
    better = [law[0], some + ",case=lower,punctuation=strip", *options[2:]]
    assert "(1 of 4 different words)" in program("run", *better, f"--output={tmp_path}/better").error

    lexicon = Lexicon.load(law[0].partition("=")[2])
    recipe = Recipe.create(f"markov:file={tmp_path}/some.txt,order=1", lengths="fixed:length=3", lexicon=lexicon)
    lines = []
    make_corpus(recipe, lexicon, tmp_path / "out", seeds=range(9), formats=["txt"], progress=lines.append)
    assert lines[0] == note.replace("--sampler=", "`law=").replace("strip finds", "strip` finds")
    mixture = f"mixture:1*markov:file={tmp_path}/some.txt,order=1+1*uniform"
    for law in (recipe.law, Recipe.create(mixture, lengths="fixed:length=3", lexicon=lexicon).law):
        assert list(law.notes(lexicon)) == [lines[0].removeprefix("note: ")]


@pytest.mark.parametrize("law", ["template", "mixture:2*template+1*markov:file={text},order=2+1*uniform"])
def test_grammars_and_mixtures_have_files_too(run_into, program, tmp_path, law):
    words = [*"aeiou", "the", "of", "and", "to", "in", "is", "that", "it", "was", "for", "on", "with", "as"]
    (tmp_path / "text.txt").write_text("\n".join(" ".join(random.Random(i).choices(words, k=20)) for i in range(99)))
    options = [f"--sampler={law.format(text=tmp_path / 'text.txt')}", "--vocabulary=20000", *REST, "--text=words"]
    run_into(tmp_path / "out", *options)
    (tmp_path / "text.txt").unlink()
    assert (tmp_path / "out/law.bin").stat().st_size > 10_000
    assert program("verify", tmp_path / "out").error == ""
    assert program("inspect", tmp_path / "out", "--head=2").status == 0
