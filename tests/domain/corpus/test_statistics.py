"""Statistics: counts equal numpy's, add up in any order, and are read back by the csv and json modules."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.corpus.statistics import (
    RANK_BINS,
    Counter,
    Statistics,
    lengths_csv,
    lengths_json,
    rank_rows,
    ranks_csv,
    ranks_json,
)
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.phrases.blocks import PhraseBlock

PHRASES = st.lists(st.lists(st.integers(0, 2**20 - 1), min_size=1, max_size=20), max_size=20)


def block_of(phrases):
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(phrase) for phrase in phrases], dtype=np.int64)])
    ids = np.array([i for phrase in phrases for i in phrase], np.uint32)
    return PhraseBlock(ids, offsets, np.arange(len(phrases), dtype=np.uint64))


def counted(*blocks):
    counter = Counter()
    for block in blocks:
        counter.add(block)
    return counter.statistics()


def plainly_counted(phrases):
    lengths, ranks = {}, [0] * RANK_BINS
    for phrase in phrases:
        lengths[len(phrase)] = lengths.get(len(phrase), 0) + 1
        for i in phrase:
            ranks[i.bit_length()] += 1
    return Statistics(dict(sorted(lengths.items())), tuple(ranks))


@given(PHRASES)
def test_counts_are_those_of_a_plain_loop(phrases):
    statistics = counted(block_of(phrases))
    assert plainly_counted(phrases) == statistics
    assert len(phrases) == statistics.phrases
    assert sum(map(len, phrases)) == statistics.symbols == sum(statistics.ranks)


def test_counts_of_many_symbols_are_numpys(phrases_of):
    block = phrases_of("zipf", "uniform:min=1,max=190", 1 << 20).draw(np.arange(2000, dtype=np.uint64))
    statistics = counted(block)
    bins = np.ceil(np.log2(block.ids.astype(np.float64) + 1)).astype(int)  # 0, 1, 2..3, 4..7, ...
    assert np.bincount(bins, minlength=RANK_BINS).tolist() == list(statistics.ranks)
    values, counts = np.unique(block.lengths, return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == statistics.lengths


@given(PHRASES)
def test_lengths_alone_are_counted_like_lengths_with_symbols(phrases):
    lengths = Statistics.of_lengths(np.array([len(phrase) for phrase in phrases], np.int64))
    assert (plainly_counted(phrases).lengths, ()) == (lengths.lengths, lengths.ranks)
    assert Statistics.total([lengths, Statistics.total([]), lengths]).symbols == 2 * lengths.symbols


@given(st.lists(PHRASES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_parts_add_up_in_any_order_and_any_grouping(parts, random):
    whole = plainly_counted([phrase for part in parts for phrase in part])
    shuffled = random.sample(parts, len(parts))
    each = [counted(block_of(part)) for part in shuffled]
    cut = random.randint(0, len(each))
    assert whole == counted(*map(block_of, shuffled))
    assert whole == Statistics.total(each)
    assert whole == Statistics.total([Statistics.total(each[:cut]), Statistics.total(each[cut:])])
    assert list(whole.lengths) == list(Statistics.total(each).lengths)  # ascending, so the files are the same


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4, 7, 8, 2**19 - 1, 2**19, 2**20 - 1])
def test_a_rank_falls_into_the_bin_that_its_row_names(rank):
    rows = rank_rows(counted(block_of([[rank]])).ranks, 2**20)
    assert [(first <= rank <= last, symbols) for first, last, symbols in rows if symbols] == [(True, 1)]


@given(st.integers(1, 2**20))
def test_rank_rows_cover_the_vocabulary_once(vocabulary):
    rows = rank_rows(range(RANK_BINS), vocabulary)
    assert rows[0][0] == 0
    assert vocabulary - 1 == rows[-1][1]
    assert [last + 1 for _, last, _ in rows[:-1]] == [first for first, _, _ in rows[1:]]
    assert all(first <= last for first, last, _ in rows)


def test_the_longest_phrase_is_counted():
    block = PhraseBlock(np.zeros(MAX_LENGTH, np.uint32), np.array([0, MAX_LENGTH]), np.zeros(1, np.uint64))
    assert counted(block).lengths == {MAX_LENGTH: 1}


def test_the_files_are_frozen():
    assert lengths_csv({10: 5, 12: 7}) == "length,phrases\n10,5\n12,7\n"
    assert lengths_json({10: 5, 12: 7}) == '{\n "10": 5,\n "12": 7\n}\n'
    assert ranks_csv([9, 8, 7, 6, 5], 5) == "first_rank,last_rank,symbols\n0,0,9\n1,1,8\n2,3,7\n4,4,6\n"


@given(st.dictionaries(st.integers(1, MAX_LENGTH), st.integers(1, 2**60), max_size=20))
def test_length_files_are_read_back(histogram):
    rows = list(csv.DictReader(io.StringIO(lengths_csv(histogram))))
    assert histogram == {int(row["length"]): int(row["phrases"]) for row in rows}
    assert histogram == {int(length): n for length, n in json.loads(lengths_json(histogram)).items()}


@given(st.lists(st.integers(0, 2**60), min_size=RANK_BINS, max_size=RANK_BINS), st.integers(1, 2**20))
def test_rank_files_are_read_back(ranks, vocabulary):
    expected = rank_rows(ranks, vocabulary)
    rows = list(csv.reader(io.StringIO(ranks_csv(ranks, vocabulary))))
    assert rows[0] == ["first_rank", "last_rank", "symbols"]
    assert expected == [tuple(map(int, row)) for row in rows[1:]]
    assert expected == [tuple(row.values()) for row in json.loads(ranks_json(ranks, vocabulary))]
