"""The steps of the Dataflow image, in a bare Debian: a minute and a half, most of it installation."""

import os
import shutil
import subprocess
import sys

from tests.engines import bare_root


def test_what_the_image_is_made_of_launches_a_job_and_does_it(tmp_path, need):
    if os.geteuid() or not shutil.which("debootstrap"):
        need("a bare Debian", "be root, and install debootstrap")
    command = [sys.executable, bare_root.__file__, f"--folder={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "the same bytes" in done.stdout) == (0, True), done.stdout + done.stderr
