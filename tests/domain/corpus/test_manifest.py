"""Manifests: the same bytes for the same corpus, and nothing believed that was edited."""

import copy
import dataclasses
import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.corpus.layout import DROPPED_FILE
from hyperphrase.corpus.loading import parse_dropped_file
from hyperphrase.corpus.manifest import MAX_LISTED, DroppedSeeds, File, Manifest, loads
from hyperphrase.corpus.request import Output
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import Empirical, Uniform
from hyperphrase.phrases.recipe import Recipe

MANIFEST = Manifest(
    recipe=Recipe(Zipf(), Uniform(min=1, max=9), 1000, "5eed" * 16, 42),
    first_seed=100,
    stop_seed=110,
    phrases_per_shard=7,
    outputs=(Output("tfrecord", "none", "symbols"), Output("jsonl", "gzip", "words")),
    kept=7,
    length_histogram={2: 3, 9: 4},
    shards=(
        Shard("phrases-00000-of-00002.tfrecord", 7, 42, 500, 0xDEADBEEF, 100, 106),
        Shard("phrases-00001-of-00002.tfrecord", 0, 0, 0, 0, None, None),
        Shard("phrases-00000-of-00002.jsonl.gz", 7, 42, 300, 1, 100, 106),
        Shard("phrases-00001-of-00002.jsonl.gz", 0, 0, 20, 2, None, None),
    ),
    dropped=DroppedSeeds(3, (107, 108, 109)),
    files=(File("recipe.json", 300, 5), File("statistics/length_histogram.csv", 30, 6)),
    lexicon="synthetic:flavour=english",
    versions={"hyperphrase": "0.1.0", "numpy": "2.4.6"},
)
IN_A_FILE = dataclasses.replace(MANIFEST, dropped=DroppedSeeds(3, None))


def written(data):
    """Write plain data as a manifest is written."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def signed(data):
    """Write plain data with the digest that belongs to it, as somebody would who means harm."""
    unsigned = {key: value for key, value in data.items() if key != "manifest_digest"}
    return written({**unsigned, "manifest_digest": hashlib.sha256(written(unsigned)).hexdigest()})


def plain(manifest=MANIFEST):
    return json.loads(manifest.dumps())


def places(value, path=()):
    """Yield the path of everything in plain data, containers too."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def holder_of(data, path):
    for key in path[:-1]:
        data = data[key]
    return data


def replaced(path, value, manifest=MANIFEST):
    data = plain(manifest)
    holder_of(data, path)[path[-1]] = value
    return data


def refusal(data):
    with pytest.raises(CorruptError) as caught:
        loads(data, "OUT/manifest.json")
    message = str(caught.value)
    assert message.startswith("OUT/manifest.json: ")
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize(
    "manifest",
    [
        MANIFEST,
        IN_A_FILE,
        dataclasses.replace(MANIFEST, outputs=(), shards=()),
        dataclasses.replace(MANIFEST, kept=0, length_histogram={}, dropped=DroppedSeeds(10, tuple(range(100, 110)))),
        dataclasses.replace(
            MANIFEST, recipe=dataclasses.replace(MANIFEST.recipe, lengths=Empirical(counts=((2, 5), (9, 1))))
        ),
        dataclasses.replace(MANIFEST, lexicon="слова <script>\u2028.tsv"),
    ],
)
def test_a_manifest_comes_back_from_its_bytes(manifest):
    again = loads(manifest.dumps(), "here")
    assert manifest == again
    assert manifest.dumps() == again.dumps()


def test_the_derived_fields_are_in_the_file():
    data = plain()
    expected = {"drawn": 10, "dropped": 3, "kept": 7, "symbols": 42, "bytes": 820}
    assert expected == {key: data[key] for key in expected}
    assert MANIFEST.recipe.digest == data["recipe_digest"]
    assert MANIFEST.dumps() == signed(data)  # its digest is that of all other fields, as written


def test_the_request_of_a_manifest_is_its_seed_range():
    request = MANIFEST.request
    assert (
        request.first_seed,
        request.stop_seed,
        request.phrases,
        request.phrases_per_shard,
    ) == (100, 110, None, 7)
    assert request.unit_count == 2


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.sampled_from(["../../x", "/etc/passwd", 10**400, [[[[]]]], float("nan")]),
)
PATHS = sorted(places(plain()), key=repr)


@given(st.sampled_from(PATHS), VALUES)
def test_a_replaced_value_is_noticed(path, value):
    data = written(replaced(path, value))
    if data != MANIFEST.dumps():
        refusal(data)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_changed_removed_or_doubled_field_is_noticed(path):
    old = holder_of(plain(), path)[path[-1]]
    new = old + 1 if isinstance(old, int) else old + "x" if isinstance(old, str) else None if old else 5
    refusal(written(replaced(path, new)))
    data = plain()
    del holder_of(data, path)[path[-1]]
    refusal(written(data))
    data = plain()
    holder = holder_of(data, path)
    if isinstance(holder, list):
        holder.append(holder[-1])
    else:
        holder[f"{path[-1]}_"] = old
    refusal(written(data))


@given(st.sampled_from(PATHS), VALUES)
def test_a_replaced_value_with_a_new_digest_gives_a_manifest_of_just_these_bytes_or_is_refused(path, value):
    """Whoever writes a whole manifest of his own may do so; what comes out of it is checked field by field."""
    data = signed(replaced(path, value))
    try:
        manifest = loads(data, "OUT/manifest.json")
    except CorruptError:
        return
    assert data == manifest.dumps()


