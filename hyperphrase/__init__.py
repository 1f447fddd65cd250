"""hyperphrase: corpora of phrases that nobody wrote, each a pure function of (recipe, seed).

This package is the domain. It needs numpy, numba and pyarrow, and for words, formats and checksums msgpack, fastavro,
zlib-ng, zstandard and google-crc32c. It imports neither Apache Beam nor a cloud client.
"""

__version__ = "0.1.0"
