"""Paths as users give them: home folders, file: URLs, and URLs that nothing can open."""

import pytest

from hyperphrase.errors import InputError
from hyperphrase.given_paths import BUCKETS, given_path, open_local


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("out", "out"),
        ("./~out", "./~out"),
        ("a:b", "a:b"),
        ("./s3://bucket", "./s3://bucket"),
        ("C:/out", "C:/out"),
        ("", ""),
        ("~", "/home/me"),
        ("~/out", "/home/me/out"),
        ("~root/out", "/root/out"),
        ("file:/tmp/o", "/tmp/o"),
        ("file:///tmp/o", "/tmp/o"),
        ("FILE://localhost/tmp/o", "/tmp/o"),
        ("file:///tmp/a%20b%C3%A9", "/tmp/a bé"),
        ("gs://bucket/out", "gs://bucket/out"),
        ("GS://Bucket/out", "gs://Bucket/out"),
    ],
)
def test_what_a_path_means(given, meant):
    assert given_path(given, "output", BUCKETS) == meant


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            "s3://bucket/out",
            "s3: is not a scheme that can be used here; local paths, file:///PATH and gs://BUCKET/NAME",
        ),
        ("https://example.com/w.txt", "https: is not a scheme"),
        ("hdfs:///out", "hdfs: is not a scheme"),
        ("s3:/bucket/out", "s3: is not a scheme"),
        ("gs:/bucket/out", "gs: is not a scheme that can be used here; local paths, file:///PATH and gs://BUCKET"),
        ("gs:bucket/out", "gs://BUCKET/NAME can"),
        ("file:out", "write file:///PATH"),
        ("file://server/out", "no absolute path on this machine"),
        ("file://", "no absolute path"),
        ("~nobody-of-this-name/out", "no home folder is known for ~nobody-of-this-name; write ./~nobody-of-this-name"),
        ("a\0b", "NUL"),
        ("file:///a%00b", "NUL"),
    ],
)
def test_a_path_that_means_nothing_here_is_refused(given, reason):
    with pytest.raises(InputError, match=reason) as caught:
        given_path(given, "output", BUCKETS)
    assert (caught.value.field, caught.value.value) == ("output", given)


def test_without_a_bucket_reader_a_bucket_is_refused_too():
    with pytest.raises(InputError, match="local paths and file:///PATH can"):
        given_path("gs://bucket/words.txt", "lexicon")


def test_a_user_without_a_home_folder(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # raises KeyError, as for a number that is in no table
    with pytest.raises(InputError, match="no home folder is known for ~"):
        given_path("~/out", "output")


def test_a_file_is_opened_by_its_url(tmp_path):
    path = tmp_path / "a b.txt"
    path.write_bytes(b"words")
    with open_local(path.as_uri()) as stream:
        assert stream.read() == b"words"
