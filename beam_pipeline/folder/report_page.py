"""The report of a folder: what is there, complete or not, and the page that shows it."""

import errno
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from beam_pipeline.folder import output_folder
from beam_pipeline.folder.make_again import command_of
from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.files import CorpusFiles, TooLargeError
from hyperphrase.corpus.layout import RECIPE_FILE, REPORT_FILE, ROWS_FOLDER
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.shard_table import Shard, shard_of
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.planning.job import Job
from hyperphrase.report import MARK, Subject, of_corpus, of_unfinished, render
from hyperphrase.texts.new_file import new_file
from transforms.files import storage
from transforms.files.stored_files import files_of

_MOST_BYTES = 16 << 20  # of recipe.json, as output_folder allows it
_ROW_BYTES = 4096
_MOST_ROWS = 1000  # of finished shards that are read; all are counted
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def subject_of(folder: str, follow_links: bool = False, name: str = "") -> Subject:
    """Return what ``folder`` holds. name: how the page calls it.

    Raises InputError if it holds neither a corpus nor the beginning of one, CorruptError if that is damaged.
    """
    folder = given_path(folder, "folder", BUCKETS)
    try:
        corpus = output_folder.open_corpus(folder, follow_links)
    except InputError:
        data = None if "://" not in folder and not Path(folder).is_dir() else _recipe_of(files_of(folder))
        if data is None:
            raise
        return _unfinished(files_of(folder), data, name)
    return of_corpus(corpus, output_folder.missing_files(folder, corpus.manifest), name)


def _recipe_of(files: CorpusFiles) -> bytes | None:
    try:
        return files.read(RECIPE_FILE, _MOST_BYTES)
    except OSError:
        return None  # the first error says it better


def _unfinished(files: CorpusFiles, data: bytes, name: str) -> Subject:
    try:
        recipe = Recipe.from_json(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise CorruptError(f"{files.path(RECIPE_FILE)}: is not a recipe: {error}") from error
    finished = sorted(row.removesuffix(".json") for row in files.names(ROWS_FOLDER))
    rows = (_row(files, each) for each in finished[:_MOST_ROWS] if each.startswith("phrases-"))
    return of_unfinished(files, recipe, finished, [row for row in rows if row is not None], name)


def _row(files: CorpusFiles, name: str) -> Shard | None:
    """Return the row of a finished shard, None if it is damaged: a run makes such a shard again."""
    try:
        data = files.read(f"{ROWS_FOLDER}/{name}.json", _ROW_BYTES)
        return None if data is None else shard_of(json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError, TooLargeError, CorruptError):
        return None


def page_of(*subjects: Subject) -> bytes:
    """Return the page of one or two subjects. Raises CorruptError or OSError."""
    return render(subjects, [command_of(subject) for subject in subjects]).encode()


def try_to_write(folder: str, job: Job, manifest: Manifest, warn: Callable[[str], object]) -> None:
    """Write the report of the complete corpus of ``job`` into its folder, which the caller has locked.

    The corpus is complete without it: if it fails, ``warn`` is called with a line that says why.
    """
    try:
        corpus = Corpus(folder, files_of(folder), manifest)
        vars(corpus).update(lexicon=job.lexicon, phrases=job.phrases)  # loaded already
        storage.write_file(folder, REPORT_FILE, page_of(of_corpus(corpus)))
    except Exception as error:
        reason = " ".join(f"{error}".split()) or type(error).__name__
        warn(f"{folder} is complete, but its {REPORT_FILE} could not be written: {reason:.300}")


def has_report(folder: str) -> bool:
    """Tell whether ``folder`` has a report."""
    return files_of(folder).exists(REPORT_FILE)


def write_beside(folder: str, page: bytes) -> str:
    """Write the page of what is in ``folder`` there, and return its path.

    Raises InputError if a run is writing there, or if nothing can be written.
    """
    folder = given_path(folder, "folder", BUCKETS)
    elsewhere = "name a file for the page with `output`, as in `output=report.html`"
    try:
        with output_folder.locked(folder):
            storage.write_file(folder, REPORT_FILE, page)
    except InputError as error:
        problem = f"a run is writing there; wait for it, or {elsewhere}"
        raise InputError(problem, field="folder", value=folder) from error
    except OSError as error:
        if error.errno not in _DENIED:
            raise
        raise InputError(f"cannot be written ({error}); {elsewhere}", field="folder", value=folder) from error
    return storage.join(folder, REPORT_FILE)


def write_as(path: str, page: bytes) -> str:
    """Write the page as the local file ``path``, and return its path. Raises InputError for a file of others."""
    target = Path(path)
    check_free(path)
    try:
        with new_file(target) as stream:
            stream.write(page)
    except OSError as error:
        if error.errno not in _DENIED | {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}:
            raise
        problem = f"cannot be written ({error.strerror}); choose another"
        raise InputError(problem, field="output", value=path) from error
    return path


def check_free(path: str) -> None:
    """Raise InputError unless ``path`` is free, in a folder that is there, or the name of an earlier page.

    A file of others is not replaced.
    """
    try:
        with Path(path).open("rb") as stream:
            ours = stream.read(len(MARK)) == MARK.encode()
    except OSError as error:
        if isinstance(error, FileNotFoundError) and Path(path).parent.is_dir():
            return
        raise InputError(f"cannot be written ({error.strerror}); choose another", field="output", value=path) from error
    if not ours:
        problem = "is a file that is no report; choose another name"
        raise InputError(problem, field="output", value=path)


def names_of(folders: Sequence[str]) -> list[str]:
    """Return how a page calls its folders: nothing if there is one, else their paths, with a number if they are equal.

    >>> names_of(["out"]), names_of(["a", "b"]), names_of(["a", "a"])
    ([''], ['a', 'b'], ['a (1)', 'a (2)'])
    """
    if len(folders) == 1:
        return [""]
    same = len(set(folders)) < len(folders)
    return [f"{folder} ({i + 1})" if same else folder for i, folder in enumerate(folders)]
