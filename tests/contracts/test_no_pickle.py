"""Bytes of files are data: nothing is unpickled or evaluated; no machine code is loaded that others may have left."""

import ast
import os
from pathlib import Path

import pytest

from hyperphrase.deduplication.fingerprints import _hash_phrases
from hyperphrase.kernels import cache
from hyperphrase.untrusted.trusted_folders import is_trusted

ROOT = Path(__file__).parents[2]
SOURCES = [path for name in ("hyperphrase", "transforms", "beam_pipeline") for path in (ROOT / name).rglob("*.py")]
MODULES = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "yaml", "torch"}
CALLS = {"eval", "exec", "compile", "__import__"}


def problems_of(source):
    """Return what in ``source`` could make code of data."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            found.append(node.func.id)
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found += [] if isinstance(node.value, ast.Constant) and node.value.value is False else ["allow_pickle"]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
            found += [] if any(keyword.arg == "allow_pickle" for keyword in node.keywords) else ["np.load"]
    return found


def test_no_code_is_made_of_data():
    assert len(SOURCES) > 40
    found = {str(path.relative_to(ROOT)): problems_of(path.read_text()) for path in SOURCES}
    assert {} == {path: problems for path, problems in found.items() if problems}


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from cloudpickle import loads", "eval(x)", "np.load(f)", "np.load(f, allow_pickle=True)",
     "read_array(f, allow_pickle=given)"],
)  # fmt: skip
def test_what_could_would_be_found(source):
    assert problems_of(source)


@pytest.mark.parametrize(
    ("mode", "owner", "trusted"), [(0o755, None, True), (0o777, None, False), (0o755, 12345, False)]
)
def test_kernels_are_loaded_from_folders_that_nobody_else_can_write_to(tmp_path, monkeypatch, mode, owner, trusted):
    if owner and os.geteuid():
        pytest.skip("only the administrator can give a folder away")
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(mode)
    if owner:
        os.chown(folder, owner, owner)
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(folder))
    found = list(cache.cache_folders(_hash_phrases.py_func))
    assert trusted == any(folder in place.parents or folder == place for place in found)
    assert found  # the others stay


def test_a_folder_that_is_not_there_yet_is_made_ours_where_everybody_may_make_some(tmp_path, monkeypatch):
    """As NUMBA_CACHE_DIR=/tmp/kernels in many an image."""
    tmp_path.chmod(0o1777)
    folder = tmp_path / "kernels"
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(folder))
    assert any(folder in place.parents or folder == place for place in cache.cache_folders(_hash_phrases.py_func))
    assert (os.geteuid(), 0) == (folder.stat().st_uid, folder.stat().st_mode & 0o022)


def test_a_folder_of_links_that_others_put_there_is_not_trusted(tmp_path):
    shared, safe = tmp_path / "shared", tmp_path / "safe"
    safe.mkdir()
    shared.mkdir()
    shared.chmod(0o777)
    (shared / "kernels").symlink_to(safe)
    (shared / "own").mkdir()
    (safe / "link").symlink_to(shared / "own")
    assert [True, False, False] == [is_trusted(safe), is_trusted(shared / "kernels"), is_trusted(safe / "link")]
