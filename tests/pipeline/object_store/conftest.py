"""Fixtures of the tests with an object store: one for each file of tests, and what is in it."""

import pytest

from tests.pipeline.object_store.faulty_store import FaultyStore
from transforms.files import bucket

BUCKET = "bucket"


@pytest.fixture(scope="module", autouse=True)
def store():
    """An object store with a bucket; requests that fail are tried again at once, not after a second."""
    served = FaultyStore(BUCKET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", served.address)
        patch.setattr(bucket, "RETRY", bucket.RETRY.with_delay(initial=0.01, maximum=0.02))
        yield served
    served.close()


@pytest.fixture(autouse=True)
def _calm(store):
    """Each test begins, and ends, with a store that fails nobody."""
    store.be_calm()
    yield
    store.be_calm()


@pytest.fixture(scope="session")
def objects_of():
    """Return a reader of folders in the store: gs:// folder -> {name: bytes} of all objects below it."""
    return lambda folder: {
        blob.name.removeprefix(folder.removeprefix(f"gs://{BUCKET}/") + "/"): blob.download_as_bytes()
        for blob in bucket._client().list_blobs(BUCKET, prefix=folder.removeprefix(f"gs://{BUCKET}/") + "/")
    }
