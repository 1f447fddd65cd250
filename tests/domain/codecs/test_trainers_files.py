"""The files that trainers read: arrays of tokens, Megatron's pair, ArrayRecord; each as its own library reads it."""

import hashlib
import io
import struct
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.codecs import CHOICES, FORMATS
from hyperphrase.codecs.arrayrecord import ArrayRecordFormat
from hyperphrase.corpus.request import Output, outputs_of
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.limits import MAX_LENGTH
from tests.domain.codecs.test_codecs import block_of, part, random_block, rows_of

WIDTHS = {  # of ids in tokens, and in Megatron's file
    100: ("<u2", "<u2"),
    65_499: ("<u2", "<u2"),
    65_500: ("<u2", "<i4"),
    65_535: ("<u2", "<i4"),
    65_536: ("<u4", "<i4"),
    65_537: ("<u4", "<i4"),
    500_000: ("<u4", "<i4"),
}


def encoded(name, blocks, vocabulary):
    encoder = FORMATS[name].encoder("none", None, vocabulary)
    return b"".join([encoder.begin(), *(bytes(encoder.encode(block)) for block in blocks), encoder.end()])


def decoded(name, data, vocabulary):
    rows = []
    for block in FORMATS[name].decode(io.BytesIO(data), "none", None, vocabulary, "shard-7"):
        rows += [(int(seed), row.ids.tolist()) for seed, row in zip(block.seeds, block, strict=True)]
    return rows


def block_with_all_ends(vocabulary):
    """Return phrases that have the first and the last id of the vocabulary."""
    return block_of([[0, vocabulary - 1, 5], [vocabulary - 1], [1] * 40])


@pytest.mark.parametrize("vocabulary", WIDTHS)
def test_tokens_are_an_array_of_numpy_with_an_end_behind_each_phrase(tmp_path, vocabulary):
    block = block_with_all_ends(vocabulary)
    file = tmp_path / "phrases.tokens"
    file.write_bytes(encoded("tokens", [block], vocabulary))
    tokens = np.memmap(file, WIDTHS[vocabulary][0], "r")
    assert tokens.tolist() == [0, vocabulary - 1, 5, vocabulary, vocabulary - 1, vocabulary, *[1] * 40, vocabulary]
    assert decoded("tokens", file.read_bytes(), vocabulary) == rows_of(block, "tokens")


class MegatronReader:
    """Reads a pair of files as megatron/core/datasets/indexed_dataset.py lays them out."""

    TYPES: ClassVar = {1: np.uint8, 2: np.int8, 3: np.int16, 4: np.int32, 5: np.int64, 8: np.uint16}

    def __init__(self, ids, index):
        stream = io.BytesIO(index)
        assert stream.read(9) == b"MMIDIDX\x00\x00"
        version, code, sequences, documents = struct.unpack("<QBQQ", stream.read(25))
        assert version == 1
        self.type = np.dtype(self.TYPES[code])
        self.lengths = np.frombuffer(index, np.int32, sequences, 34)
        self.pointers = np.frombuffer(index, np.int64, sequences, 34 + 4 * sequences)
        self.documents = np.frombuffer(index, np.int64, documents, 34 + 12 * sequences)
        assert len(index) == 34 + 12 * sequences + 8 * documents
        self.ids = ids

    def __getitem__(self, i):
        return np.frombuffer(self.ids, self.type, self.lengths[i], self.pointers[i])


@pytest.mark.parametrize("vocabulary", WIDTHS)
def test_megatron_finds_each_phrase_as_a_document(vocabulary):
    block = block_with_all_ends(vocabulary)
    ids, index = (encoded(name, [block], vocabulary) for name in ("megatron", "megatron_index"))
    reader = MegatronReader(ids, index)
    assert reader.type == WIDTHS[vocabulary][1]
    assert [reader[i].tolist() for i in range(3)] == [[*row, vocabulary] for _, row in rows_of(block)]
    assert reader.documents.tolist() == [0, 1, 2, 3]
    assert reader.lengths.sum() * reader.type.itemsize == len(ids)
    assert decoded("megatron", ids, vocabulary) == rows_of(block, "megatron")


def test_an_index_of_no_phrases_has_no_documents():
    reader = MegatronReader(b"", encoded("megatron_index", [], 9))
    assert (reader.lengths.tolist(), reader.documents.tolist()) == ([], [0])


@pytest.mark.parametrize("name", ["megatron_index", "arrayrecord"])
def test_the_way_phrases_are_cut_into_blocks_leaves_no_trace(name):
    block = random_block(300)
    whole = encoded(name, [block], 3000)
    assert whole == encoded(name, [part(block, 0, 7), part(block, 7, 7), part(block, 7, 300)], 3000)
    assert whole != encoded(name, [part(block, 0, 299)], 3000)


