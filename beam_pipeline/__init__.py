"""The program: options, wiring and commands."""

import sys

from beam_pipeline.terminal.process import prepare_process

if sys.argv[:1] == ["-m"] and any(word.partition(".")[0] == __name__ for word in sys.orig_argv):
    prepare_process()  # python -m beam_pipeline.run: Python imports this package first, then the command with Beam
