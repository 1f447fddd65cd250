"""A corpus's folder from a stranger: it leads nowhere else, lets nothing wait, and says nothing to a terminal.

And the other way: what is given to strangers says nothing of the machine that made it.
"""

import dataclasses
import json
import os
import platform
import signal
import socket
import stat
from pathlib import Path

import google_crc32c
import pytest

from hyperphrase.corpus.layout import LEXICON_FILE, RECIPE_FILE
from hyperphrase.corpus.manifest import File, loads
from hyperphrase.lexicon.lexicon import Lexicon, read_lexicon
from hyperphrase.phrases.recipe import Recipe
from tests.fuzz.readers import signed
from tests.options import replaced

LAW = ["--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000"]
WHOLE = [*LAW, "--phrases_per_shard=2000", "--format=txt"]
WITH_DICTIONARY = replaced(WHOLE, "--vocabulary=2000", "--dictionary")
SHARD = "phrases-00000-of-00002.txt"
SECONDS = 30


@pytest.fixture(autouse=True)
def alarm():
    """End a test that waits for a pipe."""
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


def check_refused(outcome, mentioned, statuses=(1, 2)):
    """Check that a command said in lines of its own what is wrong, and nothing else."""
    assert outcome.status in statuses, outcome
    assert "" == outcome.out
    assert [line for line in outcome.error.splitlines() if not line.startswith("hyperphrase ")] == []
    assert mentioned in outcome.error
    assert "Traceback" not in outcome.error


def readers_of(folder):
    """Return the commands that open a corpus."""
    return [["verify", folder], ["inspect", folder], ["inspect", folder, "--head=2"], ["find", folder, "the"],
            ["rank", "0", f"--corpus={folder}"], ["tokenizer", folder, f"--output={folder}.tokenizer"],
            ["encode", "/dev/null", f"--corpus={folder}"], ["run", *WHOLE, f"--output={folder}"]]  # fmt: skip


def forge(folder, change):
    """Change the manifest's plain data, and let its digest agree."""
    path = folder / "manifest.json"
    data = json.loads(path.read_bytes())
    change(data)
    path.write_bytes(signed(data))


