"""Compare what was read from a corpus with the recipe, phrase by phrase and seed by seed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import Encoder
from hyperphrase.codecs.compression import read_pieces
from hyperphrase.codecs.record_reading import Window
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.corpus.request import CorpusRequest, parts
from hyperphrase.corpus.statistics import Counter, Statistics
from hyperphrase.deduplication.duplicates import distinct_in_span, duplicates_in_bucket
from hyperphrase.errors import CorruptError
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, WorkUnit

_PIECE = 1 << 16  # bytes that are compared at once
#: Is told what is done: a phase, how many phrases of it, of how many; 0 if that is unknown.
Tell = Callable[[str, int, int], object]


def tell_nobody(phase: str, done: int, total: int) -> None:
    """Tell the progress to nobody."""


def count_phrases(
    blocks: Iterable[PhraseBlock], phrases: Phrases, seeds: NDArray[np.uint64], stored_seeds: bool, where: str
) -> Statistics:
    """Check that ``blocks`` hold exactly the phrases of ``seeds``, in this order; return their statistics.

    stored_seeds: whether the format stores seeds; they are then compared too. where: names the file in errors. Raises
    CorruptError.
    """
    counter, done = Counter(), 0
    for block in blocks:
        expected_seeds = seeds[done : done + len(block)]
        if len(expected_seeds) < len(block):
            raise CorruptError(f"{where}: more phrases than the {len(seeds)} in the manifest")
        if stored_seeds and not np.array_equal(block.seeds, expected_seeds):
            wrong = int(np.flatnonzero(block.seeds != expected_seeds)[0])
            raise CorruptError(
                f"{where}: phrase {done + wrong} has seed {block.seeds[wrong]}, not {expected_seeds[wrong]}"
            )
        counter.add(block)
        expected = phrases.draw_reused(expected_seeds)
        if not (np.array_equal(block.offsets, expected.offsets) and np.array_equal(block.ids, expected.ids)):
            wrong = _first_difference(block, expected)
            raise CorruptError(f"{where}: phrase {done + wrong} is not the phrase of its seed {expected_seeds[wrong]}")
        done += len(block)
    if done != len(seeds):
        raise CorruptError(f"{where}: {done} phrases, the manifest says {len(seeds)}")
    return counter.statistics()


def compare_encoded(
    stream: BinaryIO, encoder: Encoder, phrases: Phrases, seeds: NDArray[np.uint64], where: str
) -> Statistics:
    """Check that a file is what ``encoder`` writes for the phrases of ``seeds``; return their statistics.

    For formats that phrases are not read back from. stream: ``read(n)``, which may return less than n. where: names the
    file in errors. Raises CorruptError.
    """
    window, counter = Window(read_pieces(stream, "none", where)), Counter()
    for piece in _encoded(encoder, phrases, seeds, counter):
        for start in range(0, len(piece), _PIECE):
            due, place = piece[start : start + _PIECE], window.position
            if window.take(len(due)) != due:
                raise CorruptError(f"{where}: is not what its phrases make, from byte {place} on or a little later")
    if window.ensure(1):
        raise CorruptError(f"{where}: goes on behind byte {window.position}, where its phrases end")
    return counter.statistics()


def _encoded(
    encoder: Encoder, phrases: Phrases, seeds: NDArray[np.uint64], counter: Counter
) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a shard, piece by piece, and count its phrases."""
    yield encoder.begin()
    for part in parts(seeds, CHUNK):
        block = phrases.draw_reused(part)
        counter.add(block)
        yield encoder.encode(block)
    yield encoder.end()


def _first_difference(block: PhraseBlock, expected: PhraseBlock) -> int:
    for i in range(len(block)):
        ours = block.ids[block.offsets[i] : block.offsets[i + 1]]
        if not np.array_equal(ours, expected.ids[expected.offsets[i] : expected.offsets[i + 1]]):
            return i
    raise ValueError("the blocks are equal")


def find_dropped(
    phrases: Phrases, request: CorpusRequest, pool: ThreadPoolExecutor, tell: Tell = tell_nobody
) -> NDArray[np.uint64]:
    """Repeat the deduplication: return the drawn seeds whose phrase a lower drawn seed gives, uint64, ascending.

    None for a law that repeats nothing. Uses the threads of ``pool``, and 8 bytes of memory for each drawn phrase.
    tell: is told the progress.
    """
    dedup = deduplication(phrases, request)
    if dedup is None:
        return np.empty(0, np.uint64)

    def distinct(span: WorkUnit) -> tuple[list[tuple[int, bytes]], NDArray[np.uint64]]:
        runs, offsets = distinct_in_span(phrases, span, dedup)
        return [(bucket, keys.tobytes()) for bucket, keys in runs], seeds(span, offsets)

    def between(parts: list[tuple[WorkUnit, bytes]]) -> list[NDArray[np.uint64]]:
        return [seeds(span, offsets) for span, offsets in duplicates_in_bucket(phrases, parts, dedup)]

    def seeds(span: WorkUnit, offsets: NDArray[np.uint32]) -> NDArray[np.uint64]:
        return offsets.astype(np.uint64) + np.uint64(span.first_seed)

    spans = [request.span(i, dedup.span_units) for i in range(-(-request.unit_count // dedup.span_units))]
    dropped: list[NDArray[np.uint64]] = []
    buckets: dict[int, list[tuple[WorkUnit, bytes]]] = {}
    for span, (runs, own) in zip(spans, pool.map(distinct, spans), strict=True):
        dropped.append(own)
        for bucket, keys in runs:
            buckets.setdefault(bucket, []).append((span, keys))
        tell("fingerprinting", span.stop_seed - request.first_seed, request.stop_seed - request.first_seed)
    tell("comparing", 0, 0)
    for found in pool.map(between, buckets.values()):
        dropped += found
    return np.sort(np.concatenate(dropped))
