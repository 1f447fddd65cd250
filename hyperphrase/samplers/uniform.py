"""``uniform``: every hyperword alike; the base case, log2 V bits a symbol."""

from dataclasses import dataclass

import numpy as np

from hyperphrase.samplers.base import IidSampler, LexiconSource, Sampler, SamplerLaw


@dataclass(frozen=True, kw_only=True)
class Uniform(SamplerLaw):
    """Ids independent and uniform on 0..V-1."""

    name = "uniform"
    summary = "every hyperword alike"
    source = "the base case: entropy log2 V"

    def sampler(self, vocabulary: int, lexicon: LexiconSource) -> Sampler:
        return IidSampler(np.ones(vocabulary))
