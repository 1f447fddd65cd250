"""How many phrases of each length there are, by their decimal logarithms, for tables."""

import math
from collections.abc import Iterator

from hyperphrase.space.phrase_space import Space

_ROWS = 12  # lengths of a table that does not have all
_EXACT = 9.0  # a double's logarithm determines whole numbers below 10^9 exactly


def log10_by_length(space: Space, every: bool = False) -> Iterator[tuple[int, float]]:
    """Yield (length, log10 of V^length) for some of the possible lengths, ascending, or for ``every`` one."""
    lengths, log10 = sorted(space.lengths), math.log10(space.phrases.recipe.vocabulary)
    some = {len(lengths) * i // _ROWS for i in range(_ROWS)} | {len(lengths) - 1}
    for i, length in enumerate(lengths):
        if every or i in some:
            yield length, length * log10


def shown(log10: float) -> str:
    """Return the whole number with this decimal logarithm as text: exact below 10^9, else to five digits.

    >>> shown(3.0), shown(540.0001)
    ('1,000', '1.0002e540')
    """
    if log10 < _EXACT:
        return f"{round(10**log10):,}"
    exponent = math.floor(log10)
    mantissa = f"{10 ** (log10 - exponent):.4f}"
    return f"{mantissa}e{exponent}" if mantissa != "10.0000" else f"1.0000e{exponent + 1}"
