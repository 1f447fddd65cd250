"""One symbol, one byte: whether a law allows it, and how close to its entropy codes come, measured on a sample."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.laws.base import BoundIid, BoundLaw, Stepwise
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.planning.coding import entropy_coded, frequencies, parts_of, planes, varints, with_dictionary
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import Job
from hyperphrase.planning.step_coding import StepCoded, step_coded

BYTE = 8.0  # bits
_CODED = 1 << 18  # symbols of the sample that is coded
_STEPPED = 1 << 15  # where Python follows each of them


@dataclass(frozen=True)
class Code:
    """What a code makes of the sample, carried to the corpus.

    code: in words. bytes_a_symbol: of the sample. times_floor: times the least that the sample can take; None if that
    is 0. bytes: of the corpus: as many times its floor, for codes that know frequencies.
    """

    code: str
    bytes_a_symbol: float
    times_floor: float | None
    bytes: float


@dataclass(frozen=True)
class OneByte:
    """Whether one symbol can take one byte.

    possible: whether the entropy is at most 8 bits. independent: whether the law draws symbols independently.
    by_law: whether a code has the law's own probabilities.
    largest_vocabulary: the most hyperwords of this law with which it is possible, None if that is not known.
    information: bytes a symbol that the sample itself takes at least, by the law. symbols, phrases: of the sample.
    best: the smallest of ``codes``.
    """

    bits_a_symbol: float
    possible: bool
    independent: bool
    by_law: bool
    largest_vocabulary: int | None
    information: float
    phrases: int
    symbols: int
    codes: tuple[Code, ...]

    @property
    def best(self) -> Code:
        """The smallest code."""
        return min(self.codes, key=lambda code: code.bytes_a_symbol)


def one_byte(expected: ExpectedCorpus, symbols: float, dictionaries: bool) -> OneByte:
    """Return what one symbol takes.

    symbols: those of the corpus. dictionaries: whether to train them, which takes a second.
    """
    job, law = expected.job, expected.job.phrases.law
    coded, trained = _samples(job, _STEPPED if isinstance(law, Stepwise) else _CODED)
    own = _by_law(law, coded)
    least = law.entropy / BYTE if own is None else own.bits / BYTE / len(coded.ids)

    def row(name: str, total: float) -> Code:
        each = total / len(coded.ids)
        times = each / least if least else None
        carried = each if name in plain or times is None else times * law.entropy / BYTE
        return Code(name, each, times, symbols * carried)

    plain = dict(_plain(job.lexicon.vocabulary, coded.ids))
    codes = [*plain.items(), *(_by_dictionary(coded, trained) if dictionaries else ())]
    if own is None:
        single = frequencies(trained.ids, job.lexicon.vocabulary)
        codes.append(("ANS, frequencies of single symbols", float(entropy_coded(coded.ids, single))))
    else:
        codes.append(("ANS, the law's probabilities", float(own.bytes)))
    return OneByte(
        bits_a_symbol=law.entropy,
        possible=law.entropy <= BYTE,
        independent=isinstance(law, BoundIid),
        by_law=own is not None,
        largest_vocabulary=_largest_vocabulary(law),
        information=least,
        phrases=len(coded),
        symbols=len(coded.ids),
        codes=tuple(row(*code) for code in codes),
    )


def _by_law(law: BoundLaw, coded: PhraseBlock) -> StepCoded | None:
    """Return the sample by the law's own probabilities, None if they are not available.

    Their information, -log2 p, is the entropy on average; a sample may have more frequent symbols than the law, or
    fewer.
    """
    if isinstance(law, BoundIid):
        bits = float(-np.log2(law.probabilities[coded.ids]).sum())
        return StepCoded(entropy_coded(coded.ids, law.probabilities), bits)
    return step_coded(parts_of(coded), law) if isinstance(law, Stepwise) else None


def _samples(job: Job, symbols: int) -> tuple[PhraseBlock, PhraseBlock]:
    """Return phrases to code, of ``symbols``, and twice as many others to train codes on, spread over the corpus."""
    first, drawn = job.request.first_seed, job.request.stop_seed - job.request.first_seed
    count = min(drawn, max(round(3 * symbols / job.phrases.recipe.mean_length()), 3))
    seeds = np.array([first + i * drawn // count for i in range(count)], np.uint64)
    apart = np.arange(count) % 3 == 0
    return job.phrases.draw(seeds[apart]), job.phrases.draw(seeds[~apart])


def _plain(vocabulary: int, ids: NDArray[np.uint32]) -> Iterator[tuple[str, float]]:
    """Yield (name, bytes of the sample) of codes that know nothing of frequencies."""
    bits = max((vocabulary - 1).bit_length(), 1)
    yield f"{bits} bit{'s' * (bits > 1)} for each", bits * len(ids) / BYTE
    yield "variable-length integers", float(len(varints(ids)))


def _by_dictionary(coded: PhraseBlock, trained: PhraseBlock) -> Iterator[tuple[str, float]]:
    """Yield zstandard with a dictionary, for the better of two ways to lay out ids."""
    layouts: dict[str, Callable[[NDArray[np.uint32]], bytes]] = {
        "variable-length integers": varints,
        "planes of bytes": planes,
    }
    found = {}
    for name, layout in layouts.items():
        taken = with_dictionary([layout(ids) for ids in parts_of(trained)], [layout(ids) for ids in parts_of(coded)])
        if taken is not None:
            found[name] = taken
    if found:
        name, (each, together) = min(found.items(), key=lambda item: item[1])
        yield f"zstd 19 with a trained dictionary, each phrase by itself, {name}", float(each)
        yield f"zstd 19 with a trained dictionary, {len(coded):,} phrases at once, {name}", float(together)


def _largest_vocabulary(law: BoundLaw) -> int | None:
    """Return the most hyperwords, the first ones of an independent law, with at most 8 bits a symbol; else None.

    The probabilities of the first V are those of the law, scaled to sum to 1, as they are with a vocabulary of V.
    """
    if not isinstance(law, BoundIid):
        return None
    p = law.probabilities
    surprise = p * -np.log2(np.where(p > 0.0, p, 1.0))
    mass = np.cumsum(p)
    entropy = np.cumsum(surprise) / mass + np.log2(mass)
    too_many = np.flatnonzero(entropy > BYTE + 1e-9)
    return int(too_many[0]) if len(too_many) else len(p)
