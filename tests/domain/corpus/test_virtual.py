"""A corpus without files: the phrases that a brute-force set keeps."""

import pytest

from hyperphrase import Corpus, InputError, Lexicon, Recipe

LEXICON = Lexicon.load("synthetic", vocabulary=20)


@pytest.mark.parametrize("seeds", [(0, 300), (7, 3000), range(0, 1)])
def test_each_phrase_is_there_once_by_its_lowest_seed(seeds):
    recipe = Recipe.create("zipf:s=1.0", lengths="uniform:min=1,max=4", lexicon=LEXICON)
    corpus = Corpus.virtual(recipe, LEXICON, seeds)
    first, stop = (seeds.start, seeds.stop) if isinstance(seeds, range) else seeds
    kept = {}
    for phrase in corpus.phrases.draw(range(first, stop)):
        kept.setdefault(phrase.ids.tobytes(), phrase)
    assert list(corpus) == list(kept.values())
    assert len(corpus) + corpus.manifest.dropped.count == corpus.manifest.drawn
    assert corpus.manifest.symbols == sum(map(len, corpus))


def test_a_law_without_repetitions_has_all_seeds():
    recipe = Recipe.create("permutation", lengths="fixed:length=2", lexicon=LEXICON)
    assert len(Corpus.virtual(recipe, LEXICON, (0, 400))) == 400
    with pytest.raises(InputError, match="phrases for 400 seeds"):
        Corpus.virtual(recipe, LEXICON, (0, 401))


def test_seeds_are_a_range():
    recipe = Recipe.create("uniform", lengths="fixed:length=2", lexicon=LEXICON)
    with pytest.raises(InputError, match=r"^seeds="):
        Corpus.virtual(recipe, LEXICON, (5, 5))
