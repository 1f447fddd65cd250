"""Load numba, which this package cannot do without: here first, so that what keeps it from loading is told in a line.

The modules of this package import numba's names from here.
"""

import warnings

from hyperphrase.errors import InputError

_SETTINGS = "look at the variables NUMBA_... and at .numba_config.yaml in the working folder"


def load() -> None:
    """Import numba. Raises InputError if its user's settings keep it from being imported, or from compiling."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a setting that it cannot read, and then does without
        try:
            import numba
        except ImportError:
            raise
        except Exception as error:  # by the setting, of any class
            raise InputError(f"numba cannot be loaded ({error}); {_SETTINGS}") from error
    if numba.config.DISABLE_JIT:
        raise InputError(f"numba is told by NUMBA_DISABLE_JIT to compile nothing; unset it: {_SETTINGS}")


load()

from llvmlite import ir  # noqa: E402
from numba import types  # noqa: E402
from numba.core import caching, cgutils, config  # noqa: E402
from numba.core.codegen import get_host_cpu_features  # noqa: E402
from numba.extending import intrinsic  # noqa: E402
from numba.np.arrayobj import make_array, populate_array  # noqa: E402

__all__ = [
    "caching",
    "cgutils",
    "config",
    "get_host_cpu_features",
    "intrinsic",
    "ir",
    "make_array",
    "populate_array",
    "types",
]
