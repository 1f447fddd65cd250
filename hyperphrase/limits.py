"""The limits that recipes, records and tables share."""

MAX_VOCABULARY = 1 << 20  # ids have 20 bits: in alias tables, in three bytes of a varint, in four of UTF-8
MAX_LENGTH = 65_535  # symbols in a phrase
MAX_UNIT = 1 << 24  # phrases in a unit, and so in a shard
MAX_WORD = 1000  # bytes of a word: a line of a text format, and so a decoder's memory, has an end
MAX_UNITS = (1 << 32) - 1  # units of a corpus: tables of shards number them in 32 bits
SEED_STOP = 1 << 63  # seeds are below it: Avro's long and TensorFlow's int64 are signed
