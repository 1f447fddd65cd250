"""Figures in Russian words, for README.ru.md."""

import re
from collections.abc import Callable, Iterable, Sequence

from tools.calculation.wording import change, duration, fewer, interval, listed

_UNITS = {
    "bytes": "байт", "kB": "кБ", "MB": "МБ", "GB": "ГБ", "TB": "ТБ", "PB": "ПБ",
    "years": "года", "days": "суток", "hours": "часа", "minutes": "минуты", "seconds": "секунды",
}  # fmt: skip
#: Names of data, in the nominative.
NAMES = {
    "uniform": "равномерный закон",
    "Zipf": "закон Ципфа",
    "English frequencies": "английские частоты",
    "English scenes": "английские сцены",
    "Russian scenes": "русские сцены",
    "the State of the Union addresses": "послания президентов США конгрессу",
    "passages of the Russian National Corpus": "отрывки из Национального корпуса русского языка",
}


def number(text: str) -> str:
    """Return the numbers of a text in the Russian way: ``1,234.5`` as ``1 234,5``, with spaces that do not break."""
    found = re.sub(r"(?<=\d),(?=\d{3})", "\u00a0", text)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", found)


def russian_change(share: float) -> str:
    """Return a relative difference in words, as in ``на 11,2% больше``."""
    text = change(share, "больше", "меньше", "")
    return f"на {number(text)}" if text else "столько же"


def russian_fewer(ratios: Sequence[float]) -> str:
    """Return how many times fewer tokens there are, as in ``в 7,56; 3,24 и 1,81 раза меньше``."""
    each = list(dict.fromkeys(fewer(ratio, "больше", "меньше", "столько же") for ratio in ratios))
    words = {text.partition(" times ")[2] for text in each}
    if len(words) > 1 or "" in words:
        parts = [f"в {text.replace(' times ', ' раза ')}" if " times " in text else text for text in each]
        return number(listed(parts, "и"))
    times = [number(text.partition(" ")[0]) for text in each]
    return f"в {listed(times, 'и', '; ')} раза {words.pop()}"


def russian_interval(values: Iterable[float], shown: str = ",.0f") -> str:
    """Return the least and the greatest value, as in ``14–19``."""
    return number(interval(values, shown)).replace(" to ", "–")


def russian_units(text: str) -> str:
    """Return a size or a time, as in ``1,23 ГБ``."""
    for name, shown in _UNITS.items():
        text = re.sub(rf"(?<=\d) {name}\b", f"\u00a0{shown}", text)
    return number(text)


#: What the templates call, by name.
FILTERS: dict[str, Callable[..., str]] = {
    "ru": number,
    "ru_change": russian_change,
    "ru_fewer": russian_fewer,
    "ru_interval": russian_interval,
    "ru_units": russian_units,
    "ru_duration": lambda seconds: russian_units(duration(seconds)),
    "ru_name": lambda name: NAMES[name],
    "ru_listed": lambda parts: listed(parts, "и"),
}
