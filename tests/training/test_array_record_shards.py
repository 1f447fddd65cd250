"""Grain reads the files of ``--format=arrayrecord`` at random places, across shards."""

import grain
import tensorflow as tf

from tests.domain.codecs.test_codecs import part, random_block, rows_of
from tests.domain.codecs.test_trainers_files import encoded


def test_grain_has_any_phrase_of_several_shards(tmp_path):
    block = random_block(300)
    paths = []
    for number, (start, stop) in enumerate([(0, 120), (120, 300)]):
        path = tmp_path / f"phrases-{number:05}-of-00002.arrayrecord"
        path.write_bytes(encoded("arrayrecord", [part(block, start, stop)], 3000))
        paths.append(str(path))
    source = grain.sources.ArrayRecordDataSource(paths)
    assert len(source) == 300
    shuffled = grain.MapDataset.source(source).shuffle(seed=1)
    found = []
    for record in shuffled:
        features = tf.train.Example.FromString(record).features.feature
        found.append((features["seed"].int64_list.value[0], list(features["input_ids"].int64_list.value)))
    assert found != rows_of(block)
    assert sorted(found) == sorted(rows_of(block))
