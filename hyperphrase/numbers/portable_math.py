"""Logarithm, exponential, power and exact sum, from IEEE 754's basic operations alone.

The C library's functions differ in their last bit from machine to machine, and one bit in one weight moves a whole
alias table. Addition, multiplication and division give the same bits everywhere, and so do the functions here,
which use nothing else. Relative error below 1e-14 on the arguments that laws use.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel

_LN2_HIGH = 6.93147180369123816490e-01  # 33 bits of ln 2, so that small multiples are exact (Cody and Waite 1980)
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476


@inline_kernel
def ln(x: Any) -> Any:
    """Return the natural logarithm of ``x`` > 0, by the series of atanh."""
    mantissa, exponent = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa, exponent = 2.0 * mantissa, exponent - 1
    f = (mantissa - 1.0) / (mantissa + 1.0)
    square = f * f
    total = 0.0
    for k in range(25, 0, -2):  # f^2 < 0.0295, so the first term left out is below 1e-20
        total = total * square + 1.0 / k
    return exponent * _LN2_HIGH + (exponent * _LN2_LOW + 2.0 * f * total)


@inline_kernel
def exp(y: Any) -> Any:
    """Return e to the power ``y``; 0 below -700."""
    if y < -700.0:
        return 0.0
    n = math.floor(y / (_LN2_HIGH + _LN2_LOW) + 0.5)
    r = (y - n * _LN2_HIGH) - n * _LN2_LOW
    total = 1.0
    for k in range(18, 0, -1):  # |r| < 0.35
        total = 1.0 + total * r / k
    return math.ldexp(total, int(n))


@kernel
def power_weights(count: int, shift: float, exponent: float) -> NDArray[np.float64]:
    """Return (r + shift) ** -exponent for r = 0..count-1: float64, shape (count,)."""
    weights = np.empty(count, np.float64)
    for r in range(count):
        weights[r] = exp(-exponent * ln(r + shift))
    return weights


@kernel
def exp_each(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return e to the power of each value."""
    out = np.empty_like(values)
    for i in range(len(values)):
        out[i] = exp(values[i])
    return out


@kernel
def ln_each(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithm of each value, all > 0."""
    out = np.empty_like(values)
    for i in range(len(values)):
        out[i] = ln(values[i])
    return out


@kernel
def exact_sum(values: NDArray[np.float64]) -> float:
    """Return the sum of finite ``values``, (n,), rounded once: :func:`math.fsum`, three times as fast, without the GIL.

    Shewchuk 1997: the sum so far is held as partial sums that do not overlap, of which floats have 41 at most.
    """
    partials, count = np.empty(64), 0
    for value in values:
        x, kept = value, 0
        for j in range(count):
            y = partials[j]
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low != 0.0:
                partials[kept] = low
                kept += 1
            x = high
        partials[kept] = x
        count = kept + 1
    total, low = 0.0, 0.0
    while count > 0 and low == 0.0:
        count -= 1
        high = total + partials[count]
        low = partials[count] - (high - total)
        total = high
    if count > 0 and low * partials[count - 1] > 0.0:  # what is left decides a tie of the rounding
        high = total + 2.0 * low
        if high - total == 2.0 * low:
            total = high
    return float(total)
