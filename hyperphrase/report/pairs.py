"""Which symbols of a phrase belong together, for the laws of brackets, of pairs of words and of transductions."""

from collections import defaultdict, deque
from collections.abc import Sequence

from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.dependencies.dyck import Dyck
from hyperphrase.laws.dependencies.nest import Nest
from hyperphrase.laws.dependencies.repetition import Repetition
from hyperphrase.laws.dependencies.shuffle_dyck import ShuffleDyck
from hyperphrase.laws.dependencies.word_pairs import PairLaw
from hyperphrase.laws.transductions.base import COPY, DELETE, REVERSE, SET, SORT
from hyperphrase.laws.transductions.tasks import Transduction

Pair = tuple[int, int]

_ONE_SEPARATOR = (COPY, REVERSE, SORT, SET)


def has_pairs(law: SymbolLaw) -> bool:
    """Tell whether symbols of the law's phrases come in pairs."""
    return isinstance(law, Dyck | ShuffleDyck | PairLaw | Transduction)


def pairs_of(law: SymbolLaw, ids: Sequence[int], vocabulary: int) -> list[Pair]:
    """Return (place of the first, place of the second) of each pair in a phrase, by the second's place.

    ids: the phrase, or its beginning. Brackets are paired as the law pairs them, words with their copies, and the
    tokens of a transduction with what the function makes of them; a token that ``delete`` deletes has no pair. In
    ``nest``, ``cross``, ``mix`` and ``flat``, a word that is drawn twice before its partner comes has two possible
    ones: ``nest`` then closes the later one first, the others the earlier one.

    >>> pairs_of(Dyck(k=2), [0, 1, 3, 2], 4)
    [(1, 2), (0, 3)]
    """
    if isinstance(law, Dyck | ShuffleDyck):
        return _matched(ids, law.k, last_first=True)
    if isinstance(law, Repetition):
        return [(place - law.m, place) for place in range(len(ids)) if place // law.m % 2]
    if isinstance(law, Transduction):
        return _mapped(law.function, ids, separator=vocabulary - 1)
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


def _mapped(function: int, ids: Sequence[int], separator: int) -> list[Pair]:
    """Pair each token after the last separator with the one that it comes from; the law has the order of equal ones."""
    ends = [place for place, symbol in enumerate(ids) if symbol == separator]
    if len(ends) < (1 if function in _ONE_SEPARATOR else 2):
        return []
    tokens = [place for place in range(ends[0] if function == DELETE else ends[-1]) if ids[place] != separator]
    if function == REVERSE:
        tokens.reverse()
    elif function == SORT:
        tokens.sort(key=lambda place: ids[place])
    elif function == DELETE:
        tokens = [place for place in tokens if ids[place] != ids[ends[0] + 1]]
    elif function != COPY:
        tokens = [place for place in tokens if ids[place] not in ids[:place]]
    return list(zip(tokens, range(ends[-1] + 1, len(ids)), strict=False))
