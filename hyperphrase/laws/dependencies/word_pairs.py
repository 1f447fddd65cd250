"""What the laws of pairs share: words drawn from one distribution, each with a partner further on.

The partner of a word is the word itself or, with ``paired=true``, a second word of its own: word w and its partner
w + V/2. Steps have the random words that :mod:`hyperphrase.numbers.single_draws` gives them, but many are drawn
at a time, in loops over arrays that the compiler vectorises; what depends on the steps before follows in a loop
without branches.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.laws.base import BoundLaw, SymbolLaw, bits_of, collision_bits_of
from hyperphrase.laws.grammar import flag, parameter
from hyperphrase.numbers.alias_table import AliasTable, look_up
from hyperphrase.numbers.philox import GROUP, SYMBOL_STREAM, philox_block
from hyperphrase.numbers.portable_math import power_weights
from hyperphrase.numbers.single_draws import Position, categorical

CHUNK = 256  #: steps drawn at a time: a whole number of groups
REFERENCE = 100  #: symbols of the phrases that entropies are stated for: the mean of the default lengths

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@dataclass(frozen=True, kw_only=True)
class PairLaw(SymbolLaw):
    """A law of words and their partners; words are drawn with probability proportional to (r + 1 + beta)^-s."""

    s: float = parameter(0.0, 20.0, "exponent of the words' weights", 1.0)
    beta: float = parameter(0.0, 1e6, "shift of the words' ranks", 1.7)
    paired: bool = flag("whether the partner of word w is w + V/2, not w again", False)

    def check(self, vocabulary: int) -> None:
        if self.paired and vocabulary % 2:
            raise InputError(
                f"paired=true halves the vocabulary, and {vocabulary} is odd; give an even one, as {vocabulary - 1}"
            )

    def words(self, vocabulary: int) -> int:
        """Return how many of ``vocabulary`` ids are words; the others, if ``paired``, are partners."""
        return vocabulary // 2 if self.paired else vocabulary


class BoundPair(BoundLaw):
    """A law of pairs bound to its words.

    At least half of the symbols of any phrase, or of its beginning, are drawn words. Two phrases are equal only if
    words that are drawn independently are, k of them together with probability sum of p^k, at most (sum of p^2)^(k/2):
    so half the collision entropy of a word is a lower bound of that of a symbol.
    """

    def __init__(self, law: PairLaw, vocabulary: int) -> None:
        """Bind ``law`` to ``vocabulary`` ids."""
        words = law.words(vocabulary)
        self.vocabulary = vocabulary
        self.table = AliasTable.of(power_weights(words, 1.0 + law.beta, law.s))
        self.partner = np.uint32(words if law.paired else 0)  # added to a word's id, it gives the partner's
        shares = self.table.probabilities(words)
        self.word_entropy = bits_of(shares)
        self.collision_entropy = collision_bits_of(shares) / 2.0

    def at_most(self, entropy: float) -> float:
        """Return ``entropy``, bits a symbol, or what a symbol can carry at most."""
        return min(entropy, float(np.log2(self.vocabulary)))


@inline_kernel
def select(sign: Any, one: Any, other: Any) -> Any:
    """Return ``one`` if ``sign`` (int64, within 2^31) is negative, else ``other``; both are uint32.

    It is arithmetic: a condition becomes a branch, and half of the branches that follow random bits are mispredicted.
    The compiler turns it back into a condition where it sees that only the sign matters, as after a shift by 63.
    """
    mask = np.uint32(sign >> 31)
    return np.uint32((one & mask) | (other & ~mask))


class Steps(NamedTuple):
    """Buffers for what up to CHUNK steps draw: each uint32, shape (CHUNK,).

    first, second: the two random words of each step. words: the words that the second ones draw. entries: scratch.
    """

    first: NDArray[np.uint32]
    second: NDArray[np.uint32]
    words: NDArray[np.uint32]
    entries: NDArray[np.uint32]


@inline_kernel
def step_buffers() -> Steps:
    """Return buffers whose content is undefined."""
    return Steps(
        np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    )


@bare_kernel
def draw_steps(steps: Steps, count: int, table: AliasTable, position: Position) -> int:
    """Draw ``count`` steps (at most CHUNK) from the one at ``position`` on, whose number is a multiple of CHUNK.

    Whole groups are drawn: returns how many steps that makes, so that loops over them have no remainder.
    """
    first, second, step = steps.first, steps.second, position.step
    c2, c3 = position.seed & _LOW, position.seed >> _HALF
    k0, k1 = position.key & _LOW, position.key >> _HALF
    groups = (2 * count + GROUP - 1) // GROUP
    for j in range(groups * (GROUP // 4)):
        w0, w1, w2, w3 = philox_block(np.uint64(step // 2 + j), SYMBOL_STREAM, c2, c3, k0, k1)
        first[2 * j] = w0
        second[2 * j] = w1
        first[2 * j + 1] = w2
        second[2 * j + 1] = w3
    drawn = groups * (GROUP // 2)
    categorical_steps(second[:drawn], table, position, steps.entries, steps.words)
    return drawn


@bare_kernel
def categorical_steps(
    words: NDArray[np.uint32],
    table: AliasTable,
    position: Position,
    entries: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """Write :func:`~hyperphrase.numbers.single_draws.categorical` of each of ``words`` into ``out``.

    words, out: shape (n,), of the steps from the one at ``position`` on. entries: scratch, n or more.
    Where a word ties, all are drawn once more.
    """
    if look_up(words, table, entries, out):
        for i in range(len(words)):
            here = Position(position.step + i, position.second, position.seed, position.key)
            out[i] = categorical(words[i], table, here)
