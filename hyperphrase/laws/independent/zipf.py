"""``zipf``: Zipf's law and Mandelbrot's generalisation of it over the ranks of the lexicon."""

from dataclasses import dataclass

from hyperphrase.laws.base import BoundIid, BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.portable_math import power_weights


@dataclass(frozen=True, kw_only=True)
class Zipf(SymbolLaw):
    """p(r) proportional to (r + 1 + beta)^-s for ranks r = 0..V-1.

    ``s=1`` is Zipf's law; ``s=1,beta=2.7`` the Zipf-Mandelbrot of XferBench (Boldt and Mortensen 2024).
    """

    name = "zipf"
    summary = "p(rank r) proportional to (r + 1 + beta)^-s"
    source = "Zipf 1935; Mandelbrot 1953"
    s: float = parameter(0.0, 20.0, "exponent", 1.0)
    beta: float = parameter(0.0, 1e6, "shift of the ranks", 0.0)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundIid(power_weights(vocabulary, 1.0 + self.beta, self.s))
