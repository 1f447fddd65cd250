"""Settings of the program's own processes, made before Beam is imported; other importers are not affected."""

import os
import sys

from beam_pipeline.terminal.command_line import CHILD, is_program, module_named

_PREPARED: list[bool] = []  # True once this process is prepared


def is_child() -> bool:
    """Return whether the program started this process, as a part of another engine."""
    return CHILD in os.environ


def prepare_process() -> None:
    """Make this process the program's: its path of modules, interrupts, streams, channels and faults."""
    if _PREPARED:
        return
    _PREPARED.append(True)
    _search_working_folder_last()  # before any other import: it may hold a module of the same name
    from beam_pipeline.terminal import faults, interrupts, limits, local_channels, streams, unused_imports
    from hyperphrase import own_packages

    interrupts.install()
    unused_imports.leave_out(module_named(), sys.argv[1:])
    streams.complete()
    local_channels.go_direct()
    faults.install()
    own_packages.check()
    limits.prepare()
    prepare_child()


def prepare_child() -> None:
    """Silence Beam's warnings about unused clients, and save 0.6 s of garbage collection."""
    import atexit
    import gc
    import logging

    logging.getLogger().setLevel(logging.ERROR)
    gc.set_threshold(300_000)  # importing Beam creates 200,000 permanent objects
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # no garbage collection of all objects at exit either


def _search_working_folder_last() -> None:
    """Let no file of the user's hide a module: ``python -m`` puts the working folder first.

    It stays on the path, because a runner class of the user's may be there. An editable installation is on no path, so
    its folder is put before.
    """
    first = sys.path[0] if sys.path else None
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    if is_program() and not sys.flags.safe_path and first is not None and os.path.realpath(first) != here:
        working = sys.path.pop(0)
        sys.path += [here] * (here not in sys.path) + [working]
