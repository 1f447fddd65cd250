"""The output folder: checked before a run, locked by it, and left with the files that it resumes from."""

import contextlib
import dataclasses
import errno
import io
import json
import os
import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path

from beam_pipeline.folder.folder_lock import lock
from beam_pipeline.folder.own_folder import check_empty
from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.layout import (
    AGAIN_FOLDER,
    DICTIONARY_FOLDER,
    LAW_FILE,
    LEXICON_FILE,
    MANIFEST_FILE,
    RECIPE_FILE,
    REQUEST_FILE,
    ROWS_FOLDER,
    SHARDS_FOLDER,
    SHORTFALL_FILE,
    STATISTICS_FOLDER,
    TEMPORARY_FOLDER,
    WORDS_FILE,
    WORK_FOLDER,
)
from hyperphrase.corpus.loading import check_version, load_manifest
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.plain_folder import check_plain
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.limits import SEED_STOP
from hyperphrase.meaning.phrase_meanings import Meanings
from hyperphrase.untrusted.json_values import whole
from transforms.files import storage
from transforms.files.stored_files import files_of
from transforms.worker.context import request_note
from transforms.write_shards import write_row

#: Errors of places that can hold no corpus, whatever is tried.
_UNFIT = frozenset(
    {errno.EROFS, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EXDEV, errno.ENAMETOOLONG,
     errno.ENOTDIR}
)  # fmt: skip
_SMALL = 16 << 20  # bytes: recipes with a histogram of all lengths are below 1 MB


def check(folder: str, request: CorpusRequest) -> Manifest | None:
    """Return the manifest if ``folder`` holds the complete corpus of ``request``, None if there is work to do.

    Raises InputError if the folder cannot be read or holds something else. Writes nothing.
    """
    _check_place(folder)
    with _as_input("output", folder):
        check_plain(folder)
        check_version(files_of(folder), "output")
        held = storage.read_file(storage.join(folder, RECIPE_FILE), _SMALL)
        begun = storage.read_file(storage.join(folder, REQUEST_FILE), _SMALL)
        if held is None and begun is None and not _has_manifest(folder):
            check_empty(folder)
    if held is not None and held != _recipe_bytes(request):
        problem = f"holds the {RECIPE_FILE} of another recipe; choose another folder"
        raise InputError(problem, field="output", value=folder)
    if begun is not None and begun != request_note(request):
        problem = "holds the unfinished run of other options; rerun it with those, choose another folder, or remove it"
        raise InputError(problem, field="output", value=folder)
    manifest = read_manifest(folder)
    if manifest is not None and not _fulfils(manifest, request):
        seeds = f"{manifest.first_seed}:{manifest.stop_seed}"
        problem = f"holds the corpus of seeds {seeds}, {manifest.kept} phrases, made with other options"
        raise InputError(f"{problem}; choose another folder", field="output", value=folder)
    return manifest


def _has_manifest(folder: str) -> bool:
    """Tell whether ``folder`` holds the manifest of a corpus, and not a file of the user's under that name."""
    try:
        return read_manifest(folder) is not None
    except CorruptError:
        return False


def read_manifest(folder: str) -> Manifest | None:
    """Return the manifest in ``folder``, None if there is none. Raises CorruptError if it is damaged."""
    return load_manifest(files_of(folder))


def open_corpus(folder: str, follow_links: bool = False) -> Corpus:
    """Open the complete corpus in ``folder``. Raises InputError if there is none."""
    folder = given_path(folder, "folder", BUCKETS)
    _check_name("folder", folder)
    with _as_input("folder", folder):
        try:
            return Corpus.open(folder, follow_links=follow_links)
        except InputError:
            storage.names_in(folder)  # raises for a missing bucket, which is the better reason
            raise


def shards_with_rows(folder: str) -> set[str]:
    """Return the names of the shards that an earlier run says it has finished."""
    return {name.removesuffix(".json") for name in storage.file_sizes(storage.join(folder, ROWS_FOLDER))}


def count_kept(folder: str, manifest: Manifest, earlier: set[str]) -> int:
    """Return how many shards of ``earlier`` were kept: those that were not whole are noted in a folder."""
    again = storage.file_sizes(storage.join(folder, AGAIN_FOLDER))
    return sum(shard.name in earlier and shard.name not in again for shard in manifest.shards)


def missing_files(folder: str, manifest: Manifest) -> list[str]:
    """Return the names of the manifest's files, including shards, that are missing or of another size."""
    names = {file.name: file.bytes for file in manifest.files}
    names |= {storage.join(SHARDS_FOLDER, shard.name): shard.bytes for shard in manifest.shards}
    names |= {storage.join(DICTIONARY_FOLDER, shard.name): shard.bytes for shard in _meanings(manifest)}
    present: dict[str, int] = {}
    for subfolder in sorted({posixpath.dirname(name) for name in names}):
        found = storage.file_sizes(storage.join(folder, subfolder))
        present |= {storage.join(subfolder, name): size for name, size in found.items()}
    return [name for name, size in names.items() if present.get(name) != size]


