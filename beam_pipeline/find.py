"""``find``: show the phrases of a corpus nearest in meaning to given words, or to another phrase of it."""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.folder.meaning_search import add_search, check_search, nearest_by, say_ignored
from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.options import whole
from beam_pipeline.terminal.progress import followed
from hyperphrase.api.corpus import Corpus
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.limits import SEED_STOP
from hyperphrase.meaning.nearest import Nearest
from hyperphrase.meaning.search import BY, MOST_NEAREST, DictionarySearch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("find", _find, arguments)


def _find(arguments: Sequence[str]) -> int:
    parser = Parser(
        "find",
        "show the phrases nearest in meaning to given words, or to a phrase; the corpus needs a dictionary\n"
        "(run --dictionary)",
        'examples:\n  hyperphrase find out "stormy sea at night"\n  hyperphrase find out --seed=42 --nearest=3',
    )
    add_corpus(parser)
    parser.add_argument("words", metavar="WORDS", nargs="*", help="words of the lexicon; other words are ignored")
    parser.add_argument("--seed", metavar="S", help="instead of WORDS: the seed of a phrase of the corpus")
    parser.add_argument("--nearest", metavar="N", default="10", help="number of phrases to show, default 10")
    add_search(parser)
    given = parser.parse_args(arguments)
    count = whole("--nearest", given.nearest, 1, MOST_NEAREST)
    seed = None if given.seed is None else whole("--seed", given.seed, 0, SEED_STOP - 1)
    if (seed is None) == (not given.words):
        raise InputError('WORDS and --seed: give one of them, as in: hyperphrase find out "stormy sea at night"')
    check_search(given.search)
    corpus = open_corpus(given.out, given.follow_links)
    more = count + (seed is not None)  # the phrase itself is found, but not shown
    with followed("comparing meanings") as tell:
        dictionary = DictionarySearch(corpus, given.by, tell)
        query = _of_words(dictionary, given.words) if seed is None else _of_phrase(corpus, dictionary, seed)
        found = nearest_by(given.search, corpus, dictionary)(query, more)
    _show(corpus, found, seed, count)
    return DONE


def _of_words(dictionary: DictionarySearch, words: Sequence[str]) -> NDArray[np.int8]:
    meaning = dictionary.meaning_of(" ".join(words))
    say_ignored(meaning.ignored)
    return meaning.vector


def _of_phrase(corpus: Corpus, dictionary: DictionarySearch, seed: int) -> NDArray[np.int8]:
    if seed not in corpus:
        inside = corpus.manifest.first_seed <= seed < corpus.manifest.stop_seed
        why = "an earlier seed gives the same phrase" if inside else "it is outside the corpus's seeds"
        raise InputError(f"--seed={seed}: is not in the corpus: {why}; give one of its phrases")
    vector: NDArray[np.int8] = dictionary.vectors_of(corpus.phrases.draw([seed]))[0]
    if not vector.any():
        lacks = "none of its words has a vector" if dictionary.by == BY[0] else "it is about nothing by its law"
        raise InputError(f"--seed={seed}: {lacks}; give another")
    return vector


def _show(corpus: Corpus, found: Nearest, own: int | None, count: int) -> None:
    if own is not None:
        print(f"nearest to seed {own}\n  {' '.join(_words(corpus, own))}")
    for seed, cosine in list(_others(found, own))[:count]:
        words = _words(corpus, seed)
        print(f"cosine {cosine:.3f}, seed {seed}, {len(words)} symbols\n  {' '.join(words)}")


def _others(found: Nearest, own: int | None) -> Iterator[tuple[int, float]]:
    pairs = zip(found.seeds.tolist(), found.cosines.tolist(), strict=True)
    return (pair for pair in pairs if pair[0] != own)


def _words(corpus: Corpus, seed: int) -> list[str]:
    return [escape_controls(corpus.lexicon.words[i]) for i in corpus.phrases.draw([seed]).ids.tolist()]


if __name__ == "__main__":
    sys.exit(main())
