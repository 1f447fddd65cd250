"""``scene``: grammatical sentences that stay about one thing."""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.laws.base import BoundLaw, Discourse, LexiconSource
from hyperphrase.laws.grammar import OpenFile, flag, parameter
from hyperphrase.laws.kept_tables import Arrays, kept, read_only
from hyperphrase.laws.meaning import discourse
from hyperphrase.laws.meaning.loglinear_draws import Walk
from hyperphrase.laws.meaning.softmax_tables import base_weights
from hyperphrase.laws.meaning.word_spaces import (
    NAMED_VECTORS,
    VECTORS_MEANING,
    check_rows,
    from_recipe,
    in_recipe,
    open_vectors,
    word_space,
)
from hyperphrase.laws.scenes.scene_draws import draw_scenes, mean_points
from hyperphrase.laws.scenes.scene_tables import (
    MOST_WORDS,
    Layout,
    check_size,
    layout,
    scene_arrays,
    scene_tables,
)
from hyperphrase.laws.text.derivations import check_lengths, derivations
from hyperphrase.laws.text.grammar_law import GrammarLaw, Members
from hyperphrase.laws.text.template_grammar import Grammar, ended
from hyperphrase.laws.text.template_tables import build, entropies, measured_length, rows_of_sentences
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import VECTOR_DIGESTS, kind_of
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import threshold

STOP = "."  #: the hyperword behind a sentence
_LEAST_COVERED = 0.5  # share of the words of tilted classes that must have a vector
_IN_FILE = "file"  # vectors that stand in the law's file, behind the grammar
_BETWEEN = b"\0"  # the two; a text has none
#: Defaults that depend on the language, beside the grammar and the vectors.
_SUITED: Mapping[str, Mapping[str, str]] = {"russian": {"a": "0.4"}}


