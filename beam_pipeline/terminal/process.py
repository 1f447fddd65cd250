"""What the program sets in its own process before it imports Beam; importing this package as a library sets nothing."""

import atexit
import gc
import logging


def prepare_process() -> None:
    """Silence Beam's warnings of clients that are not used here, and spare 0.6 s of looking for garbage."""
    logging.getLogger().setLevel(logging.ERROR)
    gc.set_threshold(300_000)  # importing Beam makes 200,000 objects, all to stay
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # nor is garbage looked for among all objects when the program ends
