"""The program under ``python -OO``, which drops docstrings and asserts: nothing may need them."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Calls commands, one a line of arguments, in one process, and prints the exit status of each.
CALLS = """
import io, json, sys
from contextlib import redirect_stdout
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
    make = ["--vocabulary=1000", "--phrases=500", "--format=tfrecord,avro,jsonl,txt", f"--output={out}", "--quiet"]
    calls = [[name, "--help"] for name in COMMANDS]
    calls += [["run", *make], ["verify", out], ["inspect", out], ["laws", "zipf"], ["space", *make[:1]]]
    command = [sys.executable, "-OO", "-c", CALLS, json.dumps(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ([f"{' '.join(call[:2])} 0" for call in calls], "") == (done.stdout.splitlines(), done.stderr)
