"""A worker process of ``--direct_running_mode=multi_processing``; ``worker_monitor`` starts it.

Its standard input is a pipe whose other end the run holds. When the run ends, even killed, the pipe is closed and the
worker exits, so no run leaves workers behind that write into a folder which another run has since locked.
"""

import os
import sys
import threading

from apache_beam.runners.worker import sdk_worker_main


def main() -> None:
    """Work until the run that started this process ends."""
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    sdk_worker_main.main(sys.argv)


def _end_with_the_run() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
