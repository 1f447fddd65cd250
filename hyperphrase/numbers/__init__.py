"""Numbers that are equal on every machine.

Random numbers are Philox4x32-10; ``alias_table`` draws from any fixed distribution by them, ``single_draws`` one value
at a time. ``portable_math`` makes logarithms and powers from IEEE 754's basic operations, ``eigenvectors`` those of
matrices. ``digits`` does exact arithmetic on numbers of any size. Phrases depend on all of it, so nothing here may ever
return other numbers.
"""

from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.digits import decimal_number, decimal_text, digits_of, number_of

__all__ = ["AliasTable", "Batch", "decimal_number", "decimal_text", "digits_of", "number_of"]
