"""The same bytes from every Python that the README names: wheels of all that is needed are there, and work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ["3.11", "3.12", "3.13"]
SMALL = ["--phrases=1000", "--vocabulary=20000", "--format=tfrecord,avro", "--phrases_per_shard=500"]


def interpreter(version):
    """Return the path of a Python of a version: one on PATH, or of pyenv; None if none of them runs."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for candidate in [f"python{version}", *sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]:
        try:
            done = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            continue
        if done.stdout.startswith(f"Python {version}."):
            return candidate
    return None


@pytest.mark.parametrize("version", [one for one in PYTHONS if not sys.version.startswith(f"{one}.")])
def test_a_corpus_is_made_and_verified(tmp_path, wheel, run_program, need, version):
    python = interpreter(version) or need(f"Python {version}", "put it into PATH, or install it by pyenv")
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
    python, constraints = tmp_path / "venv/bin/python", ROOT / "constraints.txt"
    install = ["install", "--disable-pip-version-check", "--quiet", "--no-compile", "--only-binary=:all:"]
    subprocess.run([python, "-m", "pip", *install, f"--constraint={constraints}", wheel], check=True)
    assert 0 == run_program(*SMALL, f"--output={tmp_path}/here").status
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # the wheel alone
    for command in (["run", *SMALL, f"--output={tmp_path}/there"], ["verify", f"{tmp_path}/there"]):
        subprocess.run([python, "-m", "beam_pipeline", *command], check=True, cwd=tmp_path, env=environment)
    here, there = (
        {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (tmp_path / "here", tmp_path / "there")
    )
    assert len(here) > 6
    assert here == there
