"""Per-process cache of the lexicon and the recipe's tables; DoFns carry only the folder and the request."""

import dataclasses
import functools
import json
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hyperphrase.codecs import Encoder, Texts
from hyperphrase.corpus import loading
from hyperphrase.corpus.layout import REQUEST_FILE, WORDS_FILE
from hyperphrase.corpus.request import CorpusRequest, Output
from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning import phrase_meanings
from hyperphrase.meaning.phrase_meanings import Meanings
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from transforms.files import storage
from transforms.files.stored_files import files_of

_NOTE_BYTES = 4096
_P = ParamSpec("_P")
_R = TypeVar("_R")


def _once(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Cache ``function`` in this process; concurrent calls compute each value once."""
    lock = threading.RLock()
    cached = functools.lru_cache(maxsize=4)(function)

    @functools.wraps(function)
    def locked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with lock:
            return cached(*args, **kwargs)  # type: ignore[arg-type]  # all arguments are hashable

    return locked


@_once
def load_lexicon(folder: str, recipe: Recipe) -> Lexicon:
    """Return the lexicon of the corpus in ``folder``. Raises CorruptError if it does not match ``recipe``."""
    return loading.load_lexicon(files_of(folder), recipe)


@_once
def load_phrases(folder: str, recipe: Recipe) -> Phrases:
    """Return the recipe's phrases, using the lexicon and, if there is one, the law's file of the corpus in ``folder``.

    Raises CorruptError if these do not match the recipe.
    """
    return loading.load_phrases(files_of(folder), recipe, lambda: load_lexicon(folder, recipe))


@_once
def load_meanings(folder: str, recipe: Recipe, kind: str) -> Meanings:
    """Return the meanings of the words from the dictionary of ``kind`` of the corpus in ``folder``.

    Raises CorruptError if it is missing or damaged.
    """
    return phrase_meanings.load_meanings(files_of(folder), recipe.vocabulary)


@_once
def load_texts(folder: str, recipe: Recipe, text: str) -> Texts:
    """Return the text of each id: ``symbols``, without separators, or ``words``, separated by spaces."""
    return loading.texts_of(load_lexicon(folder, recipe), text)


def request_note(request: CorpusRequest) -> bytes:
    """Return the content of the file that identifies the request whose work a folder holds."""
    return json.dumps({"request": request.digest}).encode()


@dataclasses.dataclass(frozen=True)
class CorpusContext:
    """The folder and the request of a corpus: all that a DoFn carries.

    keys_in_files: whether sorted keys are stored in files of the folder, because all workers are on this machine.
    """

    folder: str
    request: CorpusRequest
    keys_in_files: bool = False

    def check_current(self) -> None:
        """Raise RuntimeError if this work item is stale: the corpus is complete, or another run writes to the folder.

        Checked in buckets only: on a disk a run locks its folder, and its workers end with it.
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
        """Return the lexicon of the recipe, loaded once in this process. Raises CorruptError if it does not match."""
        return load_lexicon(self.folder, self.request.recipe)

    def meanings(self) -> Meanings:
        """Return the meanings of the words from the corpus's dictionary, loaded once in this process."""
        return load_meanings(self.folder, self.request.recipe, self.dictionary())

    def dictionary(self) -> str:
        """Return the kind of the corpus's dictionary. Raises CorruptError if it has none."""
        if self.request.dictionary is None:
            raise CorruptError(f"{storage.join(self.folder, WORDS_FILE)}: is missing")
        return self.request.dictionary

    def encoder(self, output: Output) -> Encoder:
        """Return the encoder of a new shard of ``output``; texts are loaded once in this process."""
        recipe = self.request.recipe
        return loading.encoder_of(output, recipe.vocabulary, lambda: load_texts(self.folder, recipe, output.text))
