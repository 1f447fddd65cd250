"""``tf.train.Example`` put together by hand: TensorFlow's own takes seconds to import, and longer for each phrase."""


def example(packed: bytes) -> bytes:
    """Return the Example whose one feature ``input_ids`` is an Int64List of the ``packed`` varints."""
    feature = field(0x1A, field(0x0A, packed))  # Feature.int64_list, Int64List.value
    entry = field(0x0A, b"input_ids") + field(0x12, feature)  # key and value of the map
    return field(0x0A, field(0x0A, entry))  # Example.features, Features.feature


def field(tag: int, content: bytes) -> bytes:
    """Return a length-delimited field of Protocol Buffers; its number and kind are in ``tag``."""
    return bytes([tag]) + varint(len(content)) + content


def varint(value: int) -> bytes:
    """Return ``value`` seven bits a byte, the lowest first."""
    more = []
    while value > 0x7F:
        more.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*more, value])
