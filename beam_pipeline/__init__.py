"""The command-line program: commands, options, engines and the pipeline."""

from beam_pipeline.terminal.command_line import is_program
from beam_pipeline.terminal.process import is_child, prepare_child, prepare_process

if is_program():
    prepare_process()
elif is_child():
    prepare_child()
