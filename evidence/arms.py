"""The laws that models are pre-trained on, with lengths that fit a context of 64 symbols."""

from evidence.pretraining import STEPS, Pretraining

FIXED = "fixed:length=63"  # with the separator, a context
VARIED = "uniform:min=5,max=63"  # the laws that cannot make phrases of 63, and those of short and varied copies

#: Repetitions of offsets so different that no head can copy by position alone.
OFFSETS = (3, 5, 8, 12, 17, 23)
MIXTURE = "mixture:" + "+".join(f"1*repetition:m={m}" for m in OFFSETS)

#: name: (law, lengths). The first ones decide, the others show which laws behave like them.
ARMS = {
    "repetition, varied": (MIXTURE, FIXED),
    "copy, varied": ("copy", VARIED),
    "zipf": ("zipf:s=1.0", FIXED),
    "repetition, m = 10": ("repetition:m=10", FIXED),
    "shuffle_dyck": ("shuffle_dyck:k=32", FIXED),
    "nest": ("nest", FIXED),
    "set": ("set", VARIED),
    "union": ("union", VARIED),
    "reverse": ("reverse", VARIED),
    "sort": ("sort", VARIED),
    "delete": ("delete", VARIED),
    "cross": ("cross", FIXED),
    "mix": ("mix", FIXED),
    "flat": ("flat", VARIED),
    "dyck": ("dyck:k=32", VARIED),
    "pitman_yor": ("pitman_yor", FIXED),
    "topics": ("topics", FIXED),
    "uniform": ("uniform", FIXED),
}
PRIMARY = tuple(ARMS)[:2]  # the two that are tested; fixed in advance
QUICK = tuple(ARMS)[:3]
LEFT_OUT = {  # why the other laws are no arms
    "lexicon": "over made-up words it is zipf",
    "permutation": "without repetition it is uniform",
    "exhaustive": "its first phrases are all alike",
    "eca": "has 256 symbols",
    "markov": "is what its text is",
    "mixture": "is here as repetition, varied",
    "loglinear, template, scene": "need the words of a language",
}


def pretraining(arm: str, seed: int, layers: int = 2, fraction: float = 1.0) -> Pretraining:
    """Return the pre-training of an arm. fraction: of its steps."""
    law, lengths = ARMS[arm]
    return Pretraining(law, lengths, seed, layers, max(1, round(STEPS * fraction)))
