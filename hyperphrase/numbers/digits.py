"""Numbers and their digits in base V: the arithmetic of rank and unrank, exact for any size.

A phrase is a number: its ids are digits, the first one the most significant. Long numbers are split into halves, so
that they take a few multiplications of large numbers rather than many.
"""

from collections.abc import Sequence

_FEW = 32  # digits up to which a plain loop is used


def number_of(digits: Sequence[int], base: int) -> int:
    """Return the number whose ``digits`` in ``base`` these are, the most significant one first."""
    if len(digits) <= _FEW:
        number = 0
        for digit in digits:
            number = number * base + digit
        return number
    half = len(digits) // 2
    low = len(digits) - half
    unit: int = base**low
    return number_of(digits[:half], base) * unit + number_of(digits[half:], base)


def digits_of(number: int, base: int, count: int) -> list[int]:
    """Return the ``count`` lowest digits of ``number`` in ``base``, the most significant one first."""
    if count <= _FEW:
        digits = []
        for _ in range(count):
            number, digit = divmod(number, base)
            digits.append(digit)
        return digits[::-1]
    low = count - count // 2
    high_part, low_part = divmod(number, base**low)
    return digits_of(high_part, base, count - low) + digits_of(low_part, base, low)


def decimal_text(number: int) -> str:
    """Return ``number``, not negative, in decimal; ``str`` refuses more than 4,300 digits."""
    groups = number.bit_length() // 59 + 1  # of 18 digits each, 59.79 bits
    return "".join(f"{group:018d}" for group in digits_of(number, 10**18, groups)).lstrip("0") or "0"


def short_text(number: int) -> str:
    """Return ``number``, not negative, for people: all digits up to 15, else five of them, as in 9.5367e53."""
    if number < 10**15:
        return f"{number:,}"
    text = decimal_text(number)
    rounded = int(text[:6]) + 5  # the first digit that is left out decides
    if rounded >= 10**6:
        return f"1.0000e{len(text)}"
    return f"{rounded // 100_000}.{rounded // 10 % 10_000:04d}e{len(text) - 1}"


def decimal_number(text: str) -> int:
    """Return the number that ``text``, ASCII digits and nothing else, writes in decimal, however long."""
    parts = [int(text[max(0, end - 18) : end]) for end in range(len(text), 0, -18)]
    return number_of(parts[::-1], 10**18)
