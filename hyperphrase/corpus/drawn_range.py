"""Decide how many seeds to draw and how to deduplicate them, before any work starts."""

import dataclasses
import math

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.deduplication.fingerprints import prefix_length
from hyperphrase.errors import InputError
from hyperphrase.limits import MAX_UNITS, SEED_STOP
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.space.phrase_space import MOST_DRAWS_A_PHRASE, Space

_BUCKET = 1 << 24  # keys in a bucket: 128 MiB, sorted by one worker
_FEWEST_BUCKET_BITS = 4  # 16 buckets: work for all cores of a small machine
_RUN = 1024  # keys that a span sends to a bucket on average, as one element of 8 KiB
_FEWEST_SPANS = 64  # if there are as many units: work for many machines


def enough_seeds(request: CorpusRequest, space: Space) -> CorpusRequest:
    """Return ``request`` with a drawn range that most likely has enough phrases. Raises InputError if none can."""
    if request.phrases is None:
        return request
    if not space.holds(request.phrases):
        problem = f"the space has {space.size()} phrases; ask for fewer, or for more lengths or hyperwords"
        raise InputError(problem, field="phrases", value=request.phrases)
    draws = space.draws_for(request.phrases)
    if draws is None:
        most = MOST_DRAWS_A_PHRASE * request.phrases
        known = f"about {space.expected_distinct(most):.0f} are expected" if space.in_closed_form else "there are fewer"
        problem = f"expected to take more than {MOST_DRAWS_A_PHRASE} draws a phrase (after {most} draws {known})"
        raise InputError(f"{problem}; ask for fewer", field="phrases", value=request.phrases)
    repeats = draws - request.phrases
    margin = int(6 * repeats**0.5) + 1 if repeats else 0  # at least six standard deviations
    return up_to(request, draws + margin)


def up_to(request: CorpusRequest, draws: int) -> CorpusRequest:
    """Return ``request`` with a drawn range of ``draws`` seeds. Raises InputError beyond the last seed."""
    stop = request.first_seed + draws
    if stop > SEED_STOP:
        problem = f"takes seeds up to {stop}, beyond 2^63; lower `first_seed`"
        raise InputError(problem, field="phrases", value=request.phrases)
    return dataclasses.replace(request, stop_seed=stop)


def check_seeds(request: CorpusRequest) -> None:
    """Raise InputError if the law has no phrases for seeds of ``request``, or if it has more than MAX_UNITS units."""
    if request.unit_count > MAX_UNITS:
        least = -(-(request.stop_seed - request.first_seed) // MAX_UNITS)
        problem = f"makes {request.unit_count} shards of each format, more than {MAX_UNITS}; give {least} or more"
        raise InputError(problem, field="phrases_per_shard", value=request.phrases_per_shard)
    recipe, stop = request.recipe, request.recipe.seed_stop()
    if request.stop_seed > stop:
        raise InputError(
            f"with `lengths={recipe.lengths}` and {recipe.vocabulary} hyperwords it has phrases for {stop} seeds, "
            f"from 0 on, and seeds up to {request.stop_seed - 1} are asked for; ask for fewer, or for longer phrases "
            "or more hyperwords",
            field="law",
            value=recipe.law,
        )


def deduplication(phrases: Phrases, request: CorpusRequest) -> Deduplication | None:
    """Return how to deduplicate the drawn range of ``request``; None if no two seeds can give the same phrase.

    The shuffle carries spans x buckets runs of keys. To keep runs long, the size of a span grows with the number of
    buckets (1,024 phrases for each bucket), and above 2.7e11 phrases the size of a bucket, and with it that of a span,
    grows with the square root of the number of phrases.
    """
    if request.recipe.law.injective:
        return None
    draws = request.stop_seed - request.first_seed
    bucket = max(_BUCKET, math.isqrt(_RUN * draws))
    bucket_bits = max(_FEWEST_BUCKET_BITS, (draws // bucket).bit_length())
    span = min(_RUN << bucket_bits, draws // _FEWEST_SPANS)
    span_units = max(1, -(-span // request.phrases_per_shard))
    return Deduplication(
        prefix=prefix_length(phrases, request.first_seed),
        offset_bits=(span_units * request.phrases_per_shard - 1).bit_length(),
        bucket_bits=bucket_bits,
        span_units=span_units,
    )
