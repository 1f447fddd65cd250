"""``loglinear``: words that belong together, drawn around a point of meaning that slowly moves."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.base import BoundLaw, Discourse, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import OpenFile, parameter
from hyperphrase.laws.kept_tables import kept, read_only
from hyperphrase.laws.meaning import discourse
from hyperphrase.laws.meaning.loglinear_draws import Judge, Walk, draw_phrases, mean_points
from hyperphrase.laws.meaning.softmax_tables import SoftmaxTables, base_weights, softmax_tables
from hyperphrase.laws.meaning.word_spaces import (
    NAMED_VECTORS,
    VECTORS_MEANING,
    check_rows,
    from_recipe,
    in_recipe,
    open_vectors,
    word_space,
)
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import kind_of
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import threshold

_ENOUGH_BITS = 64.0  # of a phrase that never repeats
_LONGEST = 1000  # symbols looked at until then
#: Defaults that depend on the vectors: 100 dimensions are twice as long, squared, as 50, so this is as warm as 0.5.
_SUITED: Mapping[str, Mapping[str, str]] = {"navec": {"tau": "0.7"}}


@dataclass(frozen=True, kw_only=True)
class Loglinear(SymbolLaw):
    """A discourse c moves over k points of the sphere; p(w given c) is proportional to pi_w^a exp(c . v_w / tau).

    pi are the lexicon's frequencies. The points lie where the frequent words are. The first is any of them; before each
    further symbol, with probability ``step``, the discourse moves to one of its 8 nearest points, or stays if that has
    nearer ones. c has length 1; the mean of |v|^2 is d.

    vectors: ``glove`` for English words and ``navec`` for Russian ones, centred, whitened and all of one length
    sqrt(d); ``gaussian``, N(0, I) with d = 50, for any lexicon; or a user's ``.npy``, row i for hyperword i, scaled
    and else as it is, which goes with the corpus as a file and stands in the law as its SHA-256. Words without a vector
    have v = 0. All are rounded to eight bits.

    Arora et al. let c move a little with each symbol, anywhere on the sphere. Exact sampling from 250,000 words needs
    a table for each c, so here c has k places, stays for some symbols, and then moves further.
    """

    name = "loglinear"
    has_discourse = True
    summary = "words around a point of meaning that slowly moves: p(w given c) as pi_w^a exp(c . v_w / tau)"
    source = "Arora et al. 2016, A Latent Variable Model Approach to PMI-based Word Embeddings, arXiv 1502.03520"
    a: float = parameter(0.0, 1.0, "exponent of the words' frequencies", 0.75)
    tau: float = parameter(0.05, 100.0, "temperature: lower is closer to the point", 0.5)
    step: float = parameter(0.0, 1.0, "probability to move before a symbol", 0.02)
    k: int = parameter(1, 4096, "points that a discourse moves over", 1024)
    vectors: str = "glove"

    def __post_init__(self) -> None:
        super().__post_init__()
        digest = len(self.vectors) == 64 and not set(self.vectors) - set("0123456789abcdef")
        if self.vectors not in NAMED_VECTORS and not digest:
            raise InputError(
                f"{self.name}:vectors={self.vectors:.80} is none of {', '.join(NAMED_VECTORS)}, nor a file's digest"
            )

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        source = given.get("vectors", "glove")
        others = {name: text for name, text in given.items() if name != "vectors"}
        law = super().from_options({**_SUITED.get(source, {}), **others}, open_file)
        if source in NAMED_VECTORS:
            return dataclasses.replace(law, vectors=source)
        return law._with(open_vectors(source, open_file))

    @classmethod
    def parameters(cls) -> dict[str, str]:
        known = super().parameters()
        tau = f"{known['tau']}, with navec {_SUITED['navec']['tau']}"
        return {**known, "tau": tau, "vectors": VECTORS_MEANING}

    @classmethod
    def defaults(cls, language: str) -> Mapping[str, str]:
        """Return the texts of options that depend on the lexicon's language."""
        return {"vectors": kind_of(language)}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "vectors": in_recipe(self.vectors)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return super().from_json({**data, "vectors": from_recipe(data["vectors"])} if "vectors" in data else data)

    def __str__(self) -> str:
        return super().__str__().replace(repr(self.vectors), self.vectors[:12])

    def attached(self) -> bytes | None:
        return vars(self).get("_file")

    def attach(self, data: bytes) -> Self:
        if hashlib.sha256(data).hexdigest() != self.vectors:
            raise CorruptError(
                f"the file of {self.name} holds other vectors than the recipe says, {self.vectors:.12}..."
            )
        return self._with(data)

    def _with(self, data: bytes) -> Self:
        law = dataclasses.replace(self, vectors=hashlib.sha256(data).hexdigest())
        vars(law)["_file"] = data
        return law

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the parameters, and not the file."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def check(self, vocabulary: int) -> None:
        data = self.attached()
        if data is not None:
            check_rows(data, vocabulary)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> "BoundLoglinear":
        words = lexicon()
        try:
            arrays = kept(self._all_that_tables_depend_on(vocabulary, words), lambda: self._arrays(vocabulary, words))
        except InputError as error:
            raise error.for_field("law", self) from error
        return BoundLoglinear(arrays, threshold(self.step))

    def _all_that_tables_depend_on(self, vocabulary: int, lexicon: Lexicon) -> str:
        state = hashlib.sha256(np.ascontiguousarray(lexicon.frequencies, "<f8").tobytes())
        if self.vectors != "gaussian" and len(self.vectors) != 64:  # neither is of words
            state.update("\n".join(lexicon.words).encode())
        return f"{json.dumps({**self.to_json(), 'step': 0}, sort_keys=True)} {vocabulary} {state.hexdigest()}"

    def _arrays(self, vocabulary: int, lexicon: Lexicon) -> dict[str, NDArray[Any]]:
        space = word_space(self.vectors, vocabulary, lexicon, self.attached())
        points = discourse.points(space, self.k)
        tables = softmax_tables(space, points, base_weights(lexicon.frequencies, self.a), self.tau)
        near, unit = discourse.near_points(points), np.array([space.unit])
        return {**tables.arrays(), "points": points, "near": near, "unit": unit}


