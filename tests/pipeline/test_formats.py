"""Every format with every compression, through the program, read back by somebody else's reader."""

import gzip
import json
import os
from importlib import metadata

import duckdb
import fastavro
import numpy as np
import polars
import pytest
from pyarrow import parquet

from tests.domain.codecs.test_trainers_files import MegatronReader

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

LAW = ["--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=40", "--seeds=5:1005", "--phrases_per_shard=300"]
SMALL = [*LAW, "--vocabulary=1000"]


def lines_of(paths, compression):
    """Read lines by Python's own gzip."""
    for path in paths:
        data = path.read_bytes()
        yield from (gzip.decompress(data) if compression == "gzip" else data).decode().splitlines()


def check_manifest(manifest, kept):
    """Check that the manifest counts what was read."""
    assert manifest.kept == len(kept)
    assert sum(shard.phrases for shard in manifest.shards) == len(kept)
    assert manifest.symbols == sum(len(phrase.ids) for phrase in kept)


@pytest.mark.parametrize(("compression", "theirs"), [("none", ""), ("gzip", "GZIP")])
def test_tensorflow_reads_tfrecord(corpus, shards_of, manifest_of, distinct_of, compression, theirs):
    import tensorflow as tf

    out = corpus(*SMALL, f"--compression={compression}")
    paths = shards_of(out, "tfrecord.gz" if compression == "gzip" else "tfrecord")
    features = {"input_ids": tf.io.VarLenFeature(tf.int64), "seed": tf.io.FixedLenFeature([], tf.int64)}
    found = []
    for record in tf.data.TFRecordDataset([str(path) for path in paths], compression_type=theirs):
        parsed = tf.io.parse_single_example(record, features)
        found.append((int(parsed["seed"]), tuple(parsed["input_ids"].values.numpy().tolist())))
    assert len(paths) == 4
    assert found == distinct_of(out)
    check_manifest(manifest_of(out), distinct_of(out))


@pytest.mark.parametrize("compression", ["none", "deflate", "zstandard"])
def test_fastavro_reads_avro(corpus, shards_of, manifest_of, distinct_of, compression):
    out = corpus(*SMALL, "--format=avro", f"--compression={compression}")
    found = []
    for path in shards_of(out, "avro"):
        with path.open("rb") as stream:
            reader = fastavro.reader(stream)
            assert reader.codec == {"none": "null"}.get(compression, compression)
            assert [(field["name"], field["type"]) for field in reader.writer_schema["fields"]] == [
                ("seed", "long"),
                ("ids", {"type": "array", "items": "int"}),
            ]
            found += [(record["seed"], tuple(record["ids"])) for record in reader]
    assert found == distinct_of(out)
    check_manifest(manifest_of(out), distinct_of(out))


def by_pyarrow(paths):
    return [tuple(row.values()) for path in paths for row in parquet.read_table(path).to_pylist()]


def by_duckdb(paths):
    return duckdb.read_parquet([str(path) for path in paths]).fetchall()


def by_polars(paths):
    return polars.read_parquet(paths).rows()


@pytest.mark.parametrize("compression", ["none", "zstandard"])
@pytest.mark.parametrize("rows_by", [by_pyarrow, by_duckdb, by_polars])
def test_pyarrow_duckdb_and_polars_read_parquet(corpus, shards_of, manifest_of, distinct_of, compression, rows_by):
    out = corpus(*SMALL, "--format=parquet", f"--compression={compression}")
    paths = shards_of(out, "parquet")
    assert len(paths) == 4
    assert [(phrase.seed, list(phrase.ids)) for phrase in distinct_of(out)] == rows_by(paths)
    check_manifest(manifest_of(out), distinct_of(out))


