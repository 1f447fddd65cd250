"""Files that are larger inside than outside, or say so: refused in a line, in bounded memory and time.

Sparse files of a tebibyte take no room on a disk, and whoever reads one whole never ends.
"""

import dataclasses
import io
import os
import shutil
import struct

import fastavro
import google_crc32c
import pytest
import zstandard

from beam_pipeline import run
from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.manifest import File
from hyperphrase.corpus.shard_table import Shard
from tests.fuzz.bounded import calls
from tests.fuzz.mutations import varint
from tests.fuzz.readers import container, framed, gzipped

TEBIBYTE = 1 << 40
MOST_MEMORY = 200 << 20  # bytes beyond those before the call
MOST_SECONDS = 30  # those of a machine that others use too; a reader that does not stop takes for ever
PLAN = ["plan", "--seeds=0:10", "--vocabulary=1000"]
WORDS = ["plan", "--seeds=0:10"]


def avro_words(word, codec):
    schema = {"type": "record", "name": "R", "fields": [{"name": "word", "type": "string"}]}
    stream = io.BytesIO()
    fastavro.writer(stream, schema, [{"word": word}], codec=codec)
    return stream.getvalue()


def npy(text):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.encode().ljust(117) + b"\n"


MANY = b"\n".join(b"%d" % i for i in range(1_100_000))
HUGE = npy('{"descr": "<f8", "fortran_order": False, "shape": (1048576, 1024)}')
BEYOND = npy('{"descr": "<f8", "fortran_order": False, "shape": (4611686018427387904, 4)}')
FILES = {  # option before the path, name, content (an int: so many bytes of zeros), what the error says
    "a lexicon without end": (WORDS, "--lexicon=", "a.txt", TEBIBYTE, "larger than 64 MiB"),
    "a table without end": (WORDS, "--lexicon=", "a.csv", TEBIBYTE, "larger than 64 MiB"),
    "an Avro file without end": (WORDS, "--lexicon=", "a.avro", TEBIBYTE, "larger than 64 MiB"),
    "one line": (WORDS, "--lexicon=", "line.txt", b"a" * (60 << 20), "of more than 1000 bytes"),
    "one field": (
        WORDS,
        "--lexicon=",
        "field.csv",
        b'"' + b"a,\n" * (10 << 20),
        "opens a quote that it does not close",
    ),
    "too many words": (WORDS, "--lexicon=", "many.txt", MANY, "one word too many"),
    "deflate": (WORDS, "--lexicon=", "d.avro", avro_words("a" * (1 << 28), "deflate"), "not a whole Avro file"),
    "zstandard": (WORDS, "--lexicon=", "z.avro", avro_words("a" * (1 << 28), "zstandard"), "not a whole Avro file"),
    "a histogram without end": (PLAN, "--lengths=empirical:file=", "h.csv", TEBIBYTE, "larger than 4194304"),
    "a deep histogram": (PLAN, "--lengths=empirical:file=", "h.json", b'{"1":' + b"[" * 3_000_000, "recursion"),
    "a text without end": (PLAN, "--sampler=markov:file=", "m.txt", TEBIBYTE, "larger than 64 MiB"),
    "a grammar without end": (PLAN, "--sampler=template:file=", "t.txt", TEBIBYTE, "larger than 64 MiB"),
    "many vectors": (PLAN, "--sampler=loglinear:vectors=", "v.npy", HUGE, "its header says 8,589,934,592"),
    "too many vectors": (PLAN, "--sampler=loglinear:vectors=", "w.npy", BEYOND, "has shape"),
}


def put(path, content):
    path.unlink(missing_ok=True)
    path.write_bytes(b"" if isinstance(content, int) else content)
    if isinstance(content, int):
        os.truncate(path, content)
    return path


