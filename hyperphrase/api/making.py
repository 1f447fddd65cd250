"""Make a corpus from Python, as the command ``run`` does."""

import importlib
import os
from collections.abc import Callable, Sequence

from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.request import PHRASES_PER_SHARD, CorpusRequest, outputs_of
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
    """Make a corpus in the folder ``output`` and open it. Apache Beam is imported here, and not before.

    phrases: exactly so many distinct ones, the lowest seeds from ``first_seed`` on; or seeds: all distinct phrases of
    this half-open range. formats: of ``tfrecord``, ``avro``, ``jsonl``, ``txt``; none for the manifest alone.
    compression: one for all formats, or one for each. text: what jsonl and txt hold, ``symbols`` or ``words``.
    dictionary: ``sif`` or ``whitening`` to write what each phrase means. beam_options: options of the engine, each
    written as on the command line of ``run``. progress: is given lines of text, as ``print`` is.

    A corpus that is there already is opened; one that was interrupted is finished. Raises InputError before anything is
    written, WorkFailedError or OSError for a fault during the work, CorruptError for damaged files.
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
    folder = os.fspath(output)
    importlib.import_module("beam_pipeline.make").make(folder, job, beam_options, progress)
    return Corpus.open(folder)
