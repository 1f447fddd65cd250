"""Read the header of an untrusted ``.npy`` file, before memory is allocated according to it."""

from typing import BinaryIO

import numpy as np

_MAX_BYTES = 10_000  # numpy's own limit


def read_header(stream: BinaryIO) -> tuple[np.dtype[np.generic], tuple[int, ...], bool]:
    """Read a header: return (dtype, shape, whether the order is Fortran's). Raises ValueError if it is not valid."""
    try:
        version = np.lib.format.read_magic(stream)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, fortran, dtype = read(stream, max_header_size=_MAX_BYTES)
    except OSError:
        raise
    except Exception as error:  # numpy uses Python's parser, and passes on whatever that raises
        raise ValueError("not the header of a .npy file") from error
    return dtype, shape, fortran
