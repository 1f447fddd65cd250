"""The bytes of a corpus without shards: its manifest, and the file of dropped seeds if there are many."""

import io
from dataclasses import dataclass

from hyperphrase.corpus.layout import DROPPED_FILE, LAW_FILE, LEXICON_FILE, RECIPE_FILE, STATISTICS_FILES
from hyperphrase.corpus.manifest import MAX_LISTED, DroppedSeeds, File, Manifest
from hyperphrase.planning.expected_corpus import ExpectedCorpus

_SEED_BYTES = 8
_CRC, _SIZE = 3_000_000_000, 5000  # of a file: as many digits as most have
_VERSIONS = ("hyperphrase", "apache-beam", "numba", "numpy", "pyarrow", "zlib-ng", "zstandard")


@dataclass(frozen=True)
class VirtualSize:
    """The bytes of a corpus that is its manifest: that, and the file of dropped seeds.

    law_bytes: of the file of a law that has one, included. lexicon_bytes: of the lexicon's file, which is written
    too, but not included: this package has its lexicons, and makes them again. dropped: expected number of seeds.
    """

    bytes: float
    manifest_bytes: float
    dropped_bytes: float
    law_bytes: float
    lexicon_bytes: float
    dropped: float


def virtual_size(expected: ExpectedCorpus) -> VirtualSize:
    """Return what the corpus takes if only its manifest is kept."""
    dropped = _dropped(expected)
    manifest = float(len(_manifest(expected, round(dropped)).dumps()))
    in_file = _SEED_BYTES * dropped if round(dropped) > MAX_LISTED else 0.0
    law = float(len(expected.job.request.recipe.law.attached() or b""))
    stream = io.BytesIO()
    expected.job.lexicon.write(stream)
    return VirtualSize(manifest + in_file + law, manifest, in_file, law, float(stream.tell()), dropped)


def _dropped(expected: ExpectedCorpus) -> float:
    """Return how many seeds are dropped until the corpus has its phrases."""
    request, space = expected.job.request, expected.job.space
    draws = expected.drawn if request.phrases is None else space.draws_for(request.phrases) or expected.drawn
    return 0.0 if space.injective else max(draws - space.expected_distinct(draws), 0.0)


def _manifest(expected: ExpectedCorpus, dropped: int) -> Manifest:
    """Return a manifest of as many bytes as that of a run: its numbers are expectations, its checksums are none."""
    request, kept = expected.job.request, expected.phrases
    counts = {length: round(kept * share) for length, share in sorted(expected.lengths.items())}
    between = max((expected.drawn - 1) // max(dropped, 1), 1)
    seeds = tuple(request.first_seed + i * between for i in range(dropped)) if dropped <= MAX_LISTED else None
    law = [LAW_FILE] if request.recipe.law.attached() is not None else []
    seeds_file = [DROPPED_FILE] if seeds is None else []
    names = sorted(
        [LEXICON_FILE, RECIPE_FILE, *law, *seeds_file, *(name for name in STATISTICS_FILES if "length" in name)]
    )
    return Manifest(
        recipe=request.recipe,
        first_seed=request.first_seed,
        stop_seed=request.stop_seed,
        phrases_per_shard=request.phrases_per_shard,
        outputs=(),
        kept=round(kept),
        length_histogram={length: count for length, count in counts.items() if count},
        shards=(),
        dropped=DroppedSeeds(dropped, seeds),
        files=tuple(File(name, _SIZE, _CRC) for name in names),
        lexicon=expected.job.lexicon.name,
        versions=dict.fromkeys(_VERSIONS, "10.10.0"),
    )
