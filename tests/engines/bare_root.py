"""Take the steps of the Dataflow image for real, as far as that goes without Docker: in a bare Debian, by chroot.

    python tests/engines/bare_root.py [--folder=FOLDER]      as root, with debootstrap; 2 minutes, 2 GB

A minimal Debian is made; then all that templates/dataflow/Dockerfile says of its last stage is done in it, read from
that file: RUN, COPY, ENV, WORKDIR. (What is copied from the two images of Google and Beam is left out: they cannot be
had here. The step that compiles all kernels is brought those of this checkout, and works for this processor, to save
two minutes; what the job needs is compiled as the image says.) Then the launcher's entry runs there and stages a
template in an emulated store, its job runs there as on a worker, and the corpus is compared with one of this checkout.
"""

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the checkout, when run as a command

from gcp_storage_emulator.server import create_server  # noqa: E402
from google.cloud import storage  # noqa: E402

DOCKERFILE = ROOT / "templates/dataflow/Dockerfile"
LAW = ["--vocabulary=1000", "--sampler=zipf:s=1.0", "--seeds=0:20000", "--phrases_per_shard=5000"]
NEEDED = ["--runner=DataflowRunner", "--project=some-project", "--region=europe-west1", "--no_auth",
          "--temp_location=gs://bucket/temp", "--sdk_container_image=image:1", "--output=gs://bucket/out",
          "--template_location=gs://bucket/template/job.json"]  # fmt: skip
COMPILE = "hyperphrase compile"
SITE = "opt/hyperphrase/lib/python3*/site-packages"
OURS = re.compile("PIP_|SSL_|CURL_|REQUESTS_|https?_proxy|no_proxy", re.IGNORECASE)  # how this machine reaches packages


def instructions(text):
    """Yield (instruction, rest) of the last stage of a Dockerfile, its continued lines joined."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("FROM "))
    for line in filter(None, lines[last + 1 :]):
        instruction, _, rest = line.partition(" ")
        yield instruction, rest


class BareRoot:
    """A Debian in a folder, in which commands run as in a container: with the environment that ENV made."""

    def __init__(self, folder):
        self.folder, self.environment, self._work = folder, {"PATH": os.defpath}, "/"

    def __enter__(self):
        targets = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Suite: stable", "Component: main"]
        mirror = _output(targets).splitlines()[0] if _output(targets) else _output([*targets[:4]]).splitlines()[0]
        _do(["debootstrap", "--variant=minbase", "bookworm", self.folder, mirror])
        for place in ("/etc/apt", "/etc/pip.conf", "/etc/hosts", "/etc/resolv.conf"):  # how packages are reached here
            with contextlib.suppress(FileNotFoundError):
                copy = shutil.copytree if Path(place).is_dir() else shutil.copy
                copy(place, f"{self.folder}{place}", **({"dirs_exist_ok": True} if Path(place).is_dir() else {}))
        self.own = {name: value for name, value in os.environ.items() if OURS.match(name)}
        self.own["PIP_NO_COMPILE"] = "1"  # Python compiles what it imports
        for name, value in list(self.own.items()):
            if value.startswith("/"):  # certificates, which the image's own step would write over
                del self.own[name]
                if Path(value).is_file():
                    self.own[name] = f"/root/{name}"
                    shutil.copy(value, f"{self.folder}/root/{name}")
        for place in ("/proc", "/dev"):
            _do(["mount", "--rbind", place, f"{self.folder}{place}"])
        return self

    def __exit__(self, *_):
        for place in ("/proc", "/dev"):
            subprocess.run(["umount", "--recursive", "--lazy", f"{self.folder}{place}"], check=False)

    def run(self, command, **more):
        """Run a command of the shell there."""
        given = [f"{name}={value}" for name, value in {**self.own, **self.environment, **more}.items()]
        line = f"cd {shlex.quote(self._work)} && {command}"
        _do(["chroot", self.folder, "/usr/bin/env", "-i", *given, "HOME=/root", "/bin/sh", "-ec", line])

    def follow(self, instruction, rest):
        """Do what one instruction of the Dockerfile says; tell whether it was done."""
        if (instruction, rest) == ("RUN", COMPILE):
            self._bring_kernels()
            self.run(f"env --unset=NUMBA_CPU_NAME --unset=NUMBA_CPU_FEATURES {rest}")
        elif instruction == "RUN":
            self.run(rest)
        elif instruction == "ENV":
            for item in shlex.split(rest):
                name, _, value = item.partition("=")
                self.environment[name] = value
        elif instruction == "WORKDIR":
            self._work = rest
            Path(f"{self.folder}{rest}").mkdir(parents=True, exist_ok=True)
        elif instruction == "COPY" and not rest.startswith("--from="):
            *names, target = rest.split()
            for name in names:
                self._copy(ROOT / name, Path(f"{self.folder}{target}"), target.endswith("/"))
        else:
            return False
        return True

    def _bring_kernels(self):
        """Put the kernels that this checkout has compiled, for this processor, beside the installed modules."""
        (site,) = self.folder.glob(SITE)
        for package in ("hyperphrase", "transforms", "beam_pipeline"):
            for kernel in (ROOT / package).rglob("__pycache__/*.nb[ci]"):
                place = site / kernel.relative_to(ROOT)
                place.parent.mkdir(exist_ok=True)
                shutil.copy(kernel, place)

    def _copy(self, source, target, into):
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignore)
            return
        place = target / source.name if into else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)


def _output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _do(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(map(str, command))}: {(done.stdout + done.stderr)[-3000:]}")


@contextlib.contextmanager
def emulated_store():
    """Serve an emulated store with the bucket "bucket"; gives its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = create_server("localhost", port, in_memory=True, default_bucket="bucket")
    server.start()
    try:
        yield f"http://localhost:{port}"
    finally:
        server.stop()


