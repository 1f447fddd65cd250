"""The local engine loses nothing: race conditions of Beam are fixed."""

import signal
import threading
import time
from types import SimpleNamespace

import apache_beam as beam
import pytest
from apache_beam import coders
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability import job_server
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.portability.fn_api_runner.execution import BundleContextManager
from apache_beam.testing.util import assert_that, equal_to

from beam_pipeline.engines.beam_fixes import leave_interrupts_alone, make_buffers_once, send_whole_elements


class SlowStage(BundleContextManager):
    """A stage whose coder takes its time, so that two workers are sure to meet while its buffer is made."""

    def __init__(self):
        self.execution_context = SimpleNamespace(pcoll_buffers={})

    def get_input_coder_impl(self, transform_id):
        time.sleep(0.05)


def buffers_of_workers(workers):
    stage, together, got = SlowStage(), threading.Barrier(workers), []

    def worker():
        together.wait()
        got.append(stage.get_buffer(b"materialize:units", "transform"))

    threads = [threading.Thread(target=worker) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {id(buffer) for buffer in got}


def test_workers_that_deliver_at_the_same_moment_share_one_buffer():
    make_buffers_once()
    assert len(buffers_of_workers(4)) == 1


def test_the_race_is_there_without_the_fix(monkeypatch):
    """When Beam fixes it, this fails: then make_buffers_once() can go."""
    make_buffers_once()
    original = BundleContextManager.get_buffer.__closure__
    (beams,) = [cell.cell_contents for cell in original if callable(cell.cell_contents)]
    monkeypatch.setattr(BundleContextManager, "get_buffer", beams)
    assert len(buffers_of_workers(4)) > 1


class Word(str):
    """A word whose coder waits in its midst longer than Beam, in these tests, waits before it flushes."""


class SlowCoder(coders.Coder):
    def to_type_hint(self):
        return Word

    def is_deterministic(self):
        return True

    def _create_impl(self):
        return SlowImpl()


class SlowImpl(coders.coder_impl.StreamCoderImpl):
    def encode_to_stream(self, value, stream, nested):
        data = value.encode()
        stream.write_var_int64(len(data))
        time.sleep(0.2)
        stream.write(data)

    def decode_from_stream(self, stream, nested):
        return Word(stream.read(stream.read_var_int64()).decode())


coders.registry.register_coder(Word, SlowCoder)


def send_a_word_between_stages():
    options = PipelineOptions(["--direct_running_mode=multi_threading", "--direct_num_workers=2"])
    with beam.Pipeline(runner="FnApiRunner", options=options) as pipeline:
        words = pipeline | beam.Create([1]) | beam.Map(lambda _: Word("whole")).with_output_types(Word)
        assert_that(words | beam.Reshuffle(), equal_to(["whole"]))


def test_an_element_arrives_whole_however_long_it_takes_to_write(monkeypatch):
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 50)
    send_whole_elements()
    send_a_word_between_stages()


@pytest.mark.slow
def test_the_halves_are_there_without_the_fix(monkeypatch):
    """When Beam fixes it, this fails: then send_whole_elements() can go."""
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 50)
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever half an element happens to be read as
        send_a_word_between_stages()


def handler_after_a_job_server():
    """Return the handler of interrupts that is left behind by the start of a job server."""
    before = signal.getsignal(signal.SIGINT)
    server = job_server.StopOnExitJobServer(SimpleNamespace(start=lambda: "localhost:1", stop=lambda: None))
    try:
        server.start()
        return signal.getsignal(signal.SIGINT)
    finally:
        server.stop()
        signal.signal(signal.SIGINT, before)


def test_a_job_server_leaves_interrupts_alone(monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    leave_interrupts_alone()
    assert before is handler_after_a_job_server()


def test_a_job_server_takes_interrupts_without_the_fix(monkeypatch):
    """When Beam no longer does, this fails: then leave_interrupts_alone() can go."""
    monkeypatch.setattr(job_server, "signal", signal)
    assert signal.getsignal(signal.SIGINT) is not handler_after_a_job_server()
