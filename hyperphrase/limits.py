"""Limits that several wings share."""

MAX_VOCABULARY = 1 << 20  # an id has 20 bits: fits into alias tables, a varint of 3 bytes, and UTF-8 of 4 bytes
MAX_LENGTH = 65_535  # symbols in a phrase
MAX_UNIT = 1 << 24  # phrases in a unit, hence in a shard
MAX_WORD = 1000  # bytes of a word: bounds the lines of text formats, and with them a decoder's memory
MAX_UNITS = (1 << 32) - 1  # units of a corpus: shard tables store unit numbers in 32 bits
SEED_STOP = 1 << 63  # seeds are below it: Avro's long and TensorFlow's int64 are signed
