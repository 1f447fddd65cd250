"""``mixture``: each phrase by one of several laws: ``mixture:0.7*zipf:s=1.0+0.3*nest:q=0.4``."""

import dataclasses
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, Discourse, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import OpenFile, law_from_json, parse_law
from hyperphrase.laws.lengths import LengthLaw
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch
from hyperphrase.numerals import UNSIGNED

_Parts = Callable[[np.uint64, NDArray[np.uint64]], Iterator[tuple[BoundLaw, NDArray[np.int64]]]]

CHOICE_STREAM = np.uint64(9)  #: word 0 of block 0 chooses a phrase's law
_MOST_LAWS = 64
_WEIGHT = rf"(\+?{UNSIGNED})\*"
_between = re.compile(rf"(?<![0-9.][eE])(?<!\+)\+(?={_WEIGHT})")
_component = re.compile(rf"{_WEIGHT}(.*)", re.DOTALL)
_quoted = re.compile(r"""(?<==)(?:"[^"]*"|'[^']*')""")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mixture(SymbolLaw):
    """Each phrase is drawn by one law, chosen by the laws' weights with a word of a stream of its own.

    Laws that fix the vocabulary have to agree on it. Lengths are those that all laws can make, so that a phrase's law
    does not depend on its length. Phrases of two laws may be equal, so a mixture is deduplicated even if none of its
    laws needs it. A mixture cannot contain a mixture.

    weights: positive, any sum. laws: as many.
    """

    name = "mixture"
    summary = "each phrase by one of several laws"
    source = "finite mixtures: Pearson 1894"
    weights: tuple[float, ...]
    laws: tuple[SymbolLaw, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.laws) <= _MOST_LAWS or len(self.laws) != len(self.weights):
            raise InputError(f"{self.name} has {len(self.laws)} laws; give 2 to {_MOST_LAWS}, {self.usage()}")
        if not all(1e-9 <= weight <= 1e9 for weight in self.weights):
            raise InputError(f"{self.name}: a weight is from 1e-09 to 1000000000.0, not all of {list(self.weights)}")
        if any(isinstance(law, Mixture) for law in self.laws):
            raise InputError(f"{self.name} cannot contain a mixture; write its laws with their weights instead")
        fixed = {law.vocabulary(): law for law in self.laws if law.vocabulary() is not None}
        if len(fixed) > 1:
            wanted = ", ".join(f"{law} {vocabulary}" for vocabulary, law in fixed.items())
            raise InputError(f"{self.name}: its laws have different numbers of symbols: {wanted}; choose one number")

    @classmethod
    def parameters(cls) -> dict[str, str]:
        return {"WEIGHT*LAW+WEIGHT*LAW": "laws with their weights, of any sum, as in 0.7*zipf:s=1.0+0.3*nest:q=0.4"}

    @classmethod
    def parse(cls, text: str, open_file: OpenFile, language: str = "english", allow_offensive: bool = False) -> Self:
        weights, laws = [], []
        for part in _components(text):
            found = _component.fullmatch(part)
            if not found:
                raise InputError(f"{part!r:.80} is not WEIGHT*LAW; {cls.usage()}")
            if found[2].partition(":")[0] == cls.name:
                raise InputError(f"{cls.name} cannot contain a mixture; write its laws with their weights instead")
            weights.append(float(found[1]))
            law = parse_law(found[2], _others(), "law", open_file, language, allow_offensive=allow_offensive)
            laws.append(law)
        return cls(weights=tuple(weights), laws=tuple(laws))

    def to_json(self) -> dict[str, Any]:
        components = [{"weight": weight, "law": law.to_json()} for weight, law in self._components()]
        return {"name": self.name, "components": components}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        components = data.get("components")
        if set(data) != {"components"} or not isinstance(components, list) or len(components) > _MOST_LAWS:
            raise InputError(f"{cls.name} has the parameter components, a list of weights and laws")
        weights, laws = [], []
        for component in components:
            if not isinstance(component, dict) or set(component) != {"weight", "law"}:
                raise InputError(f"{cls.name} has components of a weight and a law, not {component!r:.80}")
            weight = component["weight"]
            if not isinstance(weight, float) or not math.isfinite(weight):
                raise InputError(f"{cls.name} has the weight {weight!r:.40}, which is not a number with a point")
            weights.append(weight)
            laws.append(law_from_json(component["law"], _others()))
        return cls(weights=tuple(weights), laws=tuple(laws))

    def __str__(self) -> str:
        """Return the law as an option value."""
        return f"{self.name}:{'+'.join(f'{weight}*{law}' for weight, law in self._components())}"

    def _components(self) -> Iterator[tuple[float, SymbolLaw]]:
        return zip(self.weights, self.laws, strict=True)

    def vocabulary(self) -> int | None:
        return next((law.vocabulary() for law in self.laws if law.vocabulary() is not None), None)

    def check(self, vocabulary: int) -> None:
        for law in self.laws:
            _naming(law, lambda law=law: law.check(vocabulary))  # type: ignore[misc]

    def check_lengths(self, lengths: LengthLaw) -> None:
        for law in self.laws:
            _naming(law, lambda law=law: law.check_lengths(lengths))  # type: ignore[misc]

    def seed_stop(self, lengths: NDArray[np.int64], vocabulary: int) -> int:
        return min(law.seed_stop(lengths, vocabulary) for law in self.laws)

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        return np.asarray(np.all([law.makes(lengths, vocabulary) for law in self.laws], axis=0), np.bool_)

    def attached(self) -> bytes | None:
        """Return the files of the laws that have one, each preceded by its size: u32, little-endian."""
        files = [file for law in self.laws if (file := law.attached()) is not None]
        return b"".join(len(file).to_bytes(4, "little") + file for file in files) if files else None

    def attach(self, data: bytes) -> "Mixture":
        laws, at = [], 0
        for law in self.laws:
            if "digest" not in law.to_json():
                laws.append(law)
                continue
            end = at + 4 + int.from_bytes(data[at : at + 4], "little")
            laws.append(law.attach(data[at + 4 : end]))
            at = end
        if at != len(data) or not data:
            raise CorruptError(f"the file of {self.name} is longer or shorter than those of its laws")
        return dataclasses.replace(self, laws=tuple(laws))

    def notes(self, lexicon: Lexicon) -> Iterator[str]:
        for law in self.laws:
            yield from law.notes(lexicon)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return _BoundMixture(np.array(self.weights), [law.bind(vocabulary, lexicon) for law in self.laws])


