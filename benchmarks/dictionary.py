"""``python -m benchmarks.dictionary``: how fast and how good the dictionary of meanings is; prints tables.

What is measured: making meanings, on one core, beside plain Python; writing and comparing them; how near the meaning of
a phrase of ``loglinear`` or ``scene`` comes to the discourse that it was drawn around, which is known; and, with
``--libraries``, the libraries that can index meanings: recall@10, build time, query time and size. faiss comes with the
``find`` extra, the others (usearch, hnswlib, lancedb) are installed by hand.
"""

import argparse
import functools
import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.terminal.table import print_table
from benchmarks.nearest_libraries import LIBRARIES, survey
from hyperphrase.corpus.request import DICTIONARY_KINDS, DISCOURSE
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.lexicon.word_vectors import vectors_of
from hyperphrase.meaning.dictionary import MeaningsWriter, dictionary_rows, read_meanings
from hyperphrase.meaning.discourses import TrueDiscourses
from hyperphrase.meaning.nearest import nearest
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY = 250_000
_OF_WORDS = [kind for kind in DICTIONARY_KINDS if kind != DISCOURSE]
_REPEATS = 9
_PAIRS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dictionary", description=__doc__)
    parser.add_argument("--libraries", default="", help=f"of {','.join(LIBRARIES)}")
    parser.add_argument("--meanings", type=int, default=1_000_000, help="how many the libraries index")
    given = parser.parse_args(arguments)
    lexicon = build_lexicon("english", VOCABULARY, "stable", _open)
    print_table(rates(lexicon))
    print()
    print_table(estimates(lexicon))
    print()
    print_table(pairs(lexicon))
    for name in filter(None, given.libraries.split(",")):
        print()
        vectors = sample(lexicon, 0, given.meanings)
        print_table(survey(name, vectors, sample(lexicon, 1 << 40, (1 << 40) + 300)))
    return 0


def plain_meaning(rows: list[list[int]], ids: list[int]) -> list[int]:
    """Return a meaning as a script would make it."""
    sums = [0] * len(rows[0])
    for i in ids:
        for j, x in enumerate(rows[i]):
            sums[j] += x
    largest = max(map(abs, sums)) or 1
    return [round(127 * x / largest) for x in sums]


