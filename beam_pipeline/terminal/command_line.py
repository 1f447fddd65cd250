"""How Python was told to start the program."""

import sys

CHILD = "HYPERPHRASE_CHILD"  # environment variable of processes that the program starts, such as Dask's workers
WARNINGS = "PYTHONWARNINGS"  # environment variable: what Python warns of
DASK_LOGS = "DASK_LOGGING__DISTRIBUTED"  # environment variable: the level of what they log


def is_program() -> bool:
    """Return whether this process was started as ``python -m beam_pipeline...``."""
    as_module = sys.argv[:1] == ["-m"]  # the value while Python imports the package, before it runs the command
    return as_module and module_named().partition(".")[0] == "beam_pipeline"


def module_named() -> str:
    """Return what the command line names after ``-m``; a path, if it names none."""
    word = sys.orig_argv[-len(sys.argv)] if sys.argv else ""  # before the arguments
    return word.partition("m")[2] if word.startswith("-") else word  # -mNAME in one word
