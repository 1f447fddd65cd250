"""``lexicon``: hyperwords as often as the lexicon says that their words are used."""

from dataclasses import dataclass

from hyperphrase.laws.base import BoundIid, BoundLaw, LexiconSource, SymbolLaw


@dataclass(frozen=True, kw_only=True)
class Lexicon(SymbolLaw):
    """p = the lexicon's own frequencies, scaled to sum to 1 over its V hyperwords."""

    name = "lexicon"
    summary = "the lexicon's own frequencies"
    source = "the lexicon (wordfreq for english and russian)"

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundIid(lexicon().frequencies)
