"""TensorFlow reads our TFRecord files and would have written the same bytes."""

import os
import struct

import google_crc32c
import numpy as np
import pytest

from hyperphrase.codecs import FORMATS
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock

ROWS = [
    (0, [0]),
    (127, [127, 128, 16_383, 16_384, 2**20 - 1]),
    (128, list(range(100))),
    (2**63 - 1, [k * k for k in range(1000)]),
    (2**35, [5] * 40_000),
]


@pytest.fixture(scope="module")
def tf():
    """TensorFlow: it takes seconds to load, so not whenever tests are collected."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    return tensorflow


def shard(compression):
    ids = np.array([value for _, row in ROWS for value in row], np.uint32)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(row) for _, row in ROWS], dtype=np.int64)])
    encoder = FORMATS["tfrecord"].encoder(compression, None, MAX_VOCABULARY)
    block = PhraseBlock(ids, offsets, np.array([seed for seed, _ in ROWS], np.uint64))
    return encoder.begin() + bytes(encoder.encode(block)) + encoder.end()


def int64_list(tf, values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def test_records_are_what_tensorflow_serialises(tf):
    data = shard("none")
    at = 0
    for seed, ids in ROWS:
        feature = {"input_ids": int64_list(tf, ids), "seed": int64_list(tf, [seed])}
        expected = tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString(deterministic=True)
        assert struct.pack("<Q", len(expected)) == data[at : at + 8]
        assert expected == data[at + 12 : at + 12 + len(expected)]
        masked = struct.unpack_from("<I", data, at + 12 + len(expected))[0] - 0xA282EAD8 & 0xFFFFFFFF
        assert google_crc32c.value(expected) == (masked << 15 | masked >> 17) & 0xFFFFFFFF
        at += 16 + len(expected)
    assert len(data) == at


@pytest.mark.parametrize(("compression", "tensorflow_type"), [("none", ""), ("gzip", "GZIP")])
def test_tensorflow_reads_our_shards(tf, tmp_path, compression, tensorflow_type):
    path = tmp_path / FORMATS["tfrecord"].extension(compression)
    path.write_bytes(shard(compression))
    features = {"input_ids": tf.io.VarLenFeature(tf.int64), "seed": tf.io.FixedLenFeature([], tf.int64)}
    rows = []
    for record in tf.data.TFRecordDataset(str(path), compression_type=tensorflow_type):
        parsed = tf.io.parse_single_example(record, features)
        rows.append((int(parsed["seed"]), parsed["input_ids"].values.numpy().tolist()))
    assert rows == ROWS
