"""Read, write atomically, list and remove objects of gs:// buckets, with one client per process and one retry policy.

Google's client is used directly, not through Beam's file system, which supports no preconditions, makes a client for
each file, and completes a failed upload when its writer is closed or collected, which leaves a truncated file.

An object appears atomically when its upload is complete, so no temporary names and renames are needed. Each upload
states the generation that it may replace: none, or exactly the one that existed before. If two attempts write the
same object, the second finds the object of the first; if the bytes are equal, it succeeds.
"""

import base64
import contextlib
import functools
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, cast

import google.auth
import google_crc32c
import requests
from apache_beam.io.filesystems import FileSystems
from apache_beam.io.gcp.gcsio import create_storage_client
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions
from google.api_core import exceptions as api
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, InvalidOperation, RefreshError
from google.cloud.storage import Blob, Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.fileio import BlobReader, BlobWriter
from google.cloud.storage.retry import DEFAULT_RETRY

from hyperphrase.given_paths import IN_BUCKET

#: For each request: retry 429, 5xx and lost connections after 1, 2, 4 ... s, with random jitter, for 120 s in all.
RETRY = DEFAULT_RETRY
_PIECE = 8 << 20  # 8 MiB: bytes sent or fetched by one request
_REMOVERS = 8  # concurrent requests; the client's pool has ten connections, so many more would be no faster
_BYTES = "application/octet-stream"
_REASONS: dict[type[Exception], type[OSError]] = {
    api.NotFound: FileNotFoundError,
    api.Forbidden: PermissionError,
    api.Unauthorized: PermissionError,
    api.PreconditionFailed: FileExistsError,
    RefreshError: PermissionError,  # expired or revoked credentials
    InvalidOperation: PermissionError,  # no credentials where they are required
}


def check_name(path: str) -> None:
    """Raise ValueError unless ``path`` can be the name of a bucket, of an object or of a folder of objects."""
    if not re.fullmatch(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^\r\n]*)?", path) or len(path.encode()) > 1024:
        raise ValueError(
            "is not the name of a folder in a bucket; write gs://BUCKET/FOLDER, the bucket in a-z 0-9 - _ ."
        )


def read(path: str, limit: int) -> bytes | None:
    """Return the first bytes of an object, at most ``limit`` + 1; None if it does not exist."""
    with _as_os_error(path):
        try:
            data: bytes = _blob(path).download_as_bytes(end=limit, raw_download=True, checksum=None, retry=RETRY)
        except api.NotFound:
            return None
        except api.RequestRangeNotSatisfiable:  # the object is empty
            return b""
        return data


def open_object(path: str) -> BinaryIO:
    """Open the current generation of an object for reading; reads fail once it is replaced. Raises OSError."""
    blob = _found(path)
    if blob is None:
        raise FileNotFoundError(f"{path}: no such object")
    return cast(BinaryIO, _Reader(blob, chunk_size=_PIECE, retry=RETRY, raw_download=True))


def measure(path: str) -> tuple[int, int] | None:
    """Return the size in bytes and the CRC32C of an object from its metadata; None if it does not exist."""
    blob = _found(path)
    return None if blob is None else (blob.size, int.from_bytes(base64.b64decode(blob.crc32c), "big"))


def write(path: str, data: bytes, replace: bool) -> None:
    """Write an object. Raises FileExistsError if it exists with other bytes and ``replace`` is false."""
    try:
        return _insert(path, data, 0)
    except FileExistsError:
        there = _found(path)
        if there is not None and measure(path) == (len(data), google_crc32c.value(data)):
            return None
        if not replace:
            raise FileExistsError(f"{path}: holds other bytes") from None
    return _insert(path, data, there.generation if there else 0)


@contextlib.contextmanager
def uploading(path: str) -> Iterator[BinaryIO]:
    """Open an object for writing; it appears when the block ends without an exception.

    Raises FileExistsError if another attempt wrote other bytes in the meantime.
    """
    there = _found(path)
    with _as_os_error(path):
        writer = _Writer(path, there.generation if there else 0)
        try:
            yield cast(BinaryIO, writer)
            writer.finish()
        finally:
            writer.close()


def listed(folder: str) -> Iterator[Blob]:
    """Yield the objects directly in ``folder``, with their names, sizes and modification times."""
    fields = "items(name,size,updated),nextPageToken"
    with _as_os_error(folder):
        bucket, name = _split(_slashed(folder))
        yield from _client().list_blobs(bucket, prefix=name, delimiter="/", fields=fields, retry=RETRY)


def first_names(folder: str) -> list[str]:
    """Return the names of files and folders directly in ``folder``, of its first 1,000 objects; takes one request.

    Raises FileNotFoundError if the bucket does not exist, PermissionError if access is denied.
    """
    with _as_os_error(folder):
        bucket, name = _split(_slashed(folder))
        first = _client().list_blobs(bucket, prefix=name, max_results=1000, fields="items(name)", retry=RETRY)
        below = [blob.name.removeprefix(name) for blob in first]
    return list({path.partition("/")[0] for path in below if path})  # empty: an object that stands for the folder


def remove(path: str) -> None:
    """Remove an object, if it exists."""
    with _as_os_error(path), contextlib.suppress(api.NotFound):
        _blob(path).delete(retry=RETRY)


