"""Blocks: the columns and what is read from them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.phrases.blocks import PhraseBlock


@given(st.lists(st.integers(0, 50), max_size=20))
def test_a_block_knows_its_phrases_and_their_lengths(lengths):
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(lengths, np.int64))])
    block = PhraseBlock(np.zeros(offsets[-1], np.uint32), offsets, np.arange(len(lengths), dtype=np.uint64))
    assert len(lengths) == len(block)
    assert lengths == block.lengths.tolist()
    assert np.int64 == block.lengths.dtype
