"""A worker process of ``--direct_running_mode=multi_processing``; ``worker_monitor`` starts it.

Its standard input is a pipe whose other end the run holds. When the run ends, even killed, the pipe is closed and the
worker exits, so no run leaves workers behind that write into a folder which another run has since locked.
"""

import os
import signal
import sys
import threading

from apache_beam.runners.worker import sdk_worker_main

from beam_pipeline.terminal.streams import Lenient


def main() -> None:
    """Work until the run that started this process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, which interrupts the run too
    sys.stderr = Lenient(sys.stderr.buffer, sys.stderr.encoding, "backslashreplace", line_buffering=True)  # Beam prints
    # a failure there before it answers: if that failed too, the run would wait for ever
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    sdk_worker_main.main(sys.argv)


def _end_with_the_run() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
