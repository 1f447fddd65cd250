"""Laws: what a phrase's symbols and its length are drawn by.

A law is a frozen dataclass, whose fields are the law's parameters with their bounds and defaults; bound to a
vocabulary, it draws. The symbol laws are grouped in families, one file a law, and ``registry`` finds them by name.
``grammar`` reads and writes laws as text (``zipf:s=1.0``) and JSON, ``base`` says what every symbol law offers,
``plain_text`` reads users' texts, ``lengths`` has the length laws, ``mixture`` the law that chooses among others,
``presets`` the parameters of published work.
"""

from hyperphrase.laws.base import BoundLaw, SymbolLaw
from hyperphrase.laws.grammar import Law, law_from_json, parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS, LengthLaw
from hyperphrase.laws.presets import PRESETS, Preset
from hyperphrase.laws.registry import SYMBOL_LAWS

__all__ = [
    "LENGTH_LAWS",
    "PRESETS",
    "SYMBOL_LAWS",
    "BoundLaw",
    "Law",
    "LengthLaw",
    "Preset",
    "SymbolLaw",
    "law_from_json",
    "parse_law",
]
