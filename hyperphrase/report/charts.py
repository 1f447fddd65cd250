"""The charts of the report, drawn by pygal as SVG; the page's style sheet gives them their colours.

pygal is pure Python: it is imported and draws four charts in 0.15 to 0.35 s, where matplotlib takes 1.3 to 2.9 s.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree  # only what pygal has drawn is written, nothing is parsed

_WIDTH, _HEIGHT = 440, 300  # units of the picture; the page scales it
_LETTERS = 14  # the largest letters that pages show labels in: what room they get
_DROPPED = ("script", "style", "desc", "defs")  # of pygal's pages: programs, colours and what only programs show
_ALIVE = ("tooltip", "plot tooltip-overlay")  # what programs show
_SVG = "{http://www.w3.org/2000/svg}"
_EMPTY = (
    f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" class="chart"><text x="20" y="40">There is nothing to show.</text></svg>'
)
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Series:
    """One series of a chart. points: (x, y), both above 0 on a logarithmic axis. kind: how they are drawn."""

    name: str
    points: Points
    kind: Literal["area", "line", "dots"]


@dataclass(frozen=True)
class Axis:
    """An axis.

    title: for the horizontal one; the text above a chart says what its height is. share: whether its numbers are
    shares, written as percentages.
    """

    title: str = ""
    log: bool = False
    share: bool = False


def chart(name: str, title: str, series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Return an SVG element, without a style of its own, for HTML; empty if there are no points.

    name: unique in its page. title: what it shows, for those who do not see it.
    """
    drawn = [each for each in series if each.points]
    if not drawn:
        return ""
    import pygal  # only reports draw
    from pygal.style import Style

    options: dict[str, Any] = {
        "width": _WIDTH, "height": _HEIGHT, "js": (), "css": (), "margin": 4, "show_dots": False,
        "legend_at_bottom": True, "legend_box_size": 11, "truncate_legend": -1, "dots_size": 2.4,
        "x_title": x.title, "show_legend": len(drawn) > 1,
        "style": Style(label_font_size=_LETTERS, legend_font_size=_LETTERS),
        "no_prefix": True, "include_x_axis": not y.log and not y.share,
    }  # fmt: skip
    picture = pygal.XY(**options)
    picture.uuid = name
    xs, ys = ([point[i] for each in drawn for point in each.points] for i in (0, 1))
    picture.x_labels, picture.xrange = _ticks(xs, x)
    picture.y_labels, picture.range = _ticks([*ys, *([] if y.log else [0.0])], y)
    x_scale, y_scale = _scale(x), _scale(y)
    for each in drawn:
        points = [(x_scale(a), y_scale(b)) for a, b in each.points]
        picture.add(each.name, points, fill=each.kind == "area", stroke=each.kind != "dots",
                    show_dots=each.kind == "dots")  # fmt: skip
    return _html(picture.render_tree(), title)


def standalone(drawn: str) -> str:
    """Return what :func:`chart` gave as the text of an SVG file; of no points, one that says so."""
    from hyperphrase.report.templates import fill

    opening, _, content = (drawn or _EMPTY).partition(">")
    return fill("chart.svg.j2", scope=".chart", attributes=opening.removeprefix("<svg "), content=content)


def _scale(axis: Axis) -> Callable[[float], float]:
    return math.log10 if axis.log else float


def _ticks(values: Sequence[float], axis: Axis) -> tuple[list[dict[str, Any]], tuple[float, float]]:
    """Return the labels of an axis, and its ends on the scale that is drawn."""
    low, high = min(values), max(values)
    if axis.log:
        first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
        last = max(last, first + 1)
        step = -(-(last - first) // 8)
        places = range(first, last + 1, step)
        return [{"label": short(10.0**place, axis.share), "value": place} for place in places], (first, last)
    high = high if high > low else low + 1.0
    step_size = _step((high - low) / 5)
    first, last = math.floor(low / step_size), math.ceil(high / step_size - 1e-9)
    ends = first * step_size, last * step_size
    labels = [{"label": short(i * step_size, axis.share), "value": i * step_size} for i in range(first, last + 1)]
    return labels, ends


def _step(rough: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below ``rough``."""
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def short(value: float, share: bool = False) -> str:
    """Return a number as axes show it.

    >>> [short(value) for value in (0, 25, 1500, 2e6)], short(0.001, share=True)
    (['0', '25', '1.5k', '2M'], '0.1%')
    """
    if share:
        return f"{value * 100:.10f}".rstrip("0").rstrip(".") + "%"
    for unit, letter in _UNITS:
        if value >= unit:
            return f"{value / unit:.4g}{letter}"
    return f"{value:.4g}"


def _html(root: ElementTree.Element, title: str) -> str:
    """Return pygal's picture as an element of HTML: no namespaces, no programs, no style, no identifiers."""
    for parent in list(root.iter()):
        for child in list(parent):
            tag = str(child.tag).removeprefix(_SVG)
            if tag in _DROPPED or not isinstance(child.tag, str) or child.get("class") in _ALIVE:
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = None
        for attribute in ("id", "style", "clip-path", *(key for key in element.attrib if key.startswith("{"))):
            element.attrib.pop(attribute, None)
    drawn = {"viewBox": root.get("viewBox", ""), "class": "chart", "role": "img", "aria-label": title}
    root.remove(root[0])  # pygal's own title
    root.attrib.clear()
    root.attrib.update(drawn)
    return ElementTree.tostring(root, encoding="unicode", method="html")
