"""``plan``: show what a run would produce and cost, without running it."""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.engines import engine
from beam_pipeline.planning import cost_tables
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, run_command
from beam_pipeline.terminal.option_names import with_options
from beam_pipeline.terminal.table import print_table
from hyperphrase.codecs import CHOICES, FORMATS
from hyperphrase.corpus.loading import encoder_of, texts_of
from hyperphrase.corpus.request import CorpusRequest, Output, outputs_of
from hyperphrase.formatting import format_bytes
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.laws.base import BoundLaw
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.dictionary import bytes_a_row
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases
from hyperphrase.planning.job import Job
from hyperphrase.space.phrase_space import Space

_SAMPLE = CHUNK  # phrases that are drawn and encoded to estimate the bytes of each format


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("plan", _plan, arguments)


def _plan(arguments: Sequence[str]) -> int:
    parser = options.parser("plan", "show what a run with these options would produce and cost, without running it")
    cost_tables.add_options(parser)
    if {"--help", "-h"} & set(arguments):
        print(parser.format_help())
        return DONE
    given, rest = parser.parse_known_args(arguments)
    given.output = given_path(given.output or "", "output", BUCKETS)
    chosen = engine.choose(rest, parser.names())
    fleet = cost_tables.read_fleet(given, chosen.local and "://" not in given.output)
    job = options.read_job(given)
    sample = job.phrases.draw(_sample_seeds(job.request))
    mean = _mean_length(job.phrases, sample)
    print_table([*_rows(job.request, job.space, job.lexicon, mean), *_dictionary_rows(job)])
    print()
    symbols = mean * _expected(job.request, job.space)
    print_table(_format_rows(sample, job.lexicon, given.text, symbols, job.phrases.law.entropy))
    print(
        f"\nbytes: estimated from {len(sample.seeds):,} phrases; no encoding of these symbols is smaller than the floor"
    )
    for line in job.notes():
        print(f"note: {with_options(line)}")
    if fleet is not None:
        print()
        outputs = tuple(mean * _bytes_a_symbol(sample, job.lexicon, output) for output in job.request.outputs)
        cost_tables.print_cost(job, fleet, mean, outputs)
    return DONE


def _bytes_a_symbol(block: PhraseBlock, lexicon: Lexicon, output: Output) -> float:
    """Return the encoded bytes of a symbol, by a sample of phrases, without what a file without phrases has."""

    def encoded(blocks: Sequence[PhraseBlock]) -> int:
        encoder = encoder_of(output, lexicon.vocabulary, lambda: texts_of(lexicon, output.text))
        return len(encoder.begin()) + sum(len(encoder.encode(part)) for part in blocks) + len(encoder.end())

    return (encoded([block]) - encoded([])) / len(block.ids)


def _expected(request: CorpusRequest, space: Space) -> float:
    """Return the expected number of phrases in the corpus."""
    return request.phrases or space.expected_distinct(request.stop_seed - request.first_seed)


def _sample_seeds(request: CorpusRequest) -> NDArray[np.uint64]:
    """Return the sample's seeds, spread over the range: laws may be ordered, and large seeds take more bytes."""
    drawn = request.stop_seed - request.first_seed
    count = min(drawn, _SAMPLE)
    return np.array([request.first_seed + i * drawn // count for i in range(count)], np.uint64)


def _mean_length(phrases: Phrases, sample: PhraseBlock) -> float:
    """Return the mean length of the corpus: the length law's, or the sample's if lengths depend on the content."""
    if type(phrases.law).lengths is BoundLaw.lengths:
        return phrases.recipe.mean_length()
    return float(sample.lengths.mean())


def _rows(request: CorpusRequest, space: Space, lexicon: Lexicon, mean: float) -> Iterator[tuple[str, str]]:
    bound, drawn = space.phrases.law, request.stop_seed - request.first_seed
    kept = _expected(request, space)
    yield "recipe digest", request.recipe.digest
    yield "law", f"{request.recipe.law}"
    yield "lengths", f"{request.recipe.lengths}, mean {mean:,.1f}"
    yield "lexicon", f"{lexicon.name}, {lexicon.vocabulary:,} hyperwords"
    yield "space", f"10^{space.log10_size():,.1f} phrases"
    yield "entropy", f"{bound.entropy:.2f} bits per symbol (collision entropy {bound.collision_entropy:.2f})"
    yield "seeds", f"{request.first_seed:,} to {request.stop_seed - 1:,}: {drawn:,} to draw"
    least, most = ("", "") if space.in_closed_form else ("at least ", "at most ")
    yield "phrases", f"{kept:,.0f}" if request.phrases else f"{least}{kept:,.0f} expected"
    if space.injective:
        yield "duplicates", "none: the law gives no phrase twice, so nothing is deduplicated"
    else:
        repeats = max(drawn - space.expected_distinct(drawn), 0.0)
        yield "duplicates", f"{most}{repeats:,.3g} expected in the seeds to draw"
    yield "symbols", f"{kept * mean:,.0f} expected"
    yield "shards", f"{request.unit_count:,} of {request.phrases_per_shard:,} seeds, for each format"
    yield "shuffle", f"{format_bytes(0 if space.injective else 8 * drawn)} of fingerprints; phrases are never shuffled"


def _dictionary_rows(job: Job) -> Iterator[tuple[str, str]]:
    kind = job.request.dictionary
    if job.meanings is not None and kind is not None:
        each = bytes_a_row(job.meanings.dimensions, kind)
        yield "dictionary", f"{kind}, {format_bytes(each * _expected(job.request, job.space))}"


def _format_rows(
    block: PhraseBlock, lexicon: Lexicon, text: str, symbols: float, entropy: float
) -> Iterator[tuple[str, ...]]:
    floor = entropy / 8
    yield "format", "compression", "bytes", "per symbol", "times the floor"
    for name in CHOICES:
        if not FORMATS[name].is_installed():
            continue
        for compression in FORMATS[name].compressions:
            outputs = outputs_of(name, compression, text)
            each = sum(_bytes_a_symbol(block, lexicon, output) for output in outputs)
            yield (
                name,
                compression,
                format_bytes(each * symbols),
                f"{each:.2f}",
                f"{each / floor:.2f}" if floor else "-",
            )
    yield "entropy", "floor", format_bytes(floor * symbols), f"{floor:.2f}", "1.00"


if __name__ == "__main__":
    sys.exit(main())
