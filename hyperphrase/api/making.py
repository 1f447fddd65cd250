"""Make a corpus from Python; the same as the command ``run``."""

import importlib
import os
from collections.abc import Callable, Sequence

from hyperphrase import own_packages
from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.request import PHRASES_PER_SHARD, CorpusRequest, outputs_of
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.interrupts import delayed
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.planning.job import prepare_job


def make_corpus(
    recipe: Recipe,
    lexicon: Lexicon,
    output: str | os.PathLike[str],
    *,
    phrases: int | None = None,
    seeds: tuple[int, int] | range | None = None,
    first_seed: int = 0,
    formats: Sequence[str] = ("tfrecord",),
    compression: str | Sequence[str] = "none",
    text: str = "symbols",
    dictionary: str | None = None,
    phrases_per_shard: int = PHRASES_PER_SHARD,
    beam_options: Sequence[str] = (),
    progress: Callable[[str], object] | None = None,
) -> Corpus:
    """Make a corpus in the folder ``output`` and open it. Apache Beam is imported by this call only.

    phrases: the number of distinct phrases, those of the lowest seeds from ``first_seed`` on. seeds, instead: a
    half-open range, of which all distinct phrases are kept. formats: any of ``tfrecord``, ``avro``, ``parquet``,
    ``jsonl``, ``txt``; empty for the manifest alone. compression: one for all formats, or one for each. text: what
    jsonl and txt contain, ``symbols`` or ``words``. dictionary: ``sif``, ``whitening`` or ``discourse``, to also
    write the meaning of each phrase. beam_options: options of the engine, each written as on the command line of
    ``run``. progress: called with lines of text, as in ``progress=print``.

    If the corpus exists already, it is only opened; an interrupted one is completed. Raises InputError before anything
    is written, WorkFailedError or OSError for a fault during the work, CorruptError for damaged files.
    """
    request = CorpusRequest.create(
        recipe,
        phrases=phrases,
        seeds=seeds,
        first_seed=first_seed,
        outputs=outputs_of(formats, compression, text),
        dictionary=dictionary,
        phrases_per_shard=phrases_per_shard,
    )
    job = prepare_job(lexicon, Phrases(recipe, lexicon), request)
    folder = given_path(output, "output", BUCKETS)
    own_packages.check()
    with delayed():
        make = importlib.import_module("beam_pipeline.make").make
    make(folder, job, beam_options, progress)
    return Corpus.open(folder)
