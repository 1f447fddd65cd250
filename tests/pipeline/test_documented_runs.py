"""Every command of the pages runs as it stands, on a smaller corpus.

A page's commands run in their order in a folder that is empty, or has the files that its reader has; those of
hyperphrase in this process, which has loaded its kernels.
"""

import importlib.util
import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from beam_pipeline.__main__ import main as hyperphrase_main
from hyperphrase.laws.registry import SYMBOL_LAWS
from tests.documented import ROOT, calls, python_blocks, read
from tests.documented_pages import FOUND, PAGES, runs

LARGEST = 2000  # phrases or seeds of a corpus that is made here
PASSAGES = 20  # of hyperphrase tokens

BOOK = "The storm at sea was long, and nobody knew the way home. Буря в море была долгой. " * 10
#: Commands that read no file, and have run: other pages may have them too.
ALONE = set()
#: Files that the reader of a page has.
GIVEN = {
    "docs/calculation.md": dict.fromkeys(("book.txt", "sotu.txt", "contexts.txt"), BOOK) | {"LICENSE": read("LICENSE")}
}


def smaller(text):
    """Return a command for fewer phrases; what plans and computes has the numbers of the page."""
    if re.match(r"hyperphrase plan\b", text) and not re.search(r"--(workers|machine|prices|quick|html)\b", text):
        return re.sub(r"hyperphrase plan", "hyperphrase plan --quick", text)
    if re.match(r"hyperphrase (plan|space|inference)\b", text):
        return text
    if re.match(r"hyperphrase tokens\b", text) and "--phrases" not in text:
        text = re.sub(r"hyperphrase tokens", f"hyperphrase tokens --phrases={PASSAGES}", text)
    text = re.sub(r"--phrases=(\d+)", lambda found: f"--phrases={min(int(found[1]), LARGEST)}", text)
    return re.sub(
        r"--seeds=(\d+):(\d+)",
        lambda found: f"--seeds={found[1]}:{min(int(found[2]), int(found[1]) + LARGEST)}",
        text,
    )


def call(arguments, source=None, target=None):
    """Call the program in this process; return (status, what it has printed)."""
    out, error = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(Path(source).read_bytes() if source else b""))
    with mock.patch("sys.stdin", given), redirect_stdout(out), redirect_stderr(error):
        status = hyperphrase_main(arguments)
    printed = out.buffer.getvalue()
    if target:
        Path(target).write_bytes(printed)
    return status, printed.decode() + error.getvalue()


def run(text, programs):
    """Run a command in the working folder; return (status, what it has printed)."""
    found = calls(text)
    if found is None or "--runner=" in text:  # other engines start processes, which are not the tests' own
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout
    printed = ""
    for each in found:
        status, more = call(*each)
        printed += more
        if status:
            return status, printed
    return 0, printed


@pytest.fixture
def programs(tmp_path):
    """A folder with the program and Python, for commands that take a shell."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, line in (
        ("hyperphrase", f'{sys.executable} -m beam_pipeline "$@"'),
        ("python", f'{sys.executable} "$@"'),
    ):
        (folder / name).write_text(f"#!/bin/sh\nexec {line}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def laws_written_on_the_page(folder, monkeypatch):
    """Add the law of docs/own_law.md, as if its file stood among those of the package."""
    path = folder / "two_regimes.py"
    path.write_text(python_blocks(read("docs/own_law.md"))[0][1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("two_regimes", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "two_regimes", module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(SYMBOL_LAWS, "two_regimes", module.TwoRegimes)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(map(runs, FOUND[page]))])
def test_the_commands_of_a_page_run(page, tmp_path, monkeypatch, programs):
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, text in GIVEN.get(page, {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    if page == "docs/own_law.md":
        laws_written_on_the_page(tmp_path, monkeypatch)
    for command in filter(runs, FOUND[page]):
        text = smaller(command.text)
        words = " ".join(text.partition("#")[0].split())
        if words not in ALONE:
            status, printed = run(text, programs)
            assert status == 0, f"{command}\n{printed}"
        if re.match(r"hyperphrase (gallery|inference|laws|plan|space|tokens --|unrank)\b", words):
            ALONE.add(words)


def test_numbers_are_made_smaller_and_plans_stay():
    assert smaller("hyperphrase run --phrases=1000000 --output=out") == "hyperphrase run --phrases=2000 --output=out"
    assert smaller("x --seeds=5000:900000") == "x --seeds=5000:7000"
    assert smaller("hyperphrase plan --phrases=1000000") == "hyperphrase plan --quick --phrases=1000000"
    assert smaller("hyperphrase plan --phrases=1000000 --workers=2") == "hyperphrase plan --phrases=1000000 --workers=2"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("hyperphrase laws zopf", 2),
        ("hyperphrase verify nothing", 2),
        ("false || exit 3", 3),
        ("nothing-like-this", 127),
    ],
)
def test_a_command_that_fails_is_seen(tmp_path, monkeypatch, programs, text, status):
    monkeypatch.chdir(tmp_path)
    assert run(text, programs)[0] == status
