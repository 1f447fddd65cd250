"""Training of models of equally many parameters that read one text in different encodings, for equally many FLOPs."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evidence.decoder import Decoder, Shape
from evidence.encodings import english_encoding, english_ids
from evidence.english import english_parts
from evidence.language_model import RATES, Course, train_language_model

FLOPS = 6e11  # of a training
TOKENS = 1024  # a step
RATE = 1.0
LN2 = math.log(2)


@dataclass(frozen=True)
class Reader:
    """A model that reads the English text.

    kind, size: of the encoding (:func:`evidence.encodings.english_encoding`). context: ids. hidden layers are twice as
    wide as ``width``. rate: times those of :mod:`evidence.language_model`. flops: of the training. part: what is coded.
    """

    kind: str
    size: int
    width: int
    context: int
    seed: int
    rate: float = RATE
    flops: float = FLOPS
    part: Literal["validation", "test"] = "test"

    def shape(self) -> Shape:
        """Return the shape of the model."""
        vocabulary = english_encoding(self.kind, self.size).size
        return Shape(vocabulary, self.context, self.width, hidden=2 * self.width)


def training_flops(shape: Shape) -> float:
    """Return the FLOPs of training on one id: three times those of reading it, as in docs/calculation.md.

    Two for each weight of a matrix, the output's among them, and 2 layers context width for attention.
    """
    layer = 4 * shape.width**2 + 3 * shape.width * shape.hidden
    matrices = shape.layers * layer + shape.vocabulary * shape.width
    return 3 * (2 * matrices + 2 * shape.layers * shape.context * shape.width)


def train_reader(settings: Reader, folder: Path) -> dict[str, Any]:
    """Return the course of a training, by points.

    ``flops``, ``characters``: that were spent and read until then. ``bits``: of a character of the held-out text, whose
    code is exact: all its characters come back from the ids. ``parameters``; ``bytes``: of these and of the optimiser;
    ``characters_a_token``; ``characters_a_second`` of the processor, in training.
    """
    shape = settings.shape()
    model = Decoder(shape, settings.seed)
    training, held_out = (english_ids(settings.kind, settings.size, part) for part in ("training", settings.part))
    text, a_token = getattr(english_parts(), settings.part), training_flops(shape)
    if english_encoding(settings.kind, settings.size).decode(held_out.tolist()) != text:
        raise ValueError(f"{settings.kind}: the held-out text does not come back")
    rates, rows = RATES.times(settings.rate), TOKENS // settings.context
    course = Course(max(1, round(settings.flops / a_token / TOKENS)), rows, rates)
    found = train_language_model(model, training, held_out, course, settings.seed)
    tokens = [step * TOKENS for step in found["at"]]
    a_character = len(english_parts().training) / len(training)
    parameters = sum(weight.numel() for weight in model.parameters())
    return {
        "flops": [round(count * a_token) for count in tokens],
        "characters": [round(count * a_character) for count in tokens],
        "bits": [round(nats / LN2 / len(text), 4) for nats in found["nats"]],
        "parameters": parameters,
        "bytes": 4 * parameters + found["state_bytes"],
        "characters_a_token": round(a_character, 3),
        "characters_a_second": round(tokens[-1] * a_character / max(found["train_seconds"], 1e-9)),
    }
