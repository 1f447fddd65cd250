"""Bytes from elsewhere, judged before they are used.

A corpus, a lexicon or a law's file may come from a stranger. What stands here checks values of JSON, headers of
``.npy`` files, Parquet files, compressed streams and folders before anything is sized, allocated or loaded by what they
say. What cannot be checked beforehand is parsed in a bounded process of its own (``separate_process``).
"""

from hyperphrase.untrusted.decompression import inflate, read_full, unzstd
from hyperphrase.untrusted.json_values import short_text, whole
from hyperphrase.untrusted.npy_header import read_header
from hyperphrase.untrusted.plain_parquet import read_plain, write_plain
from hyperphrase.untrusted.separate_process import parse_apart
from hyperphrase.untrusted.trusted_folders import is_trusted

__all__ = [
    "inflate",
    "is_trusted",
    "parse_apart",
    "read_full",
    "read_header",
    "read_plain",
    "short_text",
    "unzstd",
    "whole",
    "write_plain",
]