def rates(lexicon: Lexicon) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of speeds."""
    vectors = vectors_of(lexicon, "glove")
    yield "what", "rate", "unit"
    for law in ("lexicon", "uniform"):
        phrases = _phrases(law, "uniform", lexicon)
        for kind in _OF_WORDS:
            begin = time.perf_counter()
            meanings = build_meanings(kind, vectors, lexicon, phrases)
            seconds = time.perf_counter() - begin
            block = phrases.draw_reused(seed_range(0, CHUNK))
            rate = len(block.ids) / _best(functools.partial(meanings.of, block))
            yield f"meanings, {kind}, {law}", f"{rate / 1e6:.1f}", "M symbols/s"
            yield f"rows of all words, {kind}, {law}", f"{seconds:.2f}", "s"
    rows, plain = meanings.rows.tolist(), [ids.tolist() for ids in np.split(block.ids, block.offsets[1:-1])[:20]]
    seconds = _best(lambda: [plain_meaning(rows, ids) for ids in plain])
    yield "meanings, plain Python", f"{sum(map(len, plain)) / seconds / 1e6:.3f}", "M symbols/s"
    made = meanings.of(block).repeat(32, axis=0)
    seeds = np.arange(len(made), dtype=np.uint64)
    yield "Arrow, written", f"{len(made) / _best(lambda: _file(seeds, made)) / 1e6:.1f}", "M meanings/s"
    data = _file(seeds, made)
    shard = Shard("", len(made), 0, 0, 0, 0, len(made) - 1)
    read = _best(lambda: list(read_meanings(io.BytesIO(data), made.shape[1], shard, "")))
    yield "Arrow, read and its layout compared", f"{len(made) / read / 1e6:.1f}", "M meanings/s"
    yield "Arrow, bytes a meaning", f"{len(data) / len(made):.1f}", "B"
    yield "compared", f"{len(made) / _best(lambda: nearest(made[0], seeds, made, 10)) / 1e6:.1f}", "M meanings/s"


def estimates(lexicon: Lexicon) -> Iterator[tuple[str, ...]]:
    """Yield how near meanings come to the known discourses of laws that have one, and to those of other phrases.

    The discourse lives in the law's space, as does a dictionary of ``discourse``, which has it in a column. It is
    carried into that of the others by the linear map that takes the law's word vectors there best, by least squares
    over all words.
    """
    yield "law", "dictionary", "symbols", "cosine with its discourse", "with another's"
    for law in ("loglinear", "loglinear:step=0", "scene"):
        for length in (10, 30, 100):
            phrases = _phrases(law, f"fixed:length={length}", lexicon)
            known, block = phrases.law.discourse(), phrases.draw_reused(seed_range(0, CHUNK))
            if known is None:
                continue
            truth = known.discourses(phrases.recipe.key, block.seeds, block.lengths).astype(float)
            words = known.word_rows().astype(float)
            for kind in DICTIONARY_KINDS:
                meanings = dictionary_rows(kind, "glove", lexicon, phrases)
                if kind == DISCOURSE:
                    there = TrueDiscourses(phrases, meanings.dimensions).of(block).astype(float)
                else:
                    there = _carried(meanings, truth, words, lexicon.frequencies)
                own, other = _cosines(meanings.of(block).astype(float), there)
                yield law, kind, str(length), f"{own:.3f}", f"{other:.3f}"


def pairs(lexicon: Lexicon) -> Iterator[tuple[str, ...]]:
    """Yield how often a phrase's partner, drawn around the same point, is nearer to it than 299 others are.

    Words are drawn from p(w) exp(strength c . v_w) over GloVe's raw vectors, c anywhere on the sphere: a law that
    neither dictionary was made for.
    """
    vectors, random = vectors_of(lexicon, "glove"), np.random.default_rng(1)
    phrases = _phrases("lexicon", "uniform", lexicon)
    made = {kind: build_meanings(kind, vectors, lexicon, phrases) for kind in _OF_WORDS}
    logs = np.where(vectors.present, np.log(lexicon.frequencies), -np.inf)
    yield "symbols", "strength", *_OF_WORDS
    for length, strength in ((10, 3.0), (30, 3.0), (100, 1.5)):
        drawn = np.empty((2, _PAIRS, length), np.uint32)
        for pair in range(_PAIRS):
            point = random.normal(size=vectors.values.shape[1])
            weights = logs + vectors.values @ (strength * point / np.linalg.norm(point))
            shares = np.cumsum(np.exp(weights - weights.max()))
            drawn[:, pair] = np.searchsorted(shares, random.random((2, length)) * shares[-1])
        block = PhraseBlock(drawn.reshape(-1), np.arange(2 * _PAIRS + 1) * length, np.zeros(2 * _PAIRS, np.uint64))
        found = []
        for meanings in made.values():
            units = meanings.of(block).astype(float)
            units /= np.linalg.norm(units, axis=1, keepdims=True).clip(1.0)
            nearest_one = (units[:_PAIRS] @ units[_PAIRS:].T).argmax(axis=1)
            found.append(float((nearest_one == np.arange(_PAIRS)).mean()))
        yield str(length), str(strength), *(f"{share:.0%}" for share in found)


def _carried(
    meanings: Meanings, truth: NDArray[np.float64], words: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the discourses in the space of the dictionary."""
    rows = meanings.rows.astype(float)
    weights = np.sqrt(frequencies / frequencies.sum())[:, None]
    carried: NDArray[np.float64] = truth @ np.linalg.lstsq(words * weights, rows * weights, rcond=None)[0]
    return carried


def _cosines(found: NDArray[np.float64], there: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean cosine of each meaning with its own discourse, and with the one of the next phrase."""
    there /= np.linalg.norm(there, axis=1, keepdims=True)
    found /= np.linalg.norm(found, axis=1, keepdims=True).clip(1.0)
    return float((found * there).sum(axis=1).mean()), float((found * np.roll(there, 1, axis=0)).sum(axis=1).mean())


def sample(lexicon: Lexicon, first: int, stop: int) -> NDArray[np.int8]:
    """Return the meanings of a range of seeds of the default law, (n, 50)."""
    phrases = _phrases("lexicon", "uniform", lexicon)
    meanings = build_meanings(_OF_WORDS[0], vectors_of(lexicon, "glove"), lexicon, phrases)
    parts = [seed_range(start, min(start + CHUNK, stop)) for start in range(first, stop, CHUNK)]
    return np.concatenate([meanings.of(phrases.draw_reused(part)) for part in parts])


def _phrases(law: str, lengths: str, lexicon: Lexicon) -> Phrases:
    bound, length_law = parse_law(law, SYMBOL_LAWS, "law", _open), parse_law(lengths, LENGTH_LAWS, "", _open)
    return Phrases(Recipe(bound, length_law, lexicon.vocabulary, lexicon.digest), lambda: lexicon)


def _file(seeds: NDArray[np.uint64], vectors: NDArray[np.int8]) -> bytes:
    stream = io.BytesIO()
    writer = MeaningsWriter(stream, vectors.shape[1])
    writer.write(seeds, vectors)
    writer.close()
    return stream.getvalue()


def _best(work: Callable[[], object]) -> float:
    """Return the least seconds of several calls."""
    seconds = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def _open(path: str) -> io.BufferedReader:
    return open(path, "rb")  # noqa: PTH123 - whoever asks closes it


if __name__ == "__main__":
    sys.exit(main())
