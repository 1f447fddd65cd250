"""WriteManifest: check that all counts agree, then write the statistics and, last, the manifest."""

import dataclasses
import json
from collections.abc import Iterator
from importlib import metadata

import apache_beam as beam
import numpy as np

import hyperphrase
from hyperphrase.codecs import FORMATS
from hyperphrase.corpus import loading, statistics
from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.layout import (
    DICTIONARY_FOLDER,
    DROPPED_FILE,
    MANIFEST_FILE,
    RECIPE_FILE,
    SHARDS_FOLDER,
    SHORTFALL_FILE,
    meanings_name,
)
from hyperphrase.corpus.manifest import Dictionary, DroppedSeeds, Manifest
from hyperphrase.corpus.request import DISCOURSE, CorpusRequest, Extent, shard_names
from hyperphrase.corpus.shard_table import ShardTable, phrases_in
from hyperphrase.corpus.statistics import Statistics
from hyperphrase.lexicon.word_vectors import kind_of
from transforms.collect_units import Collected, CollectUnits, Unit
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.write_shards import WrittenUnit

_LIBRARIES = ("apache-beam", "numba", "numpy", "pyarrow", "zlib-ng", "zstandard")  # the manifest records their versions


class WriteManifest(beam.PTransform):
    """(PCollection[WrittenUnit], statistics, extent) -> PCollection[str]: the path of the manifest.

    statistics, extent: PCollections of one element. meanings: PCollection[(unit index, Shard)], None if there is
    no dictionary. If the extent is short, a shortfall file is written instead, and the program then draws more seeds.
    """

    def __init__(
        self,
        context: CorpusContext,
        lexicon: str,
        counts: beam.PCollection,
        extent: beam.PCollection,
        meanings: beam.PCollection | None = None,
    ) -> None:
        super().__init__()
        self._context, self._lexicon, self._counts, self._extent = context, lexicon, counts, extent
        self._meanings = meanings

    def expand(self, written: beam.PCollection) -> beam.PCollection:
        units = written | "TakeRows" >> beam.Map(_row) | CollectUnits()
        meanings = Collected()
        if self._meanings is not None:
            alone = self._meanings | "MeaningsAlone" >> beam.MapTuple(lambda index, shard: (index, 0, (shard,), b""))
            meanings = beam.pvalue.AsSingleton(alone | "CollectMeanings" >> CollectUnits(), Collected())
        return self._extent | "FinishCorpus" >> beam.Map(
            _finish,
            beam.pvalue.AsSingleton(units, Collected()),
            self._context,
            self._lexicon,
            beam.pvalue.AsSingleton(self._counts, Statistics.total([])),
            meanings,
        )


def _row(unit: WrittenUnit) -> Unit:
    return unit.index, unit.stop_seed, unit.shards, unit.dropped


def _finish(
    extent: Extent,
    units: Collected,
    context: CorpusContext,
    lexicon: str,
    counts: Statistics,
    meanings: Collected,
) -> str:
    if extent.short:
        drawn = context.request.stop_seed - context.request.first_seed
        storage.write_file(context.folder, SHORTFALL_FILE, json.dumps({"kept": extent.kept, "drawn": drawn}).encode())
        return SHORTFALL_FILE
    for collected in (units, meanings) if context.request.dictionary else (units,):
        if not np.array_equal(collected.indexes(), np.arange(extent.units)):
            raise RuntimeError(
                f"{len(collected.indexes())} units of {extent.units} arrived: the corpus is not complete"
            )
    manifest = _manifest(units, context, lexicon, counts, extent, meanings)
    _check(manifest, counts, extent, context)
    texts = statistics.statistics_files(counts, manifest.recipe.vocabulary) | manifest.tables()
    if manifest.dropped.listed is None:
        texts[DROPPED_FILE] = units.sorted_dropped()
    for name, data in texts.items():
        storage.write_file(context.folder, name, data)
    names = sorted(
        [*texts, RECIPE_FILE, *loading.files_read(context.phrases().recipe, context.request.dictionary is not None)]
    )
    files = tuple(_measured(context.folder, name) for name in names)
    storage.sync_to_disk(context.folder, [*names, *_stored(manifest)])
    storage.write_once(context.folder, MANIFEST_FILE, dataclasses.replace(manifest, files=files).dumps())
    storage.sync_to_disk(context.folder, [MANIFEST_FILE])
    return storage.join(context.folder, MANIFEST_FILE)


