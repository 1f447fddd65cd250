"""The program: options, wiring and commands."""

from beam_pipeline.terminal.process import is_ours, prepare_process

if is_ours():
    prepare_process()
