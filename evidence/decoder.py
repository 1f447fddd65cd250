"""A small decoder with rotary positions, normed layers, and one matrix for embedding and output.

Rotary positions are of Su et al. 2021 (arXiv 2104.09864), LayerNorm of Ba et al. 2016 (arXiv 1607.06450), normed
queries and keys of Henry et al. 2020 (arXiv 2010.04245), the feed-forward layer of Shazeer 2020 (arXiv 2002.05202).
Without feed-forward layers, two layers of attention are the smallest model that forms induction heads (Elhage et al.
2021).
"""

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
    """A decoder of ``shape`` whose first weights are those of ``seed``."""

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width, bias=False)
        random = torch.Generator().manual_seed(seed)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.02, generator=random)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits, (rows, length, vocabulary), of what follows each id. ids: int64, (rows, length)."""
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
        self.norm = nn.LayerNorm(d, bias=False)
        self.attended = nn.Linear(d, 3 * d)  # queries, keys, values
        self.out = nn.Linear(d, d, bias=False)
        self.feed_forward = FeedForward(d, shape.hidden) if shape.hidden else None
        self.query_norm, self.key_norm = (nn.LayerNorm(d // shape.heads, bias=False) for _ in range(2))
        self.register_buffer("turns", _turns(shape.context, d // shape.heads), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the next layer reads: (rows, length, width), as x."""
        rows, length, width = x.shape
        parts = self.attended(self.norm(x)).view(rows, length, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        q, k = self._turned(self.query_norm(q)), self._turned(self.key_norm(k))
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(rows, length, width))
        return x if self.feed_forward is None else x + self.feed_forward(x)

    def _turned(self, x: Tensor) -> Tensor:
        """Rotate pairs of components by angles that grow with the position. x: (rows, heads, length, components)."""
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * self.turns[: x.shape[2]]).flatten(-2)


class FeedForward(nn.Module):
    """A gated feed-forward layer (SwiGLU)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, bias=False)
        self.gate, self.up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is added to x, of any shape that ends in the width."""
        y = self.norm(x)
        return self.down(functional.silu(self.gate(y)) * self.up(y))


def _turns(context: int, head: int) -> Tensor:
    """Return what each position multiplies pairs of components by: complex, (context, head / 2)."""
    angles = torch.outer(torch.arange(context), 10_000.0 ** -(torch.arange(head // 2) / (head // 2)))
    return torch.polar(torch.ones_like(angles), angles)