def test_a_parquet_shard_without_phrases_is_read_by_all(corpus, shards_of, program):
    """All but the first seeds repeat one of the two phrases that there are."""
    out = corpus(
        *("--vocabulary=2", "--sampler=uniform", "--lengths=fixed:length=1", "--seeds=0:300"),
        *("--phrases_per_shard=100", "--format=parquet"),
    )
    paths = shards_of(out, "parquet")
    assert len(paths) == 3
    for rows_by in (by_pyarrow, by_duckdb, by_polars):
        assert [2, 0, 0] == [len(rows_by([path])) for path in paths]
    assert program("verify", out).status == 0


@pytest.mark.parametrize(("vocabulary", "kind"), [(1000, "<u2"), (70_000, "<u4")])
def test_numpy_reads_tokens(corpus, shards_of, manifest_of, distinct_of, vocabulary, kind):
    out = corpus(*LAW, f"--vocabulary={vocabulary}", "--format=tokens")
    paths = shards_of(out, "tokens")
    assert len(paths) == 4
    tokens = np.concatenate([np.memmap(path, kind, "r") for path in paths])
    assert tokens.tolist() == [i for phrase in distinct_of(out) for i in (*phrase.ids, vocabulary)]
    check_manifest(manifest_of(out), distinct_of(out))


def test_megatron_reads_its_pairs_of_files(corpus, shards_of, distinct_of):
    out = corpus(*SMALL, "--format=megatron")
    ids, indexes = shards_of(out, "bin"), shards_of(out, "idx")
    assert [path.stem for path in ids] == [path.stem for path in indexes]
    found = []
    for pair in zip(ids, indexes, strict=True):
        reader = MegatronReader(*(path.read_bytes() for path in pair))
        found += [reader[i].tolist() for i in range(len(reader.lengths))]
    assert found == [[*phrase.ids, 1000] for phrase in distinct_of(out)]


def test_array_record_reads_arrayrecord(corpus, shards_of, manifest_of, distinct_of):
    import tensorflow as tf
    from array_record.python.array_record_module import ArrayRecordReader

    out = corpus(*SMALL, "--format=arrayrecord")
    found = []
    for path in shards_of(out, "arrayrecord"):
        reader = ArrayRecordReader(str(path))
        for record in reader.read([*range(reader.num_records())]):
            features = tf.train.Example.FromString(record).features.feature
            found.append((features["seed"].int64_list.value[0], tuple(features["input_ids"].int64_list.value)))
    assert found == distinct_of(out)
    check_manifest(manifest_of(out), distinct_of(out))
    assert manifest_of(out).versions["array-record"] == metadata.version("array-record")


@pytest.mark.parametrize(
    ("name", "compression", "extension"),
    [
        ("parquet", "none", "parquet"),
        ("parquet", "zstandard", "parquet"),
        ("tokens", "none", "tokens"),
        ("megatron", "none", "bin"),
        ("megatron", "none", "idx"),
        ("arrayrecord", "none", "arrayrecord"),
    ],
)
def test_a_shard_that_is_lost_or_damaged_is_found_and_made_again(
    copied, corpus, shards_of, files_of, program, run_into, name, compression, extension
):
    arguments = [*SMALL, f"--format={name}", f"--compression={compression}"]
    out = copied(*arguments)
    assert program("verify", out).status == 0
    _, lost, cut, changed = shards_of(out, extension)
    lost.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    data = bytearray(changed.read_bytes())
    data[1000] ^= 1
    changed.write_bytes(data)
    outcome = program("verify", out)
    assert 1 == outcome.status
    assert all(path.name in outcome.error for path in (lost, cut, changed))
    cut.unlink()
    changed.unlink()
    run_into(out, *arguments)
    assert files_of(corpus(*arguments)) == files_of(out)


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("text", ["symbols", "words"])
def test_json_reads_jsonl_and_txt_is_lines(corpus, shards_of, distinct_of, lexicon_of, compression, text):
    out = corpus(*SMALL, "--format=jsonl,txt", f"--compression={compression}", f"--text={text}")
    lexicon, end = lexicon_of(out), ".gz" if compression == "gzip" else ""
    table, separator = (list(lexicon.symbols), "") if text == "symbols" else (lexicon.words, " ")
    expected = [(phrase.seed, separator.join(table[i] for i in phrase.ids)) for phrase in distinct_of(out)]
    rows = map(json.loads, lines_of(shards_of(out, f"jsonl{end}"), compression))
    assert [tuple(row.items()) for row in rows] == [(("seed", seed), ("text", words)) for seed, words in expected]
    assert list(lines_of(shards_of(out, f"txt{end}"), compression)) == [words for _, words in expected]


