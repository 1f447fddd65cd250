"""Files that appear under their names only when they are complete."""

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open ``path`` for writing; it gets its name, and replaces what had it, when the block ends without an exception.

    Otherwise nothing is left of it. Raises OSError.
    """
    temporary = path.with_name(f".{path.name[:200]}.{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as stream:
            yield stream
        temporary.replace(path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename is None and error.errno:
            error.filename = str(path)  # a write knows only its number
        with contextlib.suppress(OSError):  # the first error is the one to report
            temporary.unlink()
        raise