OUTSIDE = [
    "../outside.txt", "/etc/passwd", f"{SHARD}/../../outside.txt", "..", ".", "", f"{SHARD}\x00", f"{SHARD}\n",
    f"./{SHARD}", "gs://bucket/x.txt", "file:///etc/passwd", "..\\outside.txt", f"{SHARD} ", "~/x.txt",
    "phrases-٠٠٠٠٠-of-00002.txt", "\uff0e\uff0e\uff0foutside.txt", "phrases-00000-of-00002.t\u0445t", "\u2025/x",
    "phrases-00000-of-00002./../x", "*", "phrases-0000?-of-00002.txt", "\ud800", "x" * 5000, "con", "\x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE, ids=ascii)
@pytest.mark.parametrize("kind", ["shards", "files", "meanings"])
def test_a_name_that_leads_elsewhere_is_refused(copied, program, tmp_path, name, kind):
    folder = copied(*WITH_DICTIONARY)
    (tmp_path / "outside.txt").write_bytes(b"secret")

    def change(data):
        (data["dictionary"]["shards"] if kind == "meanings" else data[kind])[0]["name"] = name

    forge(folder, change)
    for command in readers_of(folder)[:3]:
        check_refused(program(*command), "not a manifest of a corpus")
    assert b"secret" == (tmp_path / "outside.txt").read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"kept": ', b'"kept": 1, "kept": '),
        (b'"dropped": ', b'"dropped": NaN, "x": '),
        (b'"first_seed": 0,', b'"first_seed": -Infinity,'),
        (b'"first_seed": 0,', b'"first_seed": 1e999,'),
        (b'"first_seed": 0,', b'"first_seed": ' + b"1" * 1_000_000 + b","),
        (b'"lexicon": "english"', b'"lexicon": "\\ud800"'),
        (b'"lexicon": "english"', b'"lexicon": ' + b"[" * 100_000),
        (b'"lexicon": "english"', b'"lexicon": {"a": 1, "a": 1}'),
        (b'"vocabulary": 20', b'"vocabulary": 1152921504606846976'),
        (b'"phrases_per_shard": 2000', b'"phrases_per_shard": 1'),
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_json_that_is_no_manifest_is_refused(copied, program, old, new):
    folder = copied(*WHOLE)
    path = folder / "manifest.json"
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    for command in readers_of(folder):
        if "--head=2" not in command:
            check_refused(program(*command), "not a manifest of a corpus")


def link(path, target):
    if path.is_dir() and not path.is_symlink():
        path.rename(target)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def fifo(path, target):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def unix_socket(path, target):
    path.unlink(missing_ok=True)
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.fchdir(here)
    os.close(here)


def device(path, target):
    path.unlink(missing_ok=True)
    try:
        os.mknod(path, stat.S_IFCHR | 0o644, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("NOT TESTED: no devices can be made here")


PLACES = [
    "manifest.json",
    "recipe.json",
    "lexicon.parquet",
    f"shards/{SHARD}",
    "statistics/length_histogram.csv",
    "report.html",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [link, fifo, unix_socket, device], ids=lambda kind: kind.__name__)
def test_what_is_no_plain_file_is_not_opened(copied, program, tmp_path, place, kind):
    folder = copied(*WHOLE)
    (tmp_path / "elsewhere").write_bytes((folder / place).read_bytes())  # even if it holds the right bytes
    kind(folder / place, tmp_path / "elsewhere")
    for command in readers_of(folder):
        check_refused(program(*command), f"{place}: is {'a link' if kind is link else 'not a file'}")


@pytest.mark.parametrize("place", ["shards", "statistics", ".work", ".work/temporary", ".work/rows"])
def test_no_write_leaves_through_a_link(copied, program, tmp_path, place):
    """As found: unfinished work whose temporary files would be made, and removed, elsewhere."""
    folder = copied(*WHOLE)
    (folder / "manifest.json").unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_bytes(b"precious")
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        path.rename(tmp_path / "aside")
    path.symlink_to(elsewhere)
    check_refused(program("run", *WHOLE, f"--output={folder}"), f"{place}: is a link", (2,))
    assert ["precious"] == [path.name for path in elsewhere.iterdir()]
    assert b"precious" == (elsewhere / "precious").read_bytes()


def test_no_write_goes_into_a_hard_link(copied, program, files_of, corpus, tmp_path):
    folder = copied(*WHOLE)
    (folder / "manifest.json").unlink()
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    for path in [path for path in folder.rglob("*") if path.is_file() and path.name not in ("recipe.json",)]:
        path.unlink()
        os.link(victim, path)
    outcome = program("run", *WHOLE, "--quiet", f"--output={folder}")
    assert (0, "") == (outcome.status, outcome.error)
    assert b"precious" == victim.read_bytes()
    assert files_of(corpus(*WHOLE)) == files_of(folder)


def test_the_folder_itself_may_be_a_link(run_into, program, files_of, corpus, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    run_into(tmp_path / "out", *WHOLE)
    assert files_of(corpus(*WHOLE)) == files_of(tmp_path / "disk")
    assert 0 == program("verify", tmp_path / "out").status


def test_links_that_are_not_the_corpuss_do_not_matter(copied, program, tmp_path):
    folder = copied(*WHOLE)
    (folder / "notes").symlink_to(tmp_path)
    assert 0 == program("verify", folder).status


def test_a_row_that_claims_what_is_not_there_is_made_again(copied, program, files_of, corpus):
    folder = copied(*WHOLE)
    (folder / "manifest.json").unlink()
    rows = folder / ".work/rows"
    rows.mkdir(parents=True)
    content = (folder / "shards" / SHARD).read_bytes()
    row = {
        "name": SHARD,
        "bytes": len(content),
        "crc32c": 0,
        "phrases": "many",
        "symbols": {},
        "first_seed": [],
        "last_seed": 1,
    }
    (rows / f"{SHARD}.json").write_text(json.dumps(row))
    (rows / f"{SHARD.replace('00000', '00001', 1)}.json").write_text("[" * 4000)
    (folder / ".work/shortfall.json").write_text('{"kept": "x"}')
    outcome = program("run", *WHOLE, "--quiet", f"--output={folder}")
    assert (0, "") == (outcome.status, outcome.error)
    assert files_of(corpus(*WHOLE)) == files_of(folder)


def with_lexicon(folder, **changes):
    """Give the corpus a lexicon with these changes, and let manifest and recipe vouch for it."""
    old = loads((folder / "manifest.json").read_bytes(), "manifest.json")
    with (folder / LEXICON_FILE).open("rb") as stream:
        lexicon = read_lexicon(stream, LEXICON_FILE)
    columns = {name: getattr(lexicon, name) for name in ("name", "words", "frequencies", "code_points")}
    lexicon = Lexicon(**(columns | changes))
    with (folder / LEXICON_FILE).open("wb") as stream:
        lexicon.write(stream)
    recipe = dataclasses.replace(old.recipe, lexicon_digest=lexicon.digest)
    (folder / RECIPE_FILE).write_text(recipe.canonical() + "\n")
    contents = {file.name: (folder / file.name).read_bytes() for file in old.files}
    files = tuple(File(name, len(data), google_crc32c.value(data)) for name, data in contents.items())
    made = dataclasses.replace(old, recipe=recipe, lexicon=lexicon.name, files=files)
    (folder / "manifest.json").write_bytes(made.dumps())


ACTING = "\x1b]0;owned\x07\x1b[2J\u202eevil\r\n\x9b31m"


def check_harmless(outcome):
    printed = outcome.out + outcome.error
    assert [ascii(c) for c in printed if c != "\n" and c in ACTING and not c.isprintable()] == []
    assert "\\x1b" in printed


def test_a_name_of_a_lexicon_that_acts_on_a_terminal_is_shown_escaped(copied, program):
    folder = copied(*WHOLE)
    with_lexicon(folder, name=ACTING)
    outcome = program("inspect", folder)
    assert 0 == outcome.status
    check_harmless(outcome)


def test_a_word_that_turns_the_text_around_is_shown_escaped(copied, program):
    folder = copied(*WHOLE)
    with_lexicon(folder, words=tuple(f"{i}\u202eevil" for i in range(20)))
    outcome = program("inspect", folder, "--head=3")
    assert (0, False, True) == (outcome.status, "\u202e" in outcome.out, "\\u202eevil" in outcome.out)


@pytest.mark.parametrize("word", ["a\x1b[2J", "two words", "two\nlines", "a" * 1001], ids=lambda word: ascii(word[:9]))
@pytest.mark.parametrize("text", ["symbols", "words"])
def test_a_word_that_is_none_is_refused(copied, program, word, text):
    folder = copied(*WHOLE, f"--text={text}")
    with_lexicon(folder, words=(word, *(f"w{i}" for i in range(19))))
    for command in [
        ["verify", folder],
        ["inspect", folder, "--head=3"],
        ["rank", "0", f"--corpus={folder}", "--text=words"],
    ]:
        check_refused(program(*command), "a word h", (1, 2))


@pytest.mark.parametrize("vocabulary", [2, 21, 500_000])
def test_a_lexicon_of_another_size_is_refused(copied, program, vocabulary):
    """A law draws from as many ids as the recipe says, and ids are looked up without another look."""
    folder = copied(*WITH_DICTIONARY)

    def change(data):
        data["recipe"]["vocabulary"] = vocabulary
        data["recipe_digest"] = Recipe.from_json(data["recipe"]).digest

    forge(folder, change)
    for command in [["verify", folder], ["inspect", folder, "--head=3"], ["find", folder, "the"]]:
        check_refused(program(*command), "lexicon.parquet" if command[0] != "verify" else "", (1,))


def test_a_file_name_that_acts_on_a_terminal_is_shown_escaped(copied, program):
    folder = copied(*WHOLE)
    for extension, status in (("", 0), (".txt", 1)):
        (folder / "shards" / f"\x1b[2Jx\u202e\udcff{extension}").write_bytes(b"")
        outcome = program("verify", folder)
        assert status == outcome.status
        check_harmless(outcome)


@pytest.mark.parametrize(
    "option",
    ["--sampler=", "--lengths=", "--lexicon=", "--format=", "--seeds=", "--preset=", "--key=", "--x=", "--runner="],
)
def test_an_option_that_acts_on_a_terminal_is_shown_escaped(program, tmp_path, option):
    outcome = program("run", "--vocabulary=20", "--seeds=0:9", f"{option}{ACTING}", f"--output={tmp_path / 'out'}")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert [c for c in outcome.error[:-1] if not c.isprintable()] == []


def test_a_corpus_says_nothing_of_the_machine_that_made_it(run_into, files_of, tmp_path, monkeypatch):
    """No path, no name of user or machine, no secret of the environment: it may go to strangers."""
    monkeypatch.setenv("SOME_TOKEN", "s3cr3t-t0k3n-0f-n0b0dy")
    home = tmp_path / "home-of-somebody"
    home.mkdir()
    (home / "words.txt").write_text("".join(f"w{i}\n" for i in range(50)))
    (home / "text.txt").write_text("w1 w2 w3 w4\nw2 w3 w1\n")
    run_into(
        home / "out", "--seeds=0:500", f"--lexicon={home / 'words.txt'}", "--lengths=uniform:min=2,max=9",
        f"--sampler=markov:order=1,file={home / 'text.txt'}",
        "--format=tfrecord,avro,parquet,jsonl,txt", "--compression=gzip,deflate,none,gzip,none",
    )  # fmt: skip
    files = files_of(home / "out")
    telling = [b"home-of-somebody", b"s3cr3t-t0k3n", str(Path.home()).encode() + b"/", str(Path.cwd()).encode()]
    telling += [platform.node().encode()] if len(platform.node()) > 3 else []
    assert len(files) > 8
    assert [(name, one) for name, data in files.items() for one in telling if one in data] == []
