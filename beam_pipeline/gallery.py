"""``gallery``: write one page of all laws, with phrases that they draw."""

import sys
import time
from collections.abc import Iterator, Sequence

from beam_pipeline.folder.report_page import check_free, write_as
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.streams import say
from hyperphrase.formatting import escape_controls, format_bytes
from hyperphrase.given_paths import given_path
from hyperphrase.report.gallery import Family, families, page

_PAGE = "gallery.html"  # in the current folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("gallery", _gallery, arguments)


def _gallery(arguments: Sequence[str]) -> int:
    parser = Parser(
        "gallery",
        "write a page of all laws: what each is, phrases that it draws, ranks and lengths, and the command that\n"
        "makes them; one HTML file that loads no other (it takes about ten seconds)",
        "examples:\n  hyperphrase gallery\n  hyperphrase gallery --output=laws.html",
    )
    parser.add_argument(
        "--output",
        metavar="PAGE",
        default=_PAGE,
        help=f"file to write, local; default {_PAGE}; an earlier page is replaced, a file of yours is not",
    )
    output = given_path(parser.parse_args(arguments).output, "output")
    check_free(output)
    written = page(list(_told(families()))).encode()
    path = write_as(output, written)
    print(escape_controls(f"{path}: {format_bytes(len(written))}"))
    return DONE


def _told(made: Iterator[Family]) -> Iterator[Family]:
    """Yield the families, and say to stderr how long each takes."""
    begin = time.monotonic()
    for family in made:
        now = time.monotonic()
        say(f"{family.title}: {', '.join(card.law.name for card in family.cards)}, {now - begin:.1f} s")
        begin = now
        yield family


if __name__ == "__main__":
    sys.exit(main())
