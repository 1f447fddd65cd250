"""Exact deduplication: find the seeds whose phrase a lower seed also gives.

``fingerprints`` hashes phrases or their first symbols; ``duplicates`` sorts the fingerprints, and compares phrases with
equal fingerprints symbol by symbol.
"""

from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span, duplicates_in_bucket
from hyperphrase.deduplication.fingerprints import fingerprints, prefix_length

__all__ = ["Deduplication", "distinct_in_span", "duplicates_in_bucket", "fingerprints", "prefix_length"]
