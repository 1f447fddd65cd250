"""Presets: what published work drew, under one name: law, lengths, vocabulary.

A note says what the paper or its public code leaves open, where the two differ, and what was chosen here. Numbers are
those of the public code where there is some, since it made the corpora.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hyperphrase.laws.lengths import Empirical, Fixed, LengthLaw, Uniform


@dataclass(frozen=True)
class Preset:
    """A published set-up.

    law: as in ``zipf:s=1.0``. vocabulary: None where the law fixes it. source: paper with year and arXiv id.
    note: what is left open, or differs. lexicon: as in ``english:stop=true``, None if any will do.
    """

    name: str
    law: str
    lengths: LengthLaw
    vocabulary: int | None
    source: str
    note: str
    lexicon: str | None = None


_TILT = "Papadimitriou and Jurafsky 2020, arXiv 2004.14601"
_HINTS = "Papadimitriou and Jurafsky 2023, arXiv 2304.13060"
_ARTIFICIAL = "Ri and Tsuruoka 2022, arXiv 2203.10326"
_SIMPLER = "Wu, Li and Liang 2022, arXiv 2206.10139"
_XFERBENCH = "Boldt and Mortensen 2024, XferBench (NAACL 2024)"
_CHOMSKY = "Hu et al. 2025, arXiv 2502.19249"
_WARMING = "Jiang, Shinnick et al. 2026, arXiv 2601.21725"
_SCENES = "Arora et al. 2016, arXiv 1502.03520, over the grammars of this project"
_CHAOS = "Zhang et al. 2024, arXiv 2410.02536"

# English Wikipedia, as the public code of 2203.10326 counts it: sentences of 6, 7, ... tokens, out of 10,000
_WIKIPEDIA = (
    "303 303 342 308 275 310 337 356 340 309 321 358 319 331 343 310 310 350 284 284 307 252 246 255 209 207 177 168 "
    "165 128 149 133 109 123 102 99 81 81 73 60 61 44 43 43 52 39 26 30 29 24 34 18 8 17 15"
)


def _sentences() -> Empirical:
    """Return the lengths of sentences."""
    return Empirical(counts=tuple((6 + i, int(count)) for i, count in enumerate(_WIKIPEDIA.split())))


def _paired_sentences() -> Empirical:
    """Return twice the number of pairs: half a sentence, rounded down, and with probability 1/2 one more."""
    counts: dict[int, int] = {}
    for length, count in _sentences().counts:
        for pairs in (length // 2, length // 2 + 1):
            counts[2 * pairs] = counts.get(2 * pairs, 0) + count
    return Empirical(counts=tuple(sorted(counts.items())))


_HINTS_NOTE = (
    "Lines of 512 of 10^9 tokens, words by 1/(r + 2.7) for ranks r from 0, which is beta=1.7 here; the code gives "
    "ranks to ids at random, ours are in order. V is 500 in the data sets it lists, 50,000 by default."
)
_PAIRS_NOTE = (
    "8,000 opening and 8,000 closing tokens. The code's Zipf weights are V / r rounded down; ours are not rounded. "
    "Lengths are those of its sentences from English Wikipedia, cut to pairs as it does."
)
_WARMING_NOTE = (
    "x has 64 tokens of 99 (the code draws 1 to vocab_size - 1 with vocab_size=100); its curriculum of lengths and "
    "padding are left out."
)


def _warming(task: str, length: int, note: str = "") -> Preset:
    law = "copy" if task == "identity" else task
    return Preset(f"{law}-jiang2026", law, Fixed(length=length), 100, _WARMING, note + _WARMING_NOTE)


_SIMPLER_LENGTHS = Uniform(min=21, max=441)  # x of 10 to 220 tokens, a separator and as many again
_SIMPLER_NOTE = "x of 10 to 220 tokens out of the 31,997 of T5's vocabulary that are no special ones; one id separates."

_PRESETS = (
    Preset(
        "nest-papadimitriou2020",
        "nest:q=0.4,s=0.0",
        Fixed(length=512),
        50_000,
        _TILT,
        "The paper opens with q=0.4; its public code sets that number and then tosses a fair coin. There it is one "
        "stream, the stack never cut; phrases of 512 are ours. V is the paper's, unchecked: the code takes that of a "
        "Spanish corpus. Its other kind draws words as often as that corpus has them.",
    ),
    Preset(
        "nest-papadimitriou2023", "nest:q=0.49,s=1.0,beta=1.7", Fixed(length=512), 500, _HINTS,
        f"{_HINTS_NOTE} A line may end with words open.",
    ),
    Preset(
        "cross-papadimitriou2023", "cross:s=1.0,beta=1.7", Fixed(length=512), 500, _HINTS,
        f"{_HINTS_NOTE} Distances are those within nests (its nesting-nolimit), one of several laws in the code.",
    ),
    Preset(
        "mix-papadimitriou2023", "mix:eps=0.01,q=0.49,s=1.0,beta=1.7", Fixed(length=512), 500, _HINTS,
        f"{_HINTS_NOTE} Distances as in cross.",
    ),
    Preset(
        "repetition-papadimitriou2023", "repetition:m=10,s=1.0,beta=1.7", Fixed(length=512), 500, _HINTS,
        f"{_HINTS_NOTE} The last copy of a line is cut.",
    ),
    Preset("zipf-papadimitriou2023", "zipf:s=1.0,beta=1.7", Fixed(length=512), 50_000, _HINTS, _HINTS_NOTE),
    Preset("uniform-ri2022", "uniform", _sentences(), 16_000, _ARTIFICIAL, "Sentences of English Wikipedia's lengths."),
    Preset(
        "zipf-ri2022", "zipf:s=1.0", _sentences(), 16_000, _ARTIFICIAL,
        "Sentences of English Wikipedia's lengths. The code's weights are V / r rounded down; ours are not rounded.",
    ),
    Preset("flat-ri2022", "flat:paired=true,s=1.0", _paired_sentences(), 16_000, _ARTIFICIAL, _PAIRS_NOTE),
    Preset(
        "nest-ri2022", "nest:q=0.4,paired=true,close=true,s=1.0", _paired_sentences(), 16_000, _ARTIFICIAL, _PAIRS_NOTE
    ),
    Preset(
        "set-wu2022", "set", _SIMPLER_LENGTHS, 31_998, _SIMPLER,
        f"{_SIMPLER_NOTE} There x is made of a random number of different tokens, so that many repeat; here its tokens "
        "are drawn independently, and few do.",
    ),
    Preset("copy-wu2022", "copy", _SIMPLER_LENGTHS, 31_998, _SIMPLER, _SIMPLER_NOTE),
    Preset("reverse-wu2022", "reverse", _SIMPLER_LENGTHS, 31_998, _SIMPLER, _SIMPLER_NOTE),
    Preset(
        "nest-boldt2024",
        "nest:q=0.4,s=1.0,beta=2.7",
        Fixed(length=256),
        29_990,
        _XFERBENCH,
        "Zipf-Mandelbrot words in nests, rows of 256 of one stream whose stack is never cut. The public code sets "
        "q=0.4 and then tosses a fair coin.",
    ),
    Preset("uniform-boldt2024", "uniform", Fixed(length=256), 29_990, _XFERBENCH, "Rows of 256 of 10^8 tokens."),
    Preset(
        "shuffle-dyck-hu2025",
        "shuffle_dyck:k=64,p=0.51,max_depth=8",
        Fixed(length=2048),
        None,
        _CHOMSKY,
        "A sequence is cut at 2,048 tokens, with brackets open. So the public code was at first; later versions of it "
        "have a depth of 16.",
    ),
    Preset("dyck-jiang2026", "dyck:k=64,p=0.49", Fixed(length=2048), None, _WARMING, "As the public code has it."),
    Preset(
        "shuffle-dyck-jiang2026", "shuffle_dyck:k=64,p=0.5,max_depth=16", Fixed(length=2048), None, _WARMING,
        "As the public code has it: cut at 2,048 tokens, with brackets open.",
    ),
    _warming("identity", 129),
    _warming("reverse", 129),
    _warming("sort", 129),
    _warming("set", 129),
    _warming("union", 130, "Two sequences of 32 tokens. "),
    _warming(
        "delete", 130,
        "The code deletes any token's first occurrence, here all occurrences of one of x's tokens are deleted. ",
    ),
    Preset(
        "eca-zhang2024",
        "eca:rule=110,width=1000,window=100,patch=10",
        Fixed(length=600),
        None,
        _CHAOS,
        "60 rows of 100 cells. All 256 rules are tried there, and predicting the next row or a later one (every). "
        "Their windows lie anywhere in a run of 1,000 rows, and rows of bits go into the network; beginning "
        "with the random row and symbols of ten cells are ours.",
    ),
    Preset(
        "scene-english", "scene:stop=true", Uniform(min=10, max=190), 250_000, _SCENES,
        "No paper's: English sentences about one of 512 points each, with GloVe's vectors, at the settings that read "
        "best.", "english:stop=true",
    ),
    Preset(
        "scene-russian", "scene:stop=true", Uniform(min=10, max=190), 250_000, _SCENES,
        "No paper's: Russian sentences about one of 512 points each, with Navec's vectors, at the settings that read "
        "best.", "russian:stop=true",
    ),
)  # fmt: skip

#: All presets by name.
PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _PRESETS}
