"""``encode``: write a text with the symbols of a lexicon, so that ``decode`` gives it back byte for byte."""

import argparse
import contextlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal import interrupts, options, streams
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_follow_links
from beam_pipeline.terminal.progress import BYTES, followed
from hyperphrase.errors import InputError
from hyperphrase.formatting import format_bytes
from hyperphrase.given_paths import given_path
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.texts.new_file import new_file
from hyperphrase.texts.text_encoder import BLOCK, TextCounts, TextEncoder

EXAMPLES = """
examples:
  hyperphrase encode book.txt --output=book.hyperwords
  hyperphrase decode book.hyperwords --output=book_again.txt
  hyperphrase encode --lexicon=russian < book.txt > book.hyperwords
  hyperphrase encode --corpus=out < book.txt | hyperphrase decode --corpus=out
"""
Pieces = Callable[[Iterable[bytes], str, TextCounts], Iterator[bytes]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("encode", _encode, arguments)


def _encode(arguments: Sequence[str]) -> int:
    parser = text_parser("encode", "write a text with one symbol for each word of a lexicon; all else is kept")
    given = parser.parse_args(arguments)
    counts, seconds = convert(given, TextEncoder(read_lexicon(parser, given)).encoded, "encoding")
    share = f"{100 * counts.hyperwords / max(counts.words, 1):.1f}%"
    streams.say(
        f"{counts.bytes_in:,} bytes of text to {counts.bytes_out:,}, {counts.hyperwords:,} hyperwords, {share} of the "
        f"words, {format_bytes(counts.bytes_in / seconds)}/s"
    )
    return DONE


def text_parser(command: str, description: str) -> Parser:
    """Return the parser of the options that ``encode`` and ``decode`` share."""
    parser = Parser(command, description, EXAMPLES)
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="file in UTF-8; stdin by default, or if it is -"
    )
    parser.add_argument("--output", metavar="NEW", help="new file to write; stdout by default")
    words = options.add_hyperwords(parser)
    words.add_argument("--corpus", metavar="OUT", help="use the lexicon of this corpus instead of options")
    add_follow_links(words)
    return parser


def read_lexicon(parser: Parser, given: argparse.Namespace) -> Lexicon:
    """Return the lexicon of the options, or of the corpus that they name. Raises InputError."""
    if given.corpus is None:
        return options.read_lexicon(given)
    options.check_left_out(parser, given, ("lexicon", "vocabulary", "alphabet"))
    return open_corpus(given.corpus, given.follow_links).lexicon


def convert(given: argparse.Namespace, work: Pieces, phase: str) -> tuple[TextCounts, float]:
    """Pass the given file through ``work``; return the counts, and the seconds that it took. Raises InputError.

    phase: what the progress is called. Where text is typed or printed on a terminal, or goes to another program, none
    is shown.
    """
    counts = TextCounts()
    begin = time.monotonic()
    with opened(given.file) as source, _created(given.output) as target:
        size = _size(source)
        shown = not source.isatty() and (given.output is not None or _size(sys.stdout) is not None)
        with followed(phase, BYTES, shown) as tell:
            for piece in work(iter(lambda: source.read(BLOCK), b""), named(given.file), counts):
                target(piece)
                tell(phase, counts.bytes_in, size or 0)
    return counts, max(time.monotonic() - begin, 1e-9)


def _size(stream: IO[Any]) -> int | None:
    """Return the bytes of an open file, None if it is no file on a disk."""
    try:
        found = os.fstat(stream.fileno())
    except OSError:
        return None  # a file in a bucket, or a stream that gathers what is printed
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _print(piece: bytes) -> None:
    with streams.failures_named():
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def named(path: str) -> str:
    """Return what errors call the file that is given."""
    return "stdin" if path == "-" else path


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Yield the file that is given, stdin if it is ``-``. Raises InputError."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = options.open_given(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror or error}; name a text file, or - for stdin"
        ) from error
    with stream:
        yield stream


@contextlib.contextmanager
def _created(path: str | None) -> Iterator[Callable[[bytes], object]]:
    """Yield what writes to the new file, or to stdout."""
    if path is None:
        yield _print
        return
    place = Path(given_path(path, "output"))
    if place.exists():
        raise InputError("is there already; remove it, or name another file", field="output", value=path)
    if not place.parent.is_dir():
        raise InputError("its folder does not exist; make it first", field="output", value=path)
    interrupts.raise_once()  # the unfinished file has to be removed
    with new_file(place) as stream:
        yield stream.write


if __name__ == "__main__":
    sys.exit(main())