def _components(text: str) -> Iterator[str]:
    """Yield the components of ``WEIGHT*LAW+WEIGHT*LAW``; quoted values of a law may contain anything."""
    searched = _quoted.sub(lambda found: "_" * len(found[0]), text)  # of the same length
    begin = 0
    for sign in _between.finditer(searched, 1):  # a sign of the first weight is none between
        yield text[begin : sign.start()]
        begin = sign.end()
    yield text[begin:]


def _others() -> Mapping[str, type[SymbolLaw]]:
    from hyperphrase.laws.registry import SYMBOL_LAWS  # the registry imports this module

    return {name: law for name, law in SYMBOL_LAWS.items() if law is not Mixture}


def _naming(law: SymbolLaw, check: Callable[[], None]) -> None:
    try:
        check()
    except InputError as error:
        raise InputError(f"{law!s:.200}: {error.problem}") from error


class _BoundMixture(BoundLaw):
    """Draws the phrases of each law together.

    entropy: the mean of the laws', by weight. collision_entropy: the least of the laws'.
    """

    def __init__(self, weights: NDArray[np.float64], bound_laws: list[BoundLaw]) -> None:
        self._weights, self._bound_laws, self._table = weights, bound_laws, AliasTable.of(weights)
        self.entropy = float(np.average([bound.entropy for bound in bound_laws], weights=weights))
        self.collision_entropy = min(bound.collision_entropy for bound in bound_laws)

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return _BoundMixture(self._weights, [bound.for_lengths(lengths) for bound in self._bound_laws])

    def _parts(self, key: np.uint64, seeds: NDArray[np.uint64]) -> Iterator[tuple[BoundLaw, NDArray[np.int64]]]:
        """Yield each law that any of ``seeds`` has, with the places of those."""
        choices = np.empty(len(seeds), np.int64)
        self._table.draw_one(key, seeds, CHOICE_STREAM, choices)
        for i, bound in enumerate(self._bound_laws):
            places = np.flatnonzero(choices == i)
            if len(places):
                yield bound, places

    def lengths(self, key: np.uint64, seeds: NDArray[np.uint64], drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        lengths = drawn.copy()
        for bound, places in self._parts(key, seeds):
            lengths[places] = bound.lengths(key, seeds[places], drawn[places])
        return lengths

    def discourse(self) -> Discourse | None:
        """Return that of the laws, if all that have one move among the same vectors; phrases of others have zeros."""
        parts = [part for bound in self._bound_laws if (part := bound.discourse()) is not None]
        same = all(np.array_equal(part.word_rows(), parts[0].word_rows()) for part in parts[1:])
        return _MixedDiscourse(parts[0].word_rows(), self._parts) if parts and same else None

    def draw(self, batch: Batch) -> None:
        for bound, places in self._parts(batch.key, batch.seeds):
            offsets = np.zeros(len(places) + 1, np.int64)
            np.cumsum(np.diff(batch.offsets)[places], out=offsets[1:])
            ids = np.empty(offsets[-1], np.uint32)
            part = Batch(batch.key, batch.seeds[places], batch.lengths[places], offsets, ids)
            bound.draw(part)
            _put(part, places, batch)

    def draw_rows(
        self, key: np.uint64, seeds: NDArray[np.uint64], lengths: NDArray[np.int64], rows: NDArray[np.uint32]
    ) -> None:
        for bound, places in self._parts(key, seeds):
            part = np.empty((len(rows), len(places)), np.uint32)
            bound.draw_rows(key, seeds[places], lengths[places], part)
            rows[:, places] = part


class _MixedDiscourse(Discourse):
    """The discourse of each phrase by its own law."""

    def __init__(self, rows: NDArray[np.int8], parts: _Parts) -> None:
        self._rows, self._parts = rows, parts

    def word_rows(self) -> NDArray[np.int8]:
        return self._rows

    def discourses(self, key: int, seeds: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        out = np.zeros((len(seeds), self._rows.shape[1]), np.float32)
        for bound, places in self._parts(np.uint64(key), seeds):
            own = bound.discourse()
            if own is not None:
                out[places] = own.discourses(key, seeds[places], lengths[places])
        return out


@kernel
def _put(part: Batch, places: NDArray[np.int64], whole: Batch) -> None:
    """Copy the ids of phrase i of ``part`` to those of phrase ``places[i]`` of ``whole``."""
    source, starts, ids, offsets = part.ids, part.offsets, whole.ids, whole.offsets
    for i in range(len(places)):
        to = offsets[places[i]]
        for j in range(starts[i + 1] - starts[i]):
            ids[to + j] = source[starts[i] + j]