def remove_below(folder: str) -> None:
    """Remove all objects whose names begin with ``folder`` and a slash. Raises OSError if one cannot be removed."""
    with _as_os_error(folder):
        bucket, name = _split(_slashed(folder))
        blobs = _client().list_blobs(bucket, prefix=name, fields="items(name),nextPageToken", retry=RETRY)
        with ThreadPoolExecutor(_REMOVERS) as pool:
            for _ in pool.map(remove, [f"{IN_BUCKET}{bucket}/{blob.name}" for blob in blobs]):
                pass


class _Reader(BlobReader):
    """Reads an object of known size: never requests bytes beyond its end, and detects short reads."""

    def read(self, size: int = -1) -> bytes:
        left = self._blob.size - self.tell()
        wanted = left if size < 0 else min(size, left)
        if wanted <= 0:
            return b""
        path = f"{IN_BUCKET}{self._blob.bucket.name}/{self._blob.name}"
        with _as_os_error(path):
            data: bytes = super().read(wanted)
        if len(data) != wanted:
            raise OSError(f"{path}: {len(data)} of {wanted} bytes were read")
        return data


class _Writer(BlobWriter):
    """An upload that becomes an object only by ``finish()``; if it is closed or collected before, it leaves nothing."""

    def __init__(self, path: str, generation: int) -> None:
        kind: dict[str, Any] = {"content_type": _BYTES, "if_generation_match": generation}
        super().__init__(_blob(path), chunk_size=_PIECE, retry=RETRY, **kind)
        self._path, self._size, self._crc = path, 0, 0
        self._late: InvalidResponse | None = None  # the error, if another attempt finished first

    def write(self, data: Any) -> int:
        """Accept all of ``data``; send each full piece."""
        piece = bytes(data)
        self._size, self._crc = self._size + len(piece), google_crc32c.extend(self._crc, piece)
        if self._late is None:
            try:
                super().write(piece)
            except InvalidResponse as error:
                self._note(error)
        return len(piece)

    def finish(self) -> None:
        """Complete the object; succeed also if it already exists with these bytes."""
        try:
            if self._late is None:
                super().close()
        except InvalidResponse as error:
            self._note(error)
        if self._late is not None and measure(self._path) != (self._size, self._crc):
            raise self._late

    def close(self) -> None:
        """Cancel an unfinished upload; the base class would complete it."""
        if not self.closed:
            with contextlib.suppress(Exception):  # uncancelled uploads expire after a week
                self.terminate()
            self._buffer.close()

    def _note(self, refusal: InvalidResponse) -> None:
        if refusal.response.status_code not in (404, 412):  # 404: the upload finished, but its last response was lost
            raise refusal
        self._late = refusal


def _split(path: str) -> tuple[str, str]:
    bucket, _, name = path.removeprefix(IN_BUCKET).partition("/")
    return bucket, name


def _slashed(folder: str) -> str:
    return folder.rstrip("/") + "/"


def _blob(path: str) -> Blob:
    bucket, name = _split(path)
    return _client().bucket(bucket).blob(name)


def _found(path: str) -> Blob | None:
    """Return the metadata of an object, None if it does not exist."""
    with _as_os_error(path):
        bucket, name = _split(path)
        return _client().bucket(bucket).get_blob(name, retry=RETRY)


def _insert(path: str, data: bytes, generation: int) -> None:
    with _as_os_error(path):
        _blob(path).upload_from_string(data, _BYTES, if_generation_match=generation, retry=RETRY)


def _client() -> Client:
    return _client_of(os.environ.get("STORAGE_EMULATOR_HOST") or None)


@functools.cache
def _client_of(endpoint: str | None) -> Client:
    """Return this process's client. Raises PermissionError, within seconds, if no credentials are found."""
    options = FileSystems._pipeline_options or PipelineOptions([])
    anonymous = endpoint is not None or options.view_as(GoogleCloudOptions).no_auth
    if os.environ.get("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "").lower() in ("1", "true", "yes", "on"):
        anonymous = True
    if not anonymous:  # Beam would look for credentials five times and then continue without
        try:
            with _one_detection():
                google.auth.default(scopes=options.view_as(GoogleCloudOptions).gcp_oauth_scopes)
        except DefaultCredentialsError as error:
            raise PermissionError(
                "no Google credentials were found; run 'gcloud auth application-default login' or let "
                "GOOGLE_APPLICATION_CREDENTIALS name a key file; for a public bucket, "
                "CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true goes without"
            ) from error
    client = create_storage_client(options, use_credentials=not anonymous)
    client._bucket_metadata_cache = (
        None  # else it requests the bucket's metadata after each 404, for traces that are off
    )
    return client


@contextlib.contextmanager
def _one_detection() -> Iterator[None]:
    """Make Google's client check once, not three times, whether it runs on Google Cloud: each check takes 3 s."""
    name = "GCE_METADATA_DETECT_RETRIES"
    given = name in os.environ
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if not given:
            del os.environ[name]


@contextlib.contextmanager
def _as_os_error(path: str) -> Iterator[None]:
    """Convert exceptions of Google's client to OSError with the path."""
    try:
        yield
    except InvalidResponse as error:
        raise _os_error(path, api.from_http_response(error.response)) from error
    except (api.GoogleAPIError, GoogleAuthError, DataCorruption, requests.RequestException) as error:
        raise _os_error(path, error) from error


def _os_error(path: str, error: Exception) -> OSError:
    kind = next((kind for reason, kind in _REASONS.items() if isinstance(error, reason)), OSError)
    return kind(f"{path}: {error}")
