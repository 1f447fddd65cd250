"""``gallery``: write one page of all laws, with phrases that they draw."""

import shlex
import sys
from collections.abc import Sequence

from beam_pipeline.folder.report_page import check_free, write_as
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.option_names import OPTIONS
from beam_pipeline.terminal.progress import followed
from hyperphrase.formatting import escape_controls, format_bytes
from hyperphrase.given_paths import given_path
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.report.gallery import Family, Fields, families, page

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
    made: list[Family] = []
    with followed("drawing", "laws") as tell:
        for family in families():
            made.append(family)
            tell("drawing", sum(len(each.cards) for each in made), len(SYMBOL_LAWS))
    written = page(made, command).encode()
    path = write_as(output, written)
    print(escape_controls(f"{path}: {format_bytes(len(written))}"))
    return DONE


def command(fields: Fields) -> list[str]:
    """Return the command that makes a corpus, in parts."""
    return ["hyperphrase run", *(shlex.quote(f"{OPTIONS[field]}={value}") for field, value in fields.items())]


if __name__ == "__main__":
    sys.exit(main())
