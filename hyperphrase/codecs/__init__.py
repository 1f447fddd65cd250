"""The formats of a shard, by name: to add one, write its file and add its line here."""

from hyperphrase.codecs.avro import AvroFormat
from hyperphrase.codecs.base import Encoder, Format, Texts
from hyperphrase.codecs.jsonl import JsonLinesFormat
from hyperphrase.codecs.tfrecord import TFRecordFormat
from hyperphrase.codecs.txt import TextFormat

FORMATS: dict[str, Format] = {
    "tfrecord": TFRecordFormat(),
    "avro": AvroFormat(),
    "jsonl": JsonLinesFormat(),
    "txt": TextFormat(),
}

__all__ = ["FORMATS", "Encoder", "Format", "Texts"]
