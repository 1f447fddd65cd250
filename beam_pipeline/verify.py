"""``verify``: read a corpus and verify everything that its manifest states."""

import sys
import time
from collections.abc import Sequence

from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal.command import DONE, FAILED, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.progress import followed
from hyperphrase.api.verification import problems
from hyperphrase.formatting import escape_controls

_MOST_PROBLEMS = 20  # shown; all are counted
_MOST_NAMES = 10  # of files that are not the corpus's: shown; all are counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("verify", _verify, arguments)


def _verify(arguments: Sequence[str]) -> int:
    parser = Parser(
        "verify",
        "read a corpus and verify everything that its manifest states; exit status 0 or 1\n"
        "(files that are not part of it, such as .DS_Store, are named and are no error)",
    )
    add_corpus(parser)
    given = parser.parse_args(arguments)
    begin = time.monotonic()
    corpus = open_corpus(given.out, given.follow_links)
    with followed("reading files") as tell:
        found = list(problems(corpus, tell))
    for problem in found[:_MOST_PROBLEMS]:
        print(f"hyperphrase verify: {escape_controls(problem)}", file=sys.stderr)
    if found:
        summary = f"{escape_controls(given.out)} failed verification: {len(found)} problems"
        print(f"hyperphrase verify: {summary}", file=sys.stderr)
        return FAILED
    others = corpus.other_files()
    if others:
        more = ", ..." if len(others) > _MOST_NAMES else ""
        names = ", ".join(others[:_MOST_NAMES]) + more
        print(f"hyperphrase verify: not part of the corpus: {escape_controls(names)}", file=sys.stderr)
    manifest, seconds = corpus.manifest, time.monotonic() - begin
    beside = f"; {len(others):,} files or folders are not part of the corpus" if others else ""
    print(
        f"{escape_controls(given.out)} verified: {manifest.kept:,} distinct phrases, {manifest.symbols:,} symbols, "
        f"{len(manifest.shards):,} shards, read and compared with redrawn phrases in {seconds:.1f} s{beside}"
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
