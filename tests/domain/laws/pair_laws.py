"""What the tests of the laws of pairs share: drawing, statistics, and each step's draws one at a time."""

import functools
import hashlib

import numpy as np

from hyperphrase.kernels import kernel
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import WORDS, Position, categorical, step_words

KEY = 2026


def law_of(text):
    return parse_law(text, SYMBOL_LAWS, "law", open)


@functools.cache
def bound_law_of(text, vocabulary):
    return law_of(text).bind(vocabulary, None)


def draw(text, vocabulary, count, length, asked=None, key=KEY, first=0):
    """Return the first ``asked`` ids, or all, of ``count`` phrases of ``length`` symbols: int64, (count, asked)."""
    asked = length if asked is None else asked
    seeds = np.arange(first, first + count, dtype=np.uint64)
    ids = np.empty(count * asked, np.uint32)
    bound_law_of(text, vocabulary).draw(
        Batch(np.uint64(key), seeds, np.full(count, length), np.arange(count + 1) * asked, ids)
    )
    return ids.reshape(count, asked).astype(np.int64)


def digest(text, vocabulary):
    """Return the first half of the SHA-256 of the ids of 500 phrases of lengths 2, 4, ... 600, and a huge seed's."""
    seeds = np.array([*range(499), 2**63 - 1], np.uint64)
    lengths = 2 + 2 * (np.arange(500) * 7 % 300)
    offsets = np.zeros(501, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    ids = np.empty(offsets[-1], np.uint32)
    bound_law_of(text, vocabulary).draw(Batch(np.uint64(KEY), seeds, lengths, offsets, ids))
    return hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32]


def prefixes_agree(text, vocabulary):
    """Tell whether the first m ids are the same whatever m is, in rows too."""
    whole = draw(text, vocabulary, 20, 600)
    rows = np.zeros((40, 20), np.uint32)
    bound_law_of(text, vocabulary).draw_rows(np.uint64(KEY), np.arange(20, dtype=np.uint64), np.full(20, 600), rows)
    parts = [draw(text, vocabulary, 20, 600, asked) for asked in (1, 2, 15, 16, 17, 40, 255, 256, 257, 511, 599)]
    return rows.T.tolist() == whole[:, :40].tolist() and all(
        part.tolist() == whole[:, : part.shape[1]].tolist() for part in parts
    )


def shares(words, s=1.0, beta=1.7):
    weights = (np.arange(words) + 1 + beta) ** -s
    return weights / weights.sum()


def differs(counts, probabilities):
    """Tell whether a chi-square test refuses that ``counts`` are drawn by ``probabilities``, at 4.5 sigma.

    Outcomes expected less than 8 times are counted together. The limit is Wilson and Hilferty's.
    """
    counts, expected = np.asarray(counts, float), np.asarray(probabilities) * np.sum(counts)
    rare = expected < 8
    if rare.any():
        counts = np.append(counts[~rare], counts[rare].sum())
        expected = np.append(expected[~rare], max(expected[rare].sum(), 1e-9))
    return _above_limit(((counts - expected) ** 2 / expected).sum(), len(counts) - 1)


def disagree(ours, theirs):
    """Tell whether a chi-square test refuses that two histograms are drawn by the same law, at 4.5 sigma."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    rare = ours + theirs < 16
    ours, theirs = (np.append(each[~rare], each[rare].sum()) for each in (ours, theirs))
    ours, theirs = ours[ours + theirs > 0], theirs[ours + theirs > 0]
    ratio = np.sqrt(theirs.sum() / ours.sum())
    return _above_limit(((ours * ratio - theirs / ratio) ** 2 / (ours + theirs)).sum(), len(ours) - 1)


def _above_limit(statistic, freedom):
    return bool(statistic > freedom * (1 - 2 / (9 * freedom) + 4.5 * np.sqrt(2 / (9 * freedom))) ** 3)


def steps_of(table, second, seed, count):
    """Return the words of the symbol stream of each step, and what the table gives for the first or second ones."""
    words, outcomes = np.empty((count, 2), np.uint32), np.empty(count, np.uint32)
    _steps(table, second, np.uint64(seed), np.uint64(KEY), words, outcomes)
    return words.tolist(), outcomes.tolist()


@kernel
def _steps(table, second, seed, key, words, outcomes):
    buffer = np.empty(WORDS, np.uint32)
    for step in range(len(words)):
        place = step_words(buffer, step, seed, key)
        words[step, 0], words[step, 1] = buffer[place], buffer[place + 1]
        outcomes[step] = categorical(buffer[place + second], table, Position(step, second, seed, key))
