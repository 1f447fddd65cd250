"""Eigenvectors of symmetric matrices by Jacobi rotations: the same bits on every machine.

The order of the operations is fixed, and each of them is one of IEEE 754's basic ones; those of a linear-algebra
library depend on the library and the processor.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel

_SWEEPS = 60  # the maximum; Jacobi's method converges after about 10


@kernel
def eigen(matrix: NDArray[np.float64]) -> Any:
    """Return eigenvalues, (d,), and eigenvectors, the columns of (d, d), of a symmetric matrix, in no order."""
    a, d = matrix.copy(), len(matrix)
    vectors = np.eye(d)
    for _sweep in range(_SWEEPS):
        rotated = False
        for p in range(d - 1):
            for q in range(p + 1, d):
                if abs(a[p, q]) <= 1e-17 * math.sqrt(abs(a[p, p] * a[q, q])):
                    continue
                rotated = True
                theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = (1.0 if theta >= 0.0 else -1.0) / (abs(theta) + math.sqrt(theta * theta + 1.0))
                c = 1.0 / math.sqrt(t * t + 1.0)
                s = t * c
                for k in range(d):
                    a[k, p], a[k, q] = c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]
                for k in range(d):
                    a[p, k], a[q, k] = c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]
                for k in range(d):
                    left, right = vectors[k, p], vectors[k, q]
                    vectors[k, p], vectors[k, q] = c * left - s * right, s * left + c * right
        if not rotated:
            break
    return np.diag(a).copy(), vectors
