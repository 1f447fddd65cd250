"""The pipeline, as one sentence."""

import apache_beam as beam

from hyperphrase.duplicates import Deduplication
from transforms.context import Site
from transforms.expand_seeds import ExpandSeeds
from transforms.find_duplicates import COMPARED, FindDuplicates
from transforms.find_extent import FindExtent
from transforms.fingerprint_phrases import DROPS, KEYS, FingerprintPhrases
from transforms.generate_phrases import GeneratePhrases
from transforms.length_histogram import LengthHistogram
from transforms.write_manifest import WriteManifest
from transforms.write_shards import WriteShards


def make_corpus(pipeline: beam.Pipeline, site: Site, how: Deduplication, lexicon: str) -> beam.PCollection:
    """Apply the whole job to ``pipeline``; returns the path of the manifest as a PCollection of one element."""
    units = pipeline | ExpandSeeds(site.request)  # WorkUnit
    drops, seen = _drops(pipeline, units, site, how)  # (unit index, offsets to drop); seeds accounted for
    extent = drops | FindExtent(site.request, seen)  # Extent
    kept = (units, drops) | GeneratePhrases(extent)  # KeptPhrases
    written = kept | WriteShards(site)  # WrittenUnit
    histogram = written | LengthHistogram()  # Statistics
    return written | WriteManifest(site, lexicon, histogram, extent)


def _drops(
    pipeline: beam.Pipeline, units: beam.PCollection, site: Site, how: Deduplication
) -> tuple[beam.PCollection, beam.PCollection | None]:
    if site.request.recipe.sampler.injective:
        return pipeline | "NoDrops" >> beam.Create([], reshuffle=False), None
    own = units | FingerprintPhrases(site, how)
    between = own[KEYS] | FindDuplicates(site, how)
    dropped = own[DROPS] | "CountOwnDrops" >> beam.Map(lambda drop: len(drop[1]) // 4)
    seen = (dropped, between[COMPARED]) | "AllSeen" >> beam.Flatten()
    return (own[DROPS], between[DROPS]) | "AllDrops" >> beam.Flatten(), seen
