"""``compile``: compile all kernels ahead of the first run, for an image or a read-only installation."""

import contextlib
import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from beam_pipeline import find, plan, run, verify
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.progress import followed
from hyperphrase.api.corpus import Corpus
from hyperphrase.errors import WorkFailedError
from hyperphrase.kernels import compiled_here, unsaved_here
from hyperphrase.laws.base import Discourse
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.texts.text_encoder import TextEncoder
from hyperphrase.training.contexts import PACKINGS
from transforms.files import storage

VOCABULARY = 1000  # number of words that the laws draw from
_SEEDS = 100

#: Small runs that together call every kernel except those of single laws: formats, texts, duplicates.
RUNS = (
    "--phrases=500 --vocabulary=1000 --sampler=zipf --lengths=lognormal --format=tfrecord,avro,parquet,jsonl,txt",
    "--phrases=500 --vocabulary=1000 --format=jsonl,txt --text=words",
    "--seeds=0:2000 --vocabulary=2 --sampler=uniform --lengths=fixed:length=8 --phrases_per_shard=500",
    "--phrases=500 --vocabulary=1000 --lexicon=synthetic --format=tokens,megatron",
    "--phrases=500 --vocabulary=70000 --lexicon=synthetic --format=tokens,megatron",  # ids of four bytes
    "--phrases=500 --vocabulary=1000 --format=none --dictionary=whitening",
    "--phrases=500 --vocabulary=1000 --format=none --sampler=loglinear --dictionary=discourse",
    "--phrases=500 --vocabulary=1000 --format=none --dictionary=sif",
)

#: A run that calls the kernels of Russian vectors, where these are installed.
RUSSIAN_RUN = "--phrases=500 --vocabulary=1000 --lexicon=russian --format=none --dictionary"

#: Laws that need parameters; draw_laws() writes the files.
PARAMETERS = {
    "markov": "markov:file={folder}/text.txt",
    "mixture": "mixture:0.7*zipf:s=1.0+0.3*nest:q=0.4",
    "scene": "scene:file={folder}/grammar.txt,vectors=gaussian,k=16,step=0.1",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("compile", _compile, arguments)


def _compile(arguments: Sequence[str]) -> int:
    parser = Parser("compile", "compile all kernels for this processor, and save them in the kernel cache")
    parser.parse_args(arguments)
    runs = (*RUNS, RUSSIAN_RUN) if find_spec("natasha") else RUNS
    steps = len(runs) + len(SYMBOL_LAWS) + 1
    with tempfile.TemporaryDirectory() as folder, followed("compiling", "steps") as tell:
        for i, options in enumerate(runs):
            make_and_verify(options, f"{folder}/{i}")
            tell("compiling", i + 1, steps)
        _ = Corpus.open(f"{folder}/0", source="shards")[0]
        _quietly(find.main, [f"{folder}/{len(RUNS) - 1}", "time"])
        lexicon = build_lexicon("english", VOCABULARY, "stable", storage.open_file)
        for i, _ in enumerate(draw_laws(folder, lexicon)):
            tell("compiling", len(runs) + i + 1, steps)
        draw_contexts(lexicon)
        encoder = TextEncoder(lexicon)
        encoder.decode(encoder.encode("The time, and the Time"))
        _quietly(plan.main, RUNS[0].split())
    if lost := unsaved_here():
        raise WorkFailedError(
            f"{len(lost)} kernels could not be saved; set NUMBA_CACHE_DIR to a folder that can be written to"
        )
    print(f"{compiled_here()} kernels compiled, all others were cached")
    return DONE


def make_and_verify(options: str, out: str) -> None:
    """Make a corpus with these options in the folder ``out``, and verify it."""
    _quietly(run.main, [*options.split(), f"--output={out}", "--quiet"])
    _quietly(verify.main, [out])


def draw_laws(folder: str, lexicon: Lexicon) -> Iterator[str]:
    """Draw a few phrases by every law, and prefixes, and yield the law; write files that laws need to ``folder``."""
    Path(folder, "text.txt").write_text(" ".join(lexicon.words), encoding="utf-8")
    grammar = f"S -> A B A\nA ~ {' '.join(lexicon.words[:500])}\nB = {' '.join(lexicon.words[500:])}\n"
    Path(folder, "grammar.txt").write_text(grammar, encoding="utf-8")
    for text in [*(PARAMETERS.get(name, name) for name in SYMBOL_LAWS), "loglinear:vectors=gaussian"]:
        law = parse_law(text.format(folder=folder), SYMBOL_LAWS, "law", storage.open_file)
        recipe = Recipe(law, Uniform(), law.vocabulary() or VOCABULARY, lexicon.digest)
        phrases = Phrases(recipe, lambda: lexicon)
        phrases.draw(seed_range(0, _SEEDS))
        phrases.prefixes(seed_range(0, _SEEDS), 2)
        if isinstance(phrases.law, Discourse):
            phrases.law.discourses(0, seed_range(0, _SEEDS), phrases.lengths(seed_range(0, _SEEDS)))
        yield text


def draw_contexts(lexicon: Lexicon) -> None:
    """Draw a few contexts for training, by every packing."""
    corpus = Corpus.virtual(Recipe.create("zipf", lengths="fixed:length=10", lexicon=lexicon), lexicon, (0, _SEEDS))
    for packing in PACKINGS:
        next(corpus.contexts(length=32, packing=packing).stream(1))


def _quietly(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> None:
    """Run a command and discard its output. Raises WorkFailedError with the output if it fails."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = command(arguments)
    if status != DONE:
        raise WorkFailedError(output.getvalue() or f"status {status}")


if __name__ == "__main__":
    sys.exit(main())
