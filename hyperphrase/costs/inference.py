"""Memory and work of a model in inference, and what another vocabulary changes: arithmetic alone.

Parameters and multiplications are counted as in Kaplan et al. 2020 (arXiv:2001.08361, section 2.1, table 1): a forward
pass takes 2 FLOPs for each parameter of a matrix and token; attention takes 2 x layers x heads x head x tokens, the
mean over a text whose tokens look at those before them. The embedding is looked up, which is no multiplication. The
cache of keys and values is that of Shazeer 2019 and Ainslie et al. 2023 (arXiv:1911.02150, arXiv:2305.13245): kv_heads
in place of heads. Weights have 16, 8 or 4 bits; scales and zero points of quantised weights, activations and the
memory of the program are left out. The cache is held in fp16, logits in fp32.
"""

from dataclasses import dataclass

from hyperphrase.costs.public_models import Model

PRECISIONS = {"fp16": 16, "int8": 8, "4 bit": 4}  # bits of a weight
CACHED, LOGIT = 2, 4  # bytes of a number in the cache, and of a logit

#: The formulas. V: vocabulary, V0: the model's own, r: times fewer tokens, T: tokens by V0, B: batch, b: bytes a
#: weight, m: matrices of the vocabulary, 1 if they are tied, else 2, N: parameters of the other matrices.
FORMULAS = {
    "matrices": "m V width b",
    "KV cache a token": "2 layers kv_heads head 2 bytes",
    "logits a token": "4 V bytes, 2 V width FLOPs",
    "FLOPs a token": "2 (N + V width) + 2 layers heads head T",
    "memory saved from": "T = (m (V - V0) width b / B + 4 (V - V0)) / (cache a token (1 - 1/r))",
    "memory saved from batch": "B = m (V - V0) width b / (T cache a token (1 - 1/r) - 4 (V - V0))",
    "work saved from": "T = (2 (N + V width) / r - 2 (N + V0 width)) / (2 layers heads head (1 - 1/r^2))",
    "r needed for memory": "1 / (1 - (m (V - V0) width b / B + 4 (V - V0)) / (T cache a token))",
    "r needed for work, short texts": "(N + V width) / (N + V0 width)",
}


@dataclass(frozen=True)
class Use:
    """What a text takes with one vocabulary, in bytes and FLOPs.

    tokens: of one text. parameters: all. matrices: bytes of embedding and output matrix, by precision. weights: bytes
    of all parameters, by precision. cache: of all texts of the batch. logits: of one position of all texts.
    output_flops, flops: of a token, by the output matrix and in all. text_flops: of all tokens of one text.
    """

    vocabulary: int
    tokens: float
    parameters: int
    matrices: dict[str, float]
    weights: dict[str, float]
    cache: float
    logits: float
    output_flops: float
    flops: float
    text_flops: float

    def memory(self, precision: str) -> float:
        """Return the bytes of weights, cache and logits."""
        return self.weights[precision] + self.cache + self.logits


@dataclass(frozen=True)
class Threshold:
    """Where something is saved: ``always``, ``never``, ``from`` a value on, or ``below`` it."""

    saves: str
    at: float | None = None


@dataclass(frozen=True)
class BreakEven:
    """Where a vocabulary saves, beside the model's own.

    tokens: length of a text from which memory is saved, by precision of the weights. batch: for texts of the given
    length, fp16. work: length of a text from which FLOPs are saved. memory_ratio, work_ratio: times fewer tokens that
    are needed for equal memory (fp16; None if none is enough) and for equal work of a short text.
    """

    vocabulary: int
    tokens: dict[str, Threshold]
    batch: Threshold
    work: Threshold
    memory_ratio: float | None
    work_ratio: float


def matrix_count(model: Model) -> int:
    """Return the number of matrices with a row for each token of the vocabulary."""
    return 1 if model.tied else 2


def parameters(model: Model, vocabulary: int) -> int:
    """Return the number of all parameters with this vocabulary."""
    return model.matrix_parameters + model.vector_parameters + matrix_count(model) * vocabulary * model.width


def cache_bytes(model: Model) -> int:
    """Return the bytes of the keys and values of one token."""
    return 2 * model.layers * model.kv_heads * model.head * CACHED


def attention_flops(model: Model) -> int:
    """Return the FLOPs of attention for each token of a text and each token that the text has."""
    return 2 * model.layers * model.heads * model.head


def footprint(model: Model, vocabulary: int, tokens: float, batch: int) -> Use:
    """Return what ``batch`` texts of ``tokens`` tokens each take with a vocabulary."""
    rows = matrix_count(model) * vocabulary * model.width
    total, output = parameters(model, vocabulary), 2 * vocabulary * model.width
    each = 2 * model.matrix_parameters + output + attention_flops(model) * tokens
    return Use(
        vocabulary,
        tokens,
        total,
        {name: rows * bits / 8 for name, bits in PRECISIONS.items()},
        {name: total * bits / 8 for name, bits in PRECISIONS.items()},
        batch * tokens * cache_bytes(model),
        batch * vocabulary * LOGIT,
        output,
        each,
        tokens * each,
    )


def break_even(model: Model, vocabulary: int, tokens: float, batch: int, ratio: float) -> BreakEven:
    """Return where a vocabulary saves, whose texts have ``ratio`` times fewer tokens. tokens: by the model's own."""
    more = vocabulary - model.vocabulary
    extra = {name: matrix_count(model) * more * model.width * bits / 8 for name, bits in PRECISIONS.items()}
    logits, cache = LOGIT * more, cache_bytes(model) * (1 - 1 / ratio)
    work, own = (2 * (model.matrix_parameters + size * model.width) for size in (vocabulary, model.vocabulary))
    share = (extra["fp16"] / batch + logits) / (tokens * cache_bytes(model))
    return BreakEven(
        vocabulary,
        {name: _threshold(each / batch + logits, cache) for name, each in extra.items()},
        _threshold(extra["fp16"], tokens * cache - logits),
        _threshold(work / ratio - own, attention_flops(model) * (1 - 1 / ratio**2)),
        1 / (1 - share) if share < 1 else None,
        work / own,
    )


def _threshold(cost: float, gain: float) -> Threshold:
    """Return for which values x > 0 the gain, ``gain`` times x, is more than ``cost``."""
    if gain > 0:
        return Threshold("from", cost / gain) if cost > 0 else Threshold("always")
    if cost >= 0:
        return Threshold("never")
    return Threshold("below", cost / gain) if gain < 0 else Threshold("always")