def test_all_formats_in_one_run_hold_the_bytes_of_a_run_each(corpus, files_of):
    together = files_of(
        corpus(
            *SMALL,
            "--format=tfrecord,avro,parquet,jsonl,txt,tokens,megatron,arrayrecord",
            "--compression=gzip,deflate,zstandard,none,none,none,none,none",
        )
    )
    shards = {name: data for name, data in together.items() if name.startswith("shards/")}
    assert len(shards) == 36
    alike = {"tfrecord": "gzip", "avro": "deflate", "parquet": "zstandard", "jsonl": "none", "tokens": "none"}
    for name, compression in (*alike.items(), ("megatron", "none"), ("arrayrecord", "none")):
        alone = files_of(corpus(*SMALL, f"--format={name}", f"--compression={compression}"))
        assert [shard for shard, data in alone.items() if shard in shards and data != shards[shard]] == []
        assert len(shards.keys() & alone.keys()) == (8 if name == "megatron" else 4)


def test_no_format_leaves_the_manifest_with_the_same_phrases(corpus, files_of, manifest_of, distinct_of, program):
    with_shards, without = corpus(*SMALL), corpus(*SMALL, "--format=none")
    assert not (without / "shards").exists()
    assert distinct_of(without) == distinct_of(with_shards)
    assert manifest_of(without).length_histogram == manifest_of(with_shards).length_histogram
    assert (manifest_of(without).shards, manifest_of(without).dropped) == ((), manifest_of(with_shards).dropped)
    assert program("verify", without).status == 0


@pytest.mark.parametrize("lexicon", ["english", "russian", "synthetic", "synthetic:flavour=russian", "user"])
def test_words_of_every_lexicon_come_back(corpus, shards_of, distinct_of, lexicon_of, tmp_path_factory, lexicon):
    given, vocabulary = [f"--lexicon={lexicon}", "--vocabulary=500"], 500
    if lexicon == "user":
        path = tmp_path_factory.mktemp("words") / "my words.csv"
        path.write_text('word,count\nrare,1\ncommon,1000\n"quo""te",30\nдюйм,20\n', encoding="utf-8")
        given, vocabulary = [f"--lexicon={path}"], 4
    out = corpus(*LAW, *given, "--format=jsonl", "--text=words")
    words = lexicon_of(out).words
    assert vocabulary == len(words) == len(set(words))
    if lexicon == "user":
        assert words == ("common", 'quo"te', "дюйм", "rare")
    assert {lexicon.endswith("russian")} == {"\u0430" <= words[0][0] <= "\u044f"} or lexicon == "user"
    found = [json.loads(line)["text"] for line in lines_of(shards_of(out, "jsonl"), "none")]
    assert found == [" ".join(words[i] for i in phrase.ids) for phrase in distinct_of(out)]


def test_the_lexicon_file_is_parquet_for_everybody(corpus, lexicon_of):
    out = corpus(*SMALL)
    rows = polars.read_parquet(out / "lexicon.parquet").to_dicts()
    lexicon = lexicon_of(out)
    assert [row["id"] for row in rows] == list(range(1000))
    assert [row["word"] for row in rows] == list(lexicon.words)
    assert "".join(row["symbol"] for row in rows) == lexicon.symbols
    assert [row["frequency"] for row in rows] == lexicon.frequencies.tolist()
