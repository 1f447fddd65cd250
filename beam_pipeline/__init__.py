"""The command-line program: commands, options, engines and the pipeline."""

from beam_pipeline.terminal.process import is_program_process, prepare_process

if is_program_process():
    prepare_process()
