"""The cache of compiled kernels: read where it is, written where it can be, and never stale."""

import os
import shutil
import sys
from types import ModuleType

import numba
import pytest

from hyperphrase import kernels
from hyperphrase.kernels import cache, compiling
from hyperphrase.untrusted import trusted_folders

WHOLE = """
from hyperphrase.kernels import kernel
from made_up_part import FACTOR, TABLE, part

@kernel
def whole(x):
    return FACTOR * part(x) + TABLE[0]
"""
PART = """
import numpy as np
from hyperphrase.kernels import inline_kernel, kernel

FACTOR = 10
TABLE = np.array([7])

@kernel
def part(x):
    return x + 1
"""
TAKES_A_TUPLE = """
from hyperphrase.kernels import kernel
from made_up_part import Pair

@kernel
def number(pair):
    return 10 * pair.tens + pair.ones

def whole(x):
    return number(Pair(x, 2))
"""
TAKES_NESTED_TUPLES = (
    TAKES_A_TUPLE.replace("(pair)", "(pairs)")
    .replace("pair.", "pairs[0][0].")
    .replace("Pair(x, 2)", "((Pair(x, 2), 1.0), 1)")
)
MAKES_A_TUPLE = """
from hyperphrase.kernels import kernel
from made_up_part import Pair

@kernel
def whole(x):
    pair = Pair(x, 2)
    return 10 * pair.tens + pair.ones
"""
PAIR = """
from typing import NamedTuple

class Pair(NamedTuple):
    tens: int
    ones: int
"""
NOWHERE = "/dev/null/nowhere"  # no folder, and none can be made, whoever asks


class Install:
    """Two made-up modules in a folder, of a user whose home cannot be written to."""

    def __init__(self, folder, monkeypatch):
        self.folder, self._monkeypatch = folder, monkeypatch
        self.cache = folder / "__pycache__"
        monkeypatch.setattr(numba.config, "CACHE_DIR", "")
        monkeypatch.setenv("XDG_CACHE_HOME", NOWHERE)
        monkeypatch.setattr(compiling, "_dispatchers", [])
        monkeypatch.setattr(cache, "_unsaved", set())

    def process(self, part=PART):
        """Call whole(1) as a new process would; returns its result and how many kernels that compiled."""
        cache._file_digest.cache_clear()
        compiling._dispatchers.clear()
        for name, text in (("made_up_part", part), ("made_up", WHOLE)):
            path = self.folder / f"{name}.py"
            path.write_text(text)
            module = ModuleType(name)
            module.__file__ = str(path)
            self._monkeypatch.setitem(sys.modules, name, module)
            exec(compile(text, path, "exec"), vars(module))
        return int(sys.modules["made_up"].whole(1)), kernels.compiled_here()

    def close(self):
        """Let nobody write beside the modules any more."""
        shutil.rmtree(self.cache, ignore_errors=True)
        self.cache.write_text("a file where the folder would be")


@pytest.fixture
def install(tmp_path, monkeypatch):
    yield Install(tmp_path, monkeypatch)
    trusted_folders.is_trusted.cache_clear()


def test_what_one_process_compiles_the_next_one_loads(install):
    assert (27, 2) == install.process()
    assert (27, 0) == install.process()
    assert set() == kernels.unsaved_here()


def test_where_nothing_can_be_written_kernels_work_and_are_known_to_be_lost(install):
    install.close()
    assert (27, 2) == install.process()
    assert (27, 2) == install.process()
    assert {"made_up.whole", "made_up_part.part"} == kernels.unsaved_here()


def test_a_cache_that_was_delivered_with_the_install_is_read_though_another_folder_is_named(install, monkeypatch):
    install.process()
    monkeypatch.setattr(numba.config, "CACHE_DIR", NOWHERE)
    assert (27, 0) == install.process()


def test_the_named_folder_holds_what_the_install_cannot(install, monkeypatch, tmp_path):
    install.close()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "named"))
    assert (27, 2) == install.process()
    assert (27, 0) == install.process()
    assert len(list((tmp_path / "named").rglob("*.nbc"))) == 2


