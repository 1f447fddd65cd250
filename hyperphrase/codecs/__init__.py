"""The formats of a shard: how phrases become bytes and are read back. One file a format.

``tfrecord``, ``avro``, ``parquet``, ``jsonl``, ``txt``, ``token_arrays`` and ``megatron`` each have an encoder and a
decoder, ``arrayrecord`` an encoder; ``base`` says what a format offers; the other files are what formats share, such as
variable-length integers, checksums and compression. ``FORMATS`` has the formats by their names: to add one, write its
file and add its line here. ``CHOICES`` are the names to choose from: all but those of second files.
"""

from hyperphrase.codecs.arrayrecord import ArrayRecordFormat
from hyperphrase.codecs.avro import AvroFormat
from hyperphrase.codecs.base import Encoder, Format, ReadableFormat, Texts
from hyperphrase.codecs.jsonl import JsonLinesFormat
from hyperphrase.codecs.megatron import MegatronFormat, MegatronIndexFormat
from hyperphrase.codecs.parquet import ParquetFormat
from hyperphrase.codecs.tfrecord import TFRecordFormat
from hyperphrase.codecs.token_arrays import TokenArrayFormat
from hyperphrase.codecs.txt import TextFormat

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        TFRecordFormat(),
        AvroFormat(),
        ParquetFormat(),
        JsonLinesFormat(),
        TextFormat(),
        TokenArrayFormat(),
        MegatronFormat(),
        MegatronIndexFormat(),
        ArrayRecordFormat(),
    )
}
CHOICES = tuple(name for name in FORMATS if name not in {form.companion for form in FORMATS.values()})

__all__ = ["CHOICES", "FORMATS", "Encoder", "Format", "ReadableFormat", "Texts"]