class BoundLoglinear(BoundLaw, Discourse):
    """Draws from one table for each point.

    Symbol i uses block i of the phrase's symbol stream: two words draw it from the point's table, the third decides
    whether the discourse moves before it, and the fourth where to; at symbol 0 these two choose the first point. Where
    the rest is drawn, proposal number r = 0, 1, ... uses block i + 2^16 r of the proposal stream; if it is rejected,
    the first two words of block i + 2^16 (r + 1) of the symbol stream draw again.

    points: int16, shape (k, lanes): the discourse's places, of length 4096. tables: made from them and the vectors.
    entropy: the mean over the points, given the point. collision_entropy: a lower bound, see _collision_entropy.
    acceptance: the share of attempts that gives a symbol, the mean over the points.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], step: np.uint64) -> None:
        """Bind to the arrays of a law; ``step`` is in units of 2^-32."""
        self._arrays, self._step = read_only(arrays), step
        arrays = self._arrays
        tables = SoftmaxTables.of_arrays(arrays)
        self.points, self.tables, self._walk = arrays["points"], tables, Walk(arrays["near"], step)
        self.entropy = float(tables.entropies.mean()) + 0.0
        self.acceptance = float(1.0 / (1.0 / tables.acceptances).mean())
        self.collision_entropy = _collision_entropy(tables.collisions, self._walk.near, float(step) * 2.0**-32)
        wide = np.pad(self.points, ((0, 0), (0, tables.rows.shape[1] - self.points.shape[1])))
        self._judge = Judge(tables.rows, tables.rows.view(np.int32), wide, tables.bounds, tables.exponentials)

    @functools.cached_property
    def space(self) -> discourse.WordSpace:
        """The vectors as they are used."""
        rows = self.tables.rows.copy()
        rows[:, -4:] = 0  # the words' offsets
        rows = np.ascontiguousarray(rows[:, : self.points.shape[1]])
        return discourse.WordSpace(rows, float(self._arrays["unit"][0]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is unpickled: arrays come out writable, for which kernels would compile again."""
        return type(self), (dict(self._arrays), self._step)

    def draw(self, batch: Batch) -> None:
        draw_phrases(batch, self._walk, self.tables.heads, self.tables.proposals, self._judge)

    def word_rows(self) -> NDArray[np.int8]:
        return self.space.rows

    def discourses(self, key: int, seeds: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of c over the first ``lengths[i]`` symbols of each phrase: float32, shape (n, lanes).

        It is in the space of ``space.rows``, not of the raw vectors.
        """
        out = np.zeros((len(seeds), self.points.shape[1]), np.float32)
        mean_points(np.uint64(key), seeds, lengths, self._walk, self.points, out)
        return out


def _collision_entropy(collisions: NDArray[np.float64], near: NDArray[np.uint32], step: float) -> float:
    """Return the least over lengths L of a bound of -log2 P(two phrases have the same first L words), divided by L.

    Two discourses k, k' draw the same word with probability sum p(w given k) p(w given k') <= r_k r_k', where r_k^2 is
    the sum of squares at k, so two phrases are alike with at most the square of the mean, over all walks, of the
    product of r. Lengths beyond that of 64 bits are not looked at: such phrases do not repeat.
    """
    roots = 2.0 ** (-collisions / 2)
    means, bits, least = roots, 0.0, np.inf
    for length in range(1, _LONGEST + 1):
        top = means.mean()
        bits -= 2.0 * float(np.log2(top))
        least = min(least, bits / length)
        if bits >= _ENOUGH_BITS:
            break
        means = means / top
        means = roots * ((1.0 - step) * means + step * means[near].mean(axis=1))
    return float(least) + 0.0
