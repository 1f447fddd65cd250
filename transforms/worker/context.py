"""What a worker loads once: the lexicon and the tables of the recipe. DoFns carry their names, never their bytes."""

import dataclasses
import functools
import json
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hyperphrase.codecs.base import Texts
from hyperphrase.corpus.layout import LAW_FILE, LEXICON_FILE, REQUEST_FILE, WORDS_FILE
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.lexicon.lexicon import Lexicon, read_lexicon
from hyperphrase.meaning.phrase_meanings import Meanings
from hyperphrase.meaning.phrase_meanings import loads as loads_meanings
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from transforms.files import storage

_MOST_LAW_BYTES = 1 << 29  # 512 MiB
_MOST_WORDS_BYTES = 1 << 31  # 2 GiB: the largest vocabulary in 1,024 dimensions
_NOTE_BYTES = 4096
_P = ParamSpec("_P")
_R = TypeVar("_R")


def _once(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Cache ``function`` in this process, computing each value once even when threads ask together."""
    lock = threading.RLock()
    cached = functools.lru_cache(maxsize=4)(function)

    @functools.wraps(function)
    def locked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with lock:
            return cached(*args, **kwargs)  # type: ignore[arg-type]  # all arguments here are hashable

    return locked


@_once
def load_lexicon(folder: str, digest: str) -> Lexicon:
    """Return the lexicon of the corpus in ``folder``. Raises CorruptError if it is not the one with ``digest``."""
    path = storage.join(folder, LEXICON_FILE)
    with storage.open_file(path) as stream:
        lexicon = read_lexicon(stream, path)
    if lexicon.digest != digest:
        raise CorruptError(f"{path}: its digest is {lexicon.digest}, the recipe's lexicon has {digest}")
    return lexicon


@_once
def load_phrases(folder: str, recipe: Recipe) -> Phrases:
    """Return the recipe's phrases, with the lexicon and the law's file of the corpus in ``folder``, where it has one.

    Raises CorruptError if these are not those of the recipe.
    """
    recipe = _with_law_file(folder, recipe)
    try:
        return Phrases(recipe, lambda: _lexicon_of(folder, recipe))
    except InputError as error:  # of a run's own options it is found before a corpus is begun
        raise CorruptError(f"{folder}: {error}") from error


def _lexicon_of(folder: str, recipe: Recipe) -> Lexicon:
    lexicon = load_lexicon(folder, recipe.lexicon_digest)
    if lexicon.vocabulary != recipe.vocabulary:
        path = storage.join(folder, LEXICON_FILE)
        raise CorruptError(f"{path}: has {lexicon.vocabulary} words, the recipe says {recipe.vocabulary}")
    return lexicon


def _with_law_file(folder: str, recipe: Recipe) -> Recipe:
    path = storage.join(folder, LAW_FILE)
    data = storage.read_file(path, _MOST_LAW_BYTES)
    if data is None:
        return recipe
    try:
        return dataclasses.replace(recipe, law=recipe.law.attach(data))
    except CorruptError as error:
        raise CorruptError(f"{path}: {error}") from error


@_once
def load_meanings(folder: str, recipe: Recipe, kind: str | None) -> Meanings:
    """Return what the words of the corpus in ``folder`` mean, as its dictionary of ``kind`` holds it.

    Raises CorruptError if it does not.
    """
    path = storage.join(folder, WORDS_FILE)
    data = storage.read_file(path, _MOST_WORDS_BYTES)
    if kind is None or data is None:
        raise CorruptError(f"{path}: is missing")
    return loads_meanings(data, recipe.vocabulary, path)


@_once
def load_texts(folder: str, digest: str, text: str) -> Texts:
    """Return what each id is as text: ``symbols``, nothing between them, or ``words``, a space between them."""
    return texts_of(load_lexicon(folder, digest), text)


def texts_of(lexicon: Lexicon, text: str) -> Texts:
    """Return what each id of ``lexicon`` is as text."""
    return Texts(lexicon.symbol_table(), b"") if text == "symbols" else Texts(lexicon.word_table(), b" ")


def request_note(request: CorpusRequest) -> bytes:
    """Return the content of the file that says what a folder's work is to become."""
    return json.dumps({"request": request.digest}).encode()


@dataclasses.dataclass(frozen=True)
class CorpusContext:
    """Where a corpus is made, and what it is to be: all that a DoFn carries.

    keys_in_files: whether all workers are on this machine, so that sorted keys wait in files of the folder.
    """

    folder: str
    request: CorpusRequest
    keys_in_files: bool = False

    def check_ours(self) -> None:
        """Raise RuntimeError if the corpus is complete or the folder another run's: a late worker adds nothing to it.

        On a disk no worker is late: a run locks its folder, and its workers end with it.
        """
        path = storage.join(self.folder, REQUEST_FILE)
        if storage.in_bucket(path) and storage.read_file(path, _NOTE_BYTES) != request_note(self.request):
            raise RuntimeError(f"{self.folder}: is complete, or another run's by now; this worker came too late")

    def phrases(self) -> Phrases:
        """Return the phrases of the recipe, loaded once in this process."""
        return load_phrases(self.folder, self.request.recipe)

    def lexicon(self) -> Lexicon:
        """Return the lexicon of the recipe, loaded once in this process. Raises CorruptError if it is another one."""
        return _lexicon_of(self.folder, self.request.recipe)

    def meanings(self) -> Meanings:
        """Return what the words of the corpus's dictionary mean, loaded once in this process."""
        return load_meanings(self.folder, self.request.recipe, self.request.dictionary)

    def texts(self, text: str) -> Texts:
        """Return the table of texts, loaded once in this process."""
        return load_texts(self.folder, self.request.recipe.lexicon_digest, text)
