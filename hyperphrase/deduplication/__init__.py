"""Exact deduplication: the seeds whose phrase an earlier seed already gave.

``fingerprints`` hash a phrase or its first symbols; ``duplicates`` sorts them and compares the phrases behind equal
ones symbol by symbol.
"""

from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span, duplicates_in_bucket
from hyperphrase.deduplication.fingerprints import fingerprints, prefix_length

__all__ = ["Deduplication", "distinct_in_span", "duplicates_in_bucket", "fingerprints", "prefix_length"]
