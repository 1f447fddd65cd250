"""Which symbols of a phrase belong together, for the laws of brackets and of pairs of words."""

from collections import defaultdict, deque
from collections.abc import Sequence

from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.dependencies.dyck import Dyck
from hyperphrase.laws.dependencies.nest import Nest
from hyperphrase.laws.dependencies.shuffle_dyck import ShuffleDyck
from hyperphrase.laws.dependencies.word_pairs import PairLaw

Pair = tuple[int, int]


def has_pairs(law: SymbolLaw) -> bool:
    """Tell whether symbols of the law's phrases come in pairs."""
    return isinstance(law, Dyck | ShuffleDyck | PairLaw)


def pairs_of(law: SymbolLaw, ids: Sequence[int], vocabulary: int) -> list[Pair]:
    """Return (place of the first, place of the second) of each pair in a phrase, by the second's place.

    Brackets are paired as the law pairs them. Of the laws of words, a word that is drawn twice before its partner comes
    has two possible ones: ``nest`` then closes the later one first, the others the earlier one.

    >>> pairs_of(Dyck(k=2), [0, 1, 3, 2], 4)
    [(1, 2), (0, 3)]
    """
    if isinstance(law, Dyck | ShuffleDyck):
        return _matched(ids, law.k, last_first=True)
    if isinstance(law, PairLaw):
        return _matched(ids, law.words(vocabulary) if law.paired else 0, last_first=isinstance(law, Nest))
    return []


def _matched(ids: Sequence[int], offset: int, last_first: bool) -> list[Pair]:
    """Pair each id with an earlier one: ``offset`` below it, or itself if ``offset`` is 0."""
    waiting: dict[int, deque[int]] = defaultdict(deque)
    found = []
    for place, symbol in enumerate(ids):
        opener = symbol - offset
        if waiting[opener] and (offset or opener == symbol):
            found.append((waiting[opener].pop() if last_first else waiting[opener].popleft(), place))
        elif symbol < offset or not offset:
            waiting[symbol].append(place)
    return found
