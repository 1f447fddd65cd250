"""Shards in Parquet as a dataset of Hugging Face."""

import datasets
import numpy as np
import pytest

from hyperphrase.codecs import FORMATS
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock

FORM = FORMATS["parquet"]


def shard(folder, compression, number, phrases=30_000):
    """Write a shard of more than one row group; return its phrases."""
    lengths = np.random.default_rng(number).integers(10, 191, phrases)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.random.default_rng(number).integers(0, 500_000, offsets[-1], np.uint32)
    block = PhraseBlock(ids, offsets, np.arange(number * phrases, (number + 1) * phrases, dtype=np.uint64))
    encoder = FORM.encoder(compression, None, MAX_VOCABULARY)
    data = encoder.begin() + bytes(encoder.encode(block)) + encoder.end()
    (folder / f"phrases-{number:05}-of-00002.parquet").write_bytes(data)
    return [{"seed": phrase.seed, "input_ids": phrase.ids.tolist()} for phrase in block]


@pytest.mark.parametrize("compression", FORM.compressions)
def test_datasets_load_shards(tmp_path, compression):
    folder = tmp_path / "shards"
    folder.mkdir()
    rows = [row for number in range(2) for row in shard(folder, compression, number)]
    found = datasets.load_dataset("parquet", data_dir=str(folder), cache_dir=str(tmp_path / "cache"))["train"]
    features = {"seed": datasets.Value("int64"), "input_ids": datasets.List(datasets.Value("int32"))}
    assert features == dict(found.features)
    assert len(rows) == len(found)
    assert rows[40_000] == found[40_000]
    assert rows[::97] == [row for batch in found.select(range(0, len(rows), 97)).iter(1000) for row in rows_of(batch)]
    streamed = datasets.load_dataset("parquet", data_dir=str(folder), streaming=True, split="train")
    assert rows[29_990:30_010] == list(streamed.skip(29_990).take(20))


def rows_of(batch):
    return [{"seed": seed, "input_ids": ids} for seed, ids in zip(batch["seed"], batch["input_ids"], strict=True)]