def staged_pipeline(template):
    """Return where the job of a template has its pipeline."""
    return re.search(r"gs://[^\"]*pipeline\.pb", template.decode())[0]


def launch_and_work(root, address):
    """Stage a template by the launcher's entry in ``root``, and do its job there."""
    entry = root.environment["FLEX_TEMPLATE_PYTHON_PY_FILE"]
    root.run(f"python {entry} {shlex.join([*NEEDED, *LAW])}", STORAGE_EMULATOR_HOST=address)
    os.environ["STORAGE_EMULATOR_HOST"] = address
    bucket = storage.Client.create_anonymous_client().bucket("bucket")
    job = bucket.blob("template/job.json").download_as_bytes()
    assert json.loads(job)["environment"]
    worker = root.folder / "tmp/tests/engines/dataflow_service.py"
    worker.parent.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name(worker.name), worker)
    root.run(f"python /tmp/tests/engines/{worker.name} {staged_pipeline(job)}", STORAGE_EMULATOR_HOST=address)
    return {blob.name: blob.download_as_bytes() for blob in bucket.client.list_blobs("bucket", prefix="out/")}


def main():
    """Parse the options and take all steps; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=None, help="where the Debian is made; default a temporary one")
    given = parser.parse_args()
    begin = time.monotonic()

    def say(line):
        print(f"{time.monotonic() - begin:6.1f} s  {line}", flush=True)

    with tempfile.TemporaryDirectory(dir=given.folder) as place, BareRoot(Path(place) / "root") as root:
        say("a bare Debian is there")
        for instruction, rest in instructions(DOCKERFILE.read_text()):
            done = root.follow(instruction, rest)
            say(f"{'done' if done else 'LEFT OUT'}: {instruction} {rest[:100]}")
        usage = ["du", "--summarize", "--block-size=1MB", "--one-file-system", root.folder]
        size = subprocess.run(usage, capture_output=True, text=True, check=False).stdout  # /proc changes meanwhile
        say(f"the root has {size.split()[0]} MB")
        with emulated_store() as address:
            made = launch_and_work(root, address)
        say("launched and done there")
        run = [sys.executable, "-m", "beam_pipeline.run", *LAW, f"--output={place}/out", "--quiet"]
        subprocess.run(run, check=True, cwd=ROOT)
        here = {path.name: path.read_bytes() for path in Path(place, "out").rglob("*") if path.is_file()}
        there = {name.rpartition("/")[2]: data for name, data in made.items() if "/.work/" not in name}
        here.pop("report.html")  # a view, made by who waits for the job
        wrong = [name for name in here if here[name] != there.get(name)]
        say(f"{len(here)} files compared with those of this checkout: {wrong or 'the same bytes'}")
        return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
