"""The size of phrases by an entropy coder that has the law's probabilities of each symbol after those before it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.laws.base import Stepwise, Successors


@dataclass(frozen=True)
class StepCoded:
    """Phrases by the law's own probabilities. bytes: what the coder takes. bits: the sum of -log2 p of all symbols."""

    bytes: int
    bits: float


def step_coded(phrases: Sequence[NDArray[np.uint32]], law: Stepwise) -> StepCoded:
    """Return the size of phrases by ANS with the law's probabilities; decoded and compared."""
    import constriction

    states = _States(law)
    coder = constriction.stream.stack.AnsCoder()
    bits = 0.0
    for ids in reversed(phrases):  # ANS is a stack: what is decoded first is encoded last
        for state, place in reversed(states.path(ids)):
            bits -= math.log2(state.successors.probabilities[place])
            if state.model is not None:
                coder.encode_reverse(place, state.model)
    words = coder.get_compressed()
    reader = constriction.stream.stack.AnsCoder(words)
    for ids in phrases:
        if not np.array_equal(states.decoded(reader, len(ids)), ids):
            raise RuntimeError("constriction did not give back what was encoded")
    return StepCoded(int(words.nbytes), bits)


class _State:
    def __init__(self, successors: Successors) -> None:
        self.successors = successors
        self.places = {number: place for place, number in enumerate(successors.ids.tolist())}

    @cached_property
    def model(self) -> Any:
        """The coder's model, None if only one symbol may follow: it takes nothing."""
        import constriction

        probabilities = self.successors.probabilities
        if len(probabilities) == 1:
            return None
        return constriction.stream.model.Categorical(probabilities, perfect=False)


class _States:
    """The states of a law, each made when it is first reached."""

    def __init__(self, law: Stepwise) -> None:
        self._law = law
        self._known: dict[int, _State] = {}

    def _at(self, number: int) -> _State:
        if number not in self._known:
            self._known[number] = _State(self._law.successors(number))
        return self._known[number]

    def path(self, ids: NDArray[np.uint32]) -> list[tuple[_State, int]]:
        """Return for each symbol the state before it, and its place among the successors."""
        number, found = self._law.first_state, []
        for symbol in ids.tolist():
            state = self._at(number)
            place = state.places[symbol]
            found.append((state, place))
            number = int(state.successors.states[place])
        return found

    def decoded(self, reader: Any, length: int) -> NDArray[np.uint32]:
        """Return the next phrase of ``length`` symbols."""
        number, found = self._law.first_state, np.empty(length, np.uint32)
        for i in range(length):
            state = self._at(number)
            place = 0 if state.model is None else int(reader.decode(state.model))
            found[i] = state.successors.ids[place]
            number = int(state.successors.states[place])
        return found