def check(name, result, status, message):
    """Check that a call said what is wrong in one line, and took little."""
    assert (status, "") == (result.status, result.out), (name, result)
    lines = result.error.splitlines()
    assert [line for line in lines if not line.startswith("hyperphrase ")] == [], (name, result)
    assert message in result.error, (name, result)
    assert result.grown < MOST_MEMORY, (name, result.grown)
    assert result.seconds < MOST_SECONDS, (name, result.seconds)


def test_files_that_are_named_by_options(tmp_path):
    lines = [[*front, f"{option}{put(tmp_path / file, data)}"] for front, option, file, data, _ in FILES.values()]
    lines.append(
        [*WORDS, f"--lexicon={put(tmp_path / 'words.txt', MANY[: 1 << 22] + b'x')}"]
    )  # is read, and takes memory
    *results, read = calls(*lines)
    for (name, (*_, message)), result in zip(FILES.items(), results, strict=True):
        check(name, result, 2, message)
    assert 10 << 20 < read.grown, "what takes memory is not seen"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A corpus in all formats, packed, with a dictionary and a law's file."""
    folder = tmp_path_factory.mktemp("good")
    text = folder / "text.txt"
    text.write_text("the of and to in\nof the to and a\n" * 3)
    formats = ["--format=tfrecord,avro,parquet,jsonl,txt", "--compression=gzip,deflate,zstandard,gzip,gzip"]
    law = [f"--sampler=markov:order=1,file={text}", "--lengths=uniform:min=2,max=9"]
    options = ["--seeds=0:3000", "--phrases_per_shard=3000", "--vocabulary=1000", *formats, *law]
    assert 0 == run.main(["--quiet", "--dictionary", *options, f"--output={folder / 'out'}"])
    return folder / "out"


def page_of(stored, values):
    """Return a page of Parquet that claims so many values."""
    size = varint(2 * len(stored))
    return b"\x15\x00\x15" + size + b"\x15" + size + b",\x15" + varint(2 * values) + b"\x15\0\x15\6\x15\6\0\0" + stored


def bomb(path, form):
    """Return a shard of the form's own kind, some hundred times as large inside."""
    if form == "avro":
        return container(bytes(1 << 28), "deflate", 1)
    if form == "parquet":
        return b"PAR1" + page_of(zstandard.compress(bytes(1 << 28)), 2)
    return gzipped(b"!" * (1 << 28))


def nested(path, form):
    """Return a member in a member in a member, or a page in a page in a page."""
    data = bytes(1 << 26)
    for _ in range(3):
        data = page_of(zstandard.compress(data), 2) if form == "parquet" else gzipped(data)
    return b"PAR1" + data if form == "parquet" else data


def declared(path, form):
    """Return a shard that says that it holds 2^62 of what it holds."""
    if form == "avro":
        long = b"\x80" * 8 + b"\x40"  # 2^62, zigzag of 2^61
        return path.read_bytes()[:200] + long + long
    if form == "parquet":
        return b"PAR1" + page_of(zstandard.compress(bytes(1 << 19)), 1 << 16) + page_of(b"", (1 << 34) - 1)
    if form == "tfrecord.gz":
        return gzipped(struct.pack("<Q", 1 << 62) + bytes(100) + framed(b"\x0a" + b"\xff" * 8 + b"\x7f"))
    return gzipped(b'{"seed": ' + b"9" * (1 << 24))


SHARDS = {
    f"{kind.__name__} {form}": (f"shards/phrases-00000-of-00001.{form}", kind, form)
    for form in ("tfrecord.gz", "avro", "parquet", "jsonl.gz", "txt.gz")
    for kind in (bomb, nested, declared)
}
OTHERS = {
    "manifest": ("manifest.json", TEBIBYTE, "larger than"),
    "deep manifest": ("manifest.json", b"[" * 10_000_000, "lists more than is allowed"),
    "digits": ("manifest.json", b'{"recipe": ' + b"9" * 1_000_000 + b"}", "not a manifest"),
    "lexicon": ("lexicon.parquet", TEBIBYTE, "larger than 128 MiB"),
    "law": ("law.bin", TEBIBYTE, "larger than"),
    "words": ("dictionary/words.npy", BEYOND, "words.npy"),
    "recipe": ("recipe.json", TEBIBYTE, "larger than"),
}


