"""``run``: make a corpus."""

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence

from apache_beam.io.filesystems import FileSystems

from beam_pipeline.engines import engine
from beam_pipeline.made import summary
from beam_pipeline.make import Maker, no_log, no_progress
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, run_command
from beam_pipeline.terminal.option_names import with_options
from beam_pipeline.terminal.progress import followed
from beam_pipeline.terminal.run_progress import run_progress
from beam_pipeline.terminal.streams import say
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.given_paths import BUCKETS, given_path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("run", _run, arguments)


def _run(arguments: Sequence[str]) -> int:
    parser = options.parser("run", "make a corpus")
    if {"--help", "-h"} & set(arguments):
        print(parser.format_help())
        print("All other options are passed to Beam:\n")
        print(engine.beam_help())
        return DONE
    given, rest = parser.parse_known_args(arguments)
    given.output = given_path(given.output or "", "output", BUCKETS)
    chosen = engine.choose(rest, parser.names(), given.output or None)
    FileSystems.set_options(chosen.options)  # credentials for buckets, needed before the pipeline exists
    if not given.output:
        raise InputError("--output: is required; name a folder for the corpus, as in --output=out")
    with followed("preparing", shown=not given.quiet):
        job = options.read_job(given)
    if not given.quiet:
        for line in job.notes():
            say(f"note: {with_options(line)}")
    show, progress = (no_log, no_progress) if given.quiet else (say, run_progress)
    around = _quiet if chosen.local else contextlib.nullcontext
    made = Maker(given.output, job, chosen, show, progress, say, around).make()
    if not given.quiet:
        print("\n".join(map(escape_controls, summary(given.output, made, chosen.template))))
    return DONE


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Discard the tracebacks that Beam's threads print to stderr."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield


if __name__ == "__main__":
    sys.exit(main())
