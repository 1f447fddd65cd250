"""The optimiser of all experiments: Muon for the matrices of layers, AdamW for all other weights.

Muon (Jordan 2024, https://kellerjordan.github.io/posts/muon) makes the momentum of each matrix orthogonal, by
Newton-Schulz steps, before it is subtracted.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the published quintic step
_STEPS = 5
_MOMENTUM = 0.95


@dataclass(frozen=True)
class Rates:
    """Learning rates and their course: linear warm-up, constant, linear decay.

    decay: first step of the decay, and the step at which the rates are 0; None for no decay.
    """

    muon: float = 0.005
    adam: float = 3e-3
    warm_up: int = 50
    decay: tuple[int, int] | None = None

    def factor(self, step: int) -> float:
        """Return the share of the rates at ``step``, from 1 on."""
        rising = min(1.0, step / self.warm_up)
        if self.decay is None or step <= self.decay[0]:
            return rising
        first, last = self.decay
        return rising * max(0.0, (last - step) / (last - first))


class Optimizer:
    """Trains the weights of ``model`` that require gradients."""

    def __init__(self, model: nn.Module, rates: Rates) -> None:
        trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
        self._matrices = [weight for name, weight in trained if weight.ndim == 2 and "embedding" not in name]
        others = [weight for name, weight in trained if weight.ndim != 2 or "embedding" in name]
        self._velocities = [torch.zeros_like(weight) for weight in self._matrices]
        self._adam = torch.optim.AdamW(others, lr=rates.adam, weight_decay=0.0, betas=(0.9, 0.95))
        self._rates, self._step = rates, 0

    def step(self, loss: Tensor) -> None:
        """Do one step down the gradient of ``loss``."""
        loss.backward()
        self._step += 1
        factor = self._rates.factor(self._step)
        with torch.no_grad():
            for weight, velocity in zip(self._matrices, self._velocities, strict=True):
                velocity.mul_(_MOMENTUM).add_(weight.grad)
                update = orthogonal(weight.grad.add(velocity, alpha=_MOMENTUM))
                scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
                weight.sub_(update, alpha=self._rates.muon * factor * scale)
                weight.grad = None
        for group in self._adam.param_groups:
            group["lr"] = self._rates.adam * factor
        self._adam.step()
        self._adam.zero_grad()


def orthogonal(matrix: Tensor) -> Tensor:
    """Return about the nearest orthogonal matrix: its singular values become some 0.7 to 1.2."""
    a, b, c = _COEFFICIENTS
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(_STEPS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x
