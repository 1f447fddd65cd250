"""``lexicon``: hyperwords as often as the lexicon says that their words are used."""

from dataclasses import dataclass

from hyperphrase.samplers.base import IidSampler, LexiconSource, Sampler, SamplerLaw


@dataclass(frozen=True, kw_only=True)
class Lexicon(SamplerLaw):
    """p = the lexicon's own frequencies, scaled to sum to 1 over its V hyperwords."""

    name = "lexicon"
    summary = "the lexicon's own frequencies"
    source = "the lexicon (wordfreq for english and russian)"

    def sampler(self, vocabulary: int, lexicon: LexiconSource) -> Sampler:
        return IidSampler(lexicon().frequencies)
