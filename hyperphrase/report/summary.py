"""A corpus as notebooks show it: a table of what it is, and its first phrases."""

import numpy as np

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.formatting import html_table
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import Phrase

_PHRASES, _WORDS = 3, 12  # shown


def corpus_summary(corpus: OpenCorpus) -> str:
    """Return HTML without a style of its own. Raises CorruptError."""
    manifest, output = corpus.manifest, corpus.output
    facts = [
        ("law", str(manifest.recipe.law)),
        ("lengths", str(manifest.recipe.lengths)),
        ("lexicon", f"{manifest.lexicon}, {manifest.recipe.vocabulary:,} hyperwords"),
        ("phrases", f"{manifest.kept:,} of {manifest.symbols:,} symbols"),
        ("folder", corpus.folder or "none"),
        ("source", "drawn again" if output is None else f"shards of {output.format}"),
    ]
    block = corpus.block(np.arange(min(_PHRASES, manifest.kept)))
    first = [(f"seed {phrase.seed}", _beginning(phrase, corpus.lexicon)) for phrase in block]
    return html_table("hyperphrase corpus", facts + first)


def _beginning(phrase: Phrase, lexicon: Lexicon) -> str:
    return lexicon.to_words(phrase.ids[:_WORDS]) + (" ..." if len(phrase) > _WORDS else "")