def vouch(folder, name):
    """Let the manifest vouch for a file as it is, as somebody would who means harm."""
    path = folder / "manifest.json"
    old = manifests.loads(path.read_bytes(), "manifest.json")
    size = (folder / name).stat().st_size
    crc = google_crc32c.value((folder / name).read_bytes()) if size < 1 << 30 else 0
    files = tuple(File(name, size, crc) if file.name == name else file for file in old.files)
    shards = tuple(
        dataclasses.replace(shard, bytes=size, crc32c=crc) if name.endswith(shard.name) else shard
        for shard in old.shards
    )
    path.write_bytes(dataclasses.replace(old, files=files, shards=shards).dumps())


def test_files_of_a_corpus(good, tmp_path):
    """What reads a corpus, reads no more of it than it may have; verify leaves nothing of this unseen."""
    lines, messages = [], {}
    for name, (file, data, *rest) in {**SHARDS, **OTHERS}.items():
        out = shutil.copytree(good, tmp_path / name.replace(" ", "-"))
        put(out / file, data(out / file, rest[0]) if callable(data) else data)
        if file != "manifest.json" and data != TEBIBYTE:
            vouch(out, file)
        messages[name] = rest[0] if name in OTHERS else file.rpartition("/")[2]
        if file in ("lexicon.parquet", "law.bin", "recipe.json"):  # verify measures a whole file first, as it should
            lines.append(["inspect" if file != "recipe.json" else "run", *([out] if file != "recipe.json" else [
                "--seeds=0:9", "--vocabulary=9", f"--output={out}"])])  # fmt: skip
        else:
            lines.append(["verify", out])
    for (name, message), result in zip(messages.items(), calls(*lines), strict=True):
        check(name, result, 1, message)


def test_manifests_that_claim_too_much(good, tmp_path):
    """Counts that agree with each other, and with nothing there is."""
    old = manifests.loads((good / "manifest.json").read_bytes(), "manifest.json")
    many = 1 << 60
    dropped = manifests.DroppedSeeds(many - 5, None)
    claims = {
        "2^60 phrases": dataclasses.replace(
            old, stop_seed=many, kept=many, length_histogram={2: many}, phrases_per_shard=1 << 24,
            dropped=manifests.DroppedSeeds(0, ()),
        ),
        "2^60 dropped": dataclasses.replace(old, stop_seed=many, kept=5, length_histogram={2: 5}, dropped=dropped),
        "a shard of 2^62 bytes": dataclasses.replace(
            old, shards=tuple(dataclasses.replace(shard, bytes=1 << 62) for shard in old.shards)
        ),
        "meanings of 2^24 phrases": dataclasses.replace(
            old, dictionary=manifests.Dictionary("sif", tuple(
                Shard(shard.name, 1 << 24, 1 << 24, 1 << 62, 0, 0, 2999) for shard in old.dictionary.shards
            )),
        ),
    }  # fmt: skip
    lines = []
    for name, claim in claims.items():
        out = shutil.copytree(good, tmp_path / name.replace(" ", "-"))
        (out / "manifest.json").write_bytes(claim.dumps())
        lines += [["verify", out], ["find", out, "the"], ["inspect", out, "--head=3"]]
    results = iter(calls(*lines))
    for name in claims:
        verify, find, inspect = next(results), next(results), next(results)
        check(name, verify, 1, "hyperphrase verify: ")
        for result in (find, inspect):
            assert result.status in (0, 1), (name, result)
            assert result.error.count("\n") <= 1, (name, result)
            assert result.grown < MOST_MEMORY, (name, result)
            assert result.seconds < MOST_SECONDS, (name, result)
