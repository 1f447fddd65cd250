"""A small decoder with rotary positions, RMSNorm, and one matrix for embedding and output.

Rotary positions are of Su et al. 2021 (arXiv 2104.09864), RMSNorm of Zhang and Sennrich 2019 (arXiv 1910.07467), normed
queries and keys of Henry et al. 2020 (arXiv 2010.04245), the feed-forward layer of Shazeer 2020 (arXiv 2002.05202).
Without feed-forward layers, two layers of attention are the smallest model that forms induction heads (Elhage et al.
2021).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """The shape of a decoder.

    vocabulary: number of ids. context: most positions. hidden: width of the feed-forward layers, 0 for none.
    """

    vocabulary: int
    context: int
    width: int = 64
    heads: int = 2
    layers: int = 2
    hidden: int = 0


class Decoder(nn.Module):
    """A decoder of ``shape`` whose first weights are those of ``seed``.

    It takes ids, int64, (rows, length), and returns logits, (rows, length, vocabulary).
    """

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=1e-6)
        random = torch.Generator().manual_seed(seed)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:  # normal with deviation 0.02, smaller where layers add up
                deviation = 0.02 / math.sqrt(2 * shape.layers) if name.endswith(("out.weight", "down.weight")) else 0.02
                nn.init.normal_(weight, std=deviation, generator=random)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    def forward(self, ids: Tensor) -> Tensor:
        return self.read(self.embedding(ids)) @ self.embedding.weight.T

    def read(self, x: Tensor) -> Tensor:
        """Return the last layer's output, normed, for vectors of symbols, (rows, length, width)."""
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Layer(nn.Module):
    """Attention, and a feed-forward layer if the shape has one."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d, self.heads = shape.width, shape.heads
        self.norm = nn.RMSNorm(d, eps=1e-6)
        self.attended = nn.Linear(d, 3 * d)  # queries, keys, values
        self.out = nn.Linear(d, d, bias=False)
        self.feed_forward = FeedForward(d, shape.hidden) if shape.hidden else None
        angles = _angles(shape.context, d // shape.heads)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        q, k, v = (
            part.view(rows, length, self.heads, -1).transpose(1, 2)
            for part in self.attended(self.norm(x)).chunk(3, dim=-1)
        )
        seen = functional.scaled_dot_product_attention(self._turned(q), self._turned(k), v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(rows, length, width))
        return x if self.feed_forward is None else x + self.feed_forward(x)

    def _turned(self, x: Tensor) -> Tensor:
        """Norm each vector, then rotate pairs of its components by angles that grow with the position."""
        x = functional.rms_norm(x, x.shape[-1:])
        first, second = x.chunk(2, dim=-1)
        cosine, sine = self.cosine[: x.shape[2]], self.sine[: x.shape[2]]
        return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class FeedForward(nn.Module):
    """A gated feed-forward layer (SwiGLU)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width, eps=1e-6)
        self.gate, self.up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        return self.down(functional.silu(self.gate(y)) * self.up(y))


def _angles(context: int, head: int) -> Tensor:
    half = head // 2
    return torch.outer(torch.arange(context, dtype=torch.float32), 10_000.0 ** -(torch.arange(half) / half))
