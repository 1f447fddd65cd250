"""WriteDictionary: the meaning of each kept phrase, one Arrow file a unit, aligned with the unit's shards."""

from collections.abc import Iterator

import apache_beam as beam

from hyperphrase.corpus.layout import DICTIONARY_FOLDER, meanings_name
from hyperphrase.corpus.request import KeptPhrases, ends
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.meaning.dictionary import write_meanings
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.write_shards import MeasuredFile, finished, write_row


class WriteDictionary(beam.PTransform):
    """PCollection[KeptPhrases] -> PCollection[(unit index, Shard)]: the file of meanings of each unit.

    The phrases are drawn again, so that no large elements pass between transforms.
    """

    def __init__(self, context: CorpusContext) -> None:
        super().__init__()
        self._context = context

    def expand(self, kept: beam.PCollection) -> beam.PCollection:
        return kept | "WriteMeanings" >> beam.FlatMap(_write, self._context)


def _write(kept: KeptPhrases, context: CorpusContext) -> Iterator[tuple[int, Shard]]:
    name = meanings_name(kept.unit.index, kept.total)
    yield kept.unit.index, finished(context.folder, DICTIONARY_FOLDER, name) or _written(kept, context, name)


def _written(kept: KeptPhrases, context: CorpusContext, name: str) -> Shard:
    with storage.atomic_writer(context.folder, storage.join(DICTIONARY_FOLDER, name)) as stream:
        measured = MeasuredFile(stream)
        symbols = write_meanings(kept, context.phrases(), context.meanings(), context.dictionary(), measured)
        context.check_current()
    seeds = kept.seeds()
    row = Shard(name, len(seeds), symbols, measured.size, measured.crc32c, *ends(seeds))
    write_row(context.folder, row)
    return row
