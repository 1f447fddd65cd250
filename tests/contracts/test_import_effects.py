"""Importing a module of this project changes nothing of the process but ``sys.modules``."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from beam_pipeline.terminal.command_line import CHILD
from tests.imports import IMPORT_ALL

ROOT = Path(__file__).parents[2]
PACKAGES = ["hyperphrase", "transforms", "beam_pipeline"]

# Imports the modules that it is told, looks at the process, imports all modules of the packages, and looks again.
PROBE = """
import atexit, gc, json, logging, os, signal, threading, warnings

folder, packages, others = sys.argv[1], sys.argv[2].split(","), json.loads(sys.stdin.read())
sys.path.insert(0, folder)
known = []  # what is compared by identity stays alive here


def state():
    root = logging.getLogger()
    parts = {
        "root logger": [root.level, root.disabled, *root.handlers, *root.filters, logging.root.manager.disable],
        "logging": [logging.lastResort, logging.raiseExceptions, logging.getLoggerClass()],
        "gc": [gc.isenabled(), *gc.get_threshold(), gc.get_freeze_count(), gc.get_debug(), *gc.callbacks],
        "streams": [sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__],
        "hooks": [sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook, sys.getrecursionlimit()],
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "warnings": [*warnings.filters, warnings.showwarning],
        "environment": sorted(os.environ.items()),
        "atexit": [atexit._ncallbacks()],
        "threads": [threading.active_count()],
        "paths": [os.getcwd(), *sys.path],
    }
    known.append(parts)
    return {
        name: [value if isinstance(value, int | str | tuple) else id(value) for value in values]
        for name, values in parts.items()
    }


for name in others:
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # a name that only its own package's import makes
loaded, before = set(sys.modules), state()
for name in packages:
    list(import_all(importlib.import_module(name)))
after = state()
new = [name for name in sys.modules if name not in loaded]
json.dump({"changed": [name for name in before if before[name] != after[name]], "new": new}, sys.__stdout__)
"""


def effects(folder, packages, others=()):
    """Return (what importing all of the packages changes, the names of the modules that this loads)."""
    command = [sys.executable, "-c", IMPORT_ALL + PROBE, str(folder), ",".join(packages)]
    environment = {name: value for name, value in os.environ.items() if name != CHILD}  # a test before may have set it
    done = subprocess.run(
        command, input=json.dumps(others), capture_output=True, text=True, check=True, cwd=folder, env=environment
    )
    found = json.loads(done.stdout)
    return found["changed"], found["new"]


def test_importing_changes_nothing_of_the_process():
    """What libraries do when they are imported is theirs: they are imported first, and ours alone is compared."""
    _, names = effects(ROOT, PACKAGES)
    foreign = [name for name in names if name.partition(".")[0] not in PACKAGES]
    changed, new = effects(ROOT, PACKAGES, foreign)
    assert changed == []
    assert len(new) > 150
    assert {name.partition(".")[0] for name in new} == set(PACKAGES)


EFFECTS = {
    "root logger": "import logging; logging.getLogger().setLevel(40)",
    "root logger by a handler": "import logging; logging.basicConfig()",
    "root logger switched off": "import logging; logging.disable(50)",
    "gc": "import gc; gc.freeze()",
    "gc by its threshold": "import gc; gc.set_threshold(300_000)",
    "gc switched off": "import gc; gc.disable()",
    "streams": "import io, sys; sys.stderr = io.StringIO()",
    "hooks": "import sys; sys.excepthook = print",
    "signals": "import signal; signal.signal(signal.SIGTERM, signal.default_int_handler)",
    "warnings": "import warnings; warnings.filterwarnings('ignore')",
    "environment": "import os; os.environ['HYPERPHRASE'] = '1'",
    "atexit": "import atexit, gc; atexit.register(gc.freeze)",
    "threads": "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "paths": "import sys; sys.path.append('/nowhere')",
}


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_effect_is_found(tmp_path, effect):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text("")
    (tmp_path / "house" / "sly.py").write_text(textwrap.dedent(EFFECTS[effect]))
    changed, _ = effects(tmp_path, ["house"])
    assert [name for name in EFFECTS if effect.startswith(name) and name in changed] == changed != []


def test_a_module_without_effects_is_left_alone(tmp_path):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text("import logging\n\nLOGGER = logging.getLogger(__name__)\n")
    assert effects(tmp_path, ["house"])[0] == []


@pytest.mark.parametrize("line", [["-m", "beam_pipeline.run"], ["-m", "beam_pipeline", "run"]])
def test_the_program_starts_without_warnings_of_beam(line, tmp_path):
    """Beam warns, when it is imported, of clients that are not used here; the program's own process is told not to."""
    command = [sys.executable, *line, "--phrases=0", f"--output={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (2, "") == (done.returncode, done.stdout)
    assert [
        "hyperphrase run: --phrases=0: give a whole number from 1 to 9223372036854775808"
    ] == done.stderr.splitlines()
