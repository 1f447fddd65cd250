"""hyperphrase: corpora of phrases drawn by a law, each phrase a pure function of (recipe, seed).

The public interface::

    import hyperphrase as hp

    lexicon = hp.Lexicon.load("english", vocabulary=250_000)
    recipe = hp.Recipe.create("zipf:s=1.0", lengths="uniform:min=10,max=190", lexicon=lexicon, key=0)
    block = hp.Phrases(recipe, lexicon).draw([1, 2, 3])
    corpus = hp.make_corpus(recipe, lexicon, "out", phrases=1_000_000)
    corpus = hp.Corpus.open("out")

Everything else can be imported from its wing, and may change. The package needs numpy, numba and pyarrow, and for
words, formats and checksums msgpack, fastavro, zlib-ng, zstandard and google-crc32c. It imports neither Apache Beam
nor a cloud client until ``make_corpus`` or a bucket asks for them. Names are loaded when they are first used, so that
``import hyperphrase`` itself takes milliseconds.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hyperphrase.api.corpus import Corpus
    from hyperphrase.api.making import make_corpus
    from hyperphrase.api.plots import plot
    from hyperphrase.corpus.manifest import Manifest
    from hyperphrase.errors import CorruptError, HyperphraseError, InputError, WorkFailedError
    from hyperphrase.lexicon.lexicon import Lexicon
    from hyperphrase.meaning.bpe_tokens import count_tokens
    from hyperphrase.meaning.fragments import Fragments
    from hyperphrase.phrases.blocks import Phrase, PhraseBlock
    from hyperphrase.phrases.phrases import Phrases
    from hyperphrase.phrases.recipe import Recipe
    from hyperphrase.texts.text_encoder import TextEncoder
    from hyperphrase.texts.tokenizer_file import write_tokenizer
    from hyperphrase.training.contexts import ContextPlan
    from hyperphrase.training.mixing import mix_contexts
    from hyperphrase.training.stream import ContextStream

__version__ = "0.1.0"

_MODULES = {
    "ContextPlan": "training.contexts",
    "ContextStream": "training.stream",
    "Corpus": "api.corpus",
    "CorruptError": "errors",
    "Fragments": "meaning.fragments",
    "HyperphraseError": "errors",
    "InputError": "errors",
    "Lexicon": "lexicon.lexicon",
    "Manifest": "corpus.manifest",
    "Phrase": "phrases.blocks",
    "PhraseBlock": "phrases.blocks",
    "Phrases": "phrases.phrases",
    "Recipe": "phrases.recipe",
    "TextEncoder": "texts.text_encoder",
    "WorkFailedError": "errors",
    "count_tokens": "meaning.bpe_tokens",
    "make_corpus": "api.making",
    "mix_contexts": "training.mixing",
    "plot": "api.plots",
    "write_tokenizer": "texts.tokenizer_file",
}

__all__ = [
    "ContextPlan",
    "ContextStream",
    "Corpus",
    "CorruptError",
    "Fragments",
    "HyperphraseError",
    "InputError",
    "Lexicon",
    "Manifest",
    "Phrase",
    "PhraseBlock",
    "Phrases",
    "Recipe",
    "TextEncoder",
    "WorkFailedError",
    "__version__",
    "count_tokens",
    "make_corpus",
    "mix_contexts",
    "plot",
    "write_tokenizer",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hyperphrase.interrupts import delayed

    with delayed():
        value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
