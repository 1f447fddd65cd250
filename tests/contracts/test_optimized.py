"""The program under ``python -OO``, which drops docstrings and asserts: nothing may need them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Calls commands, one a line of arguments, in one process, and prints the exit status of each.
CALLS = """
import io, json, sys
from contextlib import redirect_stdout
from beam_pipeline.terminal.process import prepare_child
prepare_child()  # this process is not the program's, which prepares its own
from beam_pipeline.__main__ import main
for arguments in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()):
        try:
            status = main(arguments)
        except SystemExit as end:  # after --help
            status = end.code
    print(*arguments[:2], status)
"""


def test_every_command_works_without_docstrings_and_asserts(tmp_path):
    from beam_pipeline.__main__ import COMMANDS

    out = f"{tmp_path}/out"
    make = [
        "--vocabulary=1000",
        "--phrases=500",
        "--format=tfrecord,avro,parquet,jsonl,txt",
        f"--output={out}",
        "--quiet",
    ]
    calls = [[name, "--help"] for name in COMMANDS]
    calls += [["run", *make], ["verify", out], ["inspect", out], ["laws", "zipf"], ["space", *make[:1]]]
    command = [sys.executable, "-OO", "-c", CALLS, json.dumps(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ([f"{' '.join(call[:2])} 0" for call in calls], "") == (done.stdout.splitlines(), done.stderr)


def test_a_law_is_told_in_the_same_words():
    """What ``laws`` tells of a law is its docstring, read from its source where Python dropped it."""
    told = [
        subprocess.run(
            [sys.executable, *options, "-m", "beam_pipeline.laws", "zipf"], capture_output=True, check=True, cwd=ROOT
        ).stdout
        for options in ([], ["-OO"])
    ]
    assert told[0] == told[1]
    assert b"the Zipf-Mandelbrot of XferBench" in told[0]


def needs_of(source):
    """Return what a source needs that -OO drops."""
    found = []
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        found += [name] if name in ("__doc__", "getdoc", "__debug__") else []
        found += ["assert"] if isinstance(node, ast.Assert) else []
    return found


def test_no_code_needs_docstrings_or_asserts():
    sources = [path for name in ("hyperphrase", "transforms", "beam_pipeline") for path in (ROOT / name).rglob("*.py")]
    assert len(sources) > 150
    assert {path: needs_of(path.read_text(encoding="utf-8")) for path in sources} == {path: [] for path in sources}


def test_code_that_needs_them_is_found():
    source = "assert x\nprint(__doc__)\nf(Law.__doc__)\ninspect.getdoc(Law)\nif __debug__: pass"
    assert ["__debug__", "__doc__", "__doc__", "assert", "getdoc"] == sorted(needs_of(source))