@dataclass(frozen=True, kw_only=True)
class Scene(GrammarLaw):
    """Sentences by a grammar, whose words of tilted classes K are drawn by p(w given K, c) as b_w exp(c . v_w / tau).

    P(phrase) = the probability of its derivation by :mod:`~hyperphrase.laws.text.template`, with classes instead of
    words, times the sum over all walks of the discourse c of the product of p(w given K, c) over the words of tilted
    classes, times p(w given K) over the others. b_w is the word's weight in the grammar times pi_w^a, pi being the
    lexicon's frequencies; p(w given K) is proportional to weight times pi_w. Which classes follow each other does not
    depend on c.

    c rests on one of k points of the sphere, placed where the frequent words of the tilted classes lie; the first is
    any of them. Before each further word of a tilted class, with probability ``step``, it moves to one of its 8 nearest
    points, or stays if that has nearer ones. c has length 1; the mean of |v|^2 is d. A word without a vector has v = 0.

    vectors: ``glove``, ``navec``, ``gaussian`` or a user's ``.npy``, as of ``loglinear``. Where ``stop`` is true, the
    hyperword ``.`` follows each sentence.
    """

    name = "scene"
    has_discourse = True
    summary = "sentences of a grammar that stay about one thing: words of classes by p(w given class, c)"
    source = (
        "Arora et al. 2016, A Latent Variable Model Approach to PMI-based Word Embeddings, arXiv 1502.03520, with the "
        "grammars of template"
    )
    longest: int = parameter(1, 100, "words of the longest sentence", 24)
    a: float = parameter(0.0, 1.0, "exponent of the words' frequencies", 0.25)
    tau: float = parameter(0.05, 100.0, "temperature: lower is closer to the point", 0.45)
    step: float = parameter(0.0, 1.0, "probability to move before a word of a tilted class", 0.0)
    k: int = parameter(1, 4096, "points that a discourse moves over", 512)
    stop: bool = flag("whether the hyperword . follows each sentence", False)
    vectors: str = "glove"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.vectors not in (*NAMED_VECTORS, _IN_FILE):
            raise InputError(
                f"{self.name}:vectors={self.vectors:.80} is none of {', '.join(NAMED_VECTORS)}, {_IN_FILE}"
            )

    @classmethod
    def defaults(cls, language: str) -> Mapping[str, str]:
        return {**super().defaults(language), "vectors": kind_of(language), **_SUITED.get(language, {})}

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        source = given.get("vectors", "glove")
        if source in NAMED_VECTORS:
            return super().from_options(given, open_file)
        data = open_vectors(source, open_file)
        law = super().from_options({**given, "vectors": _IN_FILE}, open_file)
        return law._with(law.file() + _BETWEEN + data)

    @classmethod
    def parameters(cls) -> dict[str, str]:
        return {**super().parameters(), "vectors": VECTORS_MEANING}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "vectors": in_recipe(self.vectors)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return super().from_json({**data, "vectors": from_recipe(data["vectors"])} if "vectors" in data else data)

    def __str__(self) -> str:
        return super().__str__().replace(repr(self.vectors), self.vectors)

    def text(self) -> bytes:
        return self.file().partition(_BETWEEN)[0]

    def _vectors(self) -> bytes | None:
        """Return the user's vectors in the law's file, None if it has none."""
        return self.file().partition(_BETWEEN)[2] if self.vectors == _IN_FILE else None

    def derived_by(self) -> tuple[Grammar, int]:
        grammar, longest = super().derived_by()
        return (ended(grammar, STOP), longest + 1) if self.stop else (grammar, longest)

    def check(self, vocabulary: int) -> None:
        if self.attached() is not None and self.vectors == _IN_FILE:
            check_rows(self._vectors() or b"", vocabulary)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> "BoundScene":
        words = lexicon()
        try:
            return self._bound(vocabulary, words)
        except InputError as error:
            raise error.for_field("law", self) from error

    def _bound(self, vocabulary: int, lexicon: Lexicon) -> "BoundScene":
        derived_by = self.derived_by()
        grammar = derived_by[0]
        if self.stop and STOP not in lexicon.words:
            advice = "take `lexicon=english:stop=true`, `lexicon=russian:stop=true` or scene:stop=false"
            raise InputError(f"the lexicon has no hyperword {STOP!r} to end sentences with; {advice}")
        classes = self.members(lexicon)
        _check_classes(grammar, classes)
        tilts = base_weights(lexicon.frequencies, self.a)
        weighted = [
            (ids, weights * (tilts if tilted else lexicon.frequencies)[ids])
            for (ids, weights), tilted in zip(classes, grammar.tilted, strict=True)
        ]
        made = layout(weighted, grammar.tilted)
        check_size(made, self.k)
        key = json.dumps([self.to_json(), lexicon.digest], sort_keys=True)
        arrays = kept(key, lambda: self._arrays(made, vocabulary, lexicon))
        space = functools.partial(word_space, self.vectors, vocabulary, lexicon, self._vectors())
        return BoundScene(derived_by, self.step, weighted, made, arrays, space)

    def _arrays(self, made: Layout, vocabulary: int, lexicon: Lexicon) -> Arrays:
        """Return what takes long to make: the points and the tables."""
        words = np.unique(np.concatenate([ids for ids, _ in made.tilted]))
        space = self._space(vocabulary, lexicon, words)
        known = int(space.rows.any(axis=1).sum())
        if known < _LEAST_COVERED * len(words):
            problem = f"{known:,} of the {len(words):,} words of the grammar's tilted classes have a vector"
            raise InputError(f"{problem}; give vectors of the lexicon's words, as vectors=glove or navec, or gaussian")
        points = discourse.points(space, self.k)
        return {**scene_arrays(made, words, space, points, self.tau), "points": points}

    def _space(self, vocabulary: int, lexicon: Lexicon, words: NDArray[np.int64]) -> discourse.WordSpace:
        """Return the space of the words of the ids ``words`` alone, (n,)."""
        if self.vectors in VECTOR_DIGESTS:  # reading a package's vectors takes long
            known = tuple(lexicon.words[i] for i in words.tolist())
            part = Lexicon(lexicon.name, known, lexicon.frequencies[words], lexicon.code_points[words])
            return word_space(self.vectors, len(words), part, None)
        space = word_space(self.vectors, vocabulary, lexicon, self._vectors())
        return discourse.WordSpace(space.rows[words], space.unit)


