"""Whether word vectors learned from phrases are those that drew the phrases, by the nearest neighbours they share."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hyperphrase as hp
from evidence.text import english_text
from evidence.word_vectors import Ints, counts_near, shared_neighbours, word_vectors
from hyperphrase.laws.meaning.word_spaces import word_space
from hyperphrase.laws.text.grammar_law import GrammarLaw

VOCABULARY = 2000  # the most frequent English words
LENGTH = 100  # of a phrase
SIZES = (2500, 10_000, 40_000)  # phrases
WINDOW, DIMENSIONS, NEIGHBOURS = 5, 50, 10
ALIKE = 41  # words of the same classes, at least: the nearest of a word are then at most a quarter of the others
WITHIN = ", same classes"  # behind the name of vectors


@dataclass(frozen=True)
class Meaning:
    """Learning from drawn phrases. law: as ``run`` takes it. seed: the key of the recipe, so that phrases are others.

    against: the vectors that neighbours are compared with, ``glove`` or ``gaussian``, whichever drew the phrases.
    """

    law: str
    seed: int
    against: tuple[str, ...] = ("glove",)
    sizes: tuple[int, ...] = SIZES
    vocabulary: int = VOCABULARY


def learn_meaning(settings: Meaning, folder: Path) -> dict[str, Any]:
    """Return the share of the nearest neighbours that learned vectors have in common with those of ``against``.

    ``scores``: by vectors, and of laws with a grammar also by ``vectors, same classes``: the ``share``, the share by
    ``chance``, and the number of ``words``, a value for each size. Words that did not occur do not count; neither do
    those without a GloVe vector, and of laws with a grammar those that no vector draws. folder: not used.
    """
    lexicon = hp.Lexicon.load("english", vocabulary=settings.vocabulary)
    recipe = hp.Recipe.create(settings.law, lengths=f"fixed:length={LENGTH}", lexicon=lexicon, key=settings.seed)
    ids = hp.Phrases(recipe, lexicon).draw(range(max(settings.sizes))).ids.reshape(-1, LENGTH)
    classes = classes_of(recipe.law, lexicon) if isinstance(recipe.law, GrammarLaw) else None
    return _scores(ids, settings.sizes, lexicon, settings.against, classes)


@dataclass(frozen=True)
class Prose:
    """Learning from the natural text of :mod:`evidence.text`, words outside the vocabulary left out.

    sizes: rows of LENGTH words from its beginning.
    """

    sizes: tuple[int, ...] = (SIZES[0], 6000)
    vocabulary: int = VOCABULARY


def learn_from_prose(settings: Prose, folder: Path) -> dict[str, Any]:
    """Return what :func:`learn_meaning` returns, of a natural text and GloVe."""
    lexicon = hp.Lexicon.load("english", vocabulary=settings.vocabulary)
    numbers = {word: i for i, word in enumerate(lexicon.words)}
    words = re.findall(r"[a-z']+", english_text().lower())
    ids = np.array([numbers[word] for word in words if word in numbers])[: max(settings.sizes) * LENGTH]
    return _scores(ids.reshape(-1, LENGTH), settings.sizes, lexicon, ("glove",), None)


def classes_of(law: GrammarLaw, lexicon: hp.Lexicon) -> list[Ints]:
    """Return the words that are members of exactly the same tilted classes: ids, a list for each set of classes."""
    grammar, _ = law.derived_by()
    names: dict[int, list[str]] = defaultdict(list)
    for name, (ids, _), tilted in zip(grammar.names, law.members(lexicon), grammar.tilted, strict=False):
        for word in ids.tolist() if tilted else ():
            names[word].append(name)
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for word in sorted(names):
        alike[tuple(names[word])].append(word)
    return [np.array(words) for words in alike.values()]


def _scores(
    ids: NDArray[Any], sizes: Sequence[int], lexicon: hp.Lexicon, against: Sequence[str], classes: list[Ints] | None
) -> dict[str, Any]:
    """Return the scores of each size; ids: (phrases, LENGTH)."""
    glove = word_space("glove", lexicon.vocabulary, lexicon, None).rows
    spaces = {name: word_space(name, lexicon.vocabulary, lexicon, None).rows for name in against}
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for size in sizes:
        learned = word_vectors(counts_near(ids[:size], lexicon.vocabulary, WINDOW), DIMENSIONS)
        judged = glove.any(axis=1) & (np.bincount(ids[:size].ravel(), minlength=lexicon.vocabulary) > 0)
        all_words = np.flatnonzero(judged) if classes is None else np.concatenate(classes)
        for name, rows in spaces.items():
            _add(scores[name], learned, rows, [all_words[judged[all_words]]])
            if classes is not None:
                alike = [words[judged[words]] for words in classes]
                _add(scores[name + WITHIN], learned, rows, [words for words in alike if len(words) >= ALIKE])
    return {"sizes": list(sizes), "scores": {name: dict(found) for name, found in scores.items()}}


def _add(found: dict[str, list[float]], learned: NDArray[Any], rows: NDArray[Any], groups: Sequence[Ints]) -> None:
    """Add a score; neighbours of a word are looked for in its own group."""
    shares = [shared_neighbours(learned[words], rows[words], NEIGHBOURS) for words in groups]
    chances = [np.full(len(words), NEIGHBOURS / (len(words) - 1)) for words in groups]
    found["share"].append(round(float(np.concatenate(shares).mean()), 4))
    found["chance"].append(round(float(np.concatenate(chances).mean()), 4))
    found["words"].append(sum(map(len, groups)))
