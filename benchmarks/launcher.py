"""Runs the command of its arguments and prints what it took, as JSON: seconds, cpu_seconds, peak_bytes, status.

A process of its own because a child's peak memory counts from what its parent holds when it starts it: this one holds
next to nothing. What the command says goes to stderr.
"""

import json
import os
import sys
import time

_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes, of ru_maxrss


def main(command: list[str]) -> None:
    """Run ``command``."""
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
    _, status, usage = os.wait4(child, 0)
    cost = {
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * _UNIT,
        "status": os.waitstatus_to_exitcode(status),
    }
    print(json.dumps(cost))


if __name__ == "__main__":
    main(sys.argv[1:])