def _stored(manifest: Manifest) -> Iterator[str]:
    """Yield the names of shards and files of meanings, relative to the folder."""
    yield from (storage.join(SHARDS_FOLDER, shard.name) for shard in manifest.shards)
    yield from (
        storage.join(DICTIONARY_FOLDER, shard.name)
        for shard in (manifest.dictionary.shards if manifest.dictionary else ())
    )


def _manifest(
    units: Collected,
    context: CorpusContext,
    lexicon: str,
    counts: Statistics,
    extent: Extent,
    meanings: Collected,
) -> Manifest:
    request, dropped, total = context.request, units.sorted_dropped(), extent.units
    files = ShardTable(meanings.sorted_rows(), lambda i: meanings_name(i, total))
    return Manifest(
        recipe=request.recipe,
        first_seed=request.first_seed,
        stop_seed=units.stop_seed(),
        phrases_per_shard=request.phrases_per_shard,
        outputs=request.outputs,
        kept=counts.phrases,
        length_histogram=counts.lengths,
        shards=ShardTable(units.sorted_rows(), shard_names(total, request.outputs)),
        dropped=_dropped(dropped),
        files=(),
        lexicon=lexicon,
        versions={
            "hyperphrase": hyperphrase.__version__,
            **{name: metadata.version(name) for name in (*_LIBRARIES, *_libraries_of(request))},
        },
        dictionary=_dictionary(request.dictionary, files, lexicon) if request.dictionary else None,
    )


def _dictionary(kind: str, shards: ShardTable, lexicon: str) -> Dictionary:
    """Return the dictionary's entry; the vectors of ``discourse`` are those of the recipe's law."""
    return Dictionary(kind, shards) if kind == DISCOURSE else Dictionary(kind, shards, kind_of(lexicon))


def _libraries_of(request: CorpusRequest) -> list[str]:
    return [library for output in request.outputs if (library := FORMATS[output.format].library)]


def _dropped(seeds: bytes) -> DroppedSeeds:
    count = len(seeds) // 8
    return DroppedSeeds(count, tuple(np.frombuffer(seeds, "<u8").tolist()) if count <= manifests.MAX_LISTED else None)


def _check(manifest: Manifest, counts: Statistics, extent: Extent, context: CorpusContext) -> None:
    """Raise RuntimeError unless all counts of the corpus agree."""
    shards_phrases = [phrases_in(manifest.shards_of(output)) for output in manifest.outputs]
    agree: dict[str, tuple[object, object]] = {
        "phrases kept and the histogram's sum": (extent.kept, counts.phrases),
        "seeds drawn and phrases kept + dropped": (manifest.drawn, manifest.kept + manifest.dropped.count),
        "symbols by length and by rank": (counts.symbols if manifest.outputs else 0, sum(counts.ranks)),
        **{f"phrases in shards of output {i}": (n, manifest.kept) for i, n in enumerate(shards_phrases)},
    }
    stored = [("shard sizes", SHARDS_FOLDER, manifest.shards)] if manifest.shards else []
    if manifest.dictionary:
        stored.append(("sizes of meanings", DICTIONARY_FOLDER, manifest.dictionary.shards))
        agree["meanings and phrases"] = (phrases_in(manifest.dictionary.shards), manifest.kept)
    for what, subfolder, shards in stored:
        on_disk = storage.file_sizes(storage.join(context.folder, subfolder))
        written = {shard.name: shard.bytes for shard in shards}
        agree[f"{what} and what is stored"] = (
            sorted(written.items()),
            sorted((name, size) for name, size in on_disk.items() if name in written),
        )
    for what, (left, right) in agree.items():
        if left != right:
            raise RuntimeError(f"counts do not match: {what}: {left!r:.200} and {right!r:.200}")


def _measured(folder: str, name: str) -> manifests.File:
    with storage.open_file(storage.join(folder, name)) as stream:
        return manifests.File(name, *storage.measure(stream))
