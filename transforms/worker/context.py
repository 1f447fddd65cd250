"""What a worker loads once: the lexicon and the tables of the recipe. DoFns carry their names, never their bytes."""

import dataclasses
import functools
import json
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hyperphrase.codecs.base import Texts
from hyperphrase.corpus import loading
from hyperphrase.corpus.layout import REQUEST_FILE, WORDS_FILE
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.phrase_meanings import MAX_WORDS_BYTES, Meanings
from hyperphrase.meaning.phrase_meanings import loads as loads_meanings
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from transforms.files import storage
from transforms.files.stored_files import StoredFiles

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
def load_lexicon(folder: str, recipe: Recipe) -> Lexicon:
    """Return the lexicon of the corpus in ``folder``. Raises CorruptError if it is not the one of ``recipe``."""
    return loading.load_lexicon(StoredFiles(folder), recipe)


@_once
def load_phrases(folder: str, recipe: Recipe) -> Phrases:
    """Return the recipe's phrases, with the lexicon and the law's file of the corpus in ``folder``, where it has one.

    Raises CorruptError if these are not those of the recipe.
    """
    return loading.load_phrases(StoredFiles(folder), recipe, lambda: load_lexicon(folder, recipe))


@_once
def load_meanings(folder: str, recipe: Recipe, kind: str | None) -> Meanings:
    """Return what the words of the corpus in ``folder`` mean, as its dictionary of ``kind`` holds it.

    Raises CorruptError if it does not.
    """
    path = storage.join(folder, WORDS_FILE)
    data = storage.read_file(path, MAX_WORDS_BYTES)
    if kind is None or data is None:
        raise CorruptError(f"{path}: is missing")
    return loads_meanings(data, recipe.vocabulary, path)


@_once
def load_texts(folder: str, recipe: Recipe, text: str) -> Texts:
    """Return what each id is as text: ``symbols``, nothing between them, or ``words``, a space between them."""
    return loading.texts_of(load_lexicon(folder, recipe), text)


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
        """Raise RuntimeError if the corpus is complete, or another run writes to the folder: stale work adds nothing.

        On a disk no worker is late: a run locks its folder, and its workers end with it.
        """
        path = storage.join(self.folder, REQUEST_FILE)
        if storage.in_bucket(path) and storage.read_file(path, _NOTE_BYTES) != request_note(self.request):
            raise RuntimeError(
                f"{self.folder}: stale work item; the corpus is complete, or another run writes to the folder"
            )

    def phrases(self) -> Phrases:
        """Return the phrases of the recipe, loaded once in this process."""
        return load_phrases(self.folder, self.request.recipe)

    def lexicon(self) -> Lexicon:
        """Return the lexicon of the recipe, loaded once in this process. Raises CorruptError if it is another one."""
        return load_lexicon(self.folder, self.request.recipe)

    def meanings(self) -> Meanings:
        """Return what the words of the corpus's dictionary mean, loaded once in this process."""
        return load_meanings(self.folder, self.request.recipe, self.request.dictionary)

    def texts(self, text: str) -> Texts:
        """Return the table of texts, loaded once in this process."""
        return load_texts(self.folder, self.request.recipe, text)
