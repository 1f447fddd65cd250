"""What the program sets in its own processes before Beam is imported; importing the package elsewhere sets nothing."""

import atexit
import gc
import logging
import os
import sys

CHILD = (
    "HYPERPHRASE_CHILD"  # a variable of the environment of processes that the program starts, such as Dask's workers
)


def is_ours() -> bool:
    """Tell whether this process was started as ``python -m beam_pipeline...``, or by the program."""
    as_module = sys.argv[:1] == ["-m"]  # so Python has it while it imports the package, before it runs the command
    return CHILD in os.environ or (as_module and any(word.startswith("beam_pipeline") for word in sys.orig_argv))


def prepare_process() -> None:
    """Silence Beam's warnings of clients that are not used here, and spare 0.6 s of looking for garbage."""
    logging.getLogger().setLevel(logging.ERROR)
    gc.set_threshold(300_000)  # importing Beam makes 200,000 objects, all to stay
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # nor is garbage looked for among all objects when the program ends
