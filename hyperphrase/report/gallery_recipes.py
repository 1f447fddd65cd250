"""What the gallery shows each law with: options of ``run``, and how its phrases are drawn.

A law that is not listed has the settings of :class:`Shown`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hyperphrase.lexicon.sources import DEFAULT_LEXICON

TEXT = "text/shards/phrases-00000-of-00001.txt"  # that law `markov` learns from: written by the first command


@dataclass(frozen=True)
class Shown:
    """The settings of a card.

    parameters: of the law. lengths, vocabulary, lexicon: as options. drawn: number of seeds, from 0 on, that the
    charts count. phrases: number of those shown. colours: a name of ``gallery_cells.COLOURS``. words: whether words are
    shown, not symbols. seen: what there is to see.
    """

    parameters: str = ""
    lengths: str = "uniform:min=8,max=30"
    vocabulary: int = 1000
    lexicon: str = DEFAULT_LEXICON
    drawn: int = 2000
    phrases: int = 3
    colours: str = "rank"
    words: bool = False
    seen: str = ""


_PAIRS = Shown(lengths="fixed:length=30", vocabulary=16, colours="pair")
_TASK = Shown(lengths="uniform:min=13,max=25", vocabulary=9, phrases=2, colours="tokens")
_SPACE = Shown(lengths="fixed:length=5", vocabulary=4, drawn=1024, phrases=24, colours="order")
_WORDS = Shown(lengths="uniform:min=12,max=40", vocabulary=250_000, colours="again", words=True)

SHOWN: Mapping[str, Shown] = {
    "uniform": Shown(
        lengths="uniform:min=12,max=32",
        seen="Most cells are of the last colours, since these have the most symbols.",
    ),
    "zipf": Shown(
        parameters="s=1.0",
        lengths="geometric:min=10,max=32,p=0.08",
        seen="All colours are about equally frequent.",
    ),
    "lexicon": Shown(
        lengths="lognormal:min=10,max=60,mu=3.2,sigma=0.4",
        vocabulary=250_000,
        words=True,
        seen="English words, each as often as in English, and no grammar.",
    ),
    "dyck": replace(
        _PAIRS, parameters="k=4", lengths="uniform:min=8,max=30", seen="A bracket closes the one that was opened last."
    ),
    "shuffle_dyck": replace(_PAIRS, parameters="k=4,max_depth=6", seen="Brackets of different types cross each other."),
    "nest": replace(
        _PAIRS, parameters="paired=true,close=true", lengths="uniform:min=16,max=30", seen="No two arcs cross."
    ),
    "cross": replace(_PAIRS, parameters="paired=true,window=30", seen="The width of each arc is drawn: arcs cross."),
    "mix": replace(_PAIRS, parameters="paired=true,eps=0.2,window=30", seen="Arcs are nested, but for some."),
    "flat": replace(
        _PAIRS, parameters="paired=true", lengths="uniform:min=16,max=30", seen="Any open word may be closed next."
    ),
    "repetition": replace(_PAIRS, parameters="m=5", vocabulary=8, seen="Five words, and the same five words again."),
    "copy": replace(_TASK, seen="Behind the separator stands the same row of colours."),
    "reverse": replace(_TASK, seen="Behind the separator stands the mirror image."),
    "sort": replace(_TASK, seen="Behind the separator colours come in their order."),
    "set": replace(_TASK, seen="Behind the separator no colour comes twice, so phrases differ in length."),
    "union": replace(
        _TASK, lengths="uniform:min=12,max=24", seen="Two rows of tokens, then each colour of both rows once."
    ),
    "delete": replace(
        _TASK, lengths="uniform:min=14,max=26", seen="The token between the separators is missing behind them."
    ),
    "exhaustive": replace(
        _SPACE,
        lengths="uniform:min=1,max=5",
        drawn=1364,
        phrases=44,
        seen="It counts: 4 phrases of one symbol, 16 of two, and so on, until all 1,364 of at most five are there.",
    ),
    "permutation": replace(
        _SPACE, seen="All 1,024 phrases of five symbols, each once, in an order that looks random; here the first 24."
    ),
    "pitman_yor": replace(
        _WORDS,
        parameters="d=0.5,theta=3",
        vocabulary=5000,
        seen="The more often a word has come, the more often it comes again; each phrase has its own favourites.",
    ),
    "eca": Shown(
        lengths="fixed:length=320",
        drawn=500,
        phrases=1,
        colours="bits",
        seen="Rule 110. A row of 64 cells is a step in time, from a random row on; eight cells are one symbol.",
    ),
    "topics": Shown(
        parameters="k=8,alpha=0.05,eta=5",
        lengths="uniform:min=12,max=28",
        vocabulary=500,
        phrases=8,
        colours="topic",
        seen="Each phrase has few colours.",
    ),
    "loglinear": replace(_WORDS, vocabulary=20_000, seen="Words near each other in meaning, and no grammar."),
    "template": replace(_WORDS, seen="Sentences that agree, about nothing in particular."),
    "markov": replace(
        _WORDS,
        parameters=f"file={TEXT},order=2",
        lexicon="english:stop=true",
        seen="It learns from the phrases of the law scene, which the first command writes.",
    ),
    "scene": replace(
        _WORDS,
        parameters="stop=true",
        lexicon="english:stop=true",
        seen="Sentences that agree, and stay about one thing.",
    ),
    "mixture": Shown(
        parameters="1*uniform+1*repetition:m=4+1*zipf:s=2.0",
        lengths="fixed:length=24",
        vocabulary=8,
        phrases=6,
        colours="order",
        seen="Each row is by one of three laws: even colours, copies of four symbols, or mostly the first colour.",
    ),
}