def _check_classes(grammar: Grammar, classes: list[Members]) -> None:
    """Raise InputError, without a field, unless there are tables for all classes."""
    if not any(grammar.tilted):
        raise InputError("no class of the grammar is tilted; write those that depend on the discourse as NAME ~ words")
    for name, (ids, _), tilted in zip(grammar.names, classes, grammar.tilted, strict=False):
        if len(ids) > MOST_WORDS:
            raise InputError(f"the class {name} has {len(ids):,} words; give at most {MOST_WORDS:,}")
        if tilted and len(ids) < 2:
            problem = f"the lexicon has one word only of the class {name}"
            raise InputError(f"{problem}; add words to the class, or write {name} = ...")


class BoundScene(BoundLaw, Discourse):
    """Draws derivations, a discourse and words.

    Decisions and words take the steps of ``template`` (:mod:`~hyperphrase.laws.text.derivations`), so both laws give a
    seed the same classes. Word j of tilted classes, j = 0, 1, ..., uses words 2 j and 2 j + 1 of the phrase's stream
    11: whether the discourse moves, and where to; at j = 0 they choose the first point.

    points: int16, shape (k, lanes): the discourse's places, of length 4096.
    entropy: that of derivations given the discourse, the mean over all discourses; the discourse adds less than
    log2(k) bits a phrase and, with ``step``, a little at each word. collision_entropy: a lower bound. Two phrases are
    alike with at most the square of the mean, over the points, of the root of the probability that two phrases about
    the point are alike (Cauchy and Schwarz); with ``step``, with that of the point where each class is drawn most often
    alike. Both are those of phrases of 100 words or the next possible length, divided by it.
    """

    def __init__(
        self,
        derived_by: tuple[Grammar, int],
        step: float,
        classes: list[Members],
        made: Layout,
        arrays: Arrays,
        space: Callable[[], discourse.WordSpace],
    ) -> None:
        """Bind to the weighted words of classes, their layout, and what Scene._arrays made.

        derived_by, step: of the law, whose file no pickle takes along. space: makes the space of the words, which only
        a dictionary needs.
        """
        arrays = read_only(arrays)
        self._given = derived_by, step, classes, made, arrays, space
        self.points, self._space = arrays["points"], space
        count = len(self.points)
        self._tables = scene_tables(made, arrays["entries"], count)
        self._walk = Walk(discourse.near_points(self.points), threshold(step))
        derived = build(*derived_by, classes)
        rows = rows_of_sentences(derived.sentences)
        self._derivations = derivations(derived, len(classes), rows)
        bits, agreements = (arrays[name][:, made.table_of] for name in ("bits", "agreements"))
        self.entropy = float(entropies(derived, rows, bits.mean(axis=0)[None], agreements[:1])[0][0]) + 0.0
        if self._walk.step:
            agreements = agreements.min(axis=0)[None]
        collisions, length = entropies(derived, rows, bits[: len(agreements)], agreements)[1], measured_length(rows)
        roots = -0.5 * length * collisions
        mean = float(roots.max() + np.log2(np.exp2(roots - roots.max()).mean()))
        self.collision_entropy = -2.0 * mean / length + 0.0

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is unpickled: arrays come out writable, for which kernels would compile again."""
        return type(self), self._given

    def draw(self, batch: Batch) -> None:
        check_lengths(batch)
        draw_scenes(batch, self._derivations, self._tables, self._walk)

    @functools.cached_property
    def _rows(self) -> NDArray[np.int8]:
        return self._space().rows

    def word_rows(self) -> NDArray[np.int8]:
        return self._rows

    def discourses(self, key: int, seeds: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of c over the words of tilted classes of each phrase: float32, shape (n, lanes).

        It is in the space of the law's vectors, not of the raw ones; zeros if there is no such word.
        """
        out = np.zeros((len(seeds), self.points.shape[1]), np.float32)
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        batch = Batch(np.uint64(key), seeds, lengths, offsets, np.empty(0, np.uint32))
        mean_points(batch, self._derivations, self._tables, self._walk, self.points, out)
        return out
