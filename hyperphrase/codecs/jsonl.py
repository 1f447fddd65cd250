"""JSON Lines: ``{"seed": 0, "text": "..."}`` a line, byte for byte as ``json.dumps(ensure_ascii=False)`` has it.

Symbols stay what they are (an escaped one would take twelve bytes); only what JSON forbids in a string is escaped.
"""

from hyperphrase.codecs.line_reading import LineFormat
from hyperphrase.codecs.line_writing import line_shape


class JsonLinesFormat(LineFormat):
    """One JSON object a line: the seed and the text of a phrase."""

    name = "jsonl"
    shape = line_shape(b'{"seed": ', b', "text": "', b'"}\n')
    escapes = True
