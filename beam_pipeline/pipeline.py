"""The pipeline, as one sentence."""

import apache_beam as beam

from hyperphrase.duplicates import Deduplication
from transforms.context import Site
from transforms.expand_seeds import ExpandSeeds
from transforms.find_duplicates import FindDuplicates
from transforms.find_extent import FindExtent
from transforms.fingerprint_phrases import COUNTS, DROPS, KEYS, FingerprintPhrases
from transforms.generate_phrases import GeneratePhrases
from transforms.length_histogram import LengthHistogram
from transforms.write_dictionary import WriteDictionary
from transforms.write_manifest import WriteManifest
from transforms.write_shards import WriteShards


def make_corpus(pipeline: beam.Pipeline, site: Site, how: Deduplication | None, lexicon: str) -> beam.PCollection:
    """Apply the whole job to ``pipeline``; returns the path of the manifest as a PCollection of one element."""
    units = pipeline | ExpandSeeds(site.request)  # WorkUnit
    drops, counts = _duplicates(pipeline, units, site, how)  # (span index, offsets to drop); what FindExtent adds up
    extent = counts | FindExtent(site.request)  # Extent
    kept = (units, *drops) | GeneratePhrases(site.request, how, extent)  # KeptPhrases
    written = kept | WriteShards(site)  # WrittenUnit
    histogram = written | LengthHistogram()  # Statistics
    meanings = kept | WriteDictionary(site) if site.request.dictionary else None  # (unit index, Shard)
    return written | WriteManifest(site, lexicon, histogram, extent, meanings)


def _duplicates(
    pipeline: beam.Pipeline, units: beam.PCollection, site: Site, how: Deduplication | None
) -> tuple[tuple[beam.PCollection, ...], beam.PCollection]:
    if how is None:
        drawn = site.request.stop_seed - site.request.first_seed
        return (), pipeline | "NothingToCompare" >> beam.Create([({}, drawn)], reshuffle=False)
    own = units | FingerprintPhrases(site, how)
    between = own[KEYS] | FindDuplicates(site, how)
    return (own[DROPS], between[DROPS]), (own[COUNTS], between[COUNTS]) | "AllCounts" >> beam.Flatten()
