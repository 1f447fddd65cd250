"""Load manifest, lexicon, phrases and dropped seeds of a corpus from its untrusted files."""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import FORMATS, Encoder, ReadableFormat
from hyperphrase.codecs.base import Texts
from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.layout import DROPPED_FILE, LAW_FILE, LEXICON_FILE, MANIFEST_FILE, WORDS_FILE
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import Output
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.base import LexiconSource
from hyperphrase.lexicon.lexicon import Lexicon, read_lexicon
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe

_OLD_LEXICON_FILE = "lexicon.avro"  # of versions before 0.1.0
_MOST_TABLE_BYTES = 1 << 30  # 1 GiB: about 24 million shards
_MOST_LAW_BYTES = 1 << 29  # 512 MiB


def load_manifest(files: CorpusFiles) -> Manifest | None:
    """Return the manifest of the corpus, None if there is none.

    Raises CorruptError, and InputError for a corpus of a version before 0.1.0, whose files differ.
    """
    data, path = files.read(MANIFEST_FILE, manifests.MAX_BYTES), files.path(MANIFEST_FILE)
    if data is None:
        check_version(files, "folder")
        return None
    try:
        return manifests.loads(data, path, lambda name: files.read(name, _MOST_TABLE_BYTES))
    except CorruptError:
        check_version(files, "folder")
        raise


def no_manifest(folder: str) -> InputError:
    """Return the error of a ``folder`` without a manifest where a complete corpus is needed."""
    problem = f"holds no {MANIFEST_FILE}, so no complete corpus; name a folder that a run finished"
    return InputError(problem, field="folder", value=folder)


def check_version(files: CorpusFiles, field: str) -> None:
    """Raise InputError if a version before 0.1.0 made or began the corpus: its files have other names."""
    if files.exists(_OLD_LEXICON_FILE) and not files.exists(LEXICON_FILE):
        raise InputError(
            "holds a corpus of a version before 0.1.0, whose files are others; make it again with the same command in "
            "a new folder",
            field=field,
            value=files.path(""),
        )


def load_lexicon(files: CorpusFiles, recipe: Recipe) -> Lexicon:
    """Return the lexicon of the corpus. Raises CorruptError if it is not the lexicon of ``recipe``."""
    path = files.path(LEXICON_FILE)
    with files.open(LEXICON_FILE) as stream:
        lexicon = read_lexicon(stream, path)
    if lexicon.digest != recipe.lexicon_digest:
        raise CorruptError(f"{path}: its digest is {lexicon.digest}, the recipe's lexicon has {recipe.lexicon_digest}")
    if lexicon.vocabulary != recipe.vocabulary:
        raise CorruptError(f"{path}: has {lexicon.vocabulary} words, the recipe says {recipe.vocabulary}")
    return lexicon


def load_phrases(files: CorpusFiles, recipe: Recipe, lexicon: LexiconSource) -> Phrases:
    """Return the phrases of ``recipe``, with the law's file of the corpus if there is one. Raises CorruptError."""
    recipe = _with_law_file(files, recipe)
    try:
        return Phrases(recipe, lexicon)
    except InputError as error:  # a run checks its options before it writes anything
        raise CorruptError(f"{files.path('')}: {error}") from error


def _with_law_file(files: CorpusFiles, recipe: Recipe) -> Recipe:
    data = files.read(LAW_FILE, _MOST_LAW_BYTES)
    if data is None:
        return recipe
    try:
        return dataclasses.replace(recipe, law=recipe.law.attach(data))
    except CorruptError as error:
        raise CorruptError(f"{files.path(LAW_FILE)}: {error}") from error


def load_dropped(files: CorpusFiles, manifest: Manifest) -> NDArray[np.uint64]:
    """Return the dropped seeds of the corpus, ascending. Raises CorruptError."""
    if manifest.dropped.listed is not None:
        return np.array(manifest.dropped.listed, np.uint64)
    data, path = files.read(DROPPED_FILE, 8 * manifest.dropped.count), files.path(DROPPED_FILE)
    if data is None:
        raise CorruptError(f"{path}: is missing; the manifest says that it holds {manifest.dropped.count} seeds")
    return parse_dropped_file(data, manifest, path)


def parse_dropped_file(data: bytes, manifest: Manifest, where: str) -> NDArray[np.uint64]:
    """Return the dropped seeds in the bytes of DROPPED_FILE, ascending. Raises CorruptError."""
    if len(data) != 8 * manifest.dropped.count:
        raise CorruptError(f"{where}: {len(data)} bytes, the manifest says {8 * manifest.dropped.count}")
    seeds = np.frombuffer(data, "<u8")
    if np.any(seeds[1:] <= seeds[:-1]) or seeds[0] < manifest.first_seed or seeds[-1] >= manifest.stop_seed:
        raise CorruptError(f"{where}: seeds are not ascending within {manifest.first_seed}:{manifest.stop_seed}")
    return seeds.astype(np.uint64)


def files_read(recipe: Recipe, dictionary: bool) -> list[str]:
    """Return the names of the files that workers read: the lexicon and, if any, the law's file and the words' rows."""
    law = [LAW_FILE] if recipe.law.attached() is not None else []
    return [LEXICON_FILE, *law, *([WORDS_FILE] if dictionary else [])]


def decoded(
    stream: BinaryIO, output: Output, vocabulary: int, texts: Callable[[], Texts], where: str
) -> Iterator[PhraseBlock]:
    """Yield the phrases of a shard of ``output``, as :meth:`hyperphrase.codecs.Format.decode` does.

    texts: loads the texts, for formats that contain text. where: names the file in errors. Raises CorruptError.
    """
    form = readable(output)
    if form is None:
        raise ValueError(f"no phrases can be read from {output.format}")
    return form.decode(stream, output.compression, texts() if form.text else None, vocabulary, where)


def encoder_of(output: Output, vocabulary: int, texts: Callable[[], Texts]) -> Encoder:
    """Return the encoder of a new shard of ``output``. texts: loads the texts, for formats that contain text."""
    form = FORMATS[output.format]
    return form.encoder(output.compression, texts() if form.text else None, vocabulary)


def readable(output: Output) -> ReadableFormat | None:
    """Return the format of ``output`` if phrases can be read back from it."""
    form = FORMATS[output.format]
    return form if isinstance(form, ReadableFormat) else None


@functools.lru_cache(maxsize=4)
def texts_of(lexicon: Lexicon, text: str) -> Texts:
    """Return the texts of the ids: ``symbols``, without a separator, or ``words``, separated by spaces.

    The same object for the same lexicon: the tables behind it are made once, not for each shard.
    """
    return Texts(lexicon.symbol_table(), b"") if text == "symbols" else Texts(lexicon.word_table(), b" ")
