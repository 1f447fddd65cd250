"""What a language model pays for a vocabulary, and what it gains by fewer tokens.

``token_counts`` counts the same text as hyperwords and as the tokens of language models. ``inference`` computes memory
and work of a model by formulas, for the models of ``public_models``.
"""

from hyperphrase.costs.inference import BreakEven, Use, break_even, footprint
from hyperphrase.costs.public_models import MODELS, Model, read_model
from hyperphrase.costs.token_counts import TokenCounts, answer, count_passages, phrase_passages, text_passages

__all__ = [
    "MODELS",
    "BreakEven",
    "Model",
    "TokenCounts",
    "Use",
    "answer",
    "break_even",
    "count_passages",
    "footprint",
    "phrase_passages",
    "read_model",
    "text_passages",
]
