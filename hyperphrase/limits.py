"""The limits that recipes, records and tables share."""

MAX_VOCABULARY = 1 << 20  # ids have 20 bits: in alias tables, in three bytes of a varint, in four of UTF-8
MAX_LENGTH = 65_535  # symbols in a phrase
SEED_STOP = 1 << 63  # seeds are below it: Avro's long and TensorFlow's int64 are signed
