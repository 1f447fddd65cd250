"""A Flink cluster by the address of its web page (REST API v1): its slots and its jobs.

Beam's job server (2.70) forgets a job that it is told to cancel: on a cluster of other processes the job goes on, and
holds the slots that the next run needs.
"""

import ipaddress
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from hyperphrase.errors import InputError

_ANSWER_SECONDS = 5  # time limit for an answer
_CANCEL_SECONDS = 30  # time limit for a job to end after it is cancelled
_PAUSE = 0.5
_ENDED = ("FINISHED", "CANCELED", "FAILED", "SUSPENDED")
_ERRORS = (OSError, ValueError, KeyError, TypeError)  # of the network, and of answers that are not Flink's


@dataclass(frozen=True)
class FlinkCluster:
    """A cluster. address: host:port of its web page. scheme: http or https."""

    address: str
    scheme: str = "http"

    def answers(self) -> bool:
        """Return whether a cluster answers."""
        try:
            return "slots-total" in self._get("/overview")
        except _ERRORS:
            return False

    def free_slots(self) -> int:
        """Return the number of free slots. Raises InputError if no cluster answers, and if no slot is free.

        Slots that no job holds are waited for: those of a job that has just ended are free a moment later.
        """
        option, last = f"--flink_master={self.address:.80}", time.monotonic() + _ANSWER_SECONDS
        try:
            free, slots, jobs = self._slots()
            while not free and not jobs and time.monotonic() < last:
                time.sleep(_PAUSE)
                free, slots, jobs = self._slots()
        except _ERRORS as error:
            raise InputError(
                f"{option}: no Flink cluster answers there ({error}); give HOST:PORT of its page"
            ) from error
        if not free:
            holders = f"; held by {', '.join(map(repr, jobs))}: wait, or cancel them on its page" if jobs else ""
            raise InputError(f"{option}: none of its {slots} slots is free{holders}")
        return free

    def cancel(self, name: str) -> bool:
        """Cancel the jobs of a name, and wait for their end; return whether all have ended."""
        last = time.monotonic() + _CANCEL_SECONDS
        while time.monotonic() < last:
            running = [job for job in self._jobs() if job["name"] == name and job["state"] not in _ENDED]
            if not running:
                return True
            for job in running:
                if job["state"] != "CANCELLING":
                    self._call("PATCH", f"/jobs/{job['jid']}?mode=cancel")
            time.sleep(_PAUSE)
        return False

    def _slots(self) -> tuple[int, int, list[str]]:
        """Return the numbers of free and of all slots, and the names of the jobs that have not ended."""
        found = self._get("/overview")
        jobs = [job["name"] for job in self._jobs() if job["state"] not in _ENDED]
        return int(found["slots-available"]), int(found["slots-total"]), jobs

    def _jobs(self) -> list[dict[str, Any]]:
        return list(self._get("/jobs/overview")["jobs"])

    def _get(self, path: str) -> Any:
        return json.loads(self._call("GET", path))

    def _call(self, method: str, path: str) -> bytes:
        around = urllib.request.ProxyHandler({} if _is_here(self.address) else None)
        where = f"{self.scheme}://{self.address}/v1{path}"
        request = urllib.request.Request(where, method=method)  # noqa: S310  # http or https
        with urllib.request.build_opener(around).open(request, timeout=_ANSWER_SECONDS) as answer:
            return bytes(answer.read())


def _is_here(address: str) -> bool:
    """Return whether host:port is on this machine, which the user's proxy has no way to."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
