"""Validation of untrusted files and bytes.

A corpus, a lexicon or a law's file may be untrusted. This wing validates JSON values, headers of ``.npy`` files,
Parquet files, compressed streams and folders before the program allocates memory or loads anything according to them,
and recognises other kinds of files (``file_kinds``).
Formats that cannot be validated first are parsed in a separate process with limited memory and time
(``separate_process``).
"""

from hyperphrase.untrusted.decompression import inflate, read_full, unzstd
from hyperphrase.untrusted.file_kinds import kind_of, not_utf8
from hyperphrase.untrusted.json_values import short_text, whole
from hyperphrase.untrusted.npy_header import read_header
from hyperphrase.untrusted.plain_parquet import read_plain, write_plain
from hyperphrase.untrusted.separate_process import parse_apart
from hyperphrase.untrusted.trusted_folders import is_trusted, own_cache

__all__ = [
    "inflate",
    "is_trusted",
    "kind_of",
    "not_utf8",
    "own_cache",
    "parse_apart",
    "read_full",
    "read_header",
    "read_plain",
    "short_text",
    "unzstd",
    "whole",
    "write_plain",
]
