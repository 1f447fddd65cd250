"""The common start and end of every command: parser, error line, exit status."""

import argparse
import gc
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TextIO

from beam_pipeline.terminal import faults, interrupts, screen, streams
from beam_pipeline.terminal.option_names import error_line
from hyperphrase.errors import CorruptError, InputError, WorkFailedError
from hyperphrase.formatting import escape_controls

DONE, FAILED, WRONG_INPUT = 0, 1, 2


_SINGLE = (argparse._StoreAction, argparse._StoreConstAction, argparse.BooleanOptionalAction)  # others add up


class Parser(argparse.ArgumentParser):
    """Parser of hyperphrase's own options; errors raise InputError with a text of one line."""

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

    def parse_known_args(  # type: ignore[override]  # overloads of the base class say nothing more
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse as the base class does. Raises InputError for an option that is given twice: one would be ignored."""
        self._check_repeated(sys.argv[1:] if args is None else args)
        return super().parse_known_args(args, namespace)

    def _check_repeated(self, arguments: Sequence[str]) -> None:
        before: dict[argparse.Action, str] = {}
        for argument in itertools.takewhile(lambda argument: argument != "--", arguments):
            name, _, value = argument.partition("=")
            action = self._option_string_actions.get(name)
            if action in before and isinstance(action, _SINGLE):
                listed = str(action.metavar).endswith(",...")
                advice = f", with commas, as in {before[action]},{value}" if listed else ""
                raise InputError(f"{argument:.200}: {before[action]:.200} is given too; give {name} once{advice}")
            if action is not None:
                before[action] = argument

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing the usage and exiting."""
        raise InputError(message.removeprefix("argument "))


def run_command(name: str, work: Callable[[Sequence[str]], int], arguments: Sequence[str] | None) -> int:
    """Call ``work`` with the command line; turn exceptions into one line on stderr and an exit status.

    name: of the command, empty for the program itself.
    """
    gc.freeze()  # imported objects stay: exclude them from garbage collection
    status = FAILED
    try:
        with interrupts.of_command(name):
            status = _run(name, work, sys.argv[1:] if arguments is None else arguments)
    finally:
        streams.give_up_unwritable()
        interrupts.let_exit(status)
    return status


def _run(name: str, work: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    try:
        try:
            return work(arguments)
        finally:  # also after --help, which raises SystemExit
            sys.stdout.flush()
    except InputError as error:
        return _print_line(name, error, WRONG_INPUT)
    except (CorruptError, WorkFailedError) as error:
        return _print_line(name, error, FAILED)
    except KeyboardInterrupt:
        return _print_line(name, interrupts.reason(), interrupts.INTERRUPTED)
    except BrokenPipeError:
        return FAILED  # the reader of stdout has closed it, and has seen enough
    except Exception as error:
        line = faults.reason(error)
        if line is None:
            raise
        return _print_line(name, line, FAILED)


def exit_process(name: str, what: object, status: int) -> NoReturn:
    """Print in one line why the command ends, and exit at once, without waiting for threads."""
    screen.end()
    _print_line(name, what, status, sys.__stderr__)
    streams.give_up_unwritable()
    os._exit(status)


def _print_line(name: str, what: object, status: int, stream: TextIO | None = None) -> int:
    line = escape_controls(" ".join((error_line(what) if isinstance(what, BaseException) else str(what)).split()))
    streams.say(f"{f'hyperphrase {name}'.rstrip()}: {line}", stream)
    return status
