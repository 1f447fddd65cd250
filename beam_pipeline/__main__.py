"""The console script: ``hyperphrase COMMAND ...`` is the same as ``python -m beam_pipeline.COMMAND ...``."""

import difflib
import importlib
import sys
from collections.abc import Sequence

import hyperphrase
from beam_pipeline.terminal.command import DONE, run_command
from beam_pipeline.terminal.process import prepare_process
from hyperphrase.errors import InputError

COMMANDS = {
    "run": "make a corpus",
    "plan": "show what a run would produce and cost, without running it",
    "laws": "list the laws and presets, or describe one of them",
    "verify": "read a corpus and verify everything that its manifest states",
    "report": "write a page that shows a corpus, or two side by side",
    "gallery": "write a page of all laws, with phrases that they draw",
    "inspect": "show a corpus as a table, its first phrases, or any phrase by its seed",
    "find": "show the phrases nearest in meaning to given words, or to a phrase",
    "fragments": "pick phrases near given words for a prompt, within a budget of tokens",
    "space": "show the number of possible phrases, and how soon draws repeat one",
    "rank": "convert a phrase to its number: its seed, or its index in the whole space",
    "unrank": "convert a number to its phrase",
    "tokenizer": "write the tokenizer of a corpus, for transformers",
    "encode": "write a text with one symbol for each word, so that nothing is lost",
    "decode": "give back the text that encode has written",
    "tokens": "count the same text as hyperwords and as the tokens of language models",
    "inference": "compute what memory and work models take with vocabularies of hyperwords",
    "compile": "compile all kernels ahead of the first run, for example for a container image",
}

HELP = f"""hyperphrase {hyperphrase.__version__}: makes corpora of synthetic phrases, drawn by a law,
deduplicated exactly, counted, and written as shards for a training run.

usage: hyperphrase COMMAND [options]      hyperphrase COMMAND --help

{chr(10).join(f"  {name:<11}{what}" for name, what in COMMANDS.items())}

examples:
  hyperphrase run --phrases=1000000 --output=out
  hyperphrase plan --phrases=1000000000 --sampler=zipf:s=1.0 --output=out
  hyperphrase run --seeds=0:5000000 --sampler=uniform --format=avro,jsonl --output=out
  hyperphrase laws zipf
  hyperphrase verify out
  hyperphrase inspect out --head=5
  hyperphrase space --vocabulary=500000 --lengths=fixed:length=100
  hyperphrase unrank 12345 --sampler=permutation --text=words
  hyperphrase tokenizer out --output=tokenizer
  hyperphrase encode book.txt --output=book.hyperwords
  hyperphrase tokens --preset=scene-english
  hyperphrase inference --model=llama-3.1-8b

exit status: 0 success, 1 the work failed or the corpus failed verification, 2 wrong input
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command named by the first argument; return the exit status.

    arguments: those of the process by default. If they are given, the process is another program's, and stays as it is.
    """
    if arguments is None:
        prepare_process()
        arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        status: int = importlib.import_module(f"beam_pipeline.{arguments[0]}").main(arguments[1:])
        return status
    return run_command("", _answer, arguments)


def _answer(arguments: Sequence[str]) -> int:
    """Answer a command line that names no command."""
    name = arguments[0] if arguments else "--help"
    if name in ("--help", "-h", "help"):
        print(HELP, end="")
    elif name == "--version":
        print(hyperphrase.__version__)
    else:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InputError(f"there is no command {name!r}{hint}; choose one of {', '.join(COMMANDS)}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
