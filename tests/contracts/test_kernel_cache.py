"""What ``hyperphrase compile`` leaves behind is all that later runs need, where nothing can be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Sees this checkout read-only, under its own path; the user has no home.
READ_ONLY = ["unshare", "-m", "sh", "-c", f'mount --bind -o ro {ROOT} {ROOT} && cd {ROOT} && exec "$@"', "sh"]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))},
    "HOME": "/dev/null/nowhere",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# Runs commands of the program, then says how many kernels that compiled.
PROGRAM = """
import shlex, sys
from beam_pipeline.terminal.process import prepare_child
prepare_child()  # this process is not the program's, which prepares its own
from beam_pipeline.__main__ import main
from hyperphrase.kernels import compiled_here
for command in sys.argv[1:]:
    status = main(shlex.split(command))
    assert status == 0, (command, status)
print("compiled", compiled_here())
"""


def program(*commands, front=()):
    """Return what the commands printed, and the count of compiled kernels behind it."""
    done = subprocess.run(
        [*front, sys.executable, "-c", PROGRAM, *commands],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("compiling: ")]  # how far it is
    assert (done.returncode, told) == (0, [])
    return done.stdout.splitlines()


@pytest.mark.slow
def test_after_compile_a_read_only_install_compiles_nothing(tmp_path):
    probe = subprocess.run([*READ_ONLY, "test", "!", "-w", str(ROOT)], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("NOT TESTED: a read-only mount is not permitted here")
    assert program("compile")[-2].endswith("kernels compiled, all others were cached")
    out = f"{tmp_path}/out"
    lines = program(
        f"run --phrases=3000 --format=avro,txt,tfrecord,jsonl,parquet --compression=none,gzip,none,none,none "
        f"--output={out} --quiet",
        f"verify {out}",
        f"inspect {out} --seed=5",
        "plan --phrases=1000000 --sampler=uniform --lengths=geometric",
        f"run --seeds=5:90 --lexicon=russian --text=words --format=txt --output={out}-words --quiet",
        f"verify {out}-words",
        f"run --seeds=0:90 --preset=shuffle-dyck-hu2025 --format=none --output={out}-brackets --quiet",
        "plan --seeds=0:90 --preset=nest-ri2022",
        front=READ_ONLY,
    )
    assert "compiled 0" == lines[-1]