HOSTILE = {
    "path out of the folder": (("shards", 0, "name"), "../../x"),
    "absolute path": (("shards", 0, "name"), "/etc/passwd"),
    "path behind a good name": (("shards", 0, "name"), "phrases-00000-of-00002.tfrecord/../../x"),
    "line feed behind a good name": (("shards", 0, "name"), "phrases-00000-of-00002.tfrecord\n"),
    "digits of another script": (("shards", 0, "name"), "phrases-0000\u0660-of-00002.tfrecord"),
    "dots behind a good name": (("shards", 0, "name"), "phrases-00000-of-00002..."),
    "file out of the folder": (("files", 0, "name"), "statistics/../../recipe.json"),
    "file with an absolute path": (("files", 0, "name"), "/recipe.json"),
    "file in another folder": (("files", 0, "name"), "elsewhere/recipe.json"),
    "huge number": (("shards", 0, "bytes"), 10**300),
    "seed beyond 2^63": (("stop_seed",), 2**64),
    "negative": (("shards", 0, "crc32c"), -1),
    "crc32c of 33 bits": (("shards", 0, "crc32c"), 2**32),
    "NaN": (("kept",), float("nan")),
    "infinity": (("phrases_per_shard",), float("inf")),
    "a float that is whole": (("kept",), 7.0),
    "true": (("recipe", "key"), True),
    "another recipe": (("recipe", "key"), 43),
    "another recipe digest": (("recipe_digest",), "0" * 64),
    "unknown format": (("outputs", 0, "format"), "exe"),
    "format as a list": (("outputs", 0, "format"), []),
    "unknown compression": (("outputs", 1, "compression"), "zip"),
    "unknown text": (("outputs", 1, "text"), "images"),
    "length 0": (("length_histogram",), {"0": 3, "9": 4}),
    "length that is written otherwise": (("length_histogram",), {"02": 3, "9": 4}),
    "histogram of another sum": (("length_histogram",), {"2": 3, "9": 5}),
    "histogram as a list": (("length_histogram",), []),
    "versions as a list": (("versions",), []),
    "version that is a number": (("versions", "numpy"), 2),
    "long text": (("lexicon",), "x" * 201),
    "lone surrogate": (("lexicon",), "\ud800"),
    "dropped seed outside the range": (("dropped_seeds",), [107, 108, 110]),
    "dropped seeds in another order": (("dropped_seeds",), [108, 107, 109]),
    "dropped seed twice": (("dropped_seeds",), [107, 107, 109]),
    "a dropped seed too many": (("dropped_seeds",), [106, 107, 108, 109]),
    "dropped seeds in another file": (("dropped_seeds",), {"file": "/etc/passwd", "count": 3}),
    "empty shard with seeds": (("shards", 1, "first_seed"), 5),
    "more phrases than symbols": (("shards", 0, "symbols"), 6),
    "shards as a number": (("shards",), 5),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_field_is_refused_even_under_a_right_digest(case):
    path, value = HOSTILE[case]
    data = json.dumps(replaced(path, value)).encode()  # with \u escapes, so that surrogates can be written
    refusal(data)
    if case != "lone surrogate":
        refusal(signed(replaced(path, value)))


BYTES = {
    "nothing": b"",
    "half of it": MANIFEST.dumps()[: len(MANIFEST.dumps()) // 2],
    "a nested bomb": b"[" * 200_000,
    "a nested bomb of objects": b'{"recipe":' * 200_000,
    "a nested bomb as a field": MANIFEST.dumps().replace(b'"0.1.0"', b"[" * 100_000 + b"]" * 100_000),
    "a number of too many digits": MANIFEST.dumps().replace(b'"kept": 7', b'"kept": ' + b"7" * 10_000),
    "not UTF-8": b"\xff\xfe\xfd",
    "a list": b"[]",
    "a text": b'"manifest"',
    "null": b"null",
    "the same data without spaces": json.dumps(plain()).encode(),
    "the same data in UTF-16": MANIFEST.dumps().decode().encode("utf-16"),
    "something behind it": MANIFEST.dumps() + b"\n",
    "a key twice": MANIFEST.dumps().replace(b'{\n "recipe"', b'{\n "kept": 7,\n "recipe"', 1),
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_that_are_no_manifest_are_refused(case):
    refusal(BYTES[case])


@given(st.integers(0, len(MANIFEST.dumps()) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_noticed(position, flip):
    data = bytearray(MANIFEST.dumps())
    data[position] ^= flip
    refusal(bytes(data))


def test_many_dropped_seeds_belong_in_a_file():
    count = MAX_LISTED + 1
    data = plain()
    data.update(stop_seed=100 + 7 + count, drawn=7 + count, dropped=count, dropped_seeds=list(range(107, 107 + count)))
    assert DROPPED_FILE in refusal(signed(data))
    fits = copy.deepcopy(data)
    fits.update(stop_seed=106 + count, drawn=6 + count, dropped=count - 1, dropped_seeds=list(range(107, 106 + count)))
    assert count - 1 == loads(signed(fits), "here").dropped.count


def test_the_file_of_dropped_seeds_is_read_back():
    data = np.array([107, 108, 109], "<u8").tobytes()
    assert parse_dropped_file(data, IN_A_FILE, "here").tolist() == [107, 108, 109]


@pytest.mark.parametrize(
    "seeds", [[], [107, 108], [107, 108, 109, 109], [108, 107, 109], [107, 107, 109], [99, 108, 109], [107, 108, 110]]
)
def test_a_file_of_other_dropped_seeds_is_refused(seeds):
    with pytest.raises(CorruptError, match=r"^here: "):
        parse_dropped_file(np.array(seeds, "<u8").tobytes(), IN_A_FILE, "here")


def test_a_file_of_dropped_seeds_cut_short_is_refused():
    with pytest.raises(CorruptError, match="23 bytes, the manifest says 24"):
        parse_dropped_file(np.array([107, 108, 109], "<u8").tobytes()[:-1], IN_A_FILE, "here")
