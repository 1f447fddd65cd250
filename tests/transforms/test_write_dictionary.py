"""WriteDictionary writes what the phrases of each unit mean, and keeps what an earlier attempt finished."""

import dataclasses
import io

import apache_beam as beam
import google_crc32c
import numpy as np
import pytest

from hyperphrase.corpus.layout import DICTIONARY_FOLDER, WORDS_FILE, row_file
from hyperphrase.corpus.request import KeptPhrases
from hyperphrase.errors import CorruptError
from hyperphrase.meaning.dictionary import read_meanings
from hyperphrase.meaning.phrase_meanings import Meanings
from transforms.files import storage
from transforms.write_dictionary import WriteDictionary


@pytest.fixture
def dictionary_site(context_of, lexicon):
    """Return a maker of sites whose words have made-up rows in 3 dimensions."""

    def make(*arguments, **more):
        context = context_of(*arguments, **more)
        rows = (np.arange(3 * lexicon.vocabulary) * 7919 % 2001 - 1000).astype(np.int16).reshape(-1, 3)
        storage.write_file(context.folder, WORDS_FILE, Meanings(rows).dumps())
        return dataclasses.replace(context, request=dataclasses.replace(context.request, dictionary="sif"))

    return make


@pytest.fixture
def written(outputs_of):
    """Return a writer: (site, kept units) -> the files of meanings that the transform reports, by unit."""

    def write(context, kept):
        return sorted(outputs_of(lambda p: p | beam.Create(kept) | WriteDictionary(context)))

    return write


def kept_units(context, dropped=()):
    total, gone = context.request.unit_count, np.array(dropped, np.uint32).tobytes()
    return [KeptPhrases(context.request.unit(i), gone, None, total) for i in range(total)]


def test_a_file_holds_the_meanings_of_its_unit(dictionary_site, written, tmp_path):
    context = dictionary_site((0, 250))
    kept = kept_units(context, [3, 4])
    for (index, shard), unit in zip(written(context, kept), kept, strict=True):
        data = (tmp_path / DICTIONARY_FOLDER / shard.name).read_bytes()
        assert f"meanings-{index:05d}-of-00003.arrow" == shard.name
        assert (len(data), google_crc32c.value(data)) == (shard.bytes, shard.crc32c)
        ((seeds, vectors),) = read_meanings(io.BytesIO(data), 3, shard, shard.name)
        block = context.phrases().draw(unit.seeds())
        assert unit.seeds().tolist() == seeds.tolist()
        assert context.meanings().of(block).tolist() == vectors.tolist()
        assert (len(block), len(block.ids), seeds[0], seeds[-1]) == (
            shard.phrases, shard.symbols, shard.first_seed, shard.last_seed,
        )  # fmt: skip


def test_a_unit_that_lost_all_its_phrases_makes_a_file_without_rows(dictionary_site, written, tmp_path):
    context = dictionary_site((0, 100))
    ((_, shard),) = written(context, kept_units(context, range(100)))
    assert (0, 0, None, None) == (shard.phrases, shard.symbols, shard.first_seed, shard.last_seed)
    with (tmp_path / DICTIONARY_FOLDER / shard.name).open("rb") as stream:
        assert [] == list(read_meanings(stream, 3, shard, shard.name))


@pytest.mark.parametrize("damage", ["nothing", "file removed", "bit flipped", "row removed"])
def test_a_second_attempt_keeps_what_is_whole(dictionary_site, written, tmp_path, damage):
    context = dictionary_site((0, 250))
    first = written(context, kept_units(context))
    name = "meanings-00001-of-00003.arrow"
    path = tmp_path / DICTIONARY_FOLDER / name
    good, before = path.read_bytes(), {p.name: p.stat().st_ino for p in path.parent.iterdir()}
    match damage:
        case "file removed":
            path.unlink()
        case "bit flipped":
            path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        case "row removed":
            (tmp_path / row_file(name)).unlink()
    again = tmp_path / "held"  # holds the old file's inode, lest a new one gets it
    if path.exists():
        again.hardlink_to(path)
    assert first == written(context, kept_units(context))
    assert good == path.read_bytes()
    after = {p.name: p.stat().st_ino for p in path.parent.iterdir()}
    changed = [file for file in after if before[file] != after[file]]
    if damage != "file removed":
        assert ([] if damage == "nothing" else [name]) == changed


def test_without_the_words_there_is_nothing_to_write(dictionary_site, written, tmp_path):
    context = dictionary_site((0, 100))
    (tmp_path / WORDS_FILE).unlink()
    with pytest.raises(CorruptError, match=r"words\.npy: is missing"):
        context.meanings()
