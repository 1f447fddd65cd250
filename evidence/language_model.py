"""Training of a language model on a text, and its held-out loss at several steps."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from evidence.decoder import Decoder
from evidence.english import code_length, text_batches
from evidence.optimizer import Optimizer, Rates
from evidence.tasks import next_symbol_loss

RATES = Rates(muon=0.005, adam=0.003)  # that experiments take multiples of


@dataclass(frozen=True)
class Course:
    """How a model is trained. rows: contexts a step. points: shares of the steps after which it is tested."""

    steps: int
    rows: int
    rates: Rates
    points: Sequence[float] = (1 / 18, 1 / 9, 2 / 9, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1.0)

    def tested_at(self) -> list[int]:
        """Return the steps after which it is tested."""
        return sorted({max(1, round(point * self.steps)) for point in self.points})


def train_language_model(
    model: Decoder, training: Tensor, held_out: Tensor, course: Course, seed: int
) -> dict[str, Any]:
    """Return ``at``: steps, and ``nats``: of the whole held-out text after each.

    Also ``train_seconds``: of the processor, without the tests, and ``state_bytes``: of the optimiser. training,
    held_out: ids. seed: of the order of the contexts.
    """
    context, optimizer = model.shape.context, Optimizer(model, course.rates)
    at, nats, seconds = course.tested_at(), [], 0.0
    batches = text_batches(training, context + 1, course.rows, seed)
    for step, ids in zip(range(1, course.steps + 1), batches, strict=False):
        begin = time.process_time()
        optimizer.step(next_symbol_loss(model, ids))
        seconds += time.process_time() - begin
        if step in at:
            nats.append(code_length(model, held_out, context))
    return {"at": at, "nats": nats, "train_seconds": seconds, "state_bytes": optimizer.state_bytes()}
