"""The optimiser of all experiments: Muon for the matrices of layers, AdamW for all other weights.

Muon (Jordan 2024, https://kellerjordan.github.io/posts/muon) makes the momentum of each matrix orthogonal before it is
subtracted. Both are those of PyTorch.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Rates:
    """Learning rates and their course: linear warm-up, constant, linear decay.

    warm_up: steps. decay: first step of the decay, and the step at which the rates are 0; None for no decay.
    """

    muon: float = 0.002
    adam: float = 0.002
    warm_up: int = 50
    decay: tuple[int, int] | None = None

    def times(self, factor: float) -> "Rates":
        """Return rates that are ``factor`` times as high."""
        return replace(self, muon=self.muon * factor, adam=self.adam * factor)

    def falling(self, steps: int) -> "Rates":
        """Return rates that fall from 70% of the steps on, to 0 at the last one."""
        return replace(self, decay=(steps * 7 // 10, steps))

    def factor(self, step: int) -> float:
        """Return the share of the rates at ``step``, from 1 on."""
        rising = min(1.0, step / self.warm_up)
        if self.decay is None or step <= self.decay[0]:
            return rising
        first, last = self.decay
        return rising * max(0.0, (last - step) / (last - first))


class Optimizer:
    """Trains the weights of ``model`` that require gradients: its matrices, but for embeddings, by Muon."""

    def __init__(self, model: nn.Module, rates: Rates) -> None:
        trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
        matrices = [weight for name, weight in trained if _is_matrix(name, weight)]
        others = [weight for name, weight in trained if not _is_matrix(name, weight)]
        muon = torch.optim.Muon(matrices, momentum=0.95, weight_decay=0.0) if matrices else None
        adam = torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=0.0, fused=True) if others else None
        self._parts = [(part, rate) for part, rate in ((muon, rates.muon), (adam, rates.adam)) if part is not None]
        self._rates, self._step = rates, 0

    def step(self, loss: Tensor) -> None:
        """Do one step down the gradient of ``loss``."""
        loss.backward()
        self._step += 1
        factor = self._rates.factor(self._step)
        for part, rate in self._parts:
            for group in part.param_groups:
                group["lr"] = rate * factor
            part.step()
            part.zero_grad()

    def state_bytes(self) -> int:
        """Return the bytes of what is kept beside the weights; 0 before the first step."""
        kept = [value for part, _ in self._parts for state in part.state.values() for value in state.values()]
        return sum(value.nbytes for value in kept if isinstance(value, Tensor) and value.ndim)


def _is_matrix(name: str, weight: Tensor) -> bool:
    return weight.ndim == 2 and "embedding" not in name
