"""``find``: show the phrases of a corpus nearest in meaning to given words, or to another phrase of it."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.folder import meaning_index
from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.options import whole
from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.layout import DICTIONARY_FOLDER
from hyperphrase.corpus.manifest import Dictionary
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.limits import MAX_LENGTH, SEED_STOP
from hyperphrase.meaning.dictionary import read_meanings
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, load_meanings
from hyperphrase.phrases.blocks import PhraseBlock

EXACT_UP_TO = 10_000_000  # phrases, whose meanings are all read and compared in a few seconds
SEARCHES = ("exact", "index")
_MOST = 10_000  # phrases shown at most
_words_of = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*").findall


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
    parser.add_argument(
        "--search",
        metavar="|".join(SEARCHES),
        help=f"exact compares all meanings, and is the default up to {EXACT_UP_TO:,} phrases; index compares some of "
        "them, and is built on first use",
    )
    given = parser.parse_args(arguments)
    count = whole("--nearest", given.nearest, 1, _MOST)
    seed = None if given.seed is None else whole("--seed", given.seed, 0, SEED_STOP - 1)
    if (seed is None) == (not given.words):
        raise InputError('WORDS and --seed: give one of them, as in: hyperphrase find out "stormy sea at night"')
    if given.search not in (None, *SEARCHES):
        raise InputError(f"--search={given.search}: allowed are {' and '.join(SEARCHES)}")
    corpus = open_corpus(given.out, given.follow_links)
    if corpus.manifest.dictionary is None:
        raise InputError(f"{given.out}: has no dictionary; make the corpus with --dictionary")
    lexicon, meanings = corpus.lexicon, load_meanings(corpus.files, corpus.recipe.vocabulary)
    query = (
        _meaning_of_words(lexicon, meanings, " ".join(given.words))
        if seed is None
        else _of_phrase(corpus, meanings, seed)
    )
    search = given.search or (SEARCHES[len(corpus) > EXACT_UP_TO])
    more = count + (seed is not None)  # the phrase itself is found, but not shown
    if search == "index":
        found = _by_index(corpus, meanings, query, more)
    else:
        found = _exactly(corpus, corpus.manifest.dictionary, query, more)
    _show(corpus, found, seed, count)
    return DONE


def _meaning_of_words(lexicon: Lexicon, meanings: Meanings, text: str) -> NDArray[np.int8]:
    """Return the meaning of a text, shape (d,). Raises InputError if none of its words has a meaning."""
    ids = {word: i for i, word in enumerate(lexicon.words)}
    words = _words_of(text.replace("\u2019", "'"))
    found = [ids.get(word, ids.get(word.lower())) for word in words]
    rows = meanings.rows
    known = [i for i in found if i is not None and rows[i].any()]
    unknown = [word for word, i in zip(words, found, strict=True) if i is None or not rows[i].any()]
    if not known:
        raise InputError(f"{text!r:.200}: none of these words has a meaning in the corpus's lexicon; give others")
    if len(known) > MAX_LENGTH:
        raise InputError(f"{len(known)} words are given; give at most {MAX_LENGTH}")
    if unknown:
        print(
            escape_controls(f"ignored, because they have no meaning in this lexicon: {', '.join(unknown)}"),
            file=sys.stderr,
        )
    block = PhraseBlock(np.array(known, np.uint32), np.array([0, len(known)]), np.zeros(1, np.uint64))
    return _direction(meanings, block, repr(text))


def _of_phrase(corpus: Corpus, meanings: Meanings, seed: int) -> NDArray[np.int8]:
    if seed not in corpus:
        inside = corpus.manifest.first_seed <= seed < corpus.manifest.stop_seed
        why = "an earlier seed gives the same phrase" if inside else "it is outside the corpus's seeds"
        raise InputError(f"--seed={seed}: is not in the corpus: {why}; give one of its phrases")
    return _direction(meanings, corpus.phrases.draw([seed]), f"--seed={seed}")


def _direction(meanings: Meanings, block: PhraseBlock, what: str) -> NDArray[np.int8]:
    vector: NDArray[np.int8] = meanings.of(block)[0]
    if not vector.any():
        raise InputError(f"{what:.200}: none of its words has a vector; give another")
    return vector


def _exactly(corpus: Corpus, dictionary: Dictionary, query: NDArray[np.int8], count: int) -> Nearest:
    def of_shard(shard: Shard) -> Nearest:
        name = f"{DICTIONARY_FOLDER}/{shard.name}"
        with corpus.files.open(name) as stream:
            groups = read_meanings(stream, len(query), shard, corpus.files.path(name))
            return Nearest.best((nearest(query, seeds, vectors, count) for seeds, vectors in groups), count)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return Nearest.best(pool.map(of_shard, dictionary.shards), count)


def _by_index(corpus: Corpus, meanings: Meanings, query: NDArray[np.int8], count: int) -> Nearest:
    seeds = meaning_index.candidates(corpus, meanings.dimensions, query, count)
    return nearest(query, seeds, meanings.of(corpus.phrases.draw(seeds)), count)


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
