"""The shapes of some public models, from the configurations that their publishers give."""

import difflib
from dataclasses import dataclass

from hyperphrase.errors import InputError

_HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Model:
    """A decoder: the fields of its configuration that decide its memory and work.

    layers, width, heads, kv_heads (that share keys and values), head (width of one), ffn (width of the feed-forward
    layer), vocabulary, context (positions at most), tied (whether embedding and output matrix are one). family: what
    else it has: ``gpt2`` two matrices a feed-forward layer, biases, and learned positions; the others three matrices
    (SwiGLU); ``qwen2`` also biases of queries, keys and values. source: where the fields are from.
    """

    name: str
    family: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    head: int
    ffn: int
    vocabulary: int
    context: int
    tied: bool
    source: str

    @property
    def matrix_parameters(self) -> int:
        """Parameters of all matrices that a token is multiplied with, but for the output matrix."""
        queries, keys = self.heads * self.head, self.kv_heads * self.head
        ffn = (2 if self.family == "gpt2" else 3) * self.ffn
        return self.layers * self.width * (2 * queries + 2 * keys + ffn)

    @property
    def vector_parameters(self) -> int:
        """Parameters of norms, biases and learned positions."""
        norms, keys = (2 * self.layers + 1) * self.width, self.kv_heads * self.head
        if self.family == "gpt2":
            return 2 * norms + self.layers * (5 * self.width + self.ffn) + self.context * self.width
        return norms + (self.layers * (self.heads * self.head + 2 * keys) if self.family == "qwen2" else 0)


def _published(
    name: str, family: str, numbers: tuple[int, int, int, int, int, int], vocabulary: int, context: int, tied: bool,
    page: str,
) -> Model:  # fmt: skip
    return Model(name, family, *numbers, vocabulary, context, tied, f"{_HUB}{page}/blob/main/config.json")


# name, family, (layers, width, heads, KV heads, head, FFN), vocabulary, context, tied, page
_TABLE = (
    ("gpt2", "gpt2", (12, 768, 12, 12, 64, 3072), 50_257, 1024, True, "openai-community/gpt2"),
    ("gpt2-xl", "gpt2", (48, 1600, 25, 25, 64, 6400), 50_257, 1024, True, "openai-community/gpt2-xl"),
    ("llama-2-7b", "llama", (32, 4096, 32, 32, 128, 11_008), 32_000, 4096, False, "meta-llama/Llama-2-7b-hf"),
    ("llama-3.1-8b", "llama", (32, 4096, 32, 8, 128, 14_336), 128_256, 131_072, False, "meta-llama/Llama-3.1-8B"),
    ("llama-3.2-1b", "llama", (16, 2048, 32, 8, 64, 8192), 128_256, 131_072, True, "meta-llama/Llama-3.2-1B"),
    ("llama-3.2-3b", "llama", (28, 3072, 24, 8, 128, 8192), 128_256, 131_072, True, "meta-llama/Llama-3.2-3B"),
    ("mistral-7b", "mistral", (32, 4096, 32, 8, 128, 14_336), 32_768, 32_768, False, "mistralai/Mistral-7B-v0.3"),
    ("qwen2.5-0.5b", "qwen2", (24, 896, 14, 2, 64, 4864), 151_936, 32_768, True, "Qwen/Qwen2.5-0.5B"),
    ("qwen2.5-7b", "qwen2", (28, 3584, 28, 4, 128, 18_944), 152_064, 131_072, False, "Qwen/Qwen2.5-7B"),
)
MODELS = {row[0]: _published(*row) for row in _TABLE}


def read_model(name: str) -> Model:
    """Return a model by its name. Raises InputError, with the nearest names, for an unknown one."""
    if name in MODELS:
        return MODELS[name]
    near = difflib.get_close_matches(name.lower(), MODELS, n=3, cutoff=0.4)
    hint = f"the nearest are {', '.join(near)}" if near else f"known are {', '.join(MODELS)}"
    raise InputError(f"there is no such model here; {hint}", field="model", value=name)
