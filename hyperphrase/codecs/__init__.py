"""The formats of a shard: how phrases become bytes and are read back. One file a format.

``tfrecord``, ``avro``, ``parquet``, ``jsonl`` and ``txt`` each have an encoder and a decoder; ``base`` says what a
format offers; the other files are what formats share, such as variable-length integers, checksums and compression.
``FORMATS`` has the formats by their names: to add one, write its file and add its line here.
"""

from hyperphrase.codecs.avro import AvroFormat
from hyperphrase.codecs.base import Encoder, Format, Texts
from hyperphrase.codecs.jsonl import JsonLinesFormat
from hyperphrase.codecs.parquet import ParquetFormat
from hyperphrase.codecs.tfrecord import TFRecordFormat
from hyperphrase.codecs.txt import TextFormat

FORMATS: dict[str, Format] = {
    "tfrecord": TFRecordFormat(),
    "avro": AvroFormat(),
    "parquet": ParquetFormat(),
    "jsonl": JsonLinesFormat(),
    "txt": TextFormat(),
}

__all__ = ["FORMATS", "Encoder", "Format", "Texts"]