def begin(folder: str, request: CorpusRequest, lexicon: Lexicon, meanings: Meanings | None) -> None:
    """Write the files that identify the run and that workers read: recipe, request, lexicon, law file, meanings."""
    with _as_input("output", folder):
        storage.remove_folder(storage.join(folder, AGAIN_FOLDER))
        try:
            storage.write_once(folder, RECIPE_FILE, _recipe_bytes(request))
            storage.write_once(folder, REQUEST_FILE, request_note(request))
        except FileExistsError as error:
            problem = "another run has just begun there; choose another folder"
            raise InputError(problem, field="output", value=folder) from error
    hyperwords = io.BytesIO()
    lexicon.write(hyperwords)
    storage.write_file(folder, LEXICON_FILE, hyperwords.getbuffer())
    law_file = request.recipe.law.attached()
    if law_file is not None:
        storage.write_file(folder, LAW_FILE, law_file)
    if meanings is not None:
        storage.write_file(folder, WORDS_FILE, meanings.dumps())


def reopen(folder: str, manifest: Manifest) -> None:
    """Make a corpus with missing files resumable: write the rows of its shards and remove its manifest."""
    for shard in (*manifest.shards, *_meanings(manifest)):
        write_row(folder, shard)
    storage.remove_file(storage.join(folder, MANIFEST_FILE))


def _meanings(manifest: Manifest) -> Sequence[Shard]:
    return manifest.dictionary.shards if manifest.dictionary else ()


def shortfall(folder: str, request: CorpusRequest) -> tuple[int, int] | None:
    """Return (distinct phrases, draws) of an earlier attempt in ``folder`` whose draws were too few.

    None if there was none with at least as many draws as ``request``.
    """
    data = storage.read_file(storage.join(folder, SHORTFALL_FILE), _SMALL)
    try:
        note = {"kept": 0, "drawn": 0} if data is None else json.loads(data)
        kept, drawn = whole(note["kept"], 0, SEED_STOP), whole(note["drawn"], 0, SEED_STOP)
    except (ValueError, KeyError, TypeError, RecursionError):  # a damaged file is ignored
        return None
    return (kept, drawn) if drawn >= request.stop_seed - request.first_seed else None


def clean(folder: str) -> bool:
    """Remove temporary files and rows; tell whether all are gone."""
    for place in (SHARDS_FOLDER, DICTIONARY_FOLDER, STATISTICS_FOLDER, ""):
        storage.remove_leftovers(storage.join(folder, place))
    return storage.remove_folder(storage.join(folder, WORK_FOLDER))


def _fulfils(manifest: Manifest, request: CorpusRequest) -> bool:
    same = dataclasses.replace(request, stop_seed=manifest.stop_seed, phrases=None)
    right_end = manifest.stop_seed == request.stop_seed if request.phrases is None else manifest.kept == request.phrases
    return manifest.request == same and right_end


def _recipe_bytes(request: CorpusRequest) -> bytes:
    return (request.recipe.canonical() + "\n").encode()


@contextlib.contextmanager
def _as_input(field: str, folder: str) -> Iterator[None]:
    """Raise InputError where a folder or a bucket is missing, denies access, or cannot hold a corpus."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError) or error.errno in _UNFIT:
            raise InputError(f"cannot be used: {error}; choose another folder", field=field, value=folder) from error
        raise


def _check_name(field: str, folder: str) -> None:
    """Raise InputError if ``folder`` is not a valid name."""
    try:
        storage.check_name(folder)
    except ValueError as error:
        raise InputError(str(error), field=field, value=folder) from error


def _check_place(folder: str) -> None:
    _check_name("output", folder)
    if "://" in folder:
        return
    path = Path(folder)
    try:
        is_file = path.exists() and not path.is_dir()
    except OSError as error:
        raise InputError(f"{error.strerror}; choose another folder", field="output", value=folder) from error
    if is_file:
        raise InputError("is a file; name a folder, which is made if it is not there", field="output", value=folder)


@contextlib.contextmanager
def locked(folder: str) -> Iterator[bool]:
    """Create ``folder`` if needed, and hold its lock during the block; yield False if no lock is offered there.

    If the block fails before anything is written, the folders that were made are removed. Raises InputError if another
    run holds the lock. In a bucket none is needed: the first run determines the request; a run with other options is
    rejected, and runs with the same options write the same bytes under the same names.
    """
    if storage.in_bucket(folder):
        yield True
        return
    made = [each for each in (Path(folder), *Path(folder).parents) if not os.path.lexists(each)]
    try:
        with contextlib.ExitStack() as held:
            yield _hold(folder, held)
    finally:
        for each in (Path(folder, TEMPORARY_FOLDER), Path(folder, WORK_FOLDER), *made):
            with contextlib.suppress(OSError):  # it holds something
                each.rmdir()


def _hold(folder: str, held: contextlib.ExitStack) -> bool:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"cannot be made ({error.strerror}); choose another folder"
        raise InputError(problem, field="output", value=folder) from error
    try:
        return held.enter_context(lock(folder))
    except BlockingIOError:
        problem = "another run is writing there; wait for it or choose another"
        raise InputError(problem, field="output", value=folder) from None


def corrupt_as_input(error: CorruptError) -> InputError:
    """Return ``error``, from a folder whose manifest is damaged, as an InputError of a run."""
    return InputError(f"{error}; remove the file to make the corpus again, or choose another `output`")
