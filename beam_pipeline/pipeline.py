"""The pipeline: the transforms and how they are connected."""

import apache_beam as beam

from hyperphrase.deduplication.duplicates import Deduplication
from transforms.expand_seeds import ExpandSeeds
from transforms.find_duplicates import FindDuplicates
from transforms.find_extent import FindExtent
from transforms.fingerprint_phrases import COUNTS, DROPS, KEYS, FingerprintPhrases
from transforms.generate_phrases import GeneratePhrases
from transforms.length_histogram import LengthHistogram
from transforms.worker.context import CorpusContext
from transforms.write_dictionary import WriteDictionary
from transforms.write_manifest import WriteManifest
from transforms.write_shards import WriteShards


def apply_pipeline(
    pipeline: beam.Pipeline, context: CorpusContext, dedup: Deduplication | None, lexicon: str
) -> beam.PCollection:
    """Apply all transforms to ``pipeline``; return the path of the manifest as a PCollection of one element."""
    units = pipeline | ExpandSeeds(context.request)  # WorkUnit
    drops, counts = _duplicates(
        pipeline, units, context, dedup
    )  # (span index, offsets to drop); what FindExtent adds up
    extent = counts | FindExtent(context.request)  # Extent
    kept = (units, *drops) | GeneratePhrases(context.request, dedup, extent)  # KeptPhrases
    written = kept | WriteShards(context)  # WrittenUnit
    histogram = written | LengthHistogram()  # Statistics
    meanings = kept | WriteDictionary(context) if context.request.dictionary else None  # (unit index, Shard)
    return written | WriteManifest(context, lexicon, histogram, extent, meanings)


def _duplicates(
    pipeline: beam.Pipeline, units: beam.PCollection, context: CorpusContext, dedup: Deduplication | None
) -> tuple[tuple[beam.PCollection, ...], beam.PCollection]:
    if dedup is None:
        drawn = context.request.stop_seed - context.request.first_seed
        return (), pipeline | "NothingToCompare" >> beam.Create([({}, drawn)], reshuffle=False)
    own = units | FingerprintPhrases(context, dedup)
    between = own[KEYS] | FindDuplicates(context, dedup)
    return (own[DROPS], between[DROPS]), (own[COUNTS], between[COUNTS]) | "AllCounts" >> beam.Flatten()