def test_array_record_reads_the_examples_of_tfrecord(tmp_path):
    from array_record.python.array_record_module import ArrayRecordReader

    tensorflow = pytest.importorskip("tensorflow")
    block = random_block(500)
    file = tmp_path / "shard"
    file.write_bytes(encoded("arrayrecord", [block], 3000))
    reader = ArrayRecordReader(str(file))
    assert reader.num_records() == 500
    rows = []
    for record in reader.read([*range(500)]):
        features = tensorflow.train.Example.FromString(record).features.feature
        rows.append((features["seed"].int64_list.value[0], list(features["input_ids"].int64_list.value)))
    assert rows == rows_of(block)
    assert reader.read([499, 3]) == [reader.read([499])[0], reader.read([3])[0]]


def test_the_bytes_of_arrayrecord_never_change():
    """Version 0.8.6 of its package, which pyproject.toml pins, writes them."""
    assert hashlib.sha256(encoded("arrayrecord", [random_block(500)], 3000)).hexdigest()[:16] == "fe0b5364ebaf7be9"


def test_an_array_record_without_phrases_is_one_for_its_library(tmp_path):
    from array_record.python.array_record_module import ArrayRecordReader

    (tmp_path / "shard").write_bytes(encoded("arrayrecord", [], 9))
    assert ArrayRecordReader(str(tmp_path / "shard")).num_records() == 0


def test_array_records_leave_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    encoder = FORMATS["arrayrecord"].encoder("none", None, 3000)
    encoder.encode(random_block(10))
    assert list(tmp_path.iterdir()) == []
    encoder.end()
    assert list(tmp_path.iterdir()) == []


def test_without_its_package_arrayrecord_names_the_extra(monkeypatch):
    monkeypatch.setattr(ArrayRecordFormat, "is_installed", lambda self: False)
    with pytest.raises(InputError, match=r"needs the package array-record; pip install 'hyperphrase\[arrayrecord\]'"):
        outputs_of("tfrecord,arrayrecord")
    assert outputs_of("tfrecord") == (Output("tfrecord", "none", "symbols"),)


def test_megatron_is_two_outputs_and_its_index_no_choice():
    assert [output.extension for output in outputs_of("megatron,tokens")] == ["bin", "idx", "tokens"]
    assert "megatron_index" not in CHOICES
    with pytest.raises(InputError, match="no format 'megatron_index'"):
        outputs_of("megatron_index")


def tokens(*values, kind="<u2"):
    return np.array(values, kind).tobytes()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (tokens(1, 9, 2, 10, 9), r"shard-7: an id outside the vocabulary in record 1 at byte 4"),
        (tokens(1, 9, 9), "shard-7: a phrase without ids in record 1 at byte 4"),
        (tokens(1, 9, 2), "shard-7: cut off in record 1 at byte 4"),
        (tokens(1, 9) + b"\x09", "shard-7: cut off in record 1 at byte 4"),
        (tokens(*[1] * (MAX_LENGTH + 1), 9), f"shard-7: more than {MAX_LENGTH} ids in record 0 at byte 0"),
        (tokens(*[1] * (1 << 19)), f"shard-7: more than {MAX_LENGTH} ids in record 0 at byte 0"),
    ],
)
@pytest.mark.parametrize("name", ["tokens", "megatron"])
def test_damaged_tokens_name_record_and_byte(name, data, message):
    with pytest.raises(CorruptError, match=message):
        decoded(name, data, 9)


def test_the_longest_phrase_comes_back():
    block = block_of([[3] * MAX_LENGTH, [1], [2] * MAX_LENGTH])
    assert decoded("tokens", encoded("tokens", [block], 4), 4) == rows_of(block, "tokens")


@settings(max_examples=60, deadline=None)
@given(
    vocabulary=st.sampled_from(list(WIDTHS)),
    lengths=st.lists(st.integers(1, 400), min_size=1, max_size=30),
    key=st.integers(0, 2**32 - 1),
)
def test_any_phrases_come_back_at_any_width(vocabulary, lengths, key):
    rng = np.random.default_rng(key)
    block = block_of([rng.integers(0, vocabulary, length).tolist() for length in lengths])
    for name in ("tokens", "megatron"):
        assert decoded(name, encoded(name, [block], vocabulary), vocabulary) == rows_of(block, name)


@pytest.mark.parametrize("name", ["tokens", "megatron", "megatron_index"])
def test_an_id_outside_the_vocabulary_is_not_written(name):
    with pytest.raises(ValueError, match="id 9: allowed are 0 to 8"):
        encoded(name, [block_of([[9]])], 9)


def test_many_blocks_need_no_more_room_than_the_largest():
    block = random_block(2000)
    data = encoded("tokens", [block] * 5, 3000)
    assert len(decoded("tokens", data, 3000)) == 10_000
    assert data == encoded("tokens", [block], 3000) * 5