def test_a_user_without_a_home_gets_no_folder_in_the_middle_of_the_work(install, monkeypatch, tmp_path):
    """Their cache has the relative name ~/.cache then, which numba would make where the program happens to stand."""
    install.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "~/.cache")
    assert (27, 2) == install.process()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ("x + 1", "x + 2", 37),  # what a kernel calls
        ("@kernel\ndef part(x):\n    return x + 1", "@inline_kernel\ndef part(x):\n    return x + 3", 47),
        ("FACTOR = 10", "FACTOR = 20", 47),  # a number
        ("[7]", "[8]", 28),  # a table
    ],
)
def test_a_kernel_is_compiled_again_when_what_it_takes_from_another_file_changes(install, old, new, result):
    assert (27, 2) == install.process()
    assert old in PART
    assert result == install.process(PART.replace(old, new))[0]


@pytest.mark.parametrize("whole", [TAKES_A_TUPLE, TAKES_NESTED_TUPLES, MAKES_A_TUPLE])
def test_a_kernel_is_compiled_again_when_the_fields_of_a_named_tuple_change(install, monkeypatch, whole):
    monkeypatch.setattr(sys.modules[__name__], "WHOLE", whole)
    assert (12, 1) == install.process(PAIR)
    assert (12, 0) == install.process(PAIR)
    assert (21, 1) == install.process(PAIR.replace("tens: int\n    ones: int", "ones: int\n    tens: int"))


def test_a_cache_that_names_a_tuple_which_is_gone_is_written_anew(install, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "WHOLE", TAKES_A_TUPLE)
    assert (12, 1) == install.process(PAIR)
    monkeypatch.setattr(sys.modules[__name__], "WHOLE", TAKES_A_TUPLE.replace("Pair", "Digits"))
    assert (12, 1) == install.process(PAIR.replace("Pair", "Digits"))
    assert (12, 0) == install.process(PAIR.replace("Pair", "Digits"))


@pytest.mark.parametrize("named", ["made_up_part", "helper"])
def test_what_writes_the_code_of_an_intrinsic_counts_too(install, monkeypatch, named):
    """An intrinsic's code is made by functions inside functions, with the help of others, from modules named whole."""
    text = f"import made_up_part\nfrom made_up_part import helper\ndef outer():\n    return lambda: {named}"
    monkeypatch.setattr(sys.modules[__name__], "WHOLE", text + "\nwhole = int")
    stamps = set()
    for part in ("def helper():\n    return 1", "def helper():\n    return 2"):
        install.process(part)
        stamps.add(kernels.source_stamp(sys.modules["made_up"].outer))
    assert 2 == len(stamps)


def test_the_cache_of_another_processor_is_not_taken(install, monkeypatch):
    install.process()
    monkeypatch.setattr(numba.config, "CPU_NAME", "another-processor")
    assert (27, 2) == install.process()


@pytest.mark.parametrize("shared", ["folder", "parent", "owner"])
def test_a_cache_that_others_can_write_to_is_not_used(install, shared):
    """Its files are pickles: whoever writes one would have his code run here."""
    install.process()
    place = install.folder if shared == "parent" else install.cache
    if shared == "owner":
        os.chown(place, 12345, 12345)
    else:
        place.chmod(0o777)
    trusted_folders.is_trusted.cache_clear()
    before = sorted(path.name for path in install.cache.iterdir())
    assert (27, 2) == install.process()
    assert before == sorted(path.name for path in install.cache.iterdir())
    assert {"made_up.whole", "made_up_part.part"} == kernels.unsaved_here()


def test_a_cache_of_whom_the_code_is_from_is_used(install):
    install.process()
    for path in (install.folder, *install.folder.rglob("*")):
        os.chown(path, 12345, 12345)
    trusted_folders.is_trusted.cache_clear()
    assert (27, 0) == install.process()
