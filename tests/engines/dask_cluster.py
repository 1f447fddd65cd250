"""Dask clusters of the tests: a scheduler and worker processes, on this machine or each on a machine of its own.

Machines of their own are network namespaces on one switch: several addresses, nothing shared but the file system.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import distributed

ROOT = Path(__file__).parents[2]
UMASKS = [0o022, 0o027, 0o077, 0o007]  # of the workers, in turn: the mode of a shard tells who wrote it
STARTS_SECONDS = 60
NO_DASHBOARD = ["--no-dashboard"]


class Machines:
    """Network namespaces with addresses 10.77.0.1, 10.77.0.2, ... that reach each other, and nothing else."""

    def __init__(self, count):
        mark = f"hp{uuid.uuid4().hex[:6]}"
        self._switch, self.names = f"{mark}s", [f"{mark}m{number}" for number in range(1, count + 1)]
        self.addresses = [f"10.77.0.{number}" for number in range(1, count + 1)]

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self._remove)
            self._make()
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self._remove()

    def on(self, number):
        """Return what begins a command line that is to run on machine ``number``, from 0 on."""
        return ["ip", "netns", "exec", self.names[number]]

    def _make(self):
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "switch", "up")
        for number, (name, address) in enumerate(zip(self.names, self.addresses, strict=True)):
            port = f"port{number}"
            _ip("netns", "add", name)
            _ip("-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", self._switch)
            _ip("-n", name, "address", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", name, "link", "set", device, "up")
            _ip("-n", self._switch, "link", "set", port, "master", "switch", "up")

    def _remove(self):
        for name in (*self.names, self._switch):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def machines_or_reason(count):
    """Return (Machines to enter, None), or (None, why this machine cannot make any)."""
    if shutil.which("ip") is None:
        return None, "the command ip is not there"
    probe = Machines(1)
    try:
        with probe:
            pass
    except subprocess.CalledProcessError as error:
        return None, error.stderr.strip()
    return Machines(count), None


class Cluster:
    """A scheduler and ``workers`` workers of one thread, each with its nanny, in process groups of their own.

    machines: one for the scheduler, one for each worker and one for the program; None: all on this one.
    """

    def __init__(self, folder, workers, machines=None):
        self.folder, self._count, self._machines = Path(folder), workers, machines
        self.workers, self._scheduler, self.address = [], None, None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.stop)
            self.start()
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Start the scheduler, then the workers; they are there once the program needs them."""
        file = self.folder / f"scheduler-{uuid.uuid4().hex}.json"
        host = self._machines.addresses[0] if self._machines else "127.0.0.1"
        scheduler = ["-m", "distributed.cli.dask_scheduler", "--port=0", f"--host={host}", f"--scheduler-file={file}"]
        ends = ["--idle-timeout=300s"]  # by itself, if whoever started it was killed
        self._scheduler = self._process(0, [*scheduler, *ends, *NO_DASHBOARD], UMASKS[0])
        end = time.monotonic() + STARTS_SECONDS
        while not file.exists() or not file.read_text().endswith("}"):
            if self._scheduler.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the scheduler of Dask does not start")
            time.sleep(0.02)
        self.address = file.read_text().partition('"address": "')[2].partition('"')[0]
        for number in range(self._count):
            self.add_worker(number)

    def add_worker(self, number, environment=None, around=()):
        """Start worker ``number``, from 0 on. around: a command that is to start it."""
        host = [f"--host={self._machines.addresses[number + 1]}"] if self._machines else ["--host=127.0.0.1"]
        worker = ["-m", "distributed.cli.dask_worker", self.address, "--nthreads=1", "--death-timeout=30", *host]
        place = ["--local-directory", str(self.folder), *NO_DASHBOARD]
        process = self._process(number + 1, [*worker, *place], UMASKS[number % len(UMASKS)], environment, around)
        self.workers.append(process)

    def tasks_begun(self):
        """Return the names of the kinds of tasks that workers have begun: labels of Beam's, and Dask's own."""
        with distributed.Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(
                lambda dask_scheduler: [
                    name for name, kind in dask_scheduler.task_prefixes.items() if kind.state_counts["processing"]
                ]
            )

    def engine(self):
        """Return the options that name this cluster."""
        return ["--runner=DaskRunner", f"--dask_client_address={self.address}"]

    def on_program(self):
        """Return what begins a command line that is to run on the program's machine."""
        return self._machines.on(self._count + 1) if self._machines else []

    def worker_processes(self):
        """Return the ids of the living worker processes: children of the nannies, which start them anew."""
        nannies = {process.pid for process in self.workers}
        return [pid for pid, parent, name in _processes() if parent in nannies and "spawn_main" in name]

    def kill_scheduler(self):
        """Send SIGKILL to the scheduler."""
        os.killpg(self._scheduler.pid, signal.SIGKILL)

    def kill_machines(self, numbers):
        """Send SIGKILL to nanny and worker of each of the machines: nobody starts them anew."""
        for number in numbers:
            os.killpg(self.workers[number].pid, signal.SIGKILL)

    def stop(self):
        """End all processes."""
        for process in [*self.workers, *([self._scheduler] if self._scheduler else [])]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.workers = []

    def _process(self, machine, arguments, umask, environment=None, around=()):
        prefix = self._machines.on(machine) if self._machines else []
        paths = os.pathsep.join(filter(None, [(environment or {}).get("PYTHONPATH"), str(ROOT)]))
        log = (self.folder / f"dask-{machine}.log").open("ab")
        with log:
            return subprocess.Popen(
                [*prefix, *around, sys.executable, *arguments],
                cwd=self.folder,  # not that of the program
                env=os.environ | {"PYTHONPATH": paths, "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "15s"},
                stdout=log,
                stderr=log,
                umask=umask,
                start_new_session=True,
            )


def writers_of(folder):
    """Return how many workers wrote shards into ``folder``."""
    return len({path.stat().st_mode for path in (Path(folder) / "shards").iterdir()})


def _ip(*arguments):
    subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)


def _processes():
    """Yield (process id, id of its parent, command line) of all processes that are not at their end."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            line = (path.parent / "cmdline").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if state not in "ZX":
            yield int(path.parent.name), int(parent), line
