"""WriteShards writes whole shards, measures them, and keeps what an earlier attempt finished."""

import io
import json
import os
from pathlib import Path

import apache_beam as beam
import google_crc32c
import numpy as np
import pytest

from hyperphrase.corpus.layout import row_file
from hyperphrase.corpus.request import KeptPhrases, Output
from transforms import write_shards
from transforms.write_shards import MeasuredFile, WriteShards

JSONL, TFRECORD = Output("jsonl", "none", "words"), Output("tfrecord", "gzip", "symbols")


@pytest.fixture
def written(outputs_of):
    """Return a writer: (site, kept units) -> what the transform gives, by unit."""

    def write(context, kept):
        return sorted(outputs_of(lambda p: p | beam.Create(kept) | WriteShards(context)), key=lambda unit: unit.index)

    return write


def kept_units(context, dropped=()):
    """Return every unit of the site, each less the offsets ``dropped``."""
    total, gone = context.request.unit_count, np.array(dropped, np.uint32).tobytes()
    return [KeptPhrases(context.request.unit(i), gone, None, total) for i in range(total)]


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in (folder / "shards").iterdir()}


def test_a_row_says_what_the_file_is(context_of, written, tmp_path):
    context = context_of((0, 250), outputs=[JSONL, TFRECORD])
    for unit in written(context, kept_units(context, [3, 4])):
        assert ["jsonl", "tfrecord.gz"] == [shard.name.partition(".")[2] for shard in unit.shards]
        for shard in unit.shards:
            data = (tmp_path / "shards" / shard.name).read_bytes()
            assert (len(data), google_crc32c.value(data)) == (shard.bytes, shard.crc32c)
            assert (unit.statistics.phrases, unit.statistics.symbols) == (shard.phrases, shard.symbols)
            assert (100 * unit.index, unit.stop_seed - 1) == (shard.first_seed, shard.last_seed)
        assert [100 * unit.index + 3, 100 * unit.index + 4] == np.frombuffer(unit.dropped, "<u8").tolist()


@pytest.mark.parametrize("kind", [bytes, memoryview, lambda piece: memoryview(bytearray(piece))])
def test_a_measured_file_knows_size_and_checksum_of_any_bytes(kind):
    pieces = [b"123", b"", bytes(range(256)) * 1000, b"9"]
    stream = io.BytesIO()
    measured = MeasuredFile(stream)
    assert [len(piece) for piece in pieces] == [measured.write(kind(piece)) for piece in pieces]
    assert b"".join(pieces) == stream.getvalue()
    assert (len(stream.getvalue()), google_crc32c.value(stream.getvalue())) == (measured.size, measured.crc32c)


def test_a_shard_is_its_encoder_applied_to_its_phrases(context_of, written, tmp_path):
    context = context_of((0, 100), outputs=[JSONL])
    written(context, kept_units(context, range(1, 100, 2)))
    encoder = context.encoder(Output("jsonl", "none", "words"))
    block = context.phrases().draw(np.arange(0, 100, 2, dtype=np.uint64))
    expected = encoder.begin() + bytes(encoder.encode(block)) + encoder.end()
    assert expected == (tmp_path / "shards/phrases-00000-of-00001.jsonl").read_bytes()


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_bytes_do_not_depend_on_how_many_phrases_are_drawn_at_a_time(context_of, written, monkeypatch, chunk):
    outputs = [Output("tfrecord", "none", "symbols"), TFRECORD, Output("avro", "deflate", "symbols"), JSONL]
    outputs.append(Output("parquet", "zstandard", "symbols"))
    context = context_of((0, 250), outputs=outputs, lengths="uniform:min=1,max=400")
    expected = [unit.shards for unit in written(context, kept_units(context, [3, 4]))]
    for path in Path(context.folder, "shards").iterdir():
        path.unlink()
    monkeypatch.setattr(write_shards, "CHUNK", chunk)
    assert expected == [unit.shards for unit in written(context, kept_units(context, [3, 4]))]


def test_a_unit_that_lost_all_its_phrases_makes_an_empty_shard(context_of, written, tmp_path):
    context = context_of((0, 100), outputs=[JSONL])
    ((shard,),) = (unit.shards for unit in written(context, kept_units(context, range(100))))
    assert (0, 0, 0, None, None) == (shard.phrases, shard.symbols, shard.bytes, shard.first_seed, shard.last_seed)
    assert b"" == (tmp_path / "shards" / shard.name).read_bytes()


def test_a_second_attempt_keeps_what_is_whole_and_gives_the_same(context_of, written, tmp_path):
    context = context_of((0, 250), outputs=[JSONL, TFRECORD])
    first, before = written(context, kept_units(context)), stamps(tmp_path)
    assert first == written(context, kept_units(context))
    assert before == stamps(tmp_path)


@pytest.mark.parametrize("damage", ["shard removed", "shard cut", "bit flipped", "row removed", "row damaged"])
def test_a_second_attempt_redoes_what_is_not_whole(context_of, written, tmp_path, damage):
    context = context_of((0, 250), outputs=[JSONL])
    first = written(context, kept_units(context))
    name = "phrases-00001-of-00003.jsonl"
    shard, row = tmp_path / "shards" / name, tmp_path / row_file(name)
    good = shard.read_bytes()
    match damage:
        case "shard removed":
            shard.unlink()
        case "shard cut":
            shard.write_bytes(good[:-1])
        case "bit flipped":
            shard.write_bytes(bytes([good[0] ^ 1]) + good[1:])
        case "row removed":
            row.unlink()
        case "row damaged":
            row.write_bytes(row.read_bytes()[:-2])
    if shard.exists():
        os.utime(shard, (0, 0))
    before = stamps(tmp_path)
    assert first == written(context, kept_units(context))
    assert good == shard.read_bytes()
    after = stamps(tmp_path)
    assert [name] == [shard for shard, stamp in after.items() if before.get(shard) != stamp]
    assert name == json.loads(row.read_text())["name"]


def test_no_temporary_file_stays_after_a_failure(context_of, outputs_of, tmp_path, monkeypatch):
    """A unit that fails in mid-shard leaves neither the shard nor a part of it."""
    context = context_of((0, 100), outputs=[JSONL])

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hyperphrase.corpus.statistics.Counter.add", fail)
    with pytest.raises(Exception, match="No space left on device"):
        outputs_of(lambda p: p | beam.Create(kept_units(context)) | WriteShards(context))
    assert ["lexicon.parquet", "recipe.json"] == [path.name for path in sorted(tmp_path.rglob("*")) if path.is_file()]
