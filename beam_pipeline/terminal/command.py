"""How every command starts and ends: one parser, one way to say what is wrong, one set of exit statuses."""

import argparse
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn, TextIO

from beam_pipeline.terminal.option_names import error_line
from hyperphrase.errors import CorruptError, InputError, WorkFailedError
from hyperphrase.formatting import escape_controls

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
RESUME_HINT = "interrupted; rerun the same command to resume"  # what an interrupted command says


class Parser(argparse.ArgumentParser):
    """Parses the project's own options; what is wrong with them becomes an InputError of one line."""

    def __init__(self, command: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=f"hyperphrase {command}",
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def names(self) -> list[str]:
        """Return the names of all options, such as ``--output``."""
        return list(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing the usage and leaving."""
        raise InputError(message.removeprefix("argument "))


def run_command(name: str, work: Callable[[Sequence[str]], int], arguments: Sequence[str] | None) -> int:
    """Call ``work`` with the command line; turn what it raises into one line on stderr and an exit status."""
    gc.freeze()  # what was imported stays: garbage is not looked for among it
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the first process of a container ignores it else
    try:
        return work(sys.argv[1:] if arguments is None else arguments)
    except InputError as error:
        return _say(name, error, WRONG_INPUT)
    except (CorruptError, WorkFailedError) as error:
        return _say(name, error, FAILED)
    except KeyboardInterrupt:
        return _say(name, RESUME_HINT, INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough: nothing to say, and nobody to say it to
        return FAILED
    except OSError as error:
        return _say(name, error, FAILED)


def leave(name: str, what: object, status: int) -> NoReturn:
    """Say in one line why the command ends, and end this process at once, whatever its threads wait for or say."""
    _say(name, what, status, sys.__stderr__)
    sys.stdout.flush()
    os._exit(status)


def _say(name: str, what: object, status: int, stream: TextIO | None = None) -> int:
    line = escape_controls(" ".join((error_line(what) if isinstance(what, BaseException) else str(what)).split()))
    print(f"hyperphrase {name}: {line}", file=stream or sys.stderr, flush=True)
    return status
