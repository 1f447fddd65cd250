"""Training on English, character by character, from weights that were pre-trained or not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evidence.decoder import Decoder, Shape
from evidence.encodings import english_ids
from evidence.english import english_alphabet, english_parts
from evidence.language_model import RATES, Course, train_language_model
from evidence.pretraining import CONTEXT, ROWS, Pretraining
from evidence.transfer import Transfer, take_over

STEPS = 900  # of English


@dataclass(frozen=True)
class EnglishLoss:
    """One training on English.

    rate: times those of :mod:`evidence.language_model`. start: the pre-training that weights come from, None for the
    first weights of ``seed``. transfer: what is taken over. part: what the loss is of.
    """

    seed: int
    rate: float
    start: Pretraining | None = None
    transfer: Transfer = "fresh"
    steps: int = STEPS
    part: Literal["validation", "test"] = "test"


def train_on_english(settings: EnglishLoss, folder: Path) -> dict[str, Any]:
    """Return ``at``, steps, and ``curve``, the held-out loss after each in nats a character.

    Two runs of one seed have the same first weights, but for those that are taken over, and the same batches. The model
    is that of the pre-training; the embedding, with a row for each character, is fresh.
    """
    model = Decoder(Shape(len(english_alphabet()), CONTEXT), settings.seed)
    if settings.start is not None:
        take_over(model, settings.start, settings.transfer, folder)
    rates = RATES.times(settings.rate).falling(settings.steps)
    training, held_out = (english_ids("characters", 0, part) for part in ("training", settings.part))
    found = train_language_model(model, training, held_out, Course(settings.steps, ROWS, rates), settings.seed)
    characters = len(getattr(english_parts(), settings.part))
    return {"at": found["at"], "curve": [round(nats / characters, 4) for nats in found["nats"]]}
