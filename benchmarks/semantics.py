"""``python -m benchmarks.semantics``: how far the words of one phrase belong together, law by law.

Writes the tables results/semantics.md; docs/semantics.md says what they mean. All is drawn with key 1 and seeds from 0
on, so the numbers but for the times are the same on every machine.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import Fixed
from hyperphrase.laws.meaning.discourse import WordSpace
from hyperphrase.laws.meaning.loglinear import BoundLoglinear
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.lexicon.word_vectors import vectors_of
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY, LENGTH, PHRASES = 250_000, 100, 2000
RESULTS = Path(__file__).parent / "results" / "semantics.md"
LAWS = ("loglinear", "loglinear:tau=0.6", "topics", "template", "zipf", "uniform")
SHOWN = ("loglinear", "template", "zipf", "uniform")
ASKED = 200  # phrases whose nearest words are looked for
COMMON = 2000  # words whose pairs are looked at
WORDS_SHOWN = 18

Floats = NDArray[np.float64]


def phrases_of(law: str, lexicon: Lexicon) -> Phrases:
    """Return the phrases of a law with its defaults, 100 words long."""
    bound = parse_law(law, SYMBOL_LAWS, "law", _open)
    recipe = Recipe(bound, Fixed(length=LENGTH), lexicon.vocabulary, lexicon.digest, 1)
    recipe.check()
    return Phrases(recipe, lambda: lexicon)


def kinship(phrases: NDArray[np.uint32], directions: Floats) -> tuple[float, float]:
    """Return the mean cosine of two places of one phrase, and of places of two phrases.

    phrases: (n, length); directions: (V, d), of length 1, or 0 where a word has no vector, which counts as 90 degrees.
    """
    sums = directions[phrases].sum(axis=1)
    own = (directions[phrases] ** 2).sum(axis=(1, 2))
    n, length = phrases.shape
    squares = (sums**2).sum(axis=1)
    within = (squares - own).mean() / (length * (length - 1))
    across = ((sums.sum(axis=0) ** 2).sum() - squares.sum()) / (n * (n - 1) * length * length)
    return float(within), float(across)


def found_near(phrases: NDArray[np.uint32], directions: Floats, nearest: int) -> float:
    """Return the mean share of a phrase's distinct words that are among the ``nearest`` words to its mean."""
    shares = []
    for phrase in phrases:
        cosines = directions @ directions[phrase].sum(axis=0)
        top = np.argpartition(-cosines, nearest)[:nearest]
        shares.append(np.isin(np.unique(phrase), top).mean())
    return float(np.mean(shares))


def conditionals(bound: BoundLoglinear, base: Floats, tau: float, words: int) -> Floats:
    """Return p(w given c) by the formula, of the first ``words`` words at each point: (points, words)."""
    vectors = (bound.space.rows / bound.space.unit).astype(np.float32)
    made = []
    for point in bound.points.astype(np.float32) / np.float32(4096.0 * tau):
        weights = base * np.exp((vectors @ point).astype(np.float64))
        made.append(weights[:words] / weights.sum())
    return np.array(made)


def pointwise(p: Floats, space: WordSpace, tau: float) -> tuple[float, float]:
    """Return correlation and slope of PMI over v . v' / (d tau^2), over all pairs of the words that ``p`` has."""
    rows = space.rows[: p.shape[1]].astype(np.float64) / space.unit
    known = rows.any(axis=1)
    p, rows = p[:, known], rows[known]
    marginal = p.mean(axis=0)
    pairs = np.triu_indices(len(rows), 1)
    pmi = np.log((p.T @ p / len(p) / np.outer(marginal, marginal))[pairs])
    dots = (rows @ rows.T)[pairs] / (round(float((rows**2).sum(axis=1).mean())) * tau * tau)
    return float(np.corrcoef(dots, pmi)[0, 1]), float(np.polyfit(dots, pmi, 1)[0])


def lengths_law(p: Floats, space: WordSpace) -> tuple[float, float]:
    """Return correlation and slope of log p(w) over |v|^2 / 2d."""
    halves = (space.rows[: p.shape[1]].astype(np.float64) ** 2).sum(axis=1) / space.unit**2 / 100
    logs = np.log(p.mean(axis=0))
    return float(np.corrcoef(halves, logs)[0, 1]), float(np.polyfit(halves, logs, 1)[0])


