"""``report``: write a page that shows a corpus, or two corpora side by side."""

import sys
from collections.abc import Sequence

from beam_pipeline.folder.report_page import check_free, names_of, page_of, subject_of, write_as, write_beside
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.progress import followed
from hyperphrase.formatting import escape_controls, format_bytes
from hyperphrase.given_paths import given_path

_TWO = "comparison.html"  # in the current folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("report", _report, arguments)


def _report(arguments: Sequence[str]) -> int:
    parser = Parser(
        "report",
        "write a page that shows a corpus, or two side by side: one HTML file that loads no other\n"
        "(phrases are drawn again from the manifest, no shard is read; of an unfinished corpus it shows what is there)",
        "examples:\n  hyperphrase report out\n  hyperphrase report out other --output=both.html",
    )
    add_corpus(parser)
    parser.add_argument("other", metavar="OTHER", nargs="?", help="folder of a second corpus, to be shown beside OUT")
    parser.add_argument(
        "--output",
        metavar="PAGE",
        help=f"file to write, local; default OUT/report.html for one corpus, {_TWO} for two; an earlier page is "
        "replaced, a file of yours is not",
    )
    given = parser.parse_args(arguments)
    folders = [folder for folder in (given.out, given.other) if folder is not None]
    output = given_path(given.output, "output") if given.output else _TWO if len(folders) > 1 else None
    if output is not None:
        check_free(output)
    named = zip(folders, names_of(folders), strict=True)
    with followed("measuring"):
        page = page_of(*(subject_of(folder, given.follow_links, name) for folder, name in named))
    path = write_beside(given.out, page) if output is None else write_as(output, page)
    print(escape_controls(f"{path}: {format_bytes(len(page))}"))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
