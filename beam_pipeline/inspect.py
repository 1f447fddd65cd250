"""``inspect``: show a corpus as a table, its first phrases, or any phrase by its seed."""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.folder import output_folder
from beam_pipeline.folder.dropped_seeds import read_dropped
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.escaping import harmless
from beam_pipeline.terminal.options import whole
from beam_pipeline.terminal.table import print_table
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.errors import InputError
from hyperphrase.formatting import format_bytes
from hyperphrase.limits import SEED_STOP
from hyperphrase.phrases.phrases import seed_range
from transforms.worker.context import CorpusContext

_MOST = 10_000  # phrases shown at most
_STEP = 65_536  # seeds looked through at a time


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("inspect", _inspect, arguments)


def _inspect(arguments: Sequence[str]) -> int:
    parser = Parser(
        "inspect",
        "show a corpus as a table; phrases are made again from the manifest, shards are not read",
        "examples:\n  hyperphrase inspect out\n  hyperphrase inspect out --head=3\n  hyperphrase inspect out --seed=42",
    )
    parser.add_argument("out", metavar="OUT", help="folder of a corpus, local or gs://")
    parser.add_argument("--head", metavar="N", help="show the first N phrases as symbols and as words")
    parser.add_argument("--seed", metavar="S", help="show the phrase of seed S, in the corpus or not")
    given = parser.parse_args(arguments)
    head = None if given.head is None else whole("--head", given.head, 1, _MOST)
    seed = None if given.seed is None else whole("--seed", given.seed, 0, SEED_STOP - 1)
    manifest = output_folder.need_manifest(given.out)
    context = CorpusContext(given.out, manifest.request)
    if seed is not None and seed >= manifest.recipe.seed_stop():
        raise InputError(f"--seed={seed}: the law has phrases for the seeds below {manifest.recipe.seed_stop()} alone")
    if seed is not None:
        _show_phrases(context, np.array([seed], np.uint64), {seed: _standing(given.out, manifest, seed)})
    elif head is not None:
        _show_phrases(context, _first_kept(given.out, manifest, head), {})
    else:
        print_table(_rows(manifest, context))
    return DONE


def _rows(manifest: Manifest, context: CorpusContext) -> Iterator[tuple[str, str]]:
    bound = context.phrases().law
    yield "sampler", str(manifest.recipe.law)
    yield "lengths", f"{manifest.recipe.lengths}"
    yield "lexicon", f"{manifest.lexicon}, {manifest.recipe.vocabulary:,} hyperwords"
    yield "key", str(manifest.recipe.key)
    yield "recipe digest", manifest.recipe.digest
    yield "seeds", f"{manifest.first_seed:,} to {manifest.stop_seed - 1:,}"
    yield "phrases", f"{manifest.drawn:,} drawn = {manifest.kept:,} kept + {manifest.dropped.count:,} dropped"
    yield "symbols", f"{manifest.symbols:,}"
    yield (
        "entropy",
        f"{bound.entropy:.2f} bits a symbol: a floor of {format_bytes(bound.entropy * manifest.symbols / 8)}",
    )
    if manifest.length_histogram:
        lengths = manifest.length_histogram
        yield "phrase lengths", f"{min(lengths)} to {max(lengths)}, mean {manifest.symbols / manifest.kept:.1f}"
    for output in manifest.outputs:
        shards = manifest.shards_of(output)
        kind = f"{output.format}, {output.compression}"
        yield "shards", f"{len(shards):,} of {kind}: {format_bytes(bytes_in(shards))}"
    if not manifest.outputs:
        yield "shards", "none: the manifest is the corpus"
    if manifest.dictionary:
        yield "dictionary", f"{manifest.dictionary.kind}: {format_bytes(bytes_in(manifest.dictionary.shards))}"
    yield "versions", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())


def _show_phrases(context: CorpusContext, seeds: NDArray[np.uint64], notes: dict[int, str]) -> None:
    lexicon = context.lexicon()
    block = context.phrases().draw(seeds)
    for i, seed in enumerate(seeds.tolist()):
        ids = block.ids[block.offsets[i] : block.offsets[i + 1]].tolist()
        print(f"seed {seed}, {len(ids)} symbols{notes.get(seed, '')}")
        print(harmless(f"  {''.join(lexicon.symbol(i) for i in ids)}"))
        print(harmless(f"  {' '.join(lexicon.words[i] for i in ids)}"))


def _first_kept(out: str, manifest: Manifest, count: int) -> NDArray[np.uint64]:
    """Return the first ``count`` kept seeds, or all where there are fewer."""
    if not manifest.kept:
        raise InputError(f"{out}: the corpus has no phrases to show")
    dropped = read_dropped(out, manifest)
    kept: list[NDArray[np.uint64]] = []
    for start in range(manifest.first_seed, manifest.stop_seed, _STEP):
        if sum(map(len, kept)) >= count:
            break
        seeds = seed_range(start, min(start + _STEP, manifest.stop_seed))
        kept.append(seeds[~np.isin(seeds, dropped)])
    return np.concatenate(kept)[:count]


def _standing(out: str, manifest: Manifest, seed: int) -> str:
    if not manifest.first_seed <= seed < manifest.stop_seed:
        return ", not in the corpus: outside its seeds"
    if seed in read_dropped(out, manifest):
        return ", not in the corpus: an earlier seed gives the same phrase"
    return ", in the corpus"


if __name__ == "__main__":
    sys.exit(main())
