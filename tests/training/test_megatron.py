"""Megatron-core's own classes read the files of ``--format=megatron``."""

import numpy as np
import pytest

from tests.domain.codecs.test_codecs import random_block, rows_of
from tests.domain.codecs.test_trainers_files import WIDTHS, block_with_all_ends, encoded

V = 1000


@pytest.fixture
def pair(tmp_path):
    """Return a function that writes the pair of files of a block, and returns their path without extension."""

    def write(block, vocabulary):
        for name, extension in (("megatron", "bin"), ("megatron_index", "idx")):
            (tmp_path / f"phrases.{extension}").write_bytes(encoded(name, [block], vocabulary))
        return str(tmp_path / "phrases")

    return write


@pytest.mark.parametrize("vocabulary", WIDTHS)
def test_its_indexed_dataset_has_each_phrase_and_its_end(pair, vocabulary):
    from megatron.core.datasets.indexed_dataset import IndexedDataset

    block = block_with_all_ends(vocabulary)
    dataset = IndexedDataset(pair(block, vocabulary))
    assert [dataset[i].tolist() for i in range(len(dataset))] == [[*ids, vocabulary] for _, ids in rows_of(block)]
    assert dataset.document_indices.tolist() == [0, 1, 2, 3]


class Tokenizer:
    """What GPTDataset needs of the NullTokenizer."""

    eod, pad, vocab_size = V, V, V + 1
    unique_identifiers = {"class": "NullTokenizer"}  # noqa: RUF012


@pytest.fixture
def one_process(tmp_path):
    """Form a group of one process, which the builder of datasets needs."""
    from torch import distributed

    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/rendezvous", rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def test_its_gpt_dataset_gives_contexts_of_the_phrases(pair, tmp_path, one_process):
    from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig

    block = random_block(2000, V)
    config = GPTDatasetConfig(
        random_seed=1,
        sequence_length=64,
        blend=([pair(block, V)], None),
        split="1,0,0",
        reset_position_ids=True,
        reset_attention_mask=True,
        eod_mask_loss=True,
        tokenizer=Tokenizer(),
        path_to_cache=str(tmp_path / "cache"),
        mid_level_dataset_surplus=0.005,
    )
    dataset, _, _ = BlendedMegatronDatasetBuilder(GPTDataset, [50, 0, 0], lambda: True, config).build()
    phrases = {tuple(ids) for _, ids in rows_of(block)}
    whole = 0
    for i in range(50):
        tokens = dataset[i]["tokens"].numpy()
        ends = np.flatnonzero(tokens == V)
        assert (dataset[i]["loss_mask"].numpy()[ends] == 0).all()
        between = [tuple(part[1:].tolist()) for part in np.split(tokens, ends)[1:-1]]
        assert phrases.issuperset(between)
        whole += len(between)
    assert whole > 0
