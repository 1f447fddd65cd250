"""The local engine loses nothing: Beam's own race is mended."""

import threading
import time
from types import SimpleNamespace

from apache_beam.runners.portability.fn_api_runner.execution import BundleContextManager

from beam_pipeline.engine import make_buffers_once


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


def test_the_race_is_there_without_the_mend(monkeypatch):
    """When Beam mends it, this fails: then make_buffers_once() can go."""
    make_buffers_once()
    original = BundleContextManager.get_buffer.__closure__
    (beams,) = [cell.cell_contents for cell in original if callable(cell.cell_contents)]
    monkeypatch.setattr(BundleContextManager, "get_buffer", beams)
    assert len(buffers_of_workers(4)) > 1
