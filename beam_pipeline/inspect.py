"""``inspect``: show a corpus as a table, its first phrases, or any phrase by its seed."""

import sys
from collections.abc import Iterator, Sequence

from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.options import whole
from beam_pipeline.terminal.progress import followed
from beam_pipeline.terminal.table import print_facts
from hyperphrase.api.corpus import Corpus
from hyperphrase.codecs import FORMATS
from hyperphrase.codecs.token_arrays import TokenArrayFormat
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls, format_bytes
from hyperphrase.limits import SEED_STOP
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.report import Figures, measured, of_corpus

_MOST = 10_000  # phrases shown at most


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("inspect", _inspect, arguments)


def _inspect(arguments: Sequence[str]) -> int:
    parser = Parser(
        "inspect",
        "show a corpus as a table, or some of its phrases; phrases are drawn again from the manifest, no shard is read",
        "examples:\n  hyperphrase inspect out\n  hyperphrase inspect out --head=3\n  hyperphrase inspect out --seed=42",
    )
    add_corpus(parser)
    parser.add_argument("--head", metavar="N", help="show the first N phrases as symbols and as words")
    parser.add_argument("--seed", metavar="S", help="show the phrase of seed S, whether it is in the corpus or not")
    given = parser.parse_args(arguments)
    head = None if given.head is None else whole("--head", given.head, 1, _MOST)
    seed = None if given.seed is None else whole("--seed", given.seed, 0, SEED_STOP - 1)
    corpus = open_corpus(given.out, given.follow_links)
    if seed is not None and seed >= corpus.recipe.seed_stop():
        raise InputError(f"--seed={seed}: the law has phrases for seeds below {corpus.recipe.seed_stop()} only")
    if seed is not None:
        _show_phrases(corpus, corpus.phrases.draw([seed]), _standing(corpus, seed))
    elif head is not None:
        if not len(corpus):
            raise InputError(f"{given.out}: the corpus has no phrases to show")
        _show_phrases(corpus, corpus[:head])
    else:
        with followed("measuring"):
            measures = _measured(corpus)
        print_facts([*_rows(corpus), *measures, ("versions", _versions(corpus))])
    return DONE


def _rows(corpus: Corpus) -> Iterator[tuple[str, str]]:
    manifest = corpus.manifest
    yield "law", str(manifest.recipe.law)
    yield "lengths", f"{manifest.recipe.lengths}"
    yield "lexicon", f"{manifest.lexicon}, {manifest.recipe.vocabulary:,} hyperwords"
    yield "key", str(manifest.recipe.key)
    yield "recipe digest", manifest.recipe.digest
    yield "seeds", f"{manifest.first_seed:,} to {manifest.stop_seed - 1:,}"
    yield "phrases", f"{manifest.drawn:,} drawn = {manifest.kept:,} kept + {manifest.dropped.count:,} dropped"
    yield "symbols", f"{manifest.symbols:,}"
    if manifest.length_histogram:
        lengths = manifest.length_histogram
        yield "phrase lengths", f"{min(lengths)} to {max(lengths)}, mean {manifest.symbols / manifest.kept:.1f}"
    for output in manifest.outputs:
        shards = manifest.shards_of(output)
        kind = f"{output.format}, {output.compression}"
        yield "shards", f"{len(shards):,} of {kind}: {format_bytes(bytes_in(shards))}"
        form = FORMATS[output.format]
        if isinstance(form, TokenArrayFormat):
            vocabulary = manifest.recipe.vocabulary
            yield "ids in them", f"{form.token_type(vocabulary).name}, each phrase ends with {vocabulary:,}"
    if not manifest.outputs:
        yield "shards", "none (--format=none)"
    if manifest.dictionary:
        yield "dictionary", f"{manifest.dictionary.kind}: {format_bytes(bytes_in(manifest.dictionary.shards))}"


def _measured(corpus: Corpus) -> list[tuple[str, str]]:
    subject = of_corpus(corpus)
    return measured(Figures(subject, corpus.phrases)) if len(corpus) else []


def _versions(corpus: Corpus) -> str:
    return ", ".join(f"{name} {version}" for name, version in corpus.manifest.versions.items())


def _show_phrases(corpus: Corpus, block: PhraseBlock, note: str = "") -> None:
    lexicon = corpus.lexicon
    for phrase in block:
        print(f"seed {phrase.seed}, {len(phrase)} symbols{note}")
        print(escape_controls(f"  {lexicon.to_symbols(phrase.ids)}"))
        print(escape_controls(f"  {lexicon.to_words(phrase.ids)}"))


def _standing(corpus: Corpus, seed: int) -> str:
    if seed in corpus:
        return ", in the corpus"
    if corpus.manifest.first_seed <= seed < corpus.manifest.stop_seed:
        return ", not in the corpus: an earlier seed gives the same phrase"
    return ", not in the corpus: outside its seeds"


if __name__ == "__main__":
    sys.exit(main())
