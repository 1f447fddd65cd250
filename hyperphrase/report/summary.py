"""A corpus as notebooks show it: a table of what it is, and its first phrases."""

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.report.page import table

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
    first = [(f"seed {seed}", _shortened(corpus, place)) for place, seed in enumerate(corpus.seeds[:_PHRASES].tolist())]
    return f"<b>hyperphrase corpus</b>{table(('', ''), facts + first)}"


def _shortened(corpus: OpenCorpus, place: int) -> str:
    words = corpus.words(place).split()
    return " ".join(words[:_WORDS]) + (" ..." if len(words) > _WORDS else "")
