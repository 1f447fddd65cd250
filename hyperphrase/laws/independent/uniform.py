"""``uniform``: all hyperwords with equal probability; the base case, log2 V bits a symbol."""

from dataclasses import dataclass

import numpy as np

from hyperphrase.laws.base import BoundIid, BoundLaw, LexiconSource, SymbolLaw


@dataclass(frozen=True, kw_only=True)
class Uniform(SymbolLaw):
    """Ids independent and uniform on 0..V-1."""

    name = "uniform"
    summary = "all hyperwords with equal probability"
    source = "the base case: entropy log2 V"

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundIid(np.ones(vocabulary))
