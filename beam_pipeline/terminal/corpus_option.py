"""The options of commands that read a corpus."""

import argparse


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """Add the folder OUT, and whether links in it are followed."""
    parser.add_argument("out", metavar="OUT", help="folder of a corpus, local or gs://")
    add_follow_links(parser)


def add_follow_links(group: argparse._ActionsContainer) -> None:
    """Add ``--follow_links``."""
    group.add_argument(
        "--follow_links",
        action="store_true",
        help="read files that are links to files elsewhere, as DVC and git-annex make them; a snapshot in a hub's "
        "cache needs no option",
    )
