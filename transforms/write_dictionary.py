"""WriteDictionary: the meaning of each kept phrase, one Parquet file a unit, aligned with the unit's shards."""

from collections.abc import Iterator

import apache_beam as beam

from hyperphrase.corpus import KeptPhrases, ends, parts
from hyperphrase.dictionary import ROOM, MeaningsWriter, meanings_name
from hyperphrase.parquet_file import Sink
from hyperphrase.phrases import CHUNK
from hyperphrase.shard_table import Shard
from transforms import storage
from transforms.context import Site
from transforms.write_shards import MeasuredFile, finished, write_row


class WriteDictionary(beam.PTransform):
    """PCollection[KeptPhrases] -> PCollection[(unit index, Shard)]: the file of meanings of each unit.

    The phrases are drawn once more, so that nothing large passes between transforms.
    """

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    def expand(self, kept: beam.PCollection) -> beam.PCollection:
        return kept | "WriteMeanings" >> beam.FlatMap(_write, self._site)


def put_meanings(kept: KeptPhrases, site: Site, sink: Sink) -> int:
    """Write the file of meanings of a unit to ``sink``; returns the symbols of its phrases."""
    phrases, meanings, symbols = site.phrases(), site.meanings(), 0
    writer = MeaningsWriter(sink, meanings.dimensions)
    for part in parts(kept.seeds(), CHUNK):
        block = phrases.draw(part)
        writer.write(part, meanings.of(block))
        symbols += len(block.ids)
    writer.close()
    return symbols


def _write(kept: KeptPhrases, site: Site) -> Iterator[tuple[int, Shard]]:
    name = meanings_name(kept.unit.index, kept.total)
    yield kept.unit.index, finished(site.folder, ROOM, name) or _written(kept, site, name)


def _written(kept: KeptPhrases, site: Site, name: str) -> Shard:
    with storage.written_whole(site.folder, storage.join(ROOM, name)) as stream:
        measured = MeasuredFile(stream)
        symbols = put_meanings(kept, site, measured)
        site.check_ours()
    seeds = kept.seeds()
    row = Shard(name, len(seeds), symbols, measured.size, measured.crc32c, *ends(seeds))
    write_row(site.folder, row)
    return row
