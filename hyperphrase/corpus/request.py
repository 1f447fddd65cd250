"""The plan of a corpus: its seeds, units, shards and their names; no phrase is drawn for it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import CHOICES, FORMATS
from hyperphrase.corpus.layout import shard_name
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import nearest
from hyperphrase.limits import MAX_UNIT, SEED_STOP
from hyperphrase.phrases.phrases import WorkUnit
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.untrusted.json_values import whole

PHRASES_PER_SHARD = 1 << 18  # the default

DISCOURSE = "discourse"  # the kind of a dictionary that also has the true discourse of each phrase

#: The ways to weigh words in the meaning of a phrase (:mod:`hyperphrase.meaning.phrase_meanings`, ``discourses``).
DICTIONARY_KINDS = ("sif", "whitening", DISCOURSE)


TEXTS = ("symbols", "words")  # what a text format can contain
NO_FORMAT = "none"  # the manifest alone


@dataclass(frozen=True)
class Output:
    """A format with its compression. text: what text formats contain, ``symbols`` or ``words``."""

    format: str
    compression: str
    text: str

    @property
    def extension(self) -> str:
        """File name extension, without the first dot."""
        return FORMATS[self.format].extension(self.compression)


def outputs_of(
    formats: str | Sequence[str], compression: str | Sequence[str] = "none", text: str = "symbols"
) -> tuple[Output, ...]:
    """Return an output for each of ``formats``, and for its companion if it has one.

    For ``none``, or no formats, there is none: only a manifest is written.

    compression: one for all formats, or one for each. text: what text formats contain, ``symbols`` or ``words``. Names
    may be given as one string, separated by commas. Raises InputError.
    """
    names, compressions, known = _names(formats), _names(compression), [*CHOICES, NO_FORMAT]
    given, packed = ",".join(names), ",".join(compressions)
    if text not in TEXTS:
        raise InputError(f"allowed are {' and '.join(TEXTS)}", field="text", value=text)
    for name in names:
        if name not in known:
            problem = f"no format {name!r}{nearest(name, known)}; allowed are {', '.join(known)}"
            raise InputError(problem, field="formats", value=given)
    if len(set(names)) != len(names) or (NO_FORMAT in names and len(names) > 1):
        raise InputError(f"give each format once, and {NO_FORMAT} alone", field="formats", value=given)
    if names in ([], [NO_FORMAT]):
        if compressions != ["none"]:
            raise InputError("there is nothing to compress; leave it out", field="compression", value=packed)
        return ()
    if len(compressions) not in (1, len(names)):
        problem = f"give one for all formats, or one for each of {given}"
        raise InputError(problem, field="compression", value=packed)
    pairs = zip(names, compressions * len(names) if len(compressions) == 1 else compressions, strict=True)
    return tuple(output for name, each in pairs for output in _outputs(name, each, text))


def _names(given: str | Sequence[str]) -> list[str]:
    return given.split(",") if isinstance(given, str) else list(given)


def _outputs(name: str, compression: str, text: str) -> Iterator[Output]:
    form = FORMATS[name]
    form.check_compression(compression)
    form.check_library()
    yield Output(name, compression, text if form.text else TEXTS[0])
    if form.companion is not None:
        yield Output(form.companion, compression, TEXTS[0])


def in_range(field: str, value: Any, low: int, high: int) -> int:
    """Return ``value`` as an int if it is a whole number from ``low`` to ``high``. Raises InputError of ``field``."""
    try:
        return whole(int(value) if isinstance(value, np.integer) else value, low, high)
    except InputError as error:
        problem = f"give a whole number from {low} to {high}"
        raise InputError(problem, field=field, value=f"{value!s:.60}") from error


def _ends_of(seeds: Any) -> tuple[int, int]:
    """Return the first and the stop of a range of seeds. Raises InputError."""
    if isinstance(seeds, range):
        seeds = (seeds.start, seeds.stop) if seeds.step == 1 else ()
    if not isinstance(seeds, tuple | list) or len(seeds) != 2:
        raise InputError("give first and stop, half open, as in (0, 1_000_000)", field="seeds", value=seeds)
    first, stop = (in_range("seeds", seed, 0, SEED_STOP) for seed in seeds)
    if stop <= first:
        raise InputError("stop is not above first; give the lower seed first", field="seeds", value=seeds)
    return first, stop


@dataclass(frozen=True)
class CorpusRequest:
    """The corpus that a run is to make.

    phrases: the number of phrases to keep, those of the lowest seeds from first_seed on; None keeps all distinct
    phrases of first_seed..stop_seed-1. stop_seed: the end of the drawn seeds; with ``phrases`` it may lie beyond the
    last kept seed. outputs: empty if only the manifest is written. dictionary: one of
    DICTIONARY_KINDS, None if no meanings are written.
    """

    recipe: Recipe
    first_seed: int
    stop_seed: int
    phrases: int | None
    phrases_per_shard: int
    outputs: tuple[Output, ...]
    dictionary: str | None = None

    @classmethod
    def create(
        cls,
        recipe: Recipe,
        *,
        phrases: int | None = None,
        seeds: tuple[int, int] | range | None = None,
        first_seed: int = 0,
        outputs: tuple[Output, ...] = (),
        dictionary: str | None = None,
        phrases_per_shard: int = PHRASES_PER_SHARD,
    ) -> "CorpusRequest":
        """Return the request of exactly ``phrases`` distinct phrases, or of all distinct ones of a range of ``seeds``.

        first_seed: with ``phrases``, the first seed to draw. seeds: first and stop, half open. Raises InputError.
        """
        if (phrases is None) == (seeds is None):
            raise InputError("give one of phrases and seeds, as in phrases=1_000_000 or seeds=(0, 1_000_000)")
        if dictionary not in (None, *DICTIONARY_KINDS):
            raise InputError(f"allowed are {', '.join(DICTIONARY_KINDS)}", field="dictionary", value=dictionary)
        per_shard = in_range("phrases_per_shard", phrases_per_shard, 1, MAX_UNIT)
        if phrases is not None:
            first = in_range("first_seed", first_seed, 0, SEED_STOP - 1)
            stop = first + in_range("phrases", phrases, 1, SEED_STOP - first)
        else:
            first, stop = _ends_of(seeds)
        return cls(recipe, first, stop, phrases, per_shard, outputs, dictionary)

    @property
    def unit_count(self) -> int:
        """The number of units in the drawn range."""
        return -(-(self.stop_seed - self.first_seed) // self.phrases_per_shard)

    def unit(self, index: int) -> WorkUnit:
        """Return unit number ``index``."""
        return self.span(index, 1)

    def span(self, index: int, units: int) -> WorkUnit:
        """Return span number ``index``, where a span is ``units`` units."""
        size = units * self.phrases_per_shard
        first = self.first_seed + index * size
        return WorkUnit(index, first, min(first + size, self.stop_seed))

    def by_unit(self, span: WorkUnit, offsets: NDArray[np.uint32]) -> Iterator[tuple[int, NDArray[np.uint32]]]:
        """Split ascending offsets in a span by unit: yield (unit index, offsets in it) for units that have any."""
        owners, inside = np.divmod(offsets, np.uint32(self.phrases_per_shard))
        first = (span.first_seed - self.first_seed) // self.phrases_per_shard
        begins = np.flatnonzero(np.diff(owners, prepend=-1)) if len(owners) else np.empty(0, np.int64)
        for begin, part in zip(begins, np.split(inside, begins[1:]), strict=False):
            yield first + int(owners[begin]), part

    def counts_by_unit(self, span: WorkUnit, offsets: NDArray[np.uint32]) -> dict[int, int]:
        """Return {unit index: number of offsets} of ascending offsets in a span, for units that have any."""
        return {index: len(part) for index, part in self.by_unit(span, offsets)}

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of everything that the corpus depends on.

        With ``phrases`` the end of the drawn range is left out, because the corpus does not depend on it.
        """
        data: dict[str, Any] = {
            "recipe": self.recipe.to_json(),
            "first_seed": self.first_seed,
            "end": {"phrases": self.phrases} if self.phrases is not None else {"stop_seed": self.stop_seed},
            "phrases_per_shard": self.phrases_per_shard,
            "outputs": [[output.format, output.compression, output.text] for output in self.outputs],
        }
        if self.dictionary is not None:
            data["dictionary"] = self.dictionary
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def shard_names(total: int, outputs: tuple[Output, ...]) -> Callable[[int], str]:
    """Return a function from a shard's place, by output and then by unit, to its name; ``total``: number of units."""
    return lambda place: shard_name(place % total, total, outputs[place // total].extension)


@dataclass(frozen=True)
class Extent:
    """The part of the drawn range that the corpus consists of.

    units: number of units that become shards. last_kept: phrases kept in the last of them, None for all its distinct
    ones. kept: phrases in the corpus. short: whether the drawn range has fewer distinct phrases than requested.
    """

    units: int
    last_kept: int | None
    kept: int
    short: bool


def extent(request: CorpusRequest, dropped: NDArray[np.int64]) -> Extent:
    """Return the extent of the corpus, given the number of seeds that each unit drops (int64, shape (unit_count,))."""
    sizes = np.full(request.unit_count, request.phrases_per_shard, np.int64)
    sizes[-1] = len(request.unit(request.unit_count - 1))
    kept = np.cumsum(sizes - dropped)
    if request.phrases is None:
        return Extent(request.unit_count, None, int(kept[-1]), short=False)
    if kept[-1] < request.phrases:
        return Extent(0, None, int(kept[-1]), short=True)
    last = int(np.searchsorted(kept, request.phrases))
    before = int(kept[last - 1]) if last else 0
    return Extent(last + 1, request.phrases - before, request.phrases, short=False)


@dataclass(frozen=True)
class KeptPhrases:
    """The phrases of one unit that the corpus keeps, described by their seeds and not yet drawn.

    dropped: uint32 offsets of the unit's dropped seeds, ascending, as bytes. limit: number of phrases to keep, None for
    all. total: number of units in the corpus.
    """

    unit: WorkUnit
    dropped: bytes
    limit: int | None
    total: int

    def seeds(self) -> NDArray[np.uint64]:
        """Return the kept seeds: uint64, ascending."""
        kept = np.ones(len(self.unit), np.bool_)
        kept[np.frombuffer(self.dropped, np.uint32)] = False
        offsets = np.flatnonzero(kept)[: self.limit]
        return offsets.astype(np.uint64) + np.uint64(self.unit.first_seed)

    def stop_seed(self) -> int:
        """Return the end of the unit's part of the corpus: with a limit, the number after its last kept seed."""
        return self.unit.stop_seed if self.limit is None else int(self.seeds()[-1]) + 1

    def dropped_seeds(self) -> NDArray[np.uint64]:
        """Return the dropped seeds below :meth:`stop_seed`: uint64, ascending."""
        dropped = np.frombuffer(self.dropped, np.uint32).astype(np.uint64) + np.uint64(self.unit.first_seed)
        return dropped[dropped < np.uint64(self.stop_seed())]


def ends(seeds: NDArray[np.uint64]) -> tuple[int, int] | tuple[None, None]:
    """Return the first and the last of ``seeds``, (None, None) if there are none."""
    return (int(seeds[0]), int(seeds[-1])) if len(seeds) else (None, None)


def parts(seeds: NDArray[np.uint64], size: int) -> Iterator[NDArray[np.uint64]]:
    """Yield ``seeds`` in parts of ``size``; the last one may be shorter."""
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]
