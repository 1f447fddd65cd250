"""The program: options, wiring and commands."""

from beam_pipeline.terminal.process import is_program_process, prepare_process

if is_program_process():
    prepare_process()
