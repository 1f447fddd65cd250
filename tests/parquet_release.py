"""The bytes of Parquet shards, but for the release of pyarrow that their footers name: it may be any."""

import re

_release = re.compile(rb"parquet-cpp-arrow version [0-9A-Za-z.+-]{1,60}")


def without_release(data):
    """Return ``data`` without the name of a release."""
    return _release.sub(b"", data)
