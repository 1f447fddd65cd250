"""Signals in the processes that tests start."""

import signal


def heed_signals():
    """Let a child be interrupted, as its ``preexec_fn``: shells and xdist start what they start with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