def rows_of(lexicon: Lexicon) -> Iterator[str]:
    """Yield the table of laws."""
    vectors = vectors_of(lexicon, "glove").values.astype(np.float64)
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    yield "| law | bits a word | distinct words in 100 | cosine in a phrase | of two | near: 100 | near: 1,000 |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for law in LAWS:
        if law.partition(":")[0] not in SYMBOL_LAWS:
            continue
        phrases = phrases_of(law, lexicon)
        drawn = phrases.draw(seed_range(0, PHRASES)).ids.reshape(PHRASES, LENGTH)
        within, across = kinship(drawn, directions)
        near = [found_near(drawn[:ASKED], directions, nearest) for nearest in (100, 1000)]
        distinct = np.mean([len(set(phrase)) for phrase in drawn.tolist()])
        yield (
            f"| `{law}` | {phrases.law.entropy:.1f} | {distinct:.0f} | {within:.3f} | {across:.3f} "
            f"| {near[0]:.0%} | {near[1]:.0%} |"
        )


def of_loglinear(lexicon: Lexicon) -> Iterator[str]:
    """Yield what is true of ``loglinear`` alone."""
    phrases = phrases_of("loglinear", lexicon)
    bound = phrases.law
    assert isinstance(bound, BoundLoglinear)
    seeds = seed_range(0, CHUNK)
    drawn = phrases.draw(seeds).ids.copy().reshape(-1, LENGTH)
    seconds = []
    for _ in range(30):
        begin = time.thread_time()  # of this core's own time, whatever else it does
        phrases.draw(seeds)
        seconds.append(time.thread_time() - begin)
    base = (lexicon.frequencies / lexicon.frequencies.max()) ** 0.75
    correlation, slope = pointwise(conditionals(bound, base, 0.5, COMMON), bound.space, 0.5)
    truth = bound.discourses(1, seeds, np.full(len(seeds), LENGTH)).astype(np.float64)
    means = bound.space.rows.astype(np.float64)[drawn].sum(axis=1)
    cosines = (means * truth).sum(axis=1) / np.linalg.norm(means, axis=1) / np.linalg.norm(truth, axis=1)
    yield f"* {drawn.size / min(seconds) / 1e6:.1f} M symbols/s on one core."
    yield f"* {bound.acceptance:.0%} of attempts give a symbol."
    yield f"* PMI of the {COMMON:,} commonest words over v . v' / (d tau^2): correlation {correlation:.2f}."
    yield f"* Cosine of the mean of a phrase's words with its true mean discourse: {cosines.mean():.3f}."
    theory = phrases_of("loglinear:vectors=gaussian,a=0,tau=1.0,k=4096", lexicon).law
    assert isinstance(theory, BoundLoglinear)
    p = conditionals(theory, np.ones(lexicon.vocabulary), 1.0, lexicon.vocabulary)[:, -COMMON:]
    tail = WordSpace(theory.space.rows[-COMMON:], theory.space.unit)
    (pmi, slope), (logs, steepness) = pointwise(p, tail, 1.0), lengths_law(p, tail)
    yield (
        f"* Theorem 2.2 of Arora et al., a = 0, tau = 1, v ~ N(0, I): PMI over v . v' / d has slope {slope:.2f} "
        f"(correlation {pmi:.2f}); log p(w) over |v|^2 / 2d has slope {steepness:.2f} (correlation {logs:.2f})."
    )


def shown(lexicon: Lexicon) -> Iterator[str]:
    """Yield ten phrases of each law as words."""
    for law in SHOWN:
        if law not in SYMBOL_LAWS:
            continue
        block = phrases_of(law, lexicon).draw(seed_range(0, 10))
        yield f"\n`{law}`\n"
        for phrase in block.ids.reshape(10, LENGTH)[:, :WORDS_SHOWN].tolist():
            yield f"* {' '.join(lexicon.words[word] for word in phrase)} ..."


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the tables; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.semantics", description=(__doc__ or "").partition("\n")[0]
    )
    parser.parse_args(arguments)
    lexicon = build_lexicon("english", VOCABULARY, "stable", _open)
    lines = ["# How far the words of a phrase belong together", "", f"On {machine()['processor']}.", ""]
    lines += [*rows_of(lexicon), "", *of_loglinear(lexicon), "", "## Ten phrases", *shown(lexicon)]
    print("\n".join(lines))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _open(path: str) -> BinaryIO:
    return Path(path).open("rb")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
