"""The whole calculation for a job: what it is, its space, its entropy, its bytes, its time; computed once, as data.

``tables`` puts it into words, for a terminal and for a page.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from hyperphrase.meaning.dictionary import bytes_a_row
from hyperphrase.planning.compressibility import OneByte, one_byte
from hyperphrase.planning.corpus_sample import CorpusSample
from hyperphrase.planning.enumeration import Enumeration, drawing_rate, enumeration_of
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import Job
from hyperphrase.planning.machine_plan import MachinePlan
from hyperphrase.planning.stored_bytes import StoredBytes, stored_bytes
from hyperphrase.planning.virtual_size import VirtualSize, virtual_size
from hyperphrase.space.size_table import log10_by_length

_KEY_BYTES = 8


@dataclass(frozen=True)
class DictionaryFacts:
    """The dictionary that is written beside the phrases."""

    kind: str
    bytes: float


@dataclass(frozen=True)
class RecipeFacts:
    """What is asked for, and what it gives.

    phrases, symbols: expected; ``phrases_asked``: whether the number of phrases is what was asked for. repeated: the
    share of draws that are dropped. notes: what the user should know, a line each.
    """

    digest: str
    law: str
    lengths: str
    mean_length: float
    lexicon: str
    vocabulary: int
    key: int
    first_seed: int
    stop_seed: int
    drawn: int
    repeated: float
    phrases: float
    phrases_asked: bool
    symbols: float
    phrases_per_shard: int
    shards: int
    shuffle_bytes: float
    dictionary: DictionaryFacts | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SizeOfLength:
    """How many phrases of a length there are."""

    length: int
    log10_phrases: float


@dataclass(frozen=True)
class SpaceFacts:
    """How many phrases there are, and how long it takes to draw as many."""

    log10_phrases: float
    by_length: tuple[SizeOfLength, ...]
    enumeration: Enumeration


@dataclass(frozen=True)
class Sampling:
    """What part of the space the corpus is.

    log10_fraction: of the expected phrases in the space. distinct, duplicates: expected of the drawn seeds; bounds (at
    least, at most) unless ``in_closed_form``. log10_birthday: of the draws that repeat a phrase with probability 1/2,
    None if none does.
    """

    log10_fraction: float
    drawn: int
    distinct: float
    duplicates: float
    in_closed_form: bool
    injective: bool
    log10_birthday: float | None


@dataclass(frozen=True)
class EntropyFacts:
    """The law's entropy.

    bits_a_phrase: None if a phrase's length depends on its content. floor_bytes: of the corpus.
    """

    bits_a_symbol: float
    collision_bits_a_symbol: float
    bits_a_phrase: float | None
    floor_bytes: float
    floor_bytes_a_symbol: float


@dataclass(frozen=True)
class SampleFacts:
    """The phrases that bytes were measured on. whole: whether they are the corpus itself."""

    groups: int
    phrases: int
    symbols: int
    whole: bool


@dataclass(frozen=True)
class Calculation:
    """The calculation. time: None if it was not measured."""

    recipe: RecipeFacts
    space: SpaceFacts
    sampling: Sampling
    entropy: EntropyFacts
    sample: SampleFacts
    bytes: tuple[StoredBytes, ...]
    one_byte: OneByte
    virtual: VirtualSize
    time: MachinePlan | None

    @property
    def smallest(self) -> StoredBytes:
        """The smallest format."""
        return min(self.bytes, key=lambda row: row.bytes)

    def to_json(self) -> dict[str, Any]:
        """Return the calculation as plain data, but for its answer."""
        names = ("recipe", "space", "sampling", "entropy", "sample", "one_byte", "virtual")
        data: dict[str, Any] = {name: asdict(getattr(self, name)) for name in names}
        data["bytes"] = [asdict(row) for row in self.bytes]
        data["one_byte"]["best"] = asdict(self.one_byte.best)
        data["time"] = self.time.to_json() if self.time else None
        data["cost"] = None
        if self.time and self.time.costs is not None:
            parts = self.time.costs | {"total": self.time.cost}
            data["cost"] = {name.replace(", ", "_").replace(" ", "_"): amount for name, amount in parts.items()}
        return data


def calculate(
    expected: ExpectedCorpus,
    sample: CorpusSample,
    text: str,
    notes: tuple[str, ...],
    dictionaries: bool,
    time: MachinePlan | None,
) -> Calculation:
    """Return the calculation.

    sample: of the same corpus. text: what text formats contain. notes: those of the job, in the words of the caller.
    dictionaries: whether to train dictionaries of zstandard, which takes a second. time: None if it was not measured.
    """
    job = expected.job
    symbols = symbols_of(expected, sample)
    entropy = job.phrases.law.entropy
    floor = entropy / 8 * symbols
    return Calculation(
        recipe=_recipe(expected, symbols, notes),
        space=_space(job),
        sampling=_sampling(expected),
        entropy=EntropyFacts(
            entropy, job.phrases.law.collision_entropy, job.space.phrase_entropy(), floor, entropy / 8
        ),
        sample=SampleFacts(len(sample.groups), sample.phrases, sample.symbols, sample.kind == "whole"),
        bytes=tuple(stored_bytes(expected, sample, text, symbols, floor)),
        one_byte=one_byte(expected, symbols, dictionaries),
        virtual=virtual_size(expected),
        time=time,
    )


def symbols_of(expected: ExpectedCorpus, sample: CorpusSample) -> float:
    """Return the symbols of the corpus: counted if the sample is the corpus, else expected."""
    if sample.kind == "whole":
        return float(sample.symbols)
    mean = sample.symbols / sample.phrases if expected.mean_length is None else expected.mean_length
    return expected.phrases * mean


def _recipe(expected: ExpectedCorpus, symbols: float, notes: tuple[str, ...]) -> RecipeFacts:
    job, request = expected.job, expected.job.request
    recipe = request.recipe
    dictionary = None
    if job.meanings is not None and request.dictionary is not None:
        each = bytes_a_row(job.meanings.dimensions, request.dictionary)
        dictionary = DictionaryFacts(request.dictionary, each * expected.phrases)
    return RecipeFacts(
        digest=recipe.digest,
        law=str(recipe.law),
        lengths=str(recipe.lengths),
        mean_length=symbols / max(expected.phrases, 1.0) if expected.mean_length is None else expected.mean_length,
        lexicon=job.lexicon.name,
        vocabulary=job.lexicon.vocabulary,
        key=recipe.key,
        first_seed=request.first_seed,
        stop_seed=request.stop_seed,
        drawn=expected.drawn,
        repeated=expected.repeated,
        phrases=expected.phrases,
        phrases_asked=request.phrases is not None,
        symbols=symbols,
        phrases_per_shard=request.phrases_per_shard,
        shards=request.unit_count,
        shuffle_bytes=0.0 if job.space.injective else float(_KEY_BYTES * expected.drawn),
        dictionary=dictionary,
        notes=notes,
    )


def _space(job: Job) -> SpaceFacts:
    log10 = job.space.log10_size()
    rate = drawing_rate(job.phrases, job.request.first_seed, job.request.stop_seed)
    lengths = tuple(SizeOfLength(length, size) for length, size in log10_by_length(job.space))
    return SpaceFacts(log10, lengths, enumeration_of(log10, rate))


def _sampling(expected: ExpectedCorpus) -> Sampling:
    space, drawn = expected.job.space, expected.drawn
    distinct = space.expected_distinct(drawn)
    return Sampling(
        log10_fraction=min(math.log10(max(expected.phrases, 1.0)) - space.log10_size(), 0.0),
        drawn=drawn,
        distinct=distinct,
        duplicates=max(drawn - distinct, 0.0),
        in_closed_form=space.in_closed_form,
        injective=space.injective,
        log10_birthday=space.log10_birthday(),
    )
