"""The console script: ``hyperphrase COMMAND ...`` is the same as ``python -m beam_pipeline.COMMAND ...``."""

import importlib
import sys
from collections.abc import Sequence

import hyperphrase
from beam_pipeline.terminal.process import prepare_process
from hyperphrase.errors import InputError

COMMANDS = {
    "run": "make a corpus",
    "plan": "say what a run would give and cost, and start nothing",
    "laws": "list the laws and presets that phrases are drawn by, or tell all about one",
    "verify": "read a corpus again and check every claim of its manifest",
    "inspect": "show a corpus as a table, its first phrases, or any phrase by its seed",
    "find": "show the phrases that are nearest in meaning to words, or to a phrase",
    "space": "say how many phrases there are, and how soon draws repeat one",
    "rank": "turn a phrase into its number: its seed, or its place in the whole space",
    "unrank": "turn a number into its phrase",
    "compile": "compile all kernels ahead of the first run, as for an image",
}

HELP = f"""hyperphrase {hyperphrase.__version__}: corpora of phrases that nobody wrote, drawn by a law,
deduplicated exactly, counted, and written as shards that a training run reads.

usage: hyperphrase COMMAND [options]      hyperphrase COMMAND --help

{chr(10).join(f"  {name:<9}{what}" for name, what in COMMANDS.items())}

examples:
  hyperphrase run --phrases=1000000 --output=out
  hyperphrase plan --phrases=1000000000 --sampler=zipf:s=1.0 --output=out
  hyperphrase run --seeds=0:5000000 --sampler=uniform --format=avro,jsonl --output=out
  hyperphrase laws zipf
  hyperphrase verify out
  hyperphrase inspect out --head=5
  hyperphrase space --vocabulary=500000 --lengths=fixed:length=100
  hyperphrase unrank 12345 --sampler=permutation --text=words

exit status: 0 done, 1 the work failed or the corpus failed verification, 2 the input is wrong
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names; returns the exit status."""
    prepare_process()
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments else "--help"
    if name in ("--help", "-h", "help"):
        print(HELP, end="")
        return 0
    if name == "--version":
        print(hyperphrase.__version__)
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    status: int = importlib.import_module(f"beam_pipeline.{name}").main(arguments[1:])
    return status


def _unknown(name: str) -> int:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    error = InputError(f"there is no command {name!r}{hint}; choose one of {', '.join(COMMANDS)}")
    print(f"hyperphrase: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
